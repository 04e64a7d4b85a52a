#include "equipoise/parallel/exact_sum.hpp"

#include "equipoise/util/errors.hpp"

namespace equipoise::parallel {

namespace {
constexpr int limb_bits = 40;
}

FixedPointScale::FixedPointScale(double bound) : bound_(bound) {
    ensure(std::isfinite(bound) && bound > 0.0, "the bound of an exact sum is positive and finite");
    int exponent = 0;
    const double mantissa =
        std::frexp(bound, &exponent); // bound = mantissa 2^exponent, in [1/2, 1)
    if (mantissa == 0.5) {
        exponent -= 1;
    }
    ensure(exponent > -900 && exponent < 900,
           "the bound of an exact sum is within 2^-900 .. 2^900");
    to_upper_ = std::ldexp(1.0, limb_bits - exponent);
    from_upper_ = std::ldexp(1.0, exponent - limb_bits);
    to_lower_ = std::ldexp(1.0, 2 * limb_bits - exponent);
    from_lower_ = std::ldexp(1.0, exponent - 2 * limb_bits);
}

double FixedPointScale::join(std::int64_t upper, std::int64_t lower) const noexcept {
    // Carry, so that one value has one pair of limbs: then the same sum has the same bits however
    // its terms were grouped.
    constexpr std::int64_t unit = std::int64_t{1} << limb_bits;
    std::int64_t carry = lower / unit;
    lower -= carry * unit;
    if (lower < 0) {
        lower += unit;
        carry -= 1;
    }
    upper += carry;
    return static_cast<double>(upper) * from_upper_ + static_cast<double>(lower) * from_lower_;
}

} // namespace equipoise::parallel

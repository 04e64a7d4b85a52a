#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <span>

/// Sums of doubles that do not depend on the order of addition, hence on the number of ranks.
///
/// Every term is converted once to a fixed-point number of two 64-bit limbs on a grid that is set
/// by a bound on the terms' magnitude, known before the run and never taken from the data. Limbs
/// are integers, so their addition is associative; one canonical conversion leads back to a double.
namespace equipoise::parallel {

/// The fixed-point grid for terms |x| <= bound. The upper limb counts units of u = 2^(e - 40), 2^e
/// the smallest power of two >= bound; the lower one units of 2^-40 u. A term is thus rounded to
/// 2^(e - 81) at most, and up to 2^22 terms of the largest size can be added.
class FixedPointScale {
  public:
    /// bound > 0, finite: terms may be as large as this, and no larger.
    explicit FixedPointScale(double bound);

    [[nodiscard]] double bound() const noexcept { return bound_; }
    /// The largest number of terms that surely cannot overflow the upper limb.
    static constexpr std::int64_t max_terms = std::int64_t{1} << 22;

    /// The two limbs of x (upper, lower). |x| <= bound() must hold.
    [[nodiscard]] std::array<std::int64_t, 2> split(double x) const noexcept {
        const double upper = nearest(x * to_upper_);
        const double rest = x - upper * from_upper_; // exact: both are multiples of x's last bit
        const double lower = nearest(rest * to_lower_);
        return {static_cast<std::int64_t>(upper), static_cast<std::int64_t>(lower)};
    }
    /// The double nearest to a sum of limbs, up to two roundings in a fixed order.
    [[nodiscard]] double join(std::int64_t upper, std::int64_t lower) const noexcept;

  private:
    /// The nearest integer, ties to even, of |x| <= 2^50: std::nearbyint without its call.
    static double nearest(double x) noexcept {
        constexpr double shift = 0x1.8p52;
        return (x + shift) - shift;
    }

    double bound_;
    double to_upper_, from_upper_, to_lower_, from_lower_;
};

/// Adds `x` to the two limbs at `limbs`. A term that is not finite or exceeds the scale's bound is
/// left out and returned as false: the caller counts such terms and reports them.
inline bool add_term(const FixedPointScale& scale, double x, std::span<std::int64_t, 2> limbs) {
    if (!(std::abs(x) <= scale.bound())) {
        return false;
    }
    const auto [upper, lower] = scale.split(x);
    limbs[0] += upper;
    limbs[1] += lower;
    return true;
}

} // namespace equipoise::parallel

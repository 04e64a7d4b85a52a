#include "bare_kernel.hpp"

#if defined(__AVX512F__) && defined(__AVX512DQ__)
#include <immintrin.h>
#endif

namespace bench {

#if defined(__AVX512F__) && defined(__AVX512DQ__)

namespace {

constexpr std::size_t lanes = 8;
using Words = __m512i;
using Reals = __m512d;

Reals real(double x) {
    return _mm512_set1_pd(x);
}

Words words(std::uint64_t x) {
    return _mm512_set1_epi64(static_cast<long long>(x));
}

/// a x + b
Reals fma(Reals a, Reals x, Reals b) {
    return _mm512_fmadd_pd(a, x, b);
}

/// Polynomial by Horner's rule, the highest coefficient first.
template <std::size_t N>
Reals polynomial(Reals x, const double (&coefficients)[N]) {
    Reals p = real(coefficients[0]);
    for (std::size_t k = 1; k < N; ++k) {
        p = fma(p, x, real(coefficients[k]));
    }
    return p;
}

/// Philox4x32-10 of the counters (pair, population, step, 0), eight at once, each word in the low
/// half of a 64-bit lane: the high halves hold what does not matter.
inline void philox(Words pair, std::uint32_t population, std::uint32_t step, Words& first,
                   Words& second) {
    const Words m0 = words(0xD2511F53U);
    const Words m1 = words(0xCD9E8D57U);
    const Words low = words(0xffffffffU);
    Words c0 = pair;
    Words c1 = words(population);
    Words c2 = words(step);
    Words c3 = words(0);
    std::uint32_t k0 = 1;
    std::uint32_t k1 = 0;
    for (int round = 0; round < 10; ++round) {
        const Words p0 = _mm512_mul_epu32(c0, m0);
        const Words p1 = _mm512_mul_epu32(c2, m1);
        c0 = _mm512_ternarylogic_epi64(_mm512_srli_epi64(p1, 32), c1, words(k0), 0x96);
        c1 = p1;
        c2 = _mm512_ternarylogic_epi64(_mm512_srli_epi64(p0, 32), c3, words(k1), 0x96);
        c3 = p0;
        k0 += 0x9E3779B9U;
        k1 += 0xBB67AE85U;
    }
    // low ? c : shifted other word
    first = _mm512_ternarylogic_epi64(low, c0, _mm512_slli_epi64(c1, 32), 0xCA);
    second = _mm512_ternarylogic_epi64(low, c2, _mm512_slli_epi64(c3, 32), 0xCA);
}

/// Odd multiples of 2^-53 in (0, 1).
inline Reals uniform(Words bits) {
    const Words one = _mm512_or_si512(_mm512_srli_epi64(bits, 12), words(0x3ff0000000000000U));
    return _mm512_sub_pd(_mm512_castsi512_pd(one), real(1.0 - 0x1p-53));
}

inline Reals logarithm(Reals x) {
    const Reals mantissa = _mm512_getmant_pd(x, _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_zero);
    const Reals exponent =
        _mm512_mask_add_pd(_mm512_getexp_pd(x), _mm512_cmp_pd_mask(mantissa, real(1.0), _CMP_LT_OQ),
                           _mm512_getexp_pd(x), real(1.0));
    const Reals f = _mm512_sub_pd(mantissa, real(1.0));
    const Reals s = _mm512_div_pd(f, _mm512_add_pd(real(2.0), f));
    const Reals z = _mm512_mul_pd(s, s);
    const Reals p = polynomial(z, {2.0 / 19.0, 2.0 / 17.0, 2.0 / 15.0, 2.0 / 13.0, 2.0 / 11.0,
                                   2.0 / 9.0, 2.0 / 7.0, 2.0 / 5.0, 2.0 / 3.0});
    const Reals log = fma(_mm512_mul_pd(s, z), p, _mm512_add_pd(s, s));
    return fma(exponent, real(0.69314718055994530942), log);
}

/// cos and sin of 2 pi u.
inline void turns(Reals u, Reals& cosine, Reals& sine) {
    const Reals shift = real(0x1.8p52);
    const Reals shifted = fma(u, real(4.0), shift);
    const Words quadrant = _mm512_castpd_si512(shifted);
    const Reals t = _mm512_mul_pd(fma(_mm512_sub_pd(shifted, shift), real(-0.25), u),
                                  real(6.283185307179586476925286766559));
    const Reals z = _mm512_mul_pd(t, t);
    const Reals s = polynomial(z, {-1.0 / 1307674368000.0, 1.0 / 6227020800.0, -1.0 / 39916800.0,
                                   1.0 / 362880.0, -1.0 / 5040.0, 1.0 / 120.0, -1.0 / 6.0});
    const Reals c = polynomial(z, {-1.0 / 87178291200.0, 1.0 / 479001600.0, -1.0 / 3628800.0,
                                   1.0 / 40320.0, -1.0 / 720.0, 1.0 / 24.0, -0.5});
    const Reals sin_t = fma(_mm512_mul_pd(t, z), s, t);
    const Reals cos_t = fma(z, c, real(1.0));
    const __mmask8 swap = _mm512_test_epi64_mask(quadrant, words(1));
    const Words two = words(2);
    const Words sine_sign = _mm512_slli_epi64(_mm512_and_si512(quadrant, two), 62);
    const Words cosine_sign =
        _mm512_slli_epi64(_mm512_and_si512(_mm512_add_epi64(quadrant, words(1)), two), 62);
    sine = _mm512_castsi512_pd(
        _mm512_xor_si512(_mm512_castpd_si512(_mm512_mask_blend_pd(swap, sin_t, cos_t)), sine_sign));
    cosine = _mm512_castsi512_pd(_mm512_xor_si512(
        _mm512_castpd_si512(_mm512_mask_blend_pd(swap, cos_t, sin_t)), cosine_sign));
}

/// t / (t + 2) with t = expm1(2 |x|).
inline Reals hyperbolic_tangent(Reals x) {
    const Reals a = _mm512_min_pd(_mm512_abs_pd(_mm512_add_pd(x, x)), real(60.0));
    const Reals shift = real(0x1.8p52);
    const Reals n = _mm512_sub_pd(fma(a, real(0x1.71547652b82fep0), shift), shift);
    const Reals r = fma(n, real(-0x1.a39ef35793c76p-33), fma(n, real(-0x1.62e42feep-1), a));
    const Reals p = polynomial(r, {1.0 / 479001600.0, 1.0 / 39916800.0, 1.0 / 3628800.0,
                                   1.0 / 362880.0, 1.0 / 40320.0, 1.0 / 5040.0, 1.0 / 720.0,
                                   1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5});
    const Reals e = fma(_mm512_mul_pd(r, r), p, r);
    const Reals scale = _mm512_scalef_pd(real(1.0), n);
    const Reals t = fma(scale, e, _mm512_sub_pd(scale, real(1.0)));
    const Reals quotient = _mm512_div_pd(t, _mm512_add_pd(t, real(2.0)));
    // the sign of x
    return _mm512_castsi512_pd(_mm512_ternarylogic_epi64(
        words(0x8000000000000000U), _mm512_castpd_si512(x), _mm512_castpd_si512(quotient), 0xCA));
}

} // namespace

double bare_move(double* z, std::size_t count, double input, double dt, std::uint32_t population,
                 std::uint32_t step) {
    const std::size_t half = count / 2;
    double* lower = z;
    double* upper = z + half;
    const Reals decay = real(1.0 - dt);
    const Reals push = real(dt * input);
    const Reals minus_two_dt = real(-2.0 * dt);
    const Words first_pairs = _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0);
    Reals sum_lower = real(0.0);
    Reals sum_upper = real(0.0);
#pragma GCC unroll 2
    for (std::size_t j = 0; j < half; j += lanes) {
        Words first;
        Words second;
        philox(_mm512_add_epi64(words(j), first_pairs), population, step, first, second);
        const Reals radius = _mm512_sqrt_pd(_mm512_mul_pd(minus_two_dt, logarithm(uniform(first))));
        Reals cosine;
        Reals sine;
        turns(uniform(second), cosine, sine);
        const Reals a = fma(radius, cosine, fma(decay, _mm512_loadu_pd(lower + j), push));
        const Reals b = fma(radius, sine, fma(decay, _mm512_loadu_pd(upper + j), push));
        _mm512_storeu_pd(lower + j, a);
        _mm512_storeu_pd(upper + j, b);
        sum_lower = _mm512_add_pd(sum_lower, hyperbolic_tangent(a));
        sum_upper = _mm512_add_pd(sum_upper, hyperbolic_tangent(b));
    }
    return _mm512_reduce_add_pd(_mm512_add_pd(sum_lower, sum_upper)) / static_cast<double>(count);
}

bool bare_kernel_runs() {
    return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0;
}

#else

double bare_move(double*, std::size_t, double, double, std::uint32_t, std::uint32_t) {
    return 0.0; // never called: see bare_kernel_runs()
}

bool bare_kernel_runs() {
    return false;
}

#endif

} // namespace bench

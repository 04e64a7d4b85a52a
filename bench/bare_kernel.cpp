#include "bare_kernel.hpp"

#if defined(__AVX512F__) && defined(__AVX512DQ__)
#include <immintrin.h>
#endif

namespace bench {

#if defined(__AVX512F__) && defined(__AVX512DQ__)

namespace {

constexpr std::size_t lanes = 8;

// Three-way logic by its truth table: bit 4 a + 2 b + c.
constexpr int xor_all = 0x96;      // a ^ b ^ c
constexpr int xor_and = 0x78;      // a ^ (b & c)
constexpr int and_then_xor = 0x6a; // (a & b) ^ c
constexpr int choose = 0xca;       // a ? b : c

constexpr std::uint64_t mantissa = 0x000fffffffffffffU;
constexpr std::uint64_t sign = std::uint64_t{1} << 63U;
constexpr double ln2 = 0x1.62e42fefa39efp-1;

inline __m512d real(double x) {
    return _mm512_set1_pd(x);
}

inline __m512i word(std::uint64_t x) {
    return _mm512_set1_epi64(static_cast<long long>(x));
}

/// So many registers worked on side by side. Every function here is a chain of instructions of
/// which each waits for the one before, and longer than the processor looks ahead: what can be done
/// meanwhile must stand next to it in the program.
template <std::size_t n>
struct Reals {
    __m512d v[n];
};
template <std::size_t n>
struct Words {
    __m512i v[n];
};

/// f(0), f(1), ... f(n - 1)
template <std::size_t n, class F>
[[gnu::always_inline]] inline void each(const F& f) {
#pragma GCC unroll 16
    for (std::size_t g = 0; g < n; ++g) {
        f(g);
    }
}

/// a x + b
inline __m512d fma(__m512d a, __m512d x, __m512d b) {
    return _mm512_fmadd_pd(a, x, b);
}

/// Polynomial by Horner's rule, the highest coefficient first.
template <std::size_t n, std::size_t terms>
[[gnu::always_inline]] inline Reals<n> polynomial(const Reals<n>& x,
                                                  const double (&coefficients)[terms]) {
    Reals<n> p;
    each<n>(
        [&](std::size_t g) { p.v[g] = fma(real(coefficients[0]), x.v[g], real(coefficients[1])); });
    each<terms - 2>([&](std::size_t k) {
        each<n>([&](std::size_t g) { p.v[g] = fma(p.v[g], x.v[g], real(coefficients[k + 2])); });
    });
    return p;
}

/// Philox4x32-10 of the counters (pair, population, step, 0) with the key (1, 0), eight at once,
/// each word in the low half of a 64-bit lane: the high halves hold what does not matter. Only the
/// first word varies, so that most of the first two rounds is done once for all of a step.
class Philox {
  public:
    Philox(std::uint32_t population, std::uint32_t step) {
        const std::uint64_t p1 = std::uint64_t{m1} * step;
        const std::uint64_t p0 = std::uint64_t{m0} * (high(p1) ^ population ^ key(0, 0));
        first_ = key(0, 1);
        second_ = low(p1) ^ key(1, 0);
        third_ = high(p0) ^ key(1, 1);
        fourth_ = low(p0);
    }

    /// Bits of so many groups side by side, 64 for each of the two of a pair, before the exclusive
    /// or with last_key(0) and last_key(1): a round is a chain that one group would wait for.
    template <std::size_t groups>
    [[gnu::always_inline]] void operator()(__m512i pair, Words<groups>& first,
                                           Words<groups>& second) const {
        __m512i c0[groups];
        __m512i c1[groups];
        __m512i c2[groups];
        __m512i c3[groups];
        each<groups>([&](std::size_t g) {
            const __m512i product =
                _mm512_mul_epu32(_mm512_add_epi64(pair, word(lanes * g)), word(m0));
            c1[g] = _mm512_mul_epu32(_mm512_xor_si512(_mm512_srli_epi64(product, 32), word(first_)),
                                     word(m1));
            c0[g] = _mm512_xor_si512(_mm512_srli_epi64(c1[g], 32), word(second_));
            c2[g] = _mm512_xor_si512(product, word(third_));
            c3[g] = word(fourth_);
        });
#pragma GCC unroll 8
        for (std::uint32_t round = 2; round < 9; ++round) {
            each<groups>([&](std::size_t g) {
                const __m512i p0 = _mm512_mul_epu32(c0[g], word(m0));
                const __m512i p1 = _mm512_mul_epu32(c2[g], word(m1));
                c0[g] = _mm512_ternarylogic_epi64(_mm512_srli_epi64(p1, 32), c1[g],
                                                  word(key(round, 0)), xor_all);
                c1[g] = p1;
                c2[g] = _mm512_ternarylogic_epi64(_mm512_srli_epi64(p0, 32), c3[g],
                                                  word(key(round, 1)), xor_all);
                c3[g] = p0;
            });
        }
        // The last round's halves of products change places: they are the words of the output.
        const __m512i lower = word(0xffffffffU);
        each<groups>([&](std::size_t g) {
            first.v[g] = _mm512_ternarylogic_epi64(
                _mm512_shuffle_epi32(_mm512_mul_epu32(c2[g], word(m1)), _MM_PERM_CDAB), c1[g],
                lower, xor_and);
            second.v[g] = _mm512_ternarylogic_epi64(
                _mm512_shuffle_epi32(_mm512_mul_epu32(c0[g], word(m0)), _MM_PERM_CDAB), c3[g],
                lower, xor_and);
        });
    }
    static std::uint64_t last_key(std::uint32_t word) {
        return key(9, word);
    }

  private:
    static constexpr std::uint32_t m0 = 0xD2511F53U;
    static constexpr std::uint32_t m1 = 0xCD9E8D57U;

    /// The key of a round, its two words: (1, 0) at first.
    static constexpr std::uint32_t key(std::uint32_t round, std::uint32_t word) {
        return word == 0 ? 1U + round * 0x9E3779B9U : round * 0xBB67AE85U;
    }
    static std::uint32_t low(std::uint64_t x) {
        return static_cast<std::uint32_t>(x);
    }
    static std::uint32_t high(std::uint64_t x) {
        return static_cast<std::uint32_t>(x >> 32U);
    }

    std::uint64_t first_, second_, third_, fourth_;
};

/// log(m 2^k) with m in [3/4, 3/2), by 2 atanh(s), s = (m - 1)/(m + 1).
template <std::size_t n>
[[gnu::always_inline]] inline Reals<n> logarithm(const Reals<n>& x) {
    Reals<n> k;
    Reals<n> s;
    Reals<n> z;
    each<n>([&](std::size_t g) {
        const __m512d m = _mm512_getmant_pd(x.v[g], _MM_MANT_NORM_p75_1p5, _MM_MANT_SIGN_zero);
        k.v[g] = _mm512_getexp_pd(_mm512_mul_pd(x.v[g], real(4.0 / 3.0)));
        s.v[g] = _mm512_div_pd(_mm512_sub_pd(m, real(1.0)), _mm512_add_pd(m, real(1.0)));
    });
    each<n>([&](std::size_t g) { z.v[g] = _mm512_mul_pd(s.v[g], s.v[g]); });
    Reals<n> p = polynomial(z, {0x1.2b5900de53b32p-3, 0x1.39fe51a7c18f9p-3, 0x1.7462b51cb66b1p-3,
                                0x1.c71c62e3f11e6p-3, 0x1.2492492df281ap-2, 0x1.99999999952d7p-2,
                                0x1.5555555555558p-1});
    each<n>([&](std::size_t g) {
        const __m512d twice = fma(k.v[g], real(ln2), _mm512_add_pd(s.v[g], s.v[g]));
        p.v[g] = fma(_mm512_mul_pd(s.v[g], z.v[g]), p.v[g], twice);
    });
    return p;
}

/// tanh, by t = expm1(-2 |x|) / 2 and -t / (t + 1).
template <std::size_t n>
[[gnu::always_inline]] inline Reals<n> hyperbolic_tangent(const Reals<n>& x) {
    constexpr double shift = 0x1.8p52 + 1023.0;
    Reals<n> shifted; // its low bits hold k + 1023
    Reals<n> r;       // -|x| - k ln(2) / 2
    each<n>([&](std::size_t g) {
        const __m512d a = _mm512_max_pd(
            _mm512_castsi512_pd(_mm512_or_si512(_mm512_castpd_si512(x.v[g]), word(sign))),
            real(-22.0));
        shifted.v[g] = fma(a, real(2.0 * 0x1.71547652b82fep0), real(shift));
        r.v[g] = fma(_mm512_sub_pd(shifted.v[g], real(shift)), real(-0.5 * ln2), a);
    });
    Reals<n> p = polynomial(r, {0x1.1f66df7fca49fp-18, 0x1.af38a9b0ec855p-16, 0x1.27e4e1f48534fp-13,
                                0x1.71de0dae63bb3p-11, 0x1.a01a01a47b054p-9, 0x1.a01a01a7c41d5p-7,
                                0x1.6c16c16c167e1p-5, 0x1.11111111109b3p-3, 0x1.5555555555555p-2,
                                0x1.5555555555556p-1, 1.0});
    each<n>([&](std::size_t g) {
        const __m512d half = fma(_mm512_mul_pd(r.v[g], r.v[g]), p.v[g], r.v[g]); // expm1(2 r) / 2
        const __m512d scale =
            _mm512_castsi512_pd(_mm512_slli_epi64(_mm512_castpd_si512(shifted.v[g]), 52));
        const __m512d t = fma(scale, half, fma(scale, real(0.5), real(-0.5)));
        const __m512d quotient = _mm512_div_pd(t, _mm512_add_pd(t, real(1.0)));
        p.v[g] = _mm512_castsi512_pd(_mm512_ternarylogic_epi64(
            word(sign), _mm512_castpd_si512(x.v[g]), _mm512_castpd_si512(quotient), choose));
    });
    return p;
}

/// The lower 52 bits in place of those of a number, up to an exclusive or with the last key.
inline __m512d with_mantissa(std::uint64_t number, __m512i bits) {
    return _mm512_castsi512_pd(
        _mm512_ternarylogic_epi64(bits, word(mantissa), word(number), and_then_xor));
}

inline __m512d with_sign(__m512d x, __m512i bits) {
    return _mm512_castsi512_pd(
        _mm512_ternarylogic_epi64(_mm512_castpd_si512(x), bits, word(sign), xor_and));
}

/// By Box and Muller: so many groups of pairs of normals, scaled. Half of the square of the radius
/// is -log(u), u an odd multiple of 2^-53 in (0, 1). The angle is 1/8 + t turns, its quadrant two
/// signs; its cosine and sine are (c - s) / sqrt(2) and (c + s) / sqrt(2), s and c those of t.
template <std::size_t n>
[[gnu::always_inline]] inline void normals(const Words<n>& first, const Words<n>& second,
                                           double square_of_scale, Reals<n>& xi, Reals<n>& eta) {
    Reals<n> radius;
    Reals<n> t;
    Reals<n> z;
    each<n>([&](std::size_t g) {
        radius.v[g] =
            _mm512_sub_pd(with_mantissa(0x3ff0000000000000U ^ Philox::last_key(0), first.v[g]),
                          real(1.0 - 0x1p-53));
    });
    radius = logarithm(radius);
    each<n>([&](std::size_t g) {
        radius.v[g] = _mm512_sqrt_pd(_mm512_mul_pd(real(-square_of_scale), radius.v[g]));
        t.v[g] = _mm512_sub_pd(
            with_mantissa(0x3fd0000000000000U ^ Philox::last_key(1), second.v[g]), real(0.375));
        z.v[g] = _mm512_mul_pd(t.v[g], t.v[g]);
    });
    const Reals<n> s =
        polynomial(z, {0x1.e4a9bd16ce9f7p+1, -0x1.e3027dab81c1dp+3, 0x1.50783208533c5p+5,
                       -0x1.32d2cce50019dp+6, 0x1.466bc6775a476p+6, -0x1.4abbce625be52p+5,
                       6.283185307179586476925286766559});
    const Reals<n> c =
        polynomial(z, {-0x1.b2f3d15e072b2p+0, 0x1.f9ce24161feb0p+2, -0x1.a6d1eef43193ep+4,
                       0x1.e1f5068688925p+5, -0x1.55d3c7e3cb23fp+6, 0x1.03c1f081b5ac0p+6,
                       -0x1.3bd3cc9be45dep+4, 1.0});
    each<n>([&](std::size_t g) {
        const __m512d cosine = _mm512_fnmadd_pd(t.v[g], s.v[g], c.v[g]);
        const __m512d sine = fma(t.v[g], s.v[g], c.v[g]);
        xi.v[g] = with_sign(_mm512_mul_pd(radius.v[g], cosine), second.v[g]);
        eta.v[g] = with_sign(_mm512_mul_pd(radius.v[g], sine), _mm512_slli_epi64(second.v[g], 1));
    });
}

/// What a step's neurons share.
struct Step {
    Philox philox;
    double decay, push, dt;
};

/// Moves eight neurons a register and adds their tanh to the sum.
template <std::size_t n>
[[gnu::always_inline]] inline void move(const Step& step, double* z, const Reals<n>& noise,
                                        __m512d& sum) {
    Reals<n> state;
    each<n>([&](std::size_t g) {
        state.v[g] = _mm512_add_pd(
            noise.v[g], fma(real(step.decay), _mm512_loadu_pd(z + lanes * g), real(step.push)));
        _mm512_storeu_pd(z + lanes * g, state.v[g]);
    });
    const Reals<n> tanh = hyperbolic_tangent(state);
    each<n>([&](std::size_t g) { sum = _mm512_add_pd(sum, tanh.v[g]); });
}

/// Moves the neurons j, j + 1, ... of both halves, so many groups of eight of each.
template <std::size_t n>
[[gnu::always_inline]] inline void move_pairs(const Step& step, double* lower, double* upper,
                                              std::size_t j, __m512d& sum) {
    Words<n> first;
    Words<n> second;
    step.philox(_mm512_add_epi64(word(j), _mm512_set_epi64(7, 6, 5, 4, 3, 2, 1, 0)), first, second);
    Reals<n> xi;
    Reals<n> eta;
    normals(first, second, step.dt, xi, eta);
    move(step, lower + j, xi, sum);
    move(step, upper + j, eta, sum);
}

} // namespace

double bare_move(double* z, std::size_t count, double input, double dt, std::uint32_t population,
                 std::uint32_t step) {
    constexpr std::size_t groups = 8;
    const std::size_t half = count / 2;
    const Step all{Philox(population, step), 1.0 - dt, dt * input, dt};
    __m512d sum = real(0.0);
    std::size_t j = 0;
    for (; j + lanes * groups <= half; j += lanes * groups) {
        move_pairs<groups>(all, z, z + half, j, sum);
    }
    for (; j < half; j += lanes) {
        move_pairs<1>(all, z, z + half, j, sum);
    }
    return _mm512_reduce_add_pd(sum) / static_cast<double>(count);
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

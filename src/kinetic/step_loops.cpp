#include "equipoise/kinetic/step_loops.hpp"

#include "equipoise/elementary/clones.hpp"
#include "equipoise/kinetic/lane_vector.hpp"

#include <cmath>

namespace equipoise::kinetic::step_loops {

namespace {

// With the number of states known to the compiler, their sums stay in registers.

template <std::size_t states>
[[gnu::always_inline]] inline void
look_back_at(const BdfWeights& weights, const EarlierStates& earlier, std::size_t count,
             double* __restrict guess, double* __restrict right) {
    for (std::size_t i = 0; i < count; ++i) {
        double at = weights.guess[0] * earlier[0][i];
        double rate = weights.rate[0] * earlier[0][i];
        for (std::size_t s = 1; s < states; ++s) {
            at += weights.guess[s] * earlier[s][i];
            rate += weights.rate[s] * earlier[s][i];
        }
        guess[i] = at;
        right[i] = -rate;
    }
}

template <class Vector>
[[gnu::always_inline]] inline void raise(Vector& largest, const Vector& value) {
    largest = value > largest ? value : largest;
}

template <class Vector, std::size_t states>
[[gnu::always_inline]] inline bool
complete_from(const BdfWeights& weights, const EarlierStates& earlier, const double* by_v,
              const double* v, const double* by_g, const double* g, std::size_t cells, double* p,
              double* error) {
    constexpr std::size_t lanes = lanes_of<Vector>;
    Vector of_v;
    Vector of_g;
    load(v, of_v);
    load(g, of_g);
    Vector highest{};
    Vector lowest{};
    Vector least{};
    for (std::size_t i = 0; i < cells * lanes; i += lanes) {
        Vector value;
        Vector column_v;
        Vector column_g;
        load(p + i, value);
        load(by_v + i, column_v);
        load(by_g + i, column_g);
        value += column_v * of_v + column_g * of_g;
        store(value, p + i);
        raise(least, Vector(-value));
        if constexpr (states > 0) {
            Vector estimate = weights.error_new * value;
            for (std::size_t s = 0; s < states; ++s) {
                Vector before;
                load(earlier[s] + i, before);
                estimate += weights.error[s] * before;
            }
            raise(highest, estimate);
            raise(lowest, Vector(-estimate));
        }
    }
    raise(highest, lowest);
    store(highest, error);
    double of_lanes[lanes];
    store(least, of_lanes);
    bool negative = false;
    for (const double below : of_lanes) {
        negative = negative || below > 0.0;
    }
    return negative;
}

template <class Vector>
[[gnu::always_inline]] inline bool
complete_lines(const BdfWeights& weights, const EarlierStates& earlier, const double* by_v,
               const double* v, const double* by_g, const double* g, std::size_t cells, double* p,
               double* error) {
    switch (weights.error_order > 0 ? weights.states : 0) {
    case 0:
        return complete_from<Vector, 0>(weights, earlier, by_v, v, by_g, g, cells, p, error);
    case 2:
        return complete_from<Vector, 2>(weights, earlier, by_v, v, by_g, g, cells, p, error);
    case 3:
        return complete_from<Vector, 3>(weights, earlier, by_v, v, by_g, g, cells, p, error);
    default:
        static_assert(most_earlier_states == 4);
        return complete_from<Vector, 4>(weights, earlier, by_v, v, by_g, g, cells, p, error);
    }
}

template <class Vector>
[[gnu::always_inline]] inline void gain_sums_of(const double* values, const double* slopes,
                                                const double* a, const double* b, const double* c,
                                                const double* p, std::size_t cells, double* sums) {
    constexpr std::size_t lanes = lanes_of<Vector>;
    Vector sum_a{};
    Vector sum_b{};
    Vector sum_c{};
    Vector sum_p{};
    for (std::size_t i = 0; i < cells * lanes; i += lanes) {
        Vector value;
        Vector factor;
        load(values + i, value);
        load(a + i, factor);
        sum_a += value * factor;
        load(b + i, factor);
        sum_b += value * factor;
        load(c + i, factor);
        sum_c += value * factor;
        load(slopes + i, value);
        load(p + i, factor);
        sum_p += value * factor;
    }
    store(sum_a, sums);
    store(sum_b, sums + lanes);
    store(sum_c, sums + 2 * lanes);
    store(sum_p, sums + 3 * lanes);
}

} // namespace

EQUIPOISE_CLONES
void look_back(const BdfWeights& weights, const EarlierStates& earlier, std::size_t count,
               double* guess, double* right) {
    switch (weights.states) {
    case 1:
        look_back_at<1>(weights, earlier, count, guess, right);
        break;
    case 2:
        look_back_at<2>(weights, earlier, count, guess, right);
        break;
    case 3:
        look_back_at<3>(weights, earlier, count, guess, right);
        break;
    default:
        look_back_at<4>(weights, earlier, count, guess, right);
        break;
    }
}

EQUIPOISE_CLONES
bool complete(const BdfWeights& weights, const EarlierStates& earlier, const double* by_v,
              const double* v, const double* by_g, const double* g, std::size_t cells,
              std::size_t lanes, double* p, double* error) {
    if (lanes == 1) {
        return complete_lines<double>(weights, earlier, by_v, v, by_g, g, cells, p, error);
    }
    return complete_lines<LaneVector>(weights, earlier, by_v, v, by_g, g, cells, p, error);
}

EQUIPOISE_CLONES
void gain_sums(const double* values, const double* slopes, const double* a, const double* b,
               const double* c, const double* p, std::size_t cells, std::size_t lanes,
               double* sums) {
    if (lanes == 1) {
        gain_sums_of<double>(values, slopes, a, b, c, p, cells, sums);
    } else {
        gain_sums_of<LaneVector>(values, slopes, a, b, c, p, cells, sums);
    }
}

} // namespace equipoise::kinetic::step_loops

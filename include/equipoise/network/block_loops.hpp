#pragma once

#include <cstddef>

/// Vectorised loops over the neurons of a block whose results depend on nothing but their input.
namespace equipoise::network {

/// Sum of a run of values in a fixed order: interleaved partial sums, so that it vectorises, joined
/// pairwise.
double ordered_sum(const double* values, std::size_t count);
/// Likewise for the sum of products.
double ordered_dot(const double* a, const double* b, std::size_t count);
/// Two of them at once, for the same values.
struct TwoSums {
    double a, b;
};
TwoSums ordered_dots(const double* values, const double* a, const double* b, std::size_t count);

/// Whether |values[i]| <= bound for all i, bound >= 0; NaN is not.
bool all_within(const double* values, double bound, std::size_t count);

void add_constant(double* values, double constant, std::size_t count);
/// values[i] += factor terms[i]
void add_scaled(double* values, double factor, const double* terms, std::size_t count);
/// values[i] += constant + a first[i] + b second[i]
void add_two_scaled(double* values, double constant, double a, const double* first, double b,
                    const double* second, std::size_t count);

/// cos and sin of 2 pi u[i]; no two arrays may overlap.
void sines_cosines(const double* u, double* cosine, double* sine, std::size_t count);

} // namespace equipoise::network

#pragma once

#include <cstddef>

/// Loops over lines that lie side by side, by (cell, lane); 1 or LineGroup::most_lanes lanes. A
/// lane's result has the same bits however many lanes there are. Sums run from the first cell on.
namespace equipoise::kinetic::lane_loops {

/// to(k, lane) = lines[lane][k].
void gather(const double* const* lines, std::size_t cells, std::size_t lanes, double* to);
/// lines[lane][k] = from(k, lane).
void scatter(const double* from, std::size_t cells, std::size_t lanes, double* const* lines);
/// to(k, lane) = base[lane] + offset[k], cut off to lower .. upper.
void shift(const double* base, const double* offset, double lower, double upper, std::size_t cells,
           std::size_t lanes, double* to);
/// The chain's flow dp/dt from p: to(k) = flux(k-1) - flux(k), flux(k) = up(k) p(k) - down(k+1)
/// p(k+1).
void flow(const double* up, const double* down, const double* p, std::size_t cells,
          std::size_t lanes, double* to);
/// sums[lane] = sum_k weight[k] x(k, lane).
void weighted_sums(const double* weight, const double* x, std::size_t cells, std::size_t lanes,
                   double* sums);
/// sums[lane] = sum_k a(k, lane) x(k, lane).
void products(const double* a, const double* x, std::size_t cells, std::size_t lanes, double* sums);
/// The same for two, a x and b x.
void two_products(const double* a, const double* b, const double* x, std::size_t cells,
                  std::size_t lanes, double* sums_a, double* sums_b);
/// x(k, lane) += a(k, lane) by_a[lane] + b(k, lane) by_b[lane].
void add_multiples(const double* a, const double* by_a, const double* b, const double* by_b,
                   std::size_t cells, std::size_t lanes, double* x);
/// Whether one of the values is below 0.
bool any_negative(const double* values, std::size_t count);

} // namespace equipoise::kinetic::lane_loops

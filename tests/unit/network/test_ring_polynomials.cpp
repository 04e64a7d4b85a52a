// Protects sums and fields by polynomials over short arcs of a ring: they are those over the modes
// to rounding, whatever the arc's width.
#include "equipoise/network/ring_polynomials.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

using namespace equipoise;
using network::RingPolynomials;

namespace {

model::Basis basis_of(int waves) {
    std::vector<model::WaveVector> all;
    for (int k = 0; k <= waves; ++k) {
        all.push_back({{k, 0}});
    }
    return model::Basis(all);
}

/// 1000 places in [-1, 1], denser to the left.
std::vector<double> places() {
    std::vector<double> u(1000);
    for (std::size_t i = 0; i < u.size(); ++i) {
        const double v = static_cast<double>(i) / static_cast<double>(u.size() - 1);
        u[i] = 2.0 * v * v - 1.0;
    }
    return u;
}

struct Arc {
    int waves;
    double half_width;
};

} // namespace

TEST_CASE("polynomials give the sums and fields over the modes") {
    const std::vector<double> u = places();
    for (const Arc& arc : {Arc{1, 1e-7}, {3, 1e-3}, {64, 5e-4}, {64, 0.05}, {20, 0.5}, {0, 0.1}}) {
        CAPTURE(arc.waves, arc.half_width);
        const model::Basis basis = basis_of(arc.waves);
        RingPolynomials polynomials(basis, arc.half_width);
        polynomials.place(u.data(), u.size());
        std::vector<std::size_t> all(basis.size());
        for (std::size_t p = 0; p < all.size(); ++p) {
            all[p] = all.size() - 1 - p;
        }
        for (const std::size_t count : {u.size(), std::size_t{7}}) {
            for (const double centre : {0.0, 0.37, 0.995}) {
                polynomials.enter(count,
                                  [&](std::int64_t k) { return static_cast<double>(k) * centre; });
                std::vector<double> values(count);
                std::vector<double> coefficients(all.size());
                for (std::size_t i = 0; i < count; ++i) {
                    values[i] = std::sin(static_cast<double>(i * i));
                }
                for (std::size_t m = 0; m < all.size(); ++m) {
                    coefficients[m] = std::cos(static_cast<double>(3 * m));
                }
                std::vector<double> sums(all.size());
                polynomials.project(values.data(), all, sums.data());
                std::vector<double> field(count, 0.25);
                polynomials.add_field(field.data(), all, coefficients);
                double worst_sum = 0.0;
                double worst_field = 0.0;
                std::vector<double> direct(all.size(), 0.0);
                for (std::size_t i = 0; i < count; ++i) {
                    double at_neuron = 0.25;
                    for (std::size_t m = 0; m < all.size(); ++m) {
                        const double phi =
                            basis.value(all[m], {centre + arc.half_width * u[i], 0.0});
                        direct[m] += phi * values[i];
                        at_neuron += phi * coefficients[m];
                    }
                    worst_field = std::max(worst_field, std::abs(at_neuron - field[i]));
                }
                for (std::size_t m = 0; m < all.size(); ++m) {
                    worst_sum = std::max(worst_sum, std::abs(direct[m] - sums[m]));
                }
                CHECK(worst_sum < 2e-13 * static_cast<double>(count));
                CHECK(worst_field < 2e-13 * static_cast<double>(all.size()));
            }
        }
    }
}

TEST_CASE("short arcs need few polynomials, long ones about as many as there are waves") {
    CHECK(RingPolynomials::degrees(basis_of(2), 5.1e-4) <= 6); // 10^6 neurons
    CHECK(RingPolynomials::degrees(basis_of(64), 5.1e-4) <= 12);
    CHECK(RingPolynomials::degrees(basis_of(64), 0.051) > 20); // 10^4 neurons
    CHECK(RingPolynomials::degrees(basis_of(64), 0.051) < 60);
    CHECK(RingPolynomials::degrees(basis_of(64), 0.5) > 200); // the whole ring
}

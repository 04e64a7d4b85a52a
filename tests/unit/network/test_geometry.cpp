// Protects sums and fields over the modes against direct evaluation at every neuron's position, for
// every way in which neurons can sit.
#include "equipoise/network/geometry.hpp"

#include <catch2/catch.hpp>

#include "unit/network/setup.hpp"
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

using namespace equipoise;
using network::Geometry;

namespace {

/// Modes with gaps, both directions and both signs of the second component.
model::Basis test_basis(const std::string& domain) {
    if (domain == "point") {
        return model::Basis(std::vector<model::WaveVector>{{}});
    }
    if (domain == "ring") {
        return model::Basis(
            {{{0, 0}}, {{1, 0}}, {{2, 0}}, {{5, 0}}, {{6, 0}}, {{7, 0}}, {{9, 0}}, {{31, 0}}});
    }
    return model::Basis({{{0, 0}},
                         {{1, 0}},
                         {{0, 1}},
                         {{2, -1}},
                         {{2, 3}},
                         {{0, 7}},
                         {{4, -4}},
                         {{5, 5}},
                         {{6, 1}}});
}

/// Visits every local block with its neurons' number and the first one's place among the local
/// ones.
template <class Visit>
void for_each_block(const domain::Placement& placement, Visit&& visit) {
    for (std::int64_t block = placement.local().first; block < placement.local().end; ++block) {
        visit(block, static_cast<std::size_t>(placement.count(block)),
              static_cast<std::size_t>(block * domain::block_size - placement.first_neuron()));
    }
}

std::vector<double> test_values(std::size_t count, std::int64_t block) {
    std::vector<double> values(count);
    for (std::size_t i = 0; i < count; ++i) {
        values[i] = 1.0 + std::sin(static_cast<double>(i * i) + static_cast<double>(block));
    }
    return values;
}

} // namespace

TEST_CASE("sums over a block meet every mode at every position") {
    for (const Layout& layout : layouts()) {
        CAPTURE(layout.domain, layout.network);
        const Setup setup(network_text(layout.domain, layout.network));
        const model::Basis basis = test_basis(layout.domain);
        // Some modes, not in order: indices into the basis.
        std::vector<std::size_t> modes;
        for (std::size_t p = basis.size(); p-- > 0;) {
            if (p % 3 != 1) {
                modes.push_back(p);
            }
        }
        for (std::size_t a = 0; a < 2; ++a) {
            Geometry geometry(setup.placements[a], basis);
            for_each_block(
                setup.placements[a], [&](std::int64_t block, std::size_t count, std::size_t first) {
                    const std::vector<double> values = test_values(count, block);
                    geometry.enter(block);
                    std::vector<double> parts(geometry.sum_count(modes.size()), 0.0);
                    geometry.add_sums(values.data(), modes,
                                      [&](std::size_t i, double term) { parts[i] += term; });
                    std::vector<double> sums(modes.size());
                    geometry.join_sums(
                        modes, [&](std::size_t i) { return parts[i]; }, sums.data());
                    for (std::size_t m = 0; m < modes.size(); ++m) {
                        double direct = 0.0;
                        for (std::size_t i = 0; i < count; ++i) {
                            direct += values[i] * basis.value(modes[m], setup.phase(a, first + i));
                        }
                        CHECK(sums[m] == Approx(direct).margin(2e-11));
                    }
                });
        }
    }
}

TEST_CASE("a field is added at every position, block by block") {
    for (const Layout& layout : layouts()) {
        CAPTURE(layout.domain, layout.network);
        const Setup setup(network_text(layout.domain, layout.network));
        const model::Basis basis = test_basis(layout.domain);
        Geometry geometry(setup.placements[0], basis);
        const std::vector<std::size_t> all_but_first = [&] {
            std::vector<std::size_t> modes;
            for (std::size_t p = basis.size() > 1 ? 1 : 0; p < basis.size(); ++p) {
                modes.push_back(p);
            }
            return modes;
        }();
        for (const double scale : {1.0, -3.0}) { // a second field replaces the first
            std::vector<double> coefficients;
            for (std::size_t m = 0; m < all_but_first.size(); ++m) {
                coefficients.push_back(scale * (0.5 + std::cos(static_cast<double>(m))));
            }
            geometry.set_field(all_but_first, coefficients);
            double error = 0.0;
            for_each_block(
                setup.placements[0], [&](std::int64_t block, std::size_t count, std::size_t first) {
                    const std::vector<double> before = test_values(count, block);
                    std::vector<double> after = before;
                    geometry.enter(block);
                    geometry.add_field(after.data());
                    for (std::size_t i = 0; i < count; ++i) {
                        double field = 0.0;
                        for (std::size_t m = 0; m < all_but_first.size(); ++m) {
                            field += coefficients[m] *
                                     basis.value(all_but_first[m], setup.phase(0, first + i));
                        }
                        error = std::max(error, std::abs(after[i] - before[i] - field));
                    }
                });
            CHECK(error < 1e-12);
        }
    }
}

TEST_CASE("short arcs of a ring: polynomials give the sums and the field") {
    for (const char* network : {"", "positions = random\n"}) {
        CAPTURE(network);
        const Setup setup(network_text("ring", network), MPI_COMM_WORLD,
                          {"--population.e.neurons=100000"});
        std::vector<model::WaveVector> waves;
        for (int k = 0; k <= 20; ++k) {
            waves.push_back({{k, 0}});
        }
        const model::Basis basis(waves);
        std::vector<std::size_t> modes(basis.size());
        std::vector<double> coefficients(basis.size());
        for (std::size_t p = 0; p < modes.size(); ++p) {
            modes[p] = p;
            coefficients[p] = std::sin(static_cast<double>(p) + 1.0);
        }
        Geometry geometry(setup.placements[0], basis);
        geometry.set_field(modes, coefficients);
        double worst_sum = 0.0;
        double worst_field = 0.0;
        for_each_block(
            setup.placements[0], [&](std::int64_t block, std::size_t count, std::size_t first) {
                if (block % 16 != 0 && block != setup.placements[0].local().end - 1) {
                    return;
                }
                const std::vector<double> values = test_values(count, block);
                std::vector<double> after = values;
                geometry.enter(block);
                geometry.add_field(after.data());
                std::vector<double> direct(modes.size(), 0.0);
                for (std::size_t i = 0; i < count; ++i) {
                    double field = 0.0;
                    for (std::size_t p = 0; p < modes.size(); ++p) {
                        const double phi = basis.value(p, setup.phase(0, first + i));
                        direct[p] += phi * values[i];
                        field += phi * coefficients[p];
                    }
                    worst_field = std::max(worst_field, std::abs(after[i] - values[i] - field));
                }
                geometry.add_sums(values.data(), modes, [&](std::size_t p, double sum) {
                    worst_sum = std::max(worst_sum, std::abs(sum - direct[p]));
                });
            });
        CHECK(worst_sum < 1e-10); // of 1024 values up to 2
        CHECK(worst_field < 1e-12);
    }
}

TEST_CASE("position bins") {
    for (const Layout& layout : layouts()) {
        CAPTURE(layout.domain, layout.network);
        const Setup setup(network_text(layout.domain, layout.network));
        const bool torus = layout.domain == "torus";
        Geometry geometry(setup.placements[0], test_basis(layout.domain));
        std::size_t wrong = 0;
        for_each_block(
            setup.placements[0], [&](std::int64_t block, std::size_t count, std::size_t first) {
                std::array<std::uint32_t, random::block_size> bins{};
                geometry.enter(block);
                geometry.bins(7, bins.data());
                for (std::size_t i = 0; i < count; ++i) {
                    const domain::Phase phase = setup.phase(0, first + i);
                    const auto along = static_cast<std::uint32_t>(std::floor(phase[0] * 7.0));
                    const auto across = static_cast<std::uint32_t>(std::floor(phase[1] * 7.0));
                    wrong += bins[i] == (torus ? along * 7 + across : along) ? 0 : 1;
                }
            });
        CHECK(wrong == 0);
    }
}

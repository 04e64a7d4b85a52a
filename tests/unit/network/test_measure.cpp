// Protects what is recorded: each quantity against its definition, summed directly over the
// neurons, and the moment identities between them.
#include "equipoise/network/traces.hpp"

#include <catch2/catch.hpp>

#include "unit/network/setup.hpp"
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

using namespace equipoise;

namespace {

constexpr std::size_t bins = 16;

/// Bin of a position, 16 in all: along the ring, or 4 x 4 on the torus; 0 on a point.
std::size_t bin_of(const std::string& domain, const domain::Phase& x) {
    if (domain == "point") {
        return 0;
    }
    return domain == "ring"
               ? static_cast<std::size_t>(x[0] * 16.0)
               : static_cast<std::size_t>(x[0] * 4.0) * 4 + static_cast<std::size_t>(x[1] * 4.0);
}

} // namespace

TEST_CASE("means, variances, modes and profiles are sums over the neurons") {
    for (const Layout& layout : layouts()) {
        CAPTURE(layout.domain, layout.network);
        Setup setup(network_text(layout.domain, layout.network));
        const model::Basis recorded = network::recorded_basis(setup.model, 3);
        network::Measurement measurement(setup.solver, setup.placements, recorded, bins, 50,
                                         {-4.0, 4.0});
        setup.start();
        setup.steps(3);
        const network::Record record = measurement.measure(setup.sum());
        CHECK(record.time == Approx(0.03));
        const auto z = setup.states(); // measuring settles: these are the states measured
        const std::size_t modes = recorded.size();
        const std::size_t used = layout.domain == "point" ? 1 : bins;
        for (std::size_t a = 0; a < 2; ++a) {
            const auto n = static_cast<double>(setup.config.populations[a].neurons);
            std::vector<double> mode_sums(modes, 0.0);
            std::vector<double> bin_sums(used, 0.0);
            std::vector<double> counts(used, 0.0);
            for (std::size_t j = 0; j < z[a].size(); ++j) {
                const domain::Phase x = setup.phase(a, j);
                for (std::size_t p = 0; p < modes; ++p) {
                    mode_sums[p] += z[a][j] * recorded.value(p, x) / n;
                }
                bin_sums[bin_of(layout.domain, x)] += z[a][j];
                counts[bin_of(layout.domain, x)] += 1.0;
            }
            setup.comm.sum_reals(mode_sums);
            setup.comm.sum_reals(bin_sums);
            setup.comm.sum_reals(counts);
            std::vector<double> squares(1 + used, 0.0); // about vhat, and about each bin's mean
            for (std::size_t j = 0; j < z[a].size(); ++j) {
                const domain::Phase x = setup.phase(a, j);
                double vhat = 0.0;
                for (std::size_t p = 0; p < modes; ++p) {
                    vhat += mode_sums[p] / recorded.norm(p) * recorded.value(p, x);
                }
                squares[0] += (z[a][j] - vhat) * (z[a][j] - vhat) / n;
                const std::size_t bin = bin_of(layout.domain, x);
                const double y = z[a][j] - bin_sums[bin] / counts[bin];
                squares[1 + bin] += y * y / counts[bin];
            }
            setup.comm.sum_reals(squares);
            CHECK(record.mean[a] == Approx(mode_sums[0]).margin(1e-13));
            CHECK(record.variance[a] == Approx(squares[0]).margin(1e-12));
            for (std::size_t p = 0; p < modes; ++p) {
                CHECK(record.mean_modes[a * modes + p] == Approx(mode_sums[p]).margin(1e-12));
            }
            for (std::size_t i = 0; i < used; ++i) {
                REQUIRE(counts[i] > 0.0);
                CHECK(record.profile_mean[a * used + i] ==
                      Approx(bin_sums[i] / counts[i]).margin(1e-12));
                CHECK(record.profile_variance[a * used + i] ==
                      Approx(squares[1 + i]).margin(1e-12));
            }
        }
    }
}

TEST_CASE("the recorded residual is that of the states, and the input sqrt(n) times it") {
    for (const Layout& layout : layouts()) {
        CAPTURE(layout.domain, layout.network);
        Setup setup(network_text(layout.domain, layout.network));
        const model::Basis recorded = network::recorded_basis(setup.model, 3);
        network::Measurement measurement(setup.solver, setup.placements, recorded, 0, 50,
                                         {-4.0, 4.0});
        setup.start();
        setup.steps(2);
        const network::Record record = measurement.measure(setup.sum());
        const auto z = setup.states();
        balance::DriveModes drive(setup.model);
        const std::vector<double> drive_modes = drive.at(0.02);
        const model::Basis& basis = setup.model.basis();
        for (std::size_t a = 0; a < 2; ++a) {
            std::size_t active = 0;
            for (std::size_t p = 0; p < basis.size(); ++p) {
                std::vector<double> r{0.0};
                for (std::size_t b = 0; b < 2; ++b) {
                    const auto n = static_cast<double>(setup.config.populations[b].neurons);
                    const model::Function& gain =
                        *setup.model.population(b).gains[setup.model.gain_index(a, b)];
                    for (std::size_t j = 0; j < z[b].size(); ++j) {
                        r[0] += setup.model.population(b).sign * setup.model.coefficient(a, b, p) *
                                basis.value(p, setup.phase(b, j)) * gain.value(z[b][j]) / n;
                    }
                }
                setup.comm.sum_reals(r);
                r[0] += drive_modes[a * basis.size() + p];
                const std::size_t at = a * recorded.size() + recorded.index(basis[p]);
                CHECK(record.balance[at] == Approx(r[0]).margin(1e-12));
                CHECK(record.input[at] == Approx(60.0 * r[0]).margin(1e-10));
                active += 1;
            }
            std::size_t nonzero = 0;
            for (std::size_t p = 0; p < recorded.size(); ++p) {
                nonzero += record.balance[a * recorded.size() + p] != 0.0 ? 1 : 0;
            }
            CHECK(nonzero <= active); // modes without coupling have none
        }
    }
}

TEST_CASE("moment identities: mean square = square of the mean field + variance") {
    // (1/n) sum z^2 = (1/n) sum vhat^2 + (1/n) sum (z - vhat)^2 + 2 (1/n) sum vhat (z - vhat). On
    // a lattice the modes are orthogonal, vhat is the projection of z, and the last term vanishes.
    for (const Layout& layout : layouts()) {
        if (layout.network.find("random") != std::string::npos) {
            continue;
        }
        CAPTURE(layout.domain, layout.network);
        Setup setup(network_text(layout.domain, layout.network));
        const model::Basis recorded = network::recorded_basis(setup.model, 1);
        network::Measurement measurement(setup.solver, setup.placements, recorded, bins, 50,
                                         {-4.0, 4.0});
        setup.start();
        setup.steps(3);
        const network::Record record = measurement.measure(setup.sum());
        const auto z = setup.states();
        for (std::size_t a = 0; a < 2; ++a) {
            const auto n = static_cast<double>(setup.config.populations[a].neurons);
            std::vector<double> square{0.0};
            for (const double state : z[a]) {
                square[0] += state * state / n;
            }
            setup.comm.sum_reals(square);
            double of_field = 0.0;
            for (std::size_t p = 0; p < recorded.size(); ++p) {
                const double mode = record.mean_modes[a * recorded.size() + p];
                of_field += mode * mode / recorded.norm(p);
            }
            CHECK(of_field + record.variance[a] == Approx(square[0]).margin(1e-12));
        }
    }
}

TEST_CASE("histograms count every neuron once, inside or outside") {
    for (const Layout& layout : layouts()) {
        CAPTURE(layout.domain, layout.network);
        Setup setup(network_text(layout.domain, layout.network));
        const model::Basis recorded = network::recorded_basis(setup.model, 1);
        const std::size_t cells = 20;
        network::Measurement measurement(setup.solver, setup.placements, recorded, bins, cells,
                                         {-1.0, 1.5});
        setup.start();
        setup.steps(1);
        const network::Record record = measurement.measure(setup.sum());
        const auto density = measurement.density(setup.sum());
        const auto z = setup.states();
        const std::size_t used = layout.domain == "point" ? 1 : bins;
        const double width = 2.5 / static_cast<double>(cells);
        REQUIRE(density.values.size() == 2 * used * cells);
        for (std::size_t a = 0; a < 2; ++a) {
            std::vector<double> counts(used * (cells + 1), 0.0);
            for (std::size_t j = 0; j < z[a].size(); ++j) {
                const domain::Phase x = setup.phase(a, j);
                double y = z[a][j];
                for (std::size_t p = 0; p < recorded.size(); ++p) {
                    y -= record.mean_modes[a * recorded.size() + p] / recorded.norm(p) *
                         recorded.value(p, x);
                }
                const bool inside = y >= -1.0 && y < 1.5;
                const std::size_t cell =
                    inside ? static_cast<std::size_t>((y + 1.0) / width) : cells;
                counts[bin_of(layout.domain, x) * (cells + 1) + cell] += 1.0;
            }
            setup.comm.sum_reals(counts);
            for (std::size_t i = 0; i < used; ++i) {
                const std::size_t row = a * used + i;
                double total = 0.0;
                for (std::size_t cell = 0; cell <= cells; ++cell) {
                    total += counts[i * (cells + 1) + cell];
                }
                double integral = density.outside[row];
                for (std::size_t cell = 0; cell < cells; ++cell) {
                    // A neuron within rounding of an edge may be counted on either side of it.
                    const double share = counts[i * (cells + 1) + cell] / total;
                    CHECK(density.values[row * cells + cell] * width ==
                          Approx(share).margin(1.5 / total));
                    integral += density.values[row * cells + cell] * width;
                }
                CHECK(integral == Approx(1.0).margin(1e-12));
            }
        }
    }
}

TEST_CASE("records have the same bits on these ranks as on one") {
    for (const Layout& layout : layouts()) {
        CAPTURE(layout.domain, layout.network);
        const std::string text = network_text(layout.domain, layout.network);
        Setup one(text, MPI_COMM_SELF);
        Setup many(text);
        std::vector<network::Record> records;
        std::vector<std::vector<double>> densities;
        std::vector<std::vector<double>> traces;
        for (Setup* setup : {&one, &many}) {
            network::Measurement measurement(setup->solver, setup->placements,
                                             network::recorded_basis(setup->model, 2), bins, 30,
                                             {-3.0, 3.0});
            setup->start();
            setup->steps(4);
            records.push_back(measurement.measure(setup->sum()));
            densities.push_back(measurement.density(setup->sum()).values);
            traces.push_back(network::trace(
                setup->solver, {network::traced_neurons(3600, 7), network::traced_neurons(1800, 3)},
                setup->sum()));
        }
        CHECK(records[0].mean == records[1].mean);
        CHECK(records[0].variance == records[1].variance);
        CHECK(records[0].mean_modes == records[1].mean_modes);
        CHECK(records[0].balance == records[1].balance);
        CHECK(records[0].input == records[1].input);
        CHECK(records[0].profile_mean == records[1].profile_mean);
        CHECK(records[0].profile_variance == records[1].profile_variance);
        CHECK(densities[0] == densities[1]);
        CHECK(traces[0] == traces[1]);
        CHECK(traces[0].size() == 10);
        CHECK(traces[0][1] == one.states()[0][static_cast<std::size_t>(3600 / 7)]);
    }
}

TEST_CASE("traced neurons are spread evenly, all where there are few") {
    CHECK(network::traced_neurons(100, 4) == std::vector<std::int64_t>{0, 25, 50, 75});
    CHECK(network::traced_neurons(3, 10) == std::vector<std::int64_t>{0, 1, 2});
    CHECK(network::traced_neurons(5, 0).empty());
}

TEST_CASE("covariances of pairs are sums over the neurons of one number, on any ranks") {
    for (const Layout& layout :
         {Layout{"point", ""}, Layout{"ring", "sites = 24\n"}, Layout{"torus", "sites = 6 5\n"}}) {
        CAPTURE(layout.domain, layout.network);
        const std::vector<std::string> pairs{"--population.i.neurons=3600",
                                             "--covariance.i.e.value=0.3"};
        Setup setup(network_text(layout.domain, layout.network), MPI_COMM_WORLD, pairs);
        Setup alone(network_text(layout.domain, layout.network), MPI_COMM_SELF, pairs);
        std::vector<std::vector<double>> found;
        for (Setup* one : {&setup, &alone}) {
            network::Measurement measurement(one->solver, one->placements,
                                             network::recorded_basis(one->model, 2), bins, 50,
                                             {-4.0, 4.0});
            one->start();
            one->steps(2);
            const network::Record record = measurement.measure(one->sum());
            REQUIRE(record.covariance.size() == 1);
            found.push_back(record.covariance);
            const auto z = one->states();
            const model::Basis& recorded = measurement.recorded();
            const std::size_t modes = recorded.size();
            std::vector<double> sum{0.0};
            REQUIRE(z[0].size() == z[1].size());
            for (std::size_t j = 0; j < z[0].size(); ++j) {
                const domain::Phase x = one->phase(0, j);
                REQUIRE(one->phase(1, j) == x);
                double y[2]{z[0][j], z[1][j]};
                for (std::size_t a = 0; a < 2; ++a) {
                    for (std::size_t p = 0; p < modes; ++p) {
                        y[a] -= record.mean_modes[a * modes + p] / recorded.norm(p) *
                                recorded.value(p, x);
                    }
                }
                sum[0] += y[0] * y[1] / 3600.0;
            }
            one->comm.sum_reals(sum);
            CHECK(record.covariance[0] == Approx(sum[0]).margin(1e-12));
            CHECK(record.covariance[0] == Approx(0.3).margin(0.1));
        }
        CHECK(found[0] == found[1]); // to the last bit
    }
}

TEST_CASE("a covariance changes the states of the later population of a pair alone") {
    const std::string text = network_text("ring", "sites = 24\n");
    const std::string equal = "--population.i.neurons=3600";
    Setup plain(text, MPI_COMM_WORLD, {equal});
    Setup paired(text, MPI_COMM_WORLD, {equal, "--covariance.e.i.value=0.3"});
    Setup zero(text, MPI_COMM_SELF, {equal, "--covariance.e.i.value=0"});
    const std::vector<std::vector<double>> without = plain.states();
    const std::vector<std::vector<double>> with = paired.states();
    CHECK(without[0] == with[0]);
    CHECK(without[1] != with[1]);
    // A covariance of 0 draws the same states, whatever rank they are on.
    const std::vector<double> whole = zero.states()[1];
    const auto first = static_cast<std::ptrdiff_t>(plain.solver.state(1).first_neuron);
    CHECK(std::equal(without[1].begin(), without[1].end(), whole.begin() + first));
}

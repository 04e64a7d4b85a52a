// Protects the schemes themselves: one step, written out by hand from model section 4, and what
// happens where it cannot be done.
#include "equipoise/random/stream.hpp"
#include "equipoise/util/errors.hpp"

#include <catch2/catch.hpp>

#include "unit/network/setup.hpp"
#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

using namespace equipoise;

namespace {

using States = std::vector<std::vector<double>>;

/// Noise of a step for the local neurons, straight from the streams.
std::vector<double> noise(const Setup& setup, std::size_t population, std::uint64_t step) {
    const domain::Placement& placement = setup.placements[population];
    const random::Stream stream{setup.config.run.seed, random::Purpose::dynamics,
                                static_cast<std::uint16_t>(population)};
    std::vector<double> all;
    std::array<double, random::block_size> xi{};
    for (std::int64_t block = placement.local().first; block < placement.local().end; ++block) {
        random::normals(stream, static_cast<std::uint64_t>(block), step, xi);
        all.insert(all.end(), xi.begin(), xi.begin() + placement.count(block));
    }
    return all;
}

/// Euler and Maruyama's step without coupling, from time t.
States local_step(const Setup& setup, const States& z, double t, std::uint64_t step) {
    const double dt = setup.config.network.time_step;
    States next = z;
    for (std::size_t a = 0; a < z.size(); ++a) {
        const model::Population& population = setup.model.population(a);
        const std::vector<double> xi = noise(setup, a, step);
        for (std::size_t j = 0; j < z[a].size(); ++j) {
            const domain::Phase phase = setup.phase(a, j);
            const double iota = population.input(phase, t); // lengths are 1
            next[a][j] += (population.drift->value(z[a][j]) + iota) * dt +
                          population.noise->value(z[a][j]) * std::sqrt(dt) * xi[j];
        }
    }
    return next;
}

/// All moments by plain sums over the neurons.
std::vector<double> moments(const Setup& setup, const States& z) {
    const balance::MomentLayout& layout = setup.balance.layout();
    std::vector<double> sums(layout.size(), 0.0);
    for (std::size_t b = 0; b < z.size(); ++b) {
        const auto n = static_cast<double>(setup.config.populations[b].neurons);
        for (std::size_t j = 0; j < z[b].size(); ++j) {
            std::vector<double> phi(layout.products().size());
            std::vector<double> kernel_phi(layout.basis().size());
            layout.products().values(setup.phase(b, j), phi.data());
            layout.basis().values(setup.phase(b, j), kernel_phi.data());
            for (std::size_t g = 0; g < setup.model.population(b).gains.size(); ++g) {
                const model::Function& gain = *setup.model.population(b).gains[g];
                for (std::size_t p = 0; p < kernel_phi.size(); ++p) {
                    sums[layout.gain_begin(b, g) + p] += kernel_phi[p] * gain.value(z[b][j]) / n;
                }
                for (std::size_t p = 0; p < phi.size(); ++p) {
                    sums[layout.slope_begin(b, g) + p] += phi[p] * gain.slope(z[b][j]) / n;
                }
            }
        }
    }
    setup.comm.sum_reals(sums);
    return sums;
}

void add_field(const Setup& setup, const Eigen::VectorXd& coefficients, States& z) {
    for (std::size_t i = 0; i < setup.balance.size(); ++i) {
        const auto [a, p] = setup.balance.unknowns()[i];
        for (std::size_t j = 0; j < z[a].size(); ++j) {
            z[a][j] += coefficients[static_cast<Eigen::Index>(i)] *
                       setup.model.basis().value(p, setup.phase(a, j));
        }
    }
}

double largest_difference(const States& a, const States& b) {
    double difference = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        REQUIRE(a[i].size() == b[i].size());
        for (std::size_t j = 0; j < a[i].size(); ++j) {
            difference = std::max(difference, std::abs(a[i][j] - b[i][j]));
        }
    }
    return difference;
}

std::string words(Setup& setup, int steps) {
    try {
        setup.start();
        setup.steps(steps);
    } catch (const NumericsError& error) {
        return error.what();
    }
    return "";
}

/// One population on a point with a linear gain of slope 1; n neurons, so eps = 1/sqrt(n).
std::string linear_text(const std::string& sign, double strength, const std::string& network) {
    return "[run]\nt_end = 10\noutput_interval = 1\n[domain]\nkind = point\n[populations]\nnames = "
           "e\n[population.e]\n"
           "sign = " +
           sign +
           "\nneurons = 10000\ndrift = linear(tau=1)\nnoise = constant(sigma=1)\ndrive = 0.1\n"
           "[coupling.e.e]\nkernel = cosine(" +
           std::to_string(strength) + ")\ngain = linear(slope=1)\n[network]\n" + network;
}

} // namespace

TEST_CASE("three steps of the balanced scheme by hand") {
    for (const Layout& layout : layouts()) {
        CAPTURE(layout.domain, layout.network);
        Setup setup(network_text(layout.domain, layout.network + "local_step = euler\n"));
        const double dt = setup.config.network.time_step;
        const double eps = 1.0 / std::sqrt(3600.0);
        States z = setup.states();
        setup.start();
        CHECK(setup.states() == z); // starting changes nothing
        balance::DriveModes drive(setup.model);
        for (std::uint64_t step = 0; step < 3; ++step) {
            const double t = dt * static_cast<double>(step);
            z = local_step(setup, z, t, step);
            const std::vector<double> at_star = moments(setup, z);
            const Eigen::VectorXd r = setup.balance.residual(drive.at(t + dt), at_star);
            Eigen::MatrixXd matrix = -dt * setup.balance.jacobian(at_star);
            matrix.diagonal().array() += eps;
            add_field(setup, dt * matrix.partialPivLu().solve(r), z);
            setup.steps(1);
            CHECK(setup.solver.step() == static_cast<std::int64_t>(step) + 1);
            CHECK(setup.solver.time() == Approx(t + dt));
            CHECK(largest_difference(setup.states(), z) < 1e-11);
        }
    }
}

TEST_CASE("three steps of the explicit scheme by hand") {
    for (const Layout& layout : layouts()) {
        CAPTURE(layout.domain, layout.network);
        Setup setup(network_text(layout.domain, layout.network + "scheme = explicit\n"));
        const double dt = setup.config.network.time_step;
        States z = setup.states();
        setup.start();
        balance::DriveModes drive(setup.model);
        for (std::uint64_t step = 0; step < 3; ++step) {
            const double t = dt * static_cast<double>(step);
            const Eigen::VectorXd r = setup.balance.residual(drive.at(t), moments(setup, z));
            z = local_step(setup, z, t, step);
            add_field(setup, dt * 60.0 * r, z); // sqrt(n) = 60
            setup.steps(1);
            CHECK(largest_difference(setup.states(), z) < 1e-11);
        }
    }
}

TEST_CASE(
    "the initial state has the mean and variance that the configuration gives at each place") {
    for (const Layout& layout : layouts()) {
        CAPTURE(layout.domain, layout.network);
        Setup setup(network_text(layout.domain, layout.network));
        const States z = setup.states();
        for (std::size_t a = 0; a < 2; ++a) {
            const random::Stream stream{5, random::Purpose::initial_state,
                                        static_cast<std::uint16_t>(a)};
            std::array<double, random::block_size> xi{};
            double difference = 0.0;
            for (std::size_t j = 0; j < z[a].size(); ++j) {
                const auto neuron =
                    setup.placements[a].first_neuron() + static_cast<std::int64_t>(j);
                if (neuron % domain::block_size == 0) {
                    random::normals(stream, static_cast<std::uint64_t>(neuron / domain::block_size),
                                    0, xi);
                }
                const model::Population& population = setup.model.population(a);
                const domain::Phase x = setup.phase(a, j);
                const double expected =
                    population.mean(x, 0.0) + std::sqrt(population.variance(x, 0.0)) *
                                                  xi[static_cast<std::size_t>(neuron % 1024)];
                difference = std::max(difference, std::abs(z[a][j] - expected));
            }
            CHECK(difference < 1e-14);
        }
    }
}

TEST_CASE("a balance that cannot be solved says so with the time") {
    // 1/sqrt(n) = 0.01 = dt J: the matrix of the balanced scheme is exactly 0.
    Setup singular(linear_text("excitatory", 1.0, "time_step = 0.01\n"));
    const std::string text = words(singular, 1);
    CHECK(text.rfind("time 0.01: the balance cannot be solved", 0) == 0);
    // Nearly so: the multipliers are finite, and would carry the states away.
    Setup nearly(linear_text("excitatory", 0.99999, "time_step = 0.01\n"));
    const std::string far = words(nearly, 10);
    CHECK(far.find("population e: the balance would move the states by") != std::string::npos);
}

TEST_CASE("a network that blows up is faulty on all ranks, and one of them says where") {
    // sqrt(n) J = 100: every explicit step of 1 multiplies the mean by 100.
    Setup setup(linear_text("excitatory", 1.0, "time_step = 1\nscheme = explicit\n"));
    setup.start();
    CHECK(setup.solver.faulty().empty());
    CHECK(setup.solver.describe_fault().empty());
    for (int step = 0; step < 10 && setup.solver.faulty().empty(); ++step) {
        setup.steps(1);
    }
    CHECK(setup.solver.faulty() == std::vector<std::size_t>{0});
    const std::string text = setup.comm.first_text(setup.solver.describe_fault());
    CHECK(text.rfind("neuron ", 0) == 0);
    CHECK(text.find("of population e has the state") != std::string::npos);
    CHECK(text.find("outside [-65536, 65536]") != std::string::npos);
}

TEST_CASE("leaving the range of an expression is a fault, not an extrapolation") {
    const std::string text = "[run]\nt_end = 10\noutput_interval = 1\n[domain]\nkind = "
                             "point\n[populations]\nnames = a b\n"
                             "[population.a]\nsign = inhibitory\nneurons = 3000\ndrift = "
                             "linear(tau=1)\nnoise = constant(sigma=1)\n[population.b]\nsign = "
                             "inhibitory\nneurons = 2000\ndrift = linear(tau=1)\nnoise = "
                             "constant(sigma=1)\nmean = 2.9\nvariance = 0.0001\n[coupling.a.b]\n"
                             "kernel = cosine(1)\ngain = expression(\"z/(1+z^2)\", from=-3, to=3)\n"
                             "[network]\ntime_step = 0.5\n";
    Setup setup(text);
    setup.start();
    CHECK(setup.solver.faulty().empty());
    setup.steps(1);
    CHECK(setup.solver.faulty() == std::vector<std::size_t>{1});
    const std::string where = setup.comm.first_text(setup.solver.describe_fault());
    CHECK(where.find("of population b has the state") != std::string::npos);
    CHECK(where.find("outside [-3, 3]") != std::string::npos);
}

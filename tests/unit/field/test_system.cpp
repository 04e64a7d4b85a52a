// The closed equations: the multipliers' equation is the time derivative of the constraint, for any
// drift, noise, gain, input and drive. A wrong one would only show as a large projection.
#include "equipoise/balance/site_average.hpp"
#include "equipoise/field/manifold.hpp"
#include "equipoise/field/system.hpp"

#include <catch2/catch.hpp>

#include "unit/field/problems.hpp"
#include <algorithm>
#include <cmath>
#include <vector>

using namespace equipoise;

namespace {

struct Setup {
    problems::Problem problem;
    parallel::Communicator self{MPI_COMM_SELF};
    balance::Lattice lattice;
    field::System system;
    std::vector<double> u;

    explicit Setup(const problems::Config& config, double epsilon = 0.0)
        : problem(config), lattice(problem.balance.layout(), config.domain, config.field.sites, 0,
                                   config.field.sites[0] * config.field.sites[1], "field.sites"),
          system(self, problem.balance, lattice, epsilon), u(system.rows() * system.sites()) {
        for (std::size_t i = 0; i < u.size(); ++i) {
            const auto place = static_cast<double>(i);
            u[i] = i < u.size() / 2 ? 0.4 * std::sin(1.3 * place) : 0.8 + 0.5 * std::sin(place);
        }
        system.choose_rules(u, 1e-13);
    }
};

problems::Config everything(std::int64_t sites) {
    problems::Config config = problems::field_ring(sites);
    config.populations[0].drift = problems::cubic_drift(0.1, -0.2, 0.4);
    config.populations[0].noise = problems::quadratic_noise(0.7, 0.5);
    config.populations[0].drive.text = "0.6 + 0.15*cos(2*pi*x)*sin(t)";
    config.populations[1].drive.text = "0.2*cos(3*t) + 0.1*cos(2*pi*x)";
    config.populations[1].input.text = "0.3*sin(2*pi*x)*cos(t)";
    config.couplings[1].gain = problems::erf_gain(0.9, 1.2);
    return config;
}

} // namespace

TEST_CASE("b + J h is the time derivative of r along the flow") {
    for (const problems::Config& config : {everything(12), problems::figure3()}) {
        Setup setup(config);
        field::System& system = setup.system;
        Eigen::VectorXd h(system.multipliers());
        for (Eigen::Index i = 0; i < h.size(); ++i) {
            h[i] = 0.3 * std::cos(static_cast<double>(i));
        }
        const double t = 0.7;
        system.evaluate(t, setup.u);
        const Eigen::VectorXd drift = system.multiplier_drift(h);
        std::vector<double> rates(setup.u.size());
        system.rates(h, rates);
        // Central differences of second order along the flow's direction.
        constexpr double dt = 1e-5;
        const auto residual = [&](double by) {
            std::vector<double> moved = setup.u;
            for (std::size_t i = 0; i < moved.size(); ++i) {
                moved[i] += by * rates[i];
            }
            system.evaluate(t + by, moved);
            return Eigen::VectorXd(system.balance_residual());
        };
        const Eigen::VectorXd difference = (residual(dt) - residual(-dt)) / (2.0 * dt);
        CHECK(drift.norm() > 0.1);
        CHECK((drift - difference).norm() < 1e-8);
    }
}

TEST_CASE("the slow multipliers make that derivative vanish; the projection reaches the manifold") {
    for (const double epsilon : {0.0, 0.01}) {
        Setup setup(everything(12), epsilon);
        field::System& system = setup.system;
        Eigen::VectorXd h;
        system.evaluate(0.3, setup.u);
        const balance::InitialProjection projection = field::project_state(system, h);
        CHECK(projection.residual > 0.01);
        CHECK(projection.largest_change[0] > 0.01);
        CHECK((system.balance_residual() - epsilon * h).cwiseAbs().maxCoeff() < 1e-12);
        CHECK(system.multiplier_drift(h).cwiseAbs().maxCoeff() < 1e-9);
    }
}

TEST_CASE("linear drift and constant noise: the closure is exact, and only then") {
    CHECK(Setup(problems::figure3()).system.exact_closure());
    CHECK_FALSE(Setup(everything(12)).system.exact_closure());
    problems::Config config = problems::figure3();
    config.populations[1].noise = problems::quadratic_noise(0.7, 0.5);
    CHECK_FALSE(Setup(config).system.exact_closure());
}

TEST_CASE("many sites of one variance, by series, give the same rates as by rules") {
    const auto rates_with = [](const char* variance) {
        problems::Config config = problems::field_ring(300);
        Setup setup(config);
        const std::size_t half = setup.u.size() / 2;
        std::fill(setup.u.begin() + static_cast<std::ptrdiff_t>(half), setup.u.end(), 0.9);
        if (variance != nullptr) {
            setup.u.back() = std::nextafter(0.9, 1.0); // one odd site: no shared variance
        }
        setup.system.evaluate(0.0, setup.u);
        std::vector<double> rates(setup.u.size());
        setup.system.rates(setup.system.slow_multipliers(), rates);
        return rates;
    };
    const std::vector<double> series = rates_with(nullptr);
    const std::vector<double> rules = rates_with("odd");
    for (std::size_t i = 0; i < series.size(); ++i) {
        CHECK(series[i] == Approx(rules[i]).margin(1e-11));
    }
}

TEST_CASE("averages over sites: the same bits whichever runs of whole blocks they come by") {
    const problems::Problem problem(problems::field_ring(1031));
    const parallel::Communicator self(MPI_COMM_SELF);
    const balance::Lattice lattice(problem.balance.layout(), problem.config.domain, {1031, 1}, 0,
                                   1031, "field.sites");
    balance::SiteAverage average(self, lattice, balance::SiteAverage::block_size(1031));
    std::vector<double> values(2062);
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = std::sin(0.7 * static_cast<double>(i)) * (i < 1031 ? 1e-3 : 40.0);
    }
    const std::vector<const double*> modes = lattice.products_rows();
    const auto averages = [&](std::size_t run) {
        balance::SiteAverage::Rows rows = average.begin(2, modes);
        for (std::size_t first = 0; first < 1031; first += run) {
            average.add(rows, first, std::min<std::size_t>(run, 1031 - first),
                        values.data() + first, 1031);
        }
        std::vector<double> result(2 * modes.size());
        average.finish(rows, result);
        return result;
    };
    const std::vector<double> all = averages(1031);
    CHECK(averages(256) == all);
    CHECK(averages(64) == all);
    for (std::size_t c = 0; c < 2; ++c) {
        for (std::size_t m = 0; m < modes.size(); ++m) {
            double sum = 0.0;
            for (std::size_t s = 0; s < 1031; ++s) {
                sum += modes[m][s] * values[c * 1031 + s];
            }
            CHECK(all[c * modes.size() + m] == Approx(sum / 1031.0).margin(c == 0 ? 1e-17 : 1e-13));
        }
    }
}

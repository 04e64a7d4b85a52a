// A solution known in closed form with both populations, x, y and time in it: means, densities and
// multipliers follow from what is chosen, and drive and input are made to fit.
//
//   f = -z/tau, sigma constant:  y is Gaussian, K(x,t) = Kinf + (K(x,0) - Kinf) exp(-2 t/tau)
//   G = sin:                     E[G(v + y)] = sin(v) exp(-K/2) =: w(x,t), chosen; so
//                                v = asin(exp(K/2) w)
//   A_a^p = -sum_b s_b c_ab^p integral phi_p w_b dx,   iota = dv/dt + v/tau - sum_p phi_p h^p
//
// w holds Poisson's kernel P = (1 - r^2)/(1 - 2 r cos + r^2), whose modes r^m never end: a lattice
// of S sites integrates it up to r^S. The multipliers h are chosen too.
#include "equipoise/kinetic/solver.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "convergence/kinetic/table.hpp"
#include "unit/kinetic/petsc_session.hpp"
#include "unit/kinetic/problems.hpp"
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <string>
#include <vector>

using namespace equipoise;
using kinetic::KineticSolver;

namespace {

constexpr double pi = std::numbers::pi;
constexpr double ratio = 0.5; ///< r of Poisson's kernel

/// What is chosen for one population, as formulas of x and t and as functions.
struct Choice {
    double tau, sigma, variance, variance_wave; ///< K(x,0) = variance + variance_wave cos(2 pi x)
    bool sine;                                  ///< P about x = 1/4 instead of 0
    // w = a + b P with a = a0 + a1 sin 2t, b = b0 + b1 cos t
    double a0, a1, b0, b1;
    // h of the modes 1, cos, sin: h0 sin t, hc cos 2t, hs sin 3t
    std::array<double, 3> h;

    [[nodiscard]] double final_variance() const { return 0.5 * tau * sigma * sigma; }
    [[nodiscard]] double variance_at(double x, double t) const {
        return final_variance() +
               (variance + variance_wave * std::cos(2.0 * pi * x) - final_variance()) *
                   std::exp(-2.0 * t / tau);
    }
    [[nodiscard]] double mean_at(double x, double t) const {
        const double wave = sine ? std::sin(2.0 * pi * x) : std::cos(2.0 * pi * x);
        const double poisson = (1.0 - ratio * ratio) / (1.0 + ratio * ratio - 2.0 * ratio * wave);
        const double w = a0 + a1 * std::sin(2.0 * t) + (b0 + b1 * std::cos(t)) * poisson;
        return std::asin(std::exp(0.5 * variance_at(x, t)) * w);
    }
    [[nodiscard]] std::array<double, 3> multipliers(double t) const {
        return {h[0] * std::sin(t), h[1] * std::cos(2.0 * t), h[2] * std::sin(3.0 * t)};
    }

    [[nodiscard]] std::string a() const { return fmt::format("({}+{}*sin(2*t))", a0, a1); }
    [[nodiscard]] std::string b() const { return fmt::format("({}+{}*cos(t))", b0, b1); }
    [[nodiscard]] std::string variance_text() const {
        return fmt::format("({0}+({1}+{2}*cos(2*pi*x)-{0})*exp(-2*t/{3}))", final_variance(),
                           variance, variance_wave, tau);
    }
    [[nodiscard]] std::string poisson() const {
        return fmt::format("({}/({}-{}*{}(2*pi*x)))", 1.0 - ratio * ratio, 1.0 + ratio * ratio,
                           2.0 * ratio, sine ? "sin" : "cos");
    }
    [[nodiscard]] std::string q() const { ///< sin(v)
        return fmt::format("(exp({}/2)*({}+{}*{}))", variance_text(), a(), b(), poisson());
    }
    [[nodiscard]] std::string input() const {
        const std::string k1 = fmt::format("(-2/{}*({}-{}))", tau, variance_text(), // dK/dt
                                           final_variance());
        const std::string w1 = fmt::format("({}*cos(2*t)-{}*sin(t)*{})", 2.0 * a1, b1, poisson());
        const std::string q1 = fmt::format("(exp({}/2)*{}+{}/2*{})", variance_text(), w1, k1, q());
        return fmt::format("{}/sqrt(1-{}*{})+asin({})/{}-({}*sin(t)+{}*cos(2*t)*cos(2*pi*x)"
                           "+{}*sin(3*t)*sin(2*pi*x))",
                           q1, q(), q(), q(), tau, h[0], h[1], h[2]);
    }
};

const std::array<Choice, 2> choices{
    Choice{1.0, 0.8, 0.6, 0.2, false, 0.05, 0.03, 0.05, 0.03, {0.2, 0.1, 0.15}},
    Choice{0.8, 0.6, 0.4, -0.15, true, 0.1, -0.04, 0.06, 0.02, {-0.1, 0.2, 0.1}}};

problems::Config manufactured(std::int64_t sites, std::int64_t cells, double time_step) {
    problems::Config config = problems::ring(sites, cells);
    config.kinetic.range = {-6.5, 6.5};
    config.kinetic.time_step = time_step;
    for (config::Coupling& coupling : config.couplings) {
        coupling.gain = problems::expression("sin(z)", -9.0, 9.0);
    }
    for (std::size_t a = 0; a < 2; ++a) {
        const Choice& choice = choices[a];
        config::Population& population = config.populations[a];
        population.drift = problems::linear_drift(choice.tau);
        population.noise = problems::constant_noise(choice.sigma);
        population.variance.text =
            fmt::format("{}+{}*cos(2*pi*x)", choice.variance, choice.variance_wave);
        population.input.text = choice.input();
        population.mean.text = fmt::format("asin({})", choice.q());
        std::size_t at = 0;
        while ((at = population.mean.text.find("*t", at)) != std::string::npos) {
            population.mean.text.replace(at, 2, "*0");
        }
        at = population.mean.text.find("cos(t)");
        population.mean.text.replace(at, 6, "cos(0)");
        population.drive.text = "0";
    }
    for (const config::Coupling& coupling : config.couplings) {
        // The average of w is a + b, that of w cos or w sin is b r; the coefficient of cos in the
        // drive is that of phi = cos in its balance.
        const Choice& source = choices[coupling.source];
        const double sign = coupling.source == 0 ? 1.0 : -1.0;
        const auto& c = coupling.kernel.positional;
        config.populations[coupling.target].drive.text +=
            fmt::format("-({})*({}+{})-({})*{}*{}(2*pi*x)", sign * c[0], source.a(), source.b(),
                        sign * c[1] * ratio, source.b(), source.sine ? "sin" : "cos");
    }
    return config;
}

/// Largest errors over sites and populations: density (integral over y), v, K, h.
std::vector<double> errors(const PetscSession& session, const problems::Config& config, double t) {
    const problems::Problem problem(config);
    KineticSolver solver(session.world, problem.balance, problem.config);
    solver.advance(t);
    const kinetic::SiteFields fields = solver.fields();
    const kinetic::Averages averages = solver.averages();
    CHECK(averages.balance_error < 1e-10);
    CHECK(averages.centre_error < 1e-10);
    std::vector<double> worst(4, 0.0);
    const auto sites = static_cast<std::size_t>(solver.local_sites());
    const kinetic::Grid& grid = solver.grid();
    for (std::size_t a = 0; a < 2; ++a) {
        const std::vector<double> p = solver.density(a);
        for (std::size_t s = 0; s < sites; ++s) {
            const double x = solver.site_position(static_cast<std::int64_t>(s))[0];
            const double variance = choices[a].variance_at(x, t);
            double distance = 0.0;
            for (std::size_t k = 0; k < grid.cells; ++k) {
                const double y = grid.centre(k);
                distance += grid.width() *
                            std::abs(p[s * grid.cells + k] - std::exp(-y * y / (2.0 * variance)) /
                                                                 std::sqrt(2.0 * pi * variance));
            }
            worst[0] = std::max(worst[0], distance);
            worst[1] =
                std::max(worst[1], std::abs(fields.mean[a * sites + s] - choices[a].mean_at(x, t)));
            worst[2] = std::max(worst[2], std::abs(fields.variance[a * sites + s] - variance));
        }
        const std::array<double, 3> h = choices[a].multipliers(t);
        for (std::size_t p_mode = 0; p_mode < 3; ++p_mode) {
            worst[3] = std::max(worst[3], std::abs(averages.input[a * 3 + p_mode] - h[p_mode]));
        }
    }
    return worst;
}

const std::vector<std::string> norms{"density L1", "v", "K", "h"};

} // namespace

TEST_CASE("manufactured solution on the ring: order 2 in time") {
    const PetscSession session;
    ConvergenceTable table("manufactured solution, 32 sites, 800 cells, t = 1", "dt", norms);
    for (const double dt : {0.1, 0.05, 0.025}) {
        table.add(dt, errors(session, manufactured(32, 800, dt), 1.0));
    }
    // The density's error in y, 1e-4, hides its error in time.
    for (std::size_t norm = 1; norm < norms.size(); ++norm) {
        CHECK(table.order(norm) == Approx(2.0).margin(0.25));
    }
}

TEST_CASE("manufactured solution on the ring: order 2 in y") {
    const PetscSession session;
    ConvergenceTable table("manufactured solution, 32 sites, dt = 0.0005, t = 0.25", "dy", norms);
    for (const std::int64_t cells : {50, 100, 200}) {
        table.add(13.0 / static_cast<double>(cells),
                  errors(session, manufactured(32, cells, 0.0005), 0.25));
    }
    CHECK(table.order(0) == Approx(2.0).margin(0.2));
    for (std::size_t norm = 1; norm < norms.size(); ++norm) {
        CHECK(table.order(norm) > 1.8);
    }
}

TEST_CASE("manufactured solution on the ring: order 2 in y and time together") {
    const PetscSession session;
    ConvergenceTable table("manufactured solution, 32 sites, dt = dy/4, t = 1", "dt", norms);
    for (const std::int64_t refinement : {1, 2, 4}) {
        const double dt = 0.05 / static_cast<double>(refinement);
        table.add(dt, errors(session, manufactured(32, 65 * refinement, dt), 1.0));
    }
    for (const std::size_t norm : {0U, 1U, 3U}) {
        CHECK(table.order(norm) == Approx(2.0).margin(0.3));
    }
    CHECK(table.error(2) < 5e-5); // K: order 4 in y meets order 2 in time
}

TEST_CASE("manufactured solution on the ring: spectral in x") {
    const PetscSession session;
    // The lattice's own error, r^S in v and h, is far above those of y and time here.
    ConvergenceTable table("manufactured solution, 200 cells, dt = 0.005, t = 0.1", "sites", norms);
    std::vector<double> means;
    for (const std::int64_t sites : {6, 9, 12}) {
        const std::vector<double> error = errors(session, manufactured(sites, 200, 0.005), 0.1);
        table.add(1.0 / static_cast<double>(sites), error);
        means.push_back(error[1]);
    }
    for (std::size_t i = 0; i + 1 < means.size(); ++i) {
        CHECK(means[i + 1] / means[i] == Approx(std::pow(ratio, 3.0)).epsilon(0.2));
    }
}

#include "equipoise/balance/initial.hpp"

#include <catch2/catch.hpp>

#include "unit/balance/setup.hpp"
#include <cmath>
#include <cstddef>
#include <numbers>
#include <random>
#include <vector>

// Protects the balance that network, kinetic limit and neural field share: residual and Jacobian by
// modes are those of the kernels' integrals written out over all pairs of sites.

namespace {

using namespace equipoise;

constexpr double pi = std::numbers::pi;

/// Three populations on a ring, kernels of different modes, gains that differ by target.
const std::string three_on_ring = R"([run]
t_end = 1
[domain]
kind = ring
length = 2
[populations]
names = e i s
[population.e]
sign = excitatory
neurons = 400
drift = linear(tau=1)
noise = constant(sigma=1)
drive = 0.3 + 0.2*cos(pi*x) - 0.1*sin(2*pi*x)
[population.i]
sign = inhibitory
neurons = 300
drift = linear(tau=1)
noise = constant(sigma=1)
drive = 0.1 + 0.4*sin(pi*x)
[population.s]
sign = inhibitory
neurons = 200
drift = linear(tau=1)
noise = constant(sigma=1)
[coupling.e.e]
kernel = cosine(1, 2)
gain = tanh(slope=1)
[coupling.e.i]
kernel = cosine(4, 4, 0.5)
gain = tanh(slope=1.5)
[coupling.i.e]
kernel = cosine(3, 0.7)
gain = logistic(slope=2)
[coupling.i.s]
kernel = cosine(1)
gain = tanh(slope=2, height=0.5)
[coupling.s.e]
kernel = cosine(0, 0, 1.3)
gain = tanh(slope=1)
[coupling.s.i]
kernel = cosine(0.2, 0, 0.6)
gain = erf(slope=0.8)
[network]
time_step = 0.01
)";

const std::string two_on_torus =
    two_populations("torus\nlength = 1 3",
                    coupling("e", "e", "modes(0 0 1, 1 1 0.5)", "tanh(slope=1)") +
                        coupling("e", "i", "product(cosine(1, 0.5), cosine(2, 1))", "tanh()") +
                        coupling("i", "e", "modes(1 -1 0.8, 0 1 0.4)", "tanh(slope=0.7)") +
                        coupling("i", "i", "cosine(1, 0.3)", "tanh(slope=2)"),
                    "drive = 0.2 + 0.1*cos(2*pi*x1)*cos(2*pi*x2/3)\n");

/// Sites on a lattice with one state each, of every population.
struct Sites {
    std::vector<model::Position> phases;
    std::vector<std::vector<double>> z; ///< [population][site]

    Sites(const model::Model& model, std::size_t first, std::size_t second) {
        std::mt19937_64 engine(8);
        std::normal_distribution<double> normal(0.2, 0.8);
        for (std::size_t i = 0; i < first; ++i) {
            for (std::size_t j = 0; j < second; ++j) {
                phases.push_back({static_cast<double>(i) / static_cast<double>(first),
                                  static_cast<double>(j) / static_cast<double>(second)});
            }
        }
        z.resize(model.population_count());
        for (auto& states : z) {
            for (std::size_t s = 0; s < phases.size(); ++s) {
                states.push_back(normal(engine));
            }
        }
    }
};

/// Moments of these states, from the definition in balance/moments.hpp.
std::vector<double> moments_of(const balance::MomentLayout& layout, const model::Model& model,
                               const Sites& sites) {
    std::vector<double> moments(layout.size(), 0.0);
    const double share = 1.0 / static_cast<double>(sites.phases.size());
    for (std::size_t b = 0; b < model.population_count(); ++b) {
        for (std::size_t g = 0; g < model.population(b).gains.size(); ++g) {
            for (std::size_t s = 0; s < sites.phases.size(); ++s) {
                const model::Function& gain = *model.population(b).gains[g];
                for (std::size_t p = 0; p < layout.basis().size(); ++p) {
                    moments[layout.gain_begin(b, g) + p] +=
                        share * gain.value(sites.z[b][s]) *
                        layout.basis().value(p, sites.phases[s]);
                }
                for (std::size_t p = 0; p < layout.products().size(); ++p) {
                    moments[layout.slope_begin(b, g) + p] +=
                        share * gain.slope(sites.z[b][s]) *
                        layout.products().value(p, sites.phases[s]);
                }
            }
        }
    }
    return moments;
}

/// K_ab(x, x') written out: c0 + c1 cos(2 pi d) + ... over the kernel's wave vectors.
double kernel(const model::Model& model, std::size_t a, std::size_t b, const model::Position& x,
              const model::Position& y) {
    double sum = 0.0;
    for (const auto& [wave, c] : model.kernel(a, b).coefficients) {
        sum += c * std::cos(2.0 * pi * (wave.k[0] * (x[0] - y[0]) + wave.k[1] * (x[1] - y[1])));
    }
    return sum;
}

/// Integral over x of phi_p(x) R_a(x), divided by that of phi_p^2, with the double integral over
/// pairs of sites: R_a(x) = A_a(x) + sum_b s_b (1/S) sum_k K_ab(x, x_k) G_ab(z_k).
double brute_force_residual(const Setup& setup, const Sites& sites, std::size_t a, std::size_t p) {
    const model::Model& model = setup.model;
    const auto count = static_cast<double>(sites.phases.size());
    double projected = 0.0;
    for (const model::Position& phase : sites.phases) {
        const model::Position x{phase[0] * model.domain().length[0],
                                phase[1] * model.domain().length[1]};
        double r = model.population(a).drive(x, 0.0);
        for (std::size_t b = 0; b < model.population_count(); ++b) {
            if (!model.connected(a, b)) {
                continue;
            }
            const model::Function& gain = *model.population(b).gains[model.gain_index(a, b)];
            for (std::size_t k = 0; k < sites.phases.size(); ++k) {
                r += model.population(b).sign / count *
                     kernel(model, a, b, phase, sites.phases[k]) * gain.value(sites.z[b][k]);
            }
        }
        projected += r * model.basis().value(p, phase) / count;
    }
    return projected / model.basis().norm(p);
}

std::vector<double> drive_modes(const Setup& setup) {
    balance::DriveModes drive(setup.model);
    return drive.at(0.0);
}

} // namespace

TEST_CASE("the residual is the double integral over sites, projected on the modes") {
    for (const bool torus : {false, true}) {
        const Setup setup(torus ? two_on_torus : three_on_ring);
        const Sites sites(setup.model, torus ? 7 : 24, torus ? 8 : 1);
        const auto moments = moments_of(setup.balance.layout(), setup.model, sites);
        const Eigen::VectorXd r = setup.balance.residual(drive_modes(setup), moments);
        REQUIRE(setup.balance.size() > 6);
        for (std::size_t i = 0; i < setup.balance.size(); ++i) {
            const auto [a, p] = setup.balance.unknowns()[i];
            CHECK(r[static_cast<Eigen::Index>(i)] ==
                  Approx(brute_force_residual(setup, sites, a, p)).margin(1e-13));
        }
    }
}

TEST_CASE("the Jacobian is the residual's derivative along the modes of the means") {
    for (const bool torus : {false, true}) {
        const Setup setup(torus ? two_on_torus : three_on_ring);
        const balance::Balance& balance = setup.balance;
        const Sites sites(setup.model, torus ? 7 : 24, torus ? 8 : 1);
        const std::vector<double> drive = drive_modes(setup);
        const Eigen::MatrixXd jacobian =
            balance.jacobian(moments_of(balance.layout(), setup.model, sites));
        constexpr double h = 1e-5;
        for (std::size_t j = 0; j < balance.size(); ++j) {
            const auto [b, q] = balance.unknowns()[j];
            const auto shifted = [&](double by) {
                Sites moved = sites;
                for (std::size_t s = 0; s < moved.phases.size(); ++s) {
                    moved.z[b][s] += by * setup.model.basis().value(q, moved.phases[s]);
                }
                return balance.residual(drive, moments_of(balance.layout(), setup.model, moved));
            };
            const Eigen::VectorXd difference = (shifted(h) - shifted(-h)) / (2.0 * h);
            const Eigen::VectorXd column = jacobian.col(static_cast<Eigen::Index>(j));
            CHECK((difference - column).cwiseAbs().maxCoeff() < 2e-9);
        }
        CHECK(jacobian.norm() > 0.5);
    }
}

TEST_CASE("the unknowns are the modes on which some coupling acts, in order") {
    const Setup setup(three_on_ring);
    const balance::Balance& balance = setup.balance;
    const model::Basis& basis = setup.model.basis();
    CHECK(basis.size() == 5); // 1, cos(1), sin(1), cos(2), sin(2)
    // e feels waves 0, 1 and 2; i waves 0 and 1; s waves 0 and 2 (kernel onto s from i has both).
    CHECK(balance.size() == 5 + 3 + 3);
    CHECK(balance.active(1, 2));
    CHECK_FALSE(balance.active(1, 3));
    CHECK_FALSE(balance.active(2, 1));
    CHECK(balance.active(2, 4));
    CHECK(balance.name({1, 2}) == "population i, mode sin(1)");
    Eigen::VectorXd values = Eigen::VectorXd::LinSpaced(11, 1.0, 11.0);
    std::vector<double> by_mode(15, -1.0);
    balance.scatter(values, by_mode);
    CHECK(by_mode == std::vector<double>{1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 9, 0, 0, 10, 11});
}

TEST_CASE("combine is the residual without the drive") {
    const Setup setup(three_on_ring);
    const Sites sites(setup.model, 24, 1);
    const auto moments = moments_of(setup.balance.layout(), setup.model, sites);
    const std::vector<double> no_drive(15, 0.0);
    CHECK(setup.balance.combine(moments) == setup.balance.residual(no_drive, moments));
}

TEST_CASE("moments of Gaussian states: closed forms") {
    // E[z] = v, E[erf(s z)] = erf(s v / sqrt(1 + 2 s^2 K)), with v and K varying along the ring.
    const Setup setup(
        two_populations("ring",
                        coupling("e", "i", "cosine(1, 1)", "erf(slope=0.8)") +
                            coupling("i", "e", "cosine(1, 1)", "linear(slope=3)"),
                        "mean = 0.5*cos(2*pi*x)\n",
                        "mean = 0.1 + 0.2*sin(2*pi*x)\nvariance = 1 + 0.5*cos(2*pi*x)\n"));
    balance::DriveModes drive(setup.model);
    const balance::InitialBalance initial = balance::initial_balance(setup.balance, drive);
    const balance::MomentLayout& layout = setup.balance.layout();
    double constant = 0.0;
    double sine = 0.0;
    double slope = 0.0;
    const std::size_t sites = 4096;
    for (std::size_t s = 0; s < sites; ++s) {
        const double u = static_cast<double>(s) / static_cast<double>(sites);
        const double v = 0.1 + 0.2 * std::sin(2.0 * pi * u);
        const double root = std::sqrt(1.0 + 2.0 * 0.64 * (1.0 + 0.5 * std::cos(2.0 * pi * u)));
        const double share = 1.0 / static_cast<double>(sites);
        constant += share * std::erf(0.8 * v / root);
        sine += share * std::sin(2.0 * pi * u) * std::erf(0.8 * v / root);
        slope += share * 2.0 / std::sqrt(pi) * 0.8 / root * std::exp(-0.64 * v * v / (root * root));
    }
    CHECK(initial.moments[layout.gain_begin(1, 0)] == Approx(constant).margin(1e-12));
    CHECK(initial.moments[layout.gain_begin(1, 0) + 2] == Approx(sine).margin(1e-12));
    CHECK(initial.moments[layout.slope_begin(1, 0)] == Approx(slope).margin(1e-12));
    CHECK(initial.moments[layout.gain_begin(0, 0)] == Approx(0.0).margin(1e-14));
    CHECK(initial.moments[layout.gain_begin(0, 0) + 1] == Approx(3.0 * 0.25).margin(1e-13));
    CHECK(initial.moments[layout.slope_begin(0, 0)] == Approx(3.0).margin(1e-13));
}

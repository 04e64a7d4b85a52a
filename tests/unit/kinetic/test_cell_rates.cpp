// The rates of single cells against their formulas in extended precision: no cancellation near beta
// = 0 or D = 0, no overflow far away.
#include "equipoise/kinetic/cell_rates.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

using namespace equipoise::kinetic;

namespace {

/// B(x) = x/(exp(x) - 1) and its derivative for x >= 0, by its series where the closed form
/// cancels.
long double bernoulli(long double x) {
    return x == 0.0L ? 1.0L : x / std::expm1(x);
}
long double bernoulli_slope(long double x) {
    if (x < 0.05L) {
        const long double z = x * x;
        return -0.5L + x / 6.0L * (1.0L - z / 30.0L * (1.0L - z / 28.0L * (1.0L - z / 30.0L)));
    }
    const long double b = bernoulli(x);
    return b * (1.0L - b - x) / x;
}

/// F = D/(1 + w^2/12 + w^4/80), w = |beta| h/D, against = (F/h^2) B(|beta| h/F), and its
/// derivatives.
struct Exact {
    long double x, against, by_speed, by_diffusion;

    Exact(long double speed, long double diffusion, long double h) {
        const long double w = speed * h / diffusion;
        const long double q = 1.0L / (1.0L + w * w / 12.0L + w * w * w * w / 80.0L);
        x = w / q;
        const long double b = bernoulli(x);
        const long double slope = bernoulli_slope(x);
        against = diffusion * q / (h * h) * b;
        // dF/dD = q + q^2 (w^2/6 + w^4/20), dF/d|beta| = -q^2 (w/6 + w^3/20) h, d(F B(|beta| h/F))
        // = (B - x B') dF + B' h d|beta|.
        const long double by_fitted = (b - x * slope) / (h * h);
        const long double bend = q * q * (w / 6.0L + w * w * w / 20.0L);
        by_speed = slope / h - by_fitted * bend * h;
        by_diffusion = by_fitted * (q + bend * w);
    }
};

/// Drift, noise and density of cells, and what comes out.
struct Row {
    std::vector<double> beta, s, s1, p, up, down, by_beta, by_noise;

    void add(double drift, double sigma) {
        beta.push_back(drift);
        s.push_back(sigma);
        s1.push_back(0.3);
        p.push_back(0.7);
    }
    void compute(double h, bool uniform) {
        for (std::vector<double>* array : {&up, &down, &by_beta, &by_noise}) {
            array->assign(beta.size(), std::numeric_limits<double>::quiet_NaN());
        }
        for (std::size_t begin = 0; begin < beta.size(); begin += values_at_once) {
            const CellNoise noise{s.data() + begin, s1.data() + begin, uniform};
            cell_slopes(beta.data() + begin, noise, p.data() + begin, h,
                        std::min(values_at_once, beta.size() - begin), up.data() + begin,
                        down.data() + begin, by_beta.data() + begin, by_noise.data() + begin);
        }
    }
};

void note(double& worst, long double error) {
    worst = std::max(worst, static_cast<double>(std::abs(error)));
}

} // namespace

TEST_CASE("a cell's rates and their derivatives are exact for Peclet numbers from 1e-16 to 1e3") {
    double worst = 0.0;
    double worst_by_beta = 0.0;
    double worst_by_noise = 0.0;
    for (const bool uniform : {false, true}) {
        for (const double sigma : {1e-30, 1e-3, 0.7, 40.0}) {
            for (const double h : {1e-3, 0.11, 20.0}) {
                const double diffusion = 0.5 * sigma * sigma;
                Row row;
                for (double exponent = -16.0; exponent <= 3.0; exponent += 0.0173) {
                    const double speed = std::pow(10.0, exponent) * diffusion / h;
                    row.add(speed, sigma);
                    row.add(-speed, sigma);
                }
                row.compute(h, uniform);
                for (std::size_t i = 0; i < row.beta.size(); ++i) {
                    const double speed = std::abs(row.beta[i]);
                    const bool upwards = row.beta[i] > 0.0;
                    const Exact exact(speed, diffusion, h);
                    const double against = upwards ? row.down[i] : row.up[i];
                    const double along = upwards ? row.up[i] : row.down[i];
                    const long double least = 1e-290L * std::max(1.0, diffusion / (h * h));
                    if (exact.against > least) {
                        // An error of the exponent x is one of exp(x) itself.
                        note(worst, (against / exact.against - 1.0L) / (1.0L + exact.x));
                    } else {
                        CHECK(against >= 0.0);
                        CHECK(against < 1e10L * least);
                    }
                    note(worst, along / (exact.against + speed / h) - 1.0L);
                    const long double by_beta =
                        upwards ? exact.by_speed + 1.0L / h : -exact.by_speed;
                    note(worst_by_beta, (row.by_beta[i] - by_beta * row.p[i]) * h);
                    if (!uniform) {
                        const long double by_v = exact.by_diffusion * sigma * row.s1[i];
                        note(worst_by_noise, (row.by_noise[i] - by_v * row.p[i]) * h * h / sigma);
                    }
                }
            }
        }
    }
    CAPTURE(worst, worst_by_beta, worst_by_noise);
    CHECK(worst < 1e-15);
    CHECK(worst_by_beta < 5e-15);
    CHECK(worst_by_noise < 5e-16);
}

TEST_CASE("a cell's rates without drift, without noise and far out") {
    constexpr double h = 0.25;
    for (const bool uniform : {false, true}) {
        Row still;
        still.add(0.0, 2.0);
        still.add(-0.0, 2.0);
        still.add(1e-320, 2.0);
        still.compute(h, uniform);
        for (std::size_t i = 0; i < still.beta.size(); ++i) {
            CHECK(still.up[i] == 2.0 / (h * h)); // D/h^2
            CHECK(still.down[i] == 2.0 / (h * h));
            CHECK(still.by_beta[i] == 0.5 * 0.7 / h);
            if (!uniform) {
                CHECK(still.by_noise[i] == Approx(2.0 * 0.3 * 0.7 / (h * h)).epsilon(1e-15));
            }
        }
        // Upwind, also where D is a number too small for a normal one, and for drifts that are
        // nothing beside 1.
        for (const double sigma : {0.0, 1e-200, 1e-160, 1e-150}) {
            Row upwind;
            for (const double drift : {3.0, -3.0, 1e-30, -1e200, 0.0}) {
                upwind.add(drift, sigma);
            }
            upwind.compute(h, uniform);
            for (std::size_t i = 0; i < upwind.beta.size(); ++i) {
                const double beta = upwind.beta[i];
                CHECK(upwind.up[i] ==
                      Approx(std::max(beta, 0.0) / h).epsilon(1e-15).margin(1e-250));
                CHECK(upwind.down[i] ==
                      Approx(std::max(-beta, 0.0) / h).epsilon(1e-15).margin(1e-250));
                CHECK(upwind.up[i] >= 0.0);
                CHECK(upwind.down[i] >= 0.0);
                CHECK(std::isfinite(upwind.by_beta[i]));
                if (beta != 0.0) {
                    CHECK(upwind.by_beta[i] ==
                          Approx(beta > 0.0 ? 0.7 / h : 0.0).epsilon(1e-15).margin(1e-250));
                }
                if (!uniform) {
                    CHECK(std::abs(upwind.by_noise[i]) < 1e-140);
                }
            }
        }
        Row broken;
        broken.add(std::numeric_limits<double>::quiet_NaN(), 1.0);
        broken.compute(h, uniform);
        CHECK(std::isnan(broken.up[0]));
        CHECK(std::isnan(broken.down[0]));
    }
}

TEST_CASE("a cell's rates have the same bits at every place, in rates and slopes") {
    Row row;
    for (int i = 0; i < 700; ++i) {
        row.add(std::sin(1.7 * i) * std::pow(10.0, 3.0 * std::cos(0.3 * i)), 0.1 + 0.001 * i);
    }
    row.compute(0.1, false);
    std::vector<double> up(row.beta.size());
    std::vector<double> down(row.beta.size());
    cell_rates(row.beta.data(), {row.s.data(), nullptr, false}, 0.1, row.beta.size(), up.data(),
               down.data());
    CHECK(up == row.up);
    CHECK(down == row.down);
    for (std::size_t i = 0; i < row.beta.size(); ++i) {
        for (const bool uniform : {false, true}) {
            Row alone;
            alone.add(row.beta[i], row.s[i]);
            alone.compute(0.1, uniform);
            CHECK(alone.up[0] == row.up[i]);
            CHECK(alone.down[0] == row.down[i]);
            CHECK(alone.by_beta[0] == row.by_beta[i]);
        }
    }
}

// The loops of a time step: what they are said to compute, and the same bits for a lane whether it
// stands by itself or among others.
#include "equipoise/kinetic/chain_solver.hpp"
#include "equipoise/kinetic/line_groups.hpp"
#include "equipoise/kinetic/step_loops.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <random>
#include <vector>

using namespace equipoise::kinetic;

namespace {

constexpr std::size_t eight = LineGroup::most_lanes;
constexpr std::size_t cells = 37;

using Values = std::vector<double>;

Values random_values(std::size_t count, unsigned seed, double lowest) {
    std::mt19937_64 generator(seed);
    std::uniform_real_distribution<double> uniform(lowest, 1.0);
    Values values(count);
    std::generate(values.begin(), values.end(), [&] { return uniform(generator); });
    return values;
}

/// One lane of values by (cell, lane).
Values lane_of(const Values& values, std::size_t lane) {
    Values result;
    for (std::size_t i = lane; i < values.size(); i += eight) {
        result.push_back(values[i]);
    }
    return result;
}

/// What a group of lines brings along, for eight lanes or one of them.
struct Group {
    std::size_t lanes;
    std::array<Values, most_earlier_states> states;
    Values up, down, flux_v, flux_g, right, centres, v, g;

    Group() : lanes(eight), centres(random_values(cells, 9, -1.0)) {
        unsigned seed = 1;
        for (Values& state : states) {
            state = random_values(cells * eight, ++seed, 0.0);
        }
        up = random_values(cells * eight, 21, 0.0);
        down = random_values(cells * eight, 22, 0.0);
        flux_v = random_values(cells * eight, 23, -1.0);
        flux_g = random_values(cells * eight, 24, -1.0);
        right = random_values(cells * eight, 25, -1.0);
        v = random_values(eight, 26, -1.0);
        g = random_values(eight, 27, -1.0);
    }

    [[nodiscard]] Group alone(std::size_t lane) const {
        Group one = *this;
        one.lanes = 1;
        for (Values* values :
             {&one.up, &one.down, &one.flux_v, &one.flux_g, &one.right, &one.v, &one.g,
              &one.states[0], &one.states[1], &one.states[2], &one.states[3]}) {
            *values = lane_of(*values, lane);
        }
        return one;
    }
    [[nodiscard]] step_loops::EarlierStates earlier() const {
        return {states[0].data(), states[1].data(), states[2].data(), states[3].data()};
    }
};

/// All that a step makes of it.
struct Step {
    Values guess, right, pivot, by_v, by_g, p, moments, error, sums;
    bool negative = false;

    Step(const Group& of, const BdfWeights& weights)
        : guess(cells * of.lanes), right(guess.size()), pivot(guess.size()), by_v(guess.size()),
          by_g(guess.size()), p(guess.size()), moments(3 * of.lanes), error(of.lanes),
          sums(4 * of.lanes) {
        step_loops::look_back(weights, of.earlier(), guess.size(), guess.data(), right.data());
        ChainSolver::factor_and_solve_all(2.5, of.centres.data(), cells, of.lanes,
                                          std::array{chains(of)});
        step_loops::gain_sums(of.up.data(), of.down.data(), by_v.data(), by_g.data(), p.data(),
                              guess.data(), cells, of.lanes, sums.data());
        negative =
            step_loops::complete(weights, of.earlier(), by_v.data(), of.v.data(), by_g.data(),
                                 of.g.data(), cells, of.lanes, p.data(), error.data());
    }

    ChainSolver::Group chains(const Group& of) {
        return {of.up.data(), of.down.data(), of.flux_v.data(), of.flux_g.data(), of.right.data(),
                pivot.data(), by_v.data(),    by_g.data(),      p.data(),         moments.data()};
    }
};

double sum_of_products(const Values& a, const Values& b) {
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        sum += a[i] * b[i];
    }
    return sum;
}

BdfWeights weights_for(std::size_t known) {
    const std::array<double, most_earlier_states> times{-0.3, -0.5, -0.9, -1.0};
    return bdf_weights(0.0, std::span(times).first(known), most_bdf_order);
}

} // namespace

TEST_CASE("a step's loops compute what they say, by any number of earlier states") {
    const Group group = Group().alone(3);
    for (std::size_t known = 1; known <= most_earlier_states; ++known) {
        CAPTURE(known);
        const BdfWeights weights = weights_for(known);
        const Step step(group, weights);
        Values solution(cells);
        Values pivot(cells);
        Values by_v(cells);
        Values by_g(cells);
        ChainSolver::factor_and_solve(2.5, group.up.data(), group.down.data(), cells, 1,
                                      group.flux_v.data(), group.flux_g.data(), pivot.data(),
                                      by_v.data(), by_g.data());
        ChainSolver::solve(group.up.data(), group.down.data(), pivot.data(), cells, 1,
                           group.right.data(), solution.data());
        CHECK(step.moments[0] == Approx(sum_of_products(group.centres, by_v)).margin(1e-13));
        CHECK(step.moments[1] == Approx(sum_of_products(group.centres, by_g)).margin(1e-13));
        CHECK(step.moments[2] == Approx(sum_of_products(group.centres, solution)).margin(1e-13));
        CHECK(step.sums[0] == Approx(sum_of_products(group.up, by_v)).margin(1e-13));
        CHECK(step.sums[1] == Approx(sum_of_products(group.up, by_g)).margin(1e-13));
        CHECK(step.sums[2] == Approx(sum_of_products(group.up, solution)).margin(1e-13));
        CHECK(step.sums[3] == Approx(sum_of_products(group.down, step.guess)).margin(1e-13));
        double largest = 0.0;
        bool negative = false;
        for (std::size_t k = 0; k < cells; ++k) {
            double guess = 0.0;
            double rate = 0.0;
            double error = weights.error_new * step.p[k];
            for (std::size_t s = 0; s < known; ++s) {
                guess += weights.guess[s] * group.states[s][k];
                rate += weights.rate[s] * group.states[s][k];
                error += weights.error[s] * group.states[s][k];
            }
            CHECK(step.guess[k] == Approx(guess).margin(1e-13));
            CHECK(step.right[k] == Approx(-rate).margin(1e-12));
            CHECK(step.by_v[k] == Approx(by_v[k]).margin(1e-14));
            CHECK(step.by_g[k] == Approx(by_g[k]).margin(1e-14));
            CHECK(step.p[k] ==
                  Approx(solution[k] + by_v[k] * group.v[0] + by_g[k] * group.g[0]).margin(1e-14));
            largest = std::max(largest, std::abs(error));
            negative = negative || step.p[k] < 0.0;
        }
        CHECK(step.error[0] == Approx(known > 1 ? largest : 0.0));
        CHECK(step.negative == negative);
        CHECK(negative); // the right-hand side has both signs
    }
}

TEST_CASE("a step's loops give a lane the bits that it has by itself") {
    const Group group;
    for (std::size_t known = 1; known <= most_earlier_states; ++known) {
        const BdfWeights weights = weights_for(known);
        const Step together(group, weights);
        for (std::size_t lane = 0; lane < eight; ++lane) {
            const Step alone(group.alone(lane), weights);
            CHECK(lane_of(together.guess, lane) == alone.guess);
            CHECK(lane_of(together.right, lane) == alone.right);
            CHECK(lane_of(together.by_v, lane) == alone.by_v);
            CHECK(lane_of(together.by_g, lane) == alone.by_g);
            CHECK(lane_of(together.p, lane) == alone.p);
            CHECK(lane_of(together.moments, lane) == alone.moments);
            CHECK(lane_of(together.sums, lane) == alone.sums);
            CHECK(lane_of(together.error, lane) == alone.error);
        }
    }
}

TEST_CASE("groups of chains side by side have the bits of each by itself, however many") {
    std::vector<Group> groups(7);
    for (std::size_t i = 0; i < groups.size(); ++i) {
        const auto seed = static_cast<unsigned>(100 + 10 * i);
        groups[i].up = random_values(cells * eight, seed, 0.0);
        groups[i].flux_v = random_values(cells * eight, seed + 1, -1.0);
        groups[i].right = random_values(cells * eight, seed + 2, -1.0);
    }
    const BdfWeights weights = weights_for(2);
    const auto check = [&](std::size_t lanes, std::size_t count) {
        CAPTURE(lanes, count);
        std::vector<Group> of;
        std::vector<Step> alone;
        for (std::size_t i = 0; i < count; ++i) {
            of.push_back(lanes == 1 ? groups[i].alone(i) : groups[i]);
            alone.emplace_back(of[i], weights);
            ChainSolver::factor_and_solve_all(2.5, of[i].centres.data(), cells, lanes,
                                              std::array{alone[i].chains(of[i])});
        }
        std::vector<Step> together = alone;
        std::vector<ChainSolver::Group> chains;
        for (std::size_t i = 0; i < count; ++i) {
            std::fill(together[i].p.begin(), together[i].p.end(), 0.0);
            chains.push_back(together[i].chains(of[i]));
        }
        ChainSolver::factor_and_solve_all(2.5, of[0].centres.data(), cells, lanes, chains);
        for (std::size_t i = 0; i < count; ++i) {
            CHECK(together[i].by_v == alone[i].by_v);
            CHECK(together[i].by_g == alone[i].by_g);
            CHECK(together[i].p == alone[i].p);
            CHECK(together[i].moments == alone[i].moments);
        }
    };
    for (const std::size_t lanes : {eight, std::size_t{1}}) {
        for (std::size_t count = 1; count <= groups.size(); ++count) {
            check(lanes, count);
        }
    }
}

TEST_CASE("a density without negative cells is not said to have any") {
    const BdfWeights weights = weights_for(2);
    Group group;
    group.v.assign(eight, 0.0);
    group.g.assign(eight, 0.0);
    group.right = random_values(cells * eight, 31, 0.1);
    CHECK_FALSE(Step(group, weights).negative);
    CHECK_FALSE(Step(group.alone(0), weights).negative);
}

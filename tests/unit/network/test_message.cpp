#include "equipoise/network/block_loops.hpp"
#include "equipoise/network/message.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

// Protects the one message of a time step: exact sums, and everything that must stop a run counted
// in the same words.

namespace {

using equipoise::Request;
using equipoise::network::Message;
using equipoise::network::SumGroup;

/// Two sums in the second group, of which the tests use the second.
const std::vector<SumGroup> groups{{1024.0, 1}, {3.0, 2}, {0.0, 1}};
constexpr std::array<std::size_t, 3> used{0, 1, 0};

} // namespace

TEST_CASE("sums of several ranks' words are those of one rank") {
    std::mt19937_64 engine(4);
    std::uniform_real_distribution<double> uniform(-1.0, 1.0);
    Message whole(groups, 2);
    Message first(groups, 2);
    Message second(groups, 2);
    double plain = 0.0;
    for (int block = 0; block < 1000; ++block) {
        for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
            const double term = uniform(engine) * groups[i].bound;
            whole.add(i, used[i], 0, term);
            (block < 300 ? first : second).add(i, used[i], 0, term);
            plain += i == 0 ? term : 0.0;
        }
    }
    REQUIRE(first.words().size() == second.words().size());
    for (std::size_t word = 0; word < first.words().size(); ++word) { // what MPI does
        first.words()[word] += second.words()[word];
    }
    for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
        CHECK(first.sum(i, used[i]) == whole.sum(i, used[i]));
    }
    CHECK(whole.sum(0, 0) == Approx(plain).epsilon(1e-12));
    CHECK(whole.sum(1, 0) == 0.0); // another sum of the same group
    CHECK(whole.faults(0) == 0);
    CHECK(whole.faults(1) == 0);
}

TEST_CASE("terms that are too large or not finite are counted against their population") {
    Message message(groups, 2);
    message.add(0, 0, 0, 1024.0);
    message.add(0, 0, 1, std::nextafter(1024.0, 2000.0));
    message.add(1, 1, 1, std::numeric_limits<double>::quiet_NaN());
    message.add(1, 1, 0, -std::numeric_limits<double>::infinity());
    message.add_outside(1, 5);
    CHECK(message.faults(0) == 1);
    CHECK(message.faults(1) == 7);
    CHECK(message.sum(0, 0) == 1024.0); // the others are left out
    CHECK(message.sum(1, 1) == 0.0);
    message.clear();
    CHECK(message.faults(0) == 0);
    CHECK(message.faults(1) == 0);
    CHECK(message.sum(0, 0) == 0.0);
}

TEST_CASE("a gain that is 0 everywhere has a sum of 0") {
    Message message(groups, 1);
    message.add(2, 0, 0, 0.0);
    CHECK(message.sum(2, 0) == 0.0);
    CHECK(message.faults(0) == 0);
    message.add(2, 0, 0, 1.0);
    CHECK(message.faults(0) == 1);
}

TEST_CASE("the strongest request of any rank arrives, and ends with the message") {
    Message message(groups, 1);
    CHECK(message.request() == Request::none);
    message.ask(Request::none);
    CHECK(message.request() == Request::none);
    for (int rank = 0; rank < 5; ++rank) {
        message.ask(Request::checkpoint);
    }
    CHECK(message.request() == Request::checkpoint);
    message.ask(Request::stop);
    message.ask(Request::stop);
    CHECK(message.request() == Request::stop);
    CHECK(message.faults(0) == 0);
    message.clear();
    CHECK(message.request() == Request::none);
}

TEST_CASE("sums within a block are right for every length and do not depend on what follows") {
    std::mt19937_64 engine(6);
    std::normal_distribution<double> normal;
    std::vector<double> a(1040);
    std::vector<double> b(1040);
    for (std::size_t i = 0; i < a.size(); ++i) {
        a[i] = normal(engine);
        b[i] = normal(engine);
    }
    for (std::size_t count = 0; count <= 1024; count += count < 40 ? 1 : 123) {
        long double sum = 0.0L;
        long double dot = 0.0L;
        for (std::size_t i = 0; i < count; ++i) {
            sum += a[i];
            dot += static_cast<long double>(a[i]) * b[i];
        }
        const double own_sum = equipoise::network::ordered_sum(a.data(), count);
        const double own_dot = equipoise::network::ordered_dot(a.data(), b.data(), count);
        CHECK(own_sum == Approx(static_cast<double>(sum)).margin(1e-12));
        CHECK(own_dot == Approx(static_cast<double>(dot)).margin(1e-12));
        std::vector<double> longer(a.begin(), a.begin() + static_cast<std::ptrdiff_t>(count));
        longer.resize(count + 3, 1e300);
        CHECK(equipoise::network::ordered_sum(longer.data(), count) == own_sum);
    }
}

TEST_CASE("whether all values are within a bound is seen at every place and for NaN") {
    using equipoise::network::all_within;
    constexpr double bound = 65536.0;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    for (const std::size_t count : {1U, 7U, 31U, 32U, 33U, 97U}) {
        std::vector<double> values(count, -bound);
        CHECK(all_within(values.data(), bound, count));
        for (std::size_t i = 0; i < count; ++i) {
            for (const double good : {bound, 0.0, -0.0, 1e-310, std::nextafter(-bound, 0.0)}) {
                values[i] = good;
                CHECK(all_within(values.data(), bound, count));
            }
            for (const double bad : {std::nextafter(bound, infinity), -1e300, infinity, -infinity,
                                     std::numeric_limits<double>::quiet_NaN(),
                                     -std::numeric_limits<double>::quiet_NaN()}) {
                values[i] = bad;
                CHECK_FALSE(all_within(values.data(), bound, count));
                CHECK(all_within(values.data(), bound, i)); // looks no further
            }
            values[i] = 1.0;
        }
    }
}

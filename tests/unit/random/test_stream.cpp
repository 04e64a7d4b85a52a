#include "equipoise/elementary/functions.hpp"
#include "equipoise/elementary/single.hpp"
#include "equipoise/random/paths.hpp"
#include "equipoise/random/stream.hpp"

#include <Random123/philox.h>
#include <catch2/catch.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <set>
#include <vector>

// Protects reproducibility: a draw is Random123's Philox4x32-10 of (seed, purpose, population,
// neuron, step), bit for bit, and depends on nothing else.

namespace {

using namespace equipoise::random;
using Block = std::array<double, block_size>;
using Words = std::array<std::uint64_t, 2>;
constexpr std::size_t pairs = block_size / 2;

/// The counter's layout as the program documents it, straight into Random123.
Words reference(const Stream& stream, std::uint64_t block, std::uint64_t step, std::size_t pair) {
    const std::uint64_t pair_number = block * pairs + pair; // below 2^48
    const auto low = [](std::uint64_t x) { return static_cast<std::uint32_t>(x); };
    const auto high = [](std::uint64_t x) { return static_cast<std::uint32_t>(x >> 32U); };
    const std::uint64_t upper = pair_number | (std::uint64_t{stream.population} << 48U);
    const std::uint64_t lower = step | (static_cast<std::uint64_t>(stream.purpose) << 56U);
    const r123::Philox4x32::ctr_type out =
        r123::Philox4x32()({{low(upper), high(upper), low(lower), high(lower)}},
                           {{low(stream.seed), high(stream.seed)}});
    return {out[0] | (std::uint64_t{out[1]} << 32U), out[2] | (std::uint64_t{out[3]} << 32U)};
}

double to_uniform(std::uint64_t bits) {
    return static_cast<double>(2 * (bits & 0xfffffffffffffU) + 1) * 0x1p-53;
}

/// The angle of a pair, in turns within the first quadrant, and the signs of cosine and sine.
struct Direction {
    double angle, cosine_sign, sine_sign;

    explicit Direction(std::uint64_t bits)
        : angle(static_cast<double>(bits & 0xfffffffffffffU) * 0x1p-54),
          cosine_sign((bits >> 63U & 1U) != 0 ? -1.0 : 1.0),
          sine_sign((bits >> 62U & 1U) != 0 ? -1.0 : 1.0) {}
};

struct Place {
    Stream stream;
    std::uint64_t block, step;
};

const std::vector<Place> places{
    {{1, Purpose::dynamics, 0}, 0, 0},
    {{1, Purpose::dynamics, 1}, 0, 0},
    {{7, Purpose::initial_state, 3}, 12345, 1},
    {{0xfedcba9876543210U, Purpose::position, 65535}, (std::uint64_t{1} << 39U) - 1, 17},
    {{std::numeric_limits<std::uint64_t>::max(), Purpose::test, 2},
     std::uint64_t{1} << 23U,
     (std::uint64_t{1} << 56U) - 1},
    {{5, Purpose::dynamics, 0}, (std::uint64_t{1} << 23U) - 1, std::uint64_t{1} << 32U},
};

} // namespace

TEST_CASE("Random123's known answers come out") {
    // Three lines of Random123's kat_vectors for philox4x32-10, as (seed, purpose, ...).
    Words bits{};
    random_bits({0, static_cast<Purpose>(0), 0}, 0, 0, 0, bits);
    CHECK(bits == Words{0xe169c58d6627e8d5U, 0x9b00dbd8bc57ac4cU});
    random_bits({std::numeric_limits<std::uint64_t>::max(), static_cast<Purpose>(255), 65535},
                (std::uint64_t{1} << 39U) - 1, (std::uint64_t{1} << 56U) - 1, 511, bits);
    CHECK(bits == Words{0x41c83b0e408f276dU, 0x6d5451fda20bc7c6U});
    const std::uint64_t pair = 0x08d3243f6a88U;
    random_bits({0x299f31d0a4093822U, static_cast<Purpose>(3), 0x85a3}, pair / pairs,
                0x70734413198a2eU, pair % pairs, bits);
    CHECK(bits == Words{0x94fdccebd16cfe09U, 0x24126ea15001e420U});
}

TEST_CASE("all uniforms of a block are Random123's bits") {
    for (const auto& [stream, block, step] : places) {
        Block u{};
        uniforms(stream, block, step, u);
        std::size_t wrong = 0;
        for (std::size_t pair = 0; pair < pairs; ++pair) {
            const Words bits = reference(stream, block, step, pair);
            Words own{};
            random_bits(stream, block, step, pair, own);
            wrong += own == bits ? 0 : 1;
            wrong += u[pair] == to_uniform(bits[0]) ? 0 : 1;
            wrong += u[pair + pairs] == to_uniform(bits[1]) ? 0 : 1;
        }
        CHECK(wrong == 0);
    }
}

TEST_CASE("normals are Box and Muller's of the same bits, wherever the neuron is") {
    for (const auto& [stream, block, step] : places) {
        Block xi{};
        normals(stream, block, step, xi);
        std::size_t wrong = 0;
        double error = 0.0;
        for (std::size_t pair = 0; pair < pairs; ++pair) {
            const Words bits = reference(stream, block, step, pair);
            const double u = to_uniform(bits[0]);
            const auto [angle, cosine_sign, sine_sign] = Direction(bits[1]);
            // One neuron alone, outside any vectorised loop: the same bits.
            const double radius = std::sqrt(-equipoise::elementary::logarithm(u));
            const auto [s, c] = equipoise::elementary::sine_cosine_eighth(angle - 0.125);
            wrong += xi[pair] == cosine_sign * (radius * (c - s)) ? 0 : 1;
            wrong += xi[pair + pairs] == sine_sign * (radius * (c + s)) ? 0 : 1;
            const double turn = 2.0 * std::acos(-1.0) * angle;
            const double r = std::sqrt(-2.0 * std::log(u));
            error = std::max({error, std::abs(xi[pair] - cosine_sign * r * std::cos(turn)),
                              std::abs(xi[pair + pairs] - sine_sign * r * std::sin(turn))});
        }
        CHECK(wrong == 0);
        CHECK(error < 1e-14); // the C library's functions, and the rounding of 2 pi u
    }
}

TEST_CASE("normals in single precision are Box and Muller's of Random123's 32-bit words") {
    for (const auto& [stream, block, step] : places) {
        if (block >= std::uint64_t{1} << 39U) {
            continue; // their calls are counted in half as many blocks
        }
        Block xi{};
        single_normals(stream, block, step, xi);
        std::size_t wrong = 0;
        double error = 0.0;
        for (std::size_t pair = 0; pair < pairs; ++pair) {
            const std::uint64_t call = block * (pairs / 2) + pair / 2;
            const Words bits = reference(stream, call / pairs, step, call % pairs);
            const unsigned half = 32U * static_cast<unsigned>(pair % 2);
            const auto r = static_cast<std::uint32_t>(bits[0] >> half);
            const auto a = static_cast<std::uint32_t>(bits[1] >> half);
            const double u = (static_cast<double>(r >> 1U) + 0.5) * 0x1p-31;
            const double angle = static_cast<double>(a & 0x7fffffU) * 0x1p-25;
            const float cosine_sign = (a >> 31U) != 0 ? -1.0F : 1.0F;
            const float sine_sign = (r & 1U) != 0 ? -1.0F : 1.0F;
            const float rounded = std::fma(static_cast<float>(r >> 1U), 0x1p-31F, 0x1p-32F);
            const float radius = std::sqrt(-equipoise::elementary::logarithm(rounded));
            const auto [s, c] =
                equipoise::elementary::sine_cosine_eighth(static_cast<float>(angle - 0.125));
            wrong += xi[pair] == cosine_sign * (radius * (c - s)) ? 0 : 1;
            wrong += xi[pair + pairs] == sine_sign * (radius * (c + s)) ? 0 : 1;
            const double turn = 2.0 * std::acos(-1.0) * angle;
            const double length = std::sqrt(-2.0 * std::log(u));
            error = std::max({error, std::abs(xi[pair] - cosine_sign * length * std::cos(turn)),
                              std::abs(xi[pair + pairs] - sine_sign * length * std::sin(turn))});
        }
        CHECK(wrong == 0);
        CHECK(error < 2e-4); // where u rounds to 1: the length is within 2^-12 of 0
    }
}

TEST_CASE("the largest normal in single precision is 6.66") {
    const float u = std::fma(0.0F, 0x1p-31F, 0x1p-32F); // no bit set
    CHECK(std::sqrt(-2.0F * equipoise::elementary::logarithm(u)) == Approx(6.6604).epsilon(1e-5));
    // All bits set round to 1: the root of 0.
    CHECK(equipoise::elementary::logarithm(1.0F) == 0.0F);
}

TEST_CASE("a draw is the same again, and another in every other place") {
    const Place base{{3, Purpose::test, 1}, 4, 5};
    const auto draw = [](const Place& place) {
        Block xi{};
        normals(place.stream, place.block, place.step, xi);
        return xi;
    };
    const Block first = draw(base);
    CHECK(draw(base) == first);
    std::vector<Place> others(5, base);
    others[0].stream.seed = 4;
    others[1].stream.purpose = Purpose::dynamics;
    others[2].stream.population = 2;
    others[3].block = 5;
    others[4].step = 6;
    std::set<double> seen(first.begin(), first.end());
    for (const Place& other : others) {
        for (const double xi : draw(other)) {
            seen.insert(xi);
        }
    }
    CHECK(seen.size() == 6 * block_size); // a repetition by chance: 2e-9
}

TEST_CASE("uniforms never reach the ends, so the largest normal is 8.57") {
    // The uniform of no bits set and of all bits set, as stream.hpp defines them.
    CHECK(to_uniform(0) == 0x1p-53);
    CHECK(to_uniform(std::numeric_limits<std::uint64_t>::max()) == 1.0 - 0x1p-53);
    const double largest = std::sqrt(-2.0 * equipoise::elementary::logarithm(0x1p-53));
    CHECK(largest == Approx(8.5717).epsilon(1e-5));
    CHECK(equipoise::elementary::logarithm(1.0 - 0x1p-53) < 0.0); // its root is real
    Block u{};
    for (std::uint64_t step = 0; step < 1000; ++step) {
        uniforms({9, Purpose::test, 0}, 0, step, u);
        for (const double value : u) {
            // An odd multiple of 2^-53 inside (0, 1).
            const double whole = value * 0x1p53;
            if (!(value > 0.0 && value < 1.0) || std::fmod(whole, 2.0) != 1.0) {
                FAIL("uniform " << value);
            }
        }
    }
}

TEST_CASE("every instruction set that this processor has draws Random123's bits") {
    for (std::size_t path = 0; path < path_count(); ++path) {
        CAPTURE(path);
        for (const Place& place : places) {
            std::array<std::uint64_t, block_size> drawn{};
            words_by_path(path, place.stream, place.block, place.step, drawn);
            std::size_t different = 0;
            for (std::size_t i = 0; i < pairs; ++i) {
                const Words bits = reference(place.stream, place.block, place.step, i);
                different += drawn[i] == bits[0] ? 0U : 1U;
                different += drawn[i + pairs] == bits[1] ? 0U : 1U;
            }
            CHECK(different == 0);
            std::array<std::uint64_t, pairs> half{};
            half_words_by_path(path, place.stream, place.block, place.step, half);
            for (std::size_t i = 0; i < pairs / 2; ++i) {
                const std::uint64_t call = place.block * (pairs / 2) + i;
                const Words bits = reference(place.stream, call / pairs, place.step, call % pairs);
                different += half[i] == bits[0] ? 0U : 1U;
                different += half[i + pairs / 2] == bits[1] ? 0U : 1U;
            }
            CHECK(different == 0);
        }
    }
}

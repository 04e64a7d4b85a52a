// Protects against texts that nobody wrote on purpose: many random changes of good and broken
// configurations are read without a crash, a hang or an exception other than InputError.
#include <catch2/catch.hpp>

#include "fuzz/mutate.hpp"
#include "fuzz/property.hpp"
#include "input/broken_cases.hpp"
#include <string>
#include <vector>

using namespace equipoise;

TEST_CASE("mutated configurations are refused or read back the same") {
    std::vector<std::string> corpus;
    for (const test::BrokenCase& broken : test::broken_cases()) {
        corpus.push_back(broken.text);
    }
    // As many good texts as broken ones, over and over.
    std::vector<std::string> good = test::shipped_inputs();
    good.emplace_back("tests/input/base.ini");
    for (std::size_t i = 0, broken = corpus.size(); i < broken; ++i) {
        corpus.push_back(test::file_content(good[i % good.size()]));
    }
    test::Mutator mutator(std::move(corpus), 20250518U);
    constexpr int mutations = 20000;
    int accepted = 0;
    int refused = 0;
    for (int i = 0; i < mutations; ++i) {
        const std::string text = mutator.next();
        std::vector<std::string> overrides;
        if (i % 4 == 0) {
            overrides.push_back(mutator.next_override());
        }
        INFO("mutation " << i << ", override '" << (overrides.empty() ? "" : overrides.front())
                         << "', text:\n"
                         << text);
        test::Outcome outcome = test::Outcome::promise_broken;
        REQUIRE_NOTHROW(outcome = test::outcome_of(text, overrides));
        REQUIRE(outcome != test::Outcome::promise_broken);
        ++(outcome == test::Outcome::accepted ? accepted : refused);
    }
    // Enough of both, or the mutations are too wild or too tame to test anything.
    CHECK(accepted > mutations / 50);
    CHECK(refused > mutations / 50);
}

TEST_CASE("texts that are no configurations at all are refused") {
    for (const std::string& text :
         {std::string(), std::string(1000000, 'a'), std::string(1000000, '['),
          std::string(1000000, '\n'), std::string(1000, '\0'), std::string("\x89HDF\r\n\x1a\n"),
          "[run]\ntitle = " + std::string(1000000, '='),
          "[population.e]\ndrift = " + std::string(1000000, '('),
          "[coupling.e.e]\nkernel = cosine(" + std::string(500000, '1') + ")",
          "[coupling.e.e]\nkernel = cosine(1" + std::string(300000, ',') + ")"}) {
        INFO(text.substr(0, 60));
        CHECK(test::outcome_of(text, {}) == test::Outcome::refused);
    }
}

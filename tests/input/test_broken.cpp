// Protects what a user reads after a mistake: every broken configuration of broken.txt is refused
// with exactly the problems that stand there.
#include "equipoise/config/read.hpp"
#include "equipoise/util/errors.hpp"

#include <catch2/catch.hpp>

#include "input/broken_cases.hpp"
#include <set>
#include <string>
#include <vector>

using namespace equipoise;

namespace {

std::vector<std::string> problems_of(const test::BrokenCase& broken) {
    std::vector<std::string> texts;
    try {
        config::read_text(broken.text, "FILE", broken.words);
    } catch (const InputError& error) {
        for (const Problem& problem : error.problems()) {
            texts.push_back(problem.text());
        }
    }
    return texts;
}

} // namespace

TEST_CASE("the base of the broken configurations is accepted") {
    CHECK_NOTHROW(config::read_text(test::file_content("tests/input/base.ini"), "base.ini"));
}

TEST_CASE("every broken configuration is refused with the expected problems") {
    for (const test::BrokenCase& broken : test::broken_cases()) {
        INFO(broken.name);
        const std::vector<std::string> expected =
            broken.needs_model ? std::vector<std::string>{} : broken.expected;
        CHECK(problems_of(broken) == expected);
    }
}

TEST_CASE("the table of broken configurations is what it claims to be") {
    const std::vector<test::BrokenCase> cases = test::broken_cases();
    CHECK(cases.size() >= 45);
    std::set<std::string> names;
    for (const test::BrokenCase& broken : cases) {
        INFO(broken.name);
        CHECK(names.insert(broken.name).second);
        CHECK_FALSE(broken.expected.empty());
    }
}

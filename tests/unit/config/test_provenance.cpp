// Protects what a result says about the program that made it.
#include "equipoise/config/provenance.hpp"

#include <catch2/catch.hpp>

#include <regex>

using namespace equipoise::config;

TEST_CASE("the version is the project's") {
    CHECK(version() == EQUIPOISE_PROJECT_VERSION);
}

TEST_CASE("the commit is one, or unknown") {
    INFO(commit());
    CHECK(std::regex_match(commit(), std::regex("[0-9a-f]{12}(-modified)?|unknown")));
}

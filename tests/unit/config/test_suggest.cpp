// Protects "did you mean": near words are found, far ones are not proposed.
#include "equipoise/config/suggest.hpp"

#include <catch2/catch.hpp>

using namespace equipoise::config;

TEST_CASE("edit distance counts inserted, deleted, replaced and swapped letters") {
    CHECK(edit_distance("tanh", "tanh", 3) == 0);
    CHECK(edit_distance("tanhh", "tanh", 3) == 1);
    CHECK(edit_distance("tnah", "tanh", 3) == 1);
    CHECK(edit_distance("TANH", "tanh", 3) == 0);
    CHECK(edit_distance("time_stp", "time_step", 3) == 1);
    CHECK(edit_distance("kitten", "sitting", 5) == 3);
    CHECK(edit_distance("", "abc", 5) == 3);
}

TEST_CASE("edit distance stops at its limit") {
    CHECK(edit_distance("abcdef", "uvwxyz", 2) == 3);
    CHECK(edit_distance("a", "a much longer word", 2) == 3);
}

TEST_CASE("the nearest candidate, and none where all are far") {
    const std::vector<std::string> names{"network", "kinetic", "field"};
    CHECK(nearest("kinetics", names) == "kinetic");
    CHECK(nearest("netwrok", names) == "network");
    CHECK(nearest("poisson", names).empty());
    CHECK(nearest("", names).empty());
    // two edits make any short word of any other
    CHECK(nearest("e", {"i", "x"}).empty());
    CHECK(nearest("E", {"e", "i"}) == "e");
    CHECK(did_you_mean("feild", names, "allowed: all") == "did you mean field? allowed: all");
    CHECK(did_you_mean("poisson", names, "allowed: all") == "allowed: all");
}

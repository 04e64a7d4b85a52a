#include "equipoise/parallel/petsc.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

// Protects what follows --petsc on its way to PETSc.

using equipoise::parallel::split_options;

TEST_CASE("an option string is split at white space, quotes keep words together") {
    using Words = std::vector<std::string>;
    CHECK(split_options("").empty());
    CHECK(split_options(" \t ").empty());
    CHECK(split_options("-a -b 1") == Words{"-a", "-b", "1"});
    CHECK(split_options("  -log_view\t:out.txt ") == Words{"-log_view", ":out.txt"});
    CHECK(split_options("-x 'two words' \"and three more\"") ==
          Words{"-x", "two words", "and three more"});
}

#include "equipoise/util/errors.hpp"
#include "equipoise/util/stopwatch.hpp"

#include <catch2/catch.hpp>

#include <string>

// Protects the form of what a user reads when the input is wrong: place, key, value, message and
// remedy, and all mistakes at once.

using namespace equipoise;

TEST_CASE("a problem is told with all that is known of its place") {
    CHECK(Problem{{"a.ini", 3, "run.t_end", "-1"}, "is negative", "give a positive time"}.text() ==
          "a.ini:3: run.t_end = -1: is negative; give a positive time");
    CHECK(Problem{{"command line", 0, "run.t_end", ""}, "is missing", ""}.text() ==
          "command line: run.t_end: is missing");
    CHECK(Problem{{"", 0, "", ""}, "nothing to do", ""}.text() == "nothing to do");
}

TEST_CASE("bad input carries every problem, one a line") {
    const InputError error(
        {{{"a", 1, "k", "v"}, "first", ""}, {{"b", 2, "l", "w"}, "second", "r"}});
    CHECK(error.problems().size() == 2);
    CHECK(error.what() == std::string("a:1: k = v: first\nb:2: l = w: second; r"));
}

TEST_CASE("a broken promise is an internal error with its words") {
    CHECK_NOTHROW(ensure(true, "holds"));
    CHECK_THROWS_AS(ensure(false, "does not hold"), InternalError);
    CHECK_THROWS_WITH(ensure(false, "does not hold"), "does not hold");
}

TEST_CASE("a stopwatch never runs backwards and starts again") {
    Stopwatch watch;
    const double first = watch.seconds();
    const double second = watch.restart();
    CHECK(first >= 0.0);
    CHECK(second >= first);
    CHECK(watch.seconds() >= 0.0);
}

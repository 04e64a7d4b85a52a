#include "equipoise/model/families.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "function_checks.hpp"
#include <cmath>
#include <fstream>
#include <string>

// Protects table("file.csv"): what spreadsheets and instruments write is read, the curve goes
// through the points, and every mistake is reported with file and line.

namespace {

using namespace equipoise::model;

std::string write(const std::string& name, const std::string& text) {
    std::ofstream(name, std::ios::binary) << text;
    return name;
}

std::string refusal(const std::string& text) {
    const std::string path = write("broken_table.csv", text);
    try {
        make_table(path);
    } catch (const std::invalid_argument& error) {
        return error.what();
    }
    return "accepted";
}

} // namespace

TEST_CASE("a measured curve is met at its points, at both ends too") {
    const FunctionPointer f = make_table(
        write("curve.csv", "# f-I curve\ncurrent,rate\n-1,0.01\n0.5, 0.2\n0.75\t0.8 # here\n"
                           "\n2;3.5\r\n+4 3.25e0\n4.5,3.2"));
    CHECK(f->value(-1.0) == 0.01);
    CHECK(f->value(0.5) == 0.2);
    CHECK(f->value(0.75) == 0.8);
    CHECK(f->value(2.0) == 3.5);
    CHECK(f->value(4.0) == 3.25);
    CHECK(f->value(4.5) == 3.2);
    CHECK(f->range().lower == -1.0);
    CHECK(f->range().upper == 4.5);
    CHECK(f->interpolation_error() == 0.0);
    CHECK(f->description() == "table(\"curve.csv\")");
    checks::check_bits(*f, -1.2, 4.7);
    checks::check_bounds(*f, 65536.0, 1.5);
}

TEST_CASE("steps that are even but for the rounding of their decimals give the same curve") {
    std::string even;
    std::string uneven;
    for (int i = 0; i <= 200; ++i) {
        const double z = 0.1 * i - 7.3;
        const std::string row = fmt::format("{:.1f},{:.17g}\n", z, std::tanh(z));
        even += row;
        uneven += row;
        if (i == 100) {
            uneven += fmt::format("2.75,{:.17g}\n", std::tanh(2.75)); // one point more
        }
    }
    const FunctionPointer f = make_table(write("even.csv", even));
    const FunctionPointer g = make_table(write("uneven.csv", uneven));
    for (int i = 0; i <= 2000; ++i) {
        const double z = 0.01 * i - 7.3; // every tenth a knot
        CHECK(f->value(z) == Approx(std::tanh(z)).margin(3e-6));
        CHECK(f->value(z) == Approx(g->value(z)).margin(3e-6));
        if (i % 10 == 0) {
            CHECK(f->value(z) == Approx(std::tanh(z)).margin(2e-15));
        }
    }
    checks::check_bits(*f, -8.0, 14.0);
    checks::check_bounds(*f, 65536.0, 1.5);
}

TEST_CASE("a byte order mark, no header and blank lines are taken") {
    const FunctionPointer f = make_table(write("marked.csv", "\xEF\xBB\xBF"
                                                             "0 0\n\n1 1\n2 8\n\n3 27\n"));
    CHECK(f->value(1.5) == Approx(3.375).epsilon(1e-13)); // not-a-knot: the cubic itself
}

TEST_CASE("mistakes in a table are reported with file and line") {
    using Catch::Matchers::Contains;
    CHECK_THAT(refusal("0 0\n1 1\n2 2\n"), Contains("3 rows") && Contains("at least 4"));
    CHECK_THAT(refusal("z,f\n"), Contains("0 rows"));
    CHECK_THAT(refusal("z f\n0 0\n1 1\n1 2\n3 3\n"),
               Contains("broken_table.csv:4:") && Contains("z = 1 does not increase"));
    CHECK_THAT(refusal("0 0\n1 1\n2 nan\n3 3\n"),
               Contains("broken_table.csv:3:") && Contains("'nan' is not a finite number"));
    CHECK_THAT(refusal("0 0\n1 1\n2 1e400\n3 3\n"), Contains("broken_table.csv:3:"));
    CHECK_THAT(refusal("0 0\n1 1\n2 two\n3 3\n"), Contains("'two'"));
    CHECK_THAT(refusal("0 0 0\n1 1 1\n2 2 2\n3 3 3\n"),
               Contains("broken_table.csv:1:") && Contains("3 columns"));
    CHECK_THAT(refusal("0\n1\n2\n3\n"), Contains("1 columns"));
    CHECK_THAT(refusal("z,f\nanother,header\n0 0\n1 1\n2 2\n3 3\n"),
               Contains("broken_table.csv:2:"));
    CHECK_THAT(refusal("0x 0\n1 1\n2 2\n3 3\n"), Contains("'0x'")); // no header: it has a number
    try {
        make_table("no_such_table.csv");
        FAIL("a missing file was read");
    } catch (const std::invalid_argument& error) {
        CHECK_THAT(error.what(), Contains("no_such_table.csv"));
    }
    CHECK_THROWS_AS(make_table("."), std::invalid_argument); // a folder
}

// Protects the reading of numbers: nothing is rounded, cut off or let through in silence.
#include "equipoise/config/numbers.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

using namespace equipoise::config;

TEST_CASE("real numbers in every usual form") {
    const std::vector<std::pair<std::string, double>> forms{
        {"0.1", 0.1}, {"1e-3", 1e-3},   {"+2.5", 2.5},         {"-4", -4.0},
        {".5", 0.5},  {"5.", 5.0},      {"1E6", 1e6},          {" 3 ", 3.0},
        {"-0", -0.0}, {"1e308", 1e308}, {"4.9e-324", 4.9e-324}};
    for (const auto& [text, expected] : forms) {
        INFO(text);
        double value = 7.0;
        CHECK(parse_real(text, Range::any(), value).empty());
        CHECK(value == expected);
    }
}

TEST_CASE("what is not a finite number leaves the value alone") {
    for (const std::string text : {"", "two", "1,5", "1 2", "0x10", "1e", "--1", "+-1", "nan",
                                   "inf", "-inf", "1e309", "1.5z", "infinity", "1d3"}) {
        INFO(text);
        double value = 7.0;
        const Complaints complaints = parse_real(text, Range::any(), value);
        REQUIRE(complaints.size() == 1);
        CHECK_FALSE(complaints.front().remedy.empty());
        CHECK(value == 7.0);
    }
}

TEST_CASE("the ends of a range") {
    double value = 0.0;
    CHECK_FALSE(parse_real("0", Range::positive(), value).empty());
    CHECK(parse_real("1e-300", Range::positive(), value).empty());
    CHECK(parse_real("0", Range::at_least(0.0), value).empty());
    CHECK(parse_real("1", Range::between(0.0, 1.0), value).empty());
    CHECK_FALSE(parse_real("1.0000001", Range::between(0.0, 1.0), value).empty());
    CHECK(Range::positive().text() == "> 0");
    CHECK(Range::at_least(-1.5).text() == ">= -1.5");
    CHECK(Range::between(1.0, 2.0).text() == "from 1 to 2");
    CHECK(Range::any().text().empty());
}

TEST_CASE("whole numbers, also with an exponent, and none beyond 64 bits") {
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    std::int64_t value = 0;
    CHECK(parse_integer("1e6", 1, most, value).empty());
    CHECK(value == 1000000);
    CHECK(parse_integer("9223372036854775807", 1, most, value).empty());
    CHECK(value == most);
    CHECK(parse_integer("2.5e1", 1, most, value).empty());
    CHECK(value == 25);
    for (const std::string text : {"1.5", "9223372036854775808", "1e19", "9.3e18", "nan", "inf",
                                   "-1", "0", "", "ten", "-9223372036854775809"}) {
        INFO(text);
        value = 7;
        CHECK(parse_integer(text, 1, most, value).size() == 1);
        CHECK(value == 7);
    }
}

TEST_CASE("seeds use all 64 bits") {
    std::uint64_t value = 0;
    CHECK(parse_seed("18446744073709551615", value).empty());
    CHECK(value == std::numeric_limits<std::uint64_t>::max());
    CHECK(parse_seed("1e3", value).empty());
    CHECK(value == 1000);
    CHECK_FALSE(parse_seed("18446744073709551616", value).empty());
    CHECK_FALSE(parse_seed("-1", value).empty());
    CHECK_FALSE(parse_seed("1e20", value).empty());
}

TEST_CASE("a written number reads back to the same bits") {
    for (const double number : {0.1, 1.0 / 3.0, 1e-300, 4.9e-324, 123456789.125, -2.5e17, 0.0}) {
        double value = 7.0;
        CHECK(parse_real(write_real(number), Range::any(), value).empty());
        CHECK(value == number);
    }
}

TEST_CASE("lists by spaces and commas") {
    CHECK(split_list("e i") == std::vector<std::string_view>{"e", "i"});
    CHECK(split_list(" e,i ,\tp") == std::vector<std::string_view>{"e", "i", "p"});
    CHECK(split_list(" , ").empty());
}

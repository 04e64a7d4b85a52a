// Protects the texts made from the table of options: nothing is left out, every line fits a
// terminal.
#include "equipoise/config/catalogue.hpp"
#include "equipoise/config/help.hpp"
#include "equipoise/config/options.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>
#include <sstream>
#include <string>

using namespace equipoise::config;

namespace {

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("every key and family is in --help, with its meaning and default") {
    const std::string help = help_text();
    for (const Option& option : options()) {
        INFO(option.section << '.' << option.name);
        CHECK(contains(help, option.section + '.' + option.name + '\n'));
    }
    CHECK(contains(help, "(number > 0; unit: time; default: 0.01)"));
    CHECK(contains(help, "(excitatory | inhibitory; required)"));
    for (const Role role : {Role::drift, Role::noise, Role::gain, Role::kernel}) {
        for (const Family& family : families(role)) {
            CHECK(contains(help, family.usage()));
        }
    }
}

TEST_CASE("no line of --help is longer than 100 columns") {
    std::istringstream lines(help_text());
    for (std::string line; std::getline(lines, line);) {
        INFO(line);
        CHECK(line.size() <= 100);
    }
}

TEST_CASE("every option is declared once and explained") {
    std::set<std::string> keys;
    for (const Option& option : options()) {
        INFO(option.section << '.' << option.name);
        CHECK(keys.insert(option.section + '.' + option.name).second);
        CHECK_FALSE(option.allowed.empty());
        REQUIRE_FALSE(option.meaning.empty());
        CHECK(option.meaning.back() == '.');
    }
}

TEST_CASE("the tables for the documentation have a row for every key, and whole rows") {
    const std::string tables = options_as_markdown() + families_as_markdown();
    for (const Option& option : options()) {
        CHECK(contains(tables, "\n| `" + option.name + "` | "));
    }
    std::istringstream lines(tables);
    long bars = 0;
    for (std::string line; std::getline(lines, line);) {
        // Bars inside a cell are escaped.
        long count = std::count(line.begin(), line.end(), '|');
        for (std::size_t at = line.find("\\|"); at != std::string::npos;
             at = line.find("\\|", at + 1)) {
            --count;
        }
        if (line.empty() || line.front() != '|') {
            bars = 0;
            continue;
        }
        INFO(line);
        CHECK((bars == 0 || count == bars));
        bars = count;
    }
}

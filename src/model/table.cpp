#include "equipoise/model/cubic_spline.hpp"
#include "equipoise/model/families.hpp"
#include "equipoise/model/interpolant.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace equipoise::model {

namespace {

constexpr std::size_t least_rows = 4;
constexpr std::size_t most_rows = 1'000'000;

struct Table {
    std::vector<double> z;
    std::vector<double> value;
};

std::vector<std::string_view> words(std::string_view line) {
    constexpr std::string_view separators = ",; \t\r";
    std::vector<std::string_view> found;
    for (std::size_t begin = line.find_first_not_of(separators); begin != std::string_view::npos;
         begin = line.find_first_not_of(separators, begin)) {
        const std::size_t end = std::min(line.find_first_of(separators, begin), line.size());
        found.push_back(line.substr(begin, end - begin));
        begin = end;
    }
    return found;
}

std::optional<double> number(std::string_view word) {
    if (!word.empty() && word.front() == '+') {
        word.remove_prefix(1); // from_chars knows no plus sign
    }
    double value = 0.0;
    const char* end = word.data() + word.size();
    const auto [rest, error] = std::from_chars(word.data(), end, value);
    return error == std::errc{} && rest == end ? std::optional(value) : std::nullopt;
}

/// Adds the row of one line. `header_allowed`: a line without any number is passed over.
void add_row(Table& table, std::string_view line, bool header_allowed) {
    const std::vector<std::string_view> row = words(line);
    std::vector<std::optional<double>> numbers;
    for (const std::string_view word : row) {
        numbers.push_back(number(word));
    }
    const auto is_number = [](const auto& entry) { return entry.has_value(); };
    if (header_allowed && std::none_of(numbers.begin(), numbers.end(), is_number)) {
        return;
    }
    if (numbers.size() != 2) {
        throw std::invalid_argument(
            fmt::format("{} columns; two are expected, z and the value", numbers.size()));
    }
    for (std::size_t i = 0; i < 2; ++i) {
        if (!numbers[i] || !std::isfinite(*numbers[i])) {
            throw std::invalid_argument(fmt::format("'{}' is not a finite number", row[i]));
        }
    }
    if (!table.z.empty() && *numbers[0] <= table.z.back()) {
        throw std::invalid_argument(fmt::format("z = {} does not increase: {} stands before it",
                                                *numbers[0], table.z.back()));
    }
    table.z.push_back(*numbers[0]);
    table.value.push_back(*numbers[1]);
}

Table read_table(const std::string& path) {
    std::error_code ignored;
    if (!std::filesystem::is_regular_file(path, ignored)) {
        throw std::invalid_argument(fmt::format("there is no file {}", path));
    }
    std::ifstream file(path);
    if (!file) {
        throw std::invalid_argument(fmt::format("the file {} cannot be opened", path));
    }
    Table table;
    std::string line;
    bool first = true;
    for (int count = 1; std::getline(file, line); ++count) {
        constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
        if (count == 1 && line.starts_with(byte_order_mark)) { // spreadsheets write one
            line.erase(0, byte_order_mark.size());
        }
        line = line.substr(0, line.find('#'));
        if (words(line).empty()) {
            continue;
        }
        try {
            add_row(table, line, first);
        } catch (const std::invalid_argument& error) {
            throw std::invalid_argument(fmt::format("{}:{}: {}", path, count, error.what()));
        }
        first = false;
        if (table.z.size() > most_rows) {
            throw std::invalid_argument(fmt::format("{} has more than {} rows", path, most_rows));
        }
    }
    if (file.bad()) {
        throw std::invalid_argument(fmt::format("the file {} cannot be read", path));
    }
    if (table.z.size() < least_rows) {
        throw std::invalid_argument(
            fmt::format("{} has {} row{} of numbers; at least {} are needed", path, table.z.size(),
                        table.z.size() == 1 ? "" : "s", least_rows));
    }
    return table;
}

/// Whether the steps are equal up to the rounding of the numbers themselves. Then a state within
/// that rounding of a knot may be taken for one of the piece next to its own: they join smoothly.
bool evenly_spaced(const std::vector<double>& z) {
    const std::size_t cells = z.size() - 1;
    const double step = (z.back() - z.front()) / static_cast<double>(cells);
    const double rounding = 4.0 * std::numeric_limits<double>::epsilon() *
                            std::max(std::abs(z.front()), std::abs(z.back()));
    for (std::size_t i = 1; i < cells; ++i) {
        if (!(std::abs(z.front() + static_cast<double>(i) * step - z[i]) <= rounding)) {
            return false;
        }
    }
    return rounding < 1e-6 * step;
}

} // namespace

FunctionPointer make_table(const std::string& path) {
    const Table table = read_table(path);
    const std::vector<Interpolant::Piece> pieces = cubic_spline(table.z, table.value);
    if (!Interpolant::all_finite(pieces)) {
        throw std::invalid_argument(fmt::format(
            "{}: no finite spline goes through the points; z may be too close together", path));
    }
    const auto knots =
        evenly_spaced(table.z) ? Interpolant::Knots::uniform : Interpolant::Knots::any;
    return std::make_shared<Interpolant>(pieces, knots, fmt::format("table(\"{}\")", path), 0.0);
}

} // namespace equipoise::model

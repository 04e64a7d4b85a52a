#include "equipoise/config/numbers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <system_error>
#include <type_traits>

namespace equipoise::config {

namespace {

std::string a_number(std::string_view kind, const std::string& range) {
    return range.empty() ? fmt::format("a {} is allowed", kind)
                         : fmt::format("a {} {} is allowed", kind, range);
}

std::string_view without_plus(std::string_view text) {
    return text.size() > 1 && text[0] == '+' && text[1] != '-' ? text.substr(1) : text;
}

/// The whole text as a double, non-finite ones too; what is wrong otherwise.
Complaints read_double(std::string_view text, const std::string& allowed, double& value) {
    const std::string_view digits = without_plus(text);
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value);
    if (error == std::errc::result_out_of_range && stop == end) {
        return {{"does not fit a double-precision number", allowed}};
    }
    if (error == std::errc{} && stop == end) {
        return {};
    }
    if (text.empty()) {
        return {{"has no value", allowed}};
    }
    if (text.find(',') != std::string_view::npos) {
        return {{"is not a number", allowed + ", with a decimal point, not a comma"}};
    }
    return {{"is not a number", allowed}};
}

/// Whole numbers of any type between two bounds.
template <class Integer>
Complaints read_whole(std::string_view text, Integer lower, Integer upper, Integer& value) {
    const std::string allowed =
        std::is_signed_v<Integer> && upper == std::numeric_limits<Integer>::max()
            ? fmt::format("a whole number >= {} is allowed", lower)
            : fmt::format("a whole number from {} to {} is allowed", lower, upper);
    const std::string_view digits = without_plus(text);
    const char* end = digits.data() + digits.size();
    Integer result = 0;
    const auto [stop, error] = std::from_chars(digits.data(), end, result);
    if (error == std::errc{} && stop == end) {
        if (result < lower || result > upper) {
            return {{"is out of range", allowed}};
        }
        value = result;
        return {};
    }
    double real = 0.0;
    if (Complaints complaints = read_double(text, allowed, real); !complaints.empty()) {
        return complaints;
    }
    if (std::isfinite(real) && real != std::floor(real)) {
        return {{"is not a whole number", allowed}};
    }
    // 2^63 or 2^64, exactly: the first double that the type cannot hold
    const double beyond = std::ldexp(1.0, std::numeric_limits<Integer>::digits);
    if (!(real < beyond && real >= static_cast<double>(lower)) ||
        static_cast<Integer>(real) > upper) {
        return {{"is out of range", allowed}};
    }
    value = static_cast<Integer>(real);
    return {};
}

} // namespace

bool Range::contains(double value) const {
    return std::isfinite(value) && (open_below ? value > lower : value >= lower) && value <= upper;
}

std::string Range::text() const {
    if (std::isfinite(lower) && std::isfinite(upper)) {
        return open_below ? fmt::format("> {} and <= {}", lower, upper)
                          : fmt::format("from {} to {}", lower, upper);
    }
    if (std::isfinite(lower)) {
        return fmt::format("{} {}", open_below ? ">" : ">=", lower);
    }
    return std::isfinite(upper) ? fmt::format("<= {}", upper) : std::string{};
}

Complaints parse_real(std::string_view text, const Range& range, double& value) {
    const std::string allowed = a_number("number", range.text());
    double result = 0.0;
    if (Complaints complaints = read_double(trim(text), allowed, result); !complaints.empty()) {
        return complaints;
    }
    if (!std::isfinite(result)) {
        return {{"is not finite", allowed}};
    }
    if (!range.contains(result)) {
        return {{"is out of range", allowed}};
    }
    value = result;
    return {};
}

Complaints parse_integer(std::string_view text, std::int64_t lower, std::int64_t upper,
                         std::int64_t& value) {
    return read_whole(trim(text), lower, upper, value);
}

Complaints parse_seed(std::string_view text, std::uint64_t& value) {
    return read_whole(trim(text), std::uint64_t{0}, std::numeric_limits<std::uint64_t>::max(),
                      value);
}

std::string write_real(double value) {
    return fmt::format("{}", value);
}

std::string_view trim(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t first = text.find_first_not_of(blanks);
    return first == std::string_view::npos
               ? std::string_view{}
               : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string_view> split_list(std::string_view text) {
    std::vector<std::string_view> words;
    constexpr std::string_view separators = " \t\r\n,";
    for (std::size_t at = text.find_first_not_of(separators); at != std::string_view::npos;
         at = text.find_first_not_of(separators, at)) {
        const std::size_t end = std::min(text.find_first_of(separators, at), text.size());
        words.push_back(text.substr(at, end - at));
        at = end;
    }
    return words;
}

std::string join(const std::vector<std::string>& words, std::string_view separator) {
    return fmt::format("{}", fmt::join(words, separator));
}

} // namespace equipoise::config

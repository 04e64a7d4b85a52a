#pragma once

#include "equipoise/config/complaint.hpp"
#include "equipoise/config/range.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Numbers as text, independent of the locale. What is not a number, not finite, out of range or
/// followed by something else is refused with what is allowed.
namespace equipoise::config {

Complaints parse_real(std::string_view text, const Range& range, double& value);
/// Whole numbers; 1e6 is one, 1.5 is not.
Complaints parse_integer(std::string_view text, std::int64_t lower, std::int64_t upper,
                         std::int64_t& value);
/// Whole numbers from 0 to 2^64 - 1.
Complaints parse_seed(std::string_view text, std::uint64_t& value);

/// The shortest text that reads back to the same number.
std::string write_real(double value);

/// Without spaces, tabs and carriage returns at both ends.
std::string_view trim(std::string_view text);
/// Words separated by spaces or by commas: "1 2", "1, 2" and "1,2" have the same two.
std::vector<std::string_view> split_list(std::string_view text);
/// "a, b, c".
std::string join(const std::vector<std::string>& words, std::string_view separator = ", ");

} // namespace equipoise::config

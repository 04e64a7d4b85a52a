#pragma once

#include <string_view>

/// The only place that prints. Only rank 0 calls print and warn; any rank may call fail.
namespace equipoise::log {

/// A line to standard output.
void print(std::string_view text);
/// Text to standard output without a line's end, shown at once.
void draw(std::string_view text);
/// "warning: ..." to standard error.
void warn(std::string_view text);
/// "error: ..." to standard error.
void fail(std::string_view text);
/// Whether standard output is a terminal.
bool on_terminal();

} // namespace equipoise::log

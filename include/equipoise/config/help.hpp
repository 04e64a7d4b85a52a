#pragma once

#include <string>

/// The table of options and the catalogue of families as text for readers.
namespace equipoise::config {

/// Every key with default, range and meaning, then the families of functions; at most 100 columns.
std::string help_text();
/// Markdown tables for the documentation: one per section.
std::string options_as_markdown();
/// Markdown tables for the documentation: one per role.
std::string families_as_markdown();

} // namespace equipoise::config

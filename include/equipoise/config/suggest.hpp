#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

/// "did you mean ...?"
namespace equipoise::config {

/// Edits (insert, delete, replace a letter, swap two neighbours) between two words, capitals
/// ignored; counted no further than limit + 1.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit);

/// The candidate nearest to `word`, at most 2 edits and less than half of the word away; empty
/// where there is none.
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// "did you mean X? " + allowed, or `allowed` alone where nothing is near.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates,
                         const std::string& allowed);

} // namespace equipoise::config

#include "equipoise/config/suggest.hpp"

#include <algorithm>

namespace equipoise::config {

namespace {

char lower_case(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

} // namespace

std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit) {
    const std::size_t difference = std::max(a.size(), b.size()) - std::min(a.size(), b.size());
    if (difference > limit) {
        return limit + 1;
    }
    // Optimal string alignment: three rows of the usual table.
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) {
        last[j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const char x = lower_case(a[i - 1]);
            const char y = lower_case(b[j - 1]);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (x == y ? 0U : 1U)});
            if (i > 1 && j > 1 && x == lower_case(b[j - 2]) && y == lower_case(a[i - 2])) {
                row[j] = std::min(row[j], before[j - 2] + 1);
            }
        }
        std::swap(before, last);
        std::swap(last, row);
    }
    return std::min(last[b.size()], limit + 1);
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
    constexpr std::size_t most_edits = 2;
    std::string best;
    std::size_t least = std::min(most_edits, word.size() / 2) + 1;
    if (word.size() == 1) {
        least = 1; // a letter in the wrong case
    }
    for (const std::string& candidate : candidates) {
        const std::size_t distance = edit_distance(word, candidate, most_edits);
        if (distance < least) {
            least = distance;
            best = candidate;
        }
    }
    return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates,
                         const std::string& allowed) {
    const std::string best = nearest(word, candidates);
    return best.empty() ? allowed : "did you mean " + best + "? " + allowed;
}

} // namespace equipoise::config

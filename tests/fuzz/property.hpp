#pragma once

#include "equipoise/config/read.hpp"
#include "equipoise/model/model.hpp"
#include "equipoise/util/errors.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace equipoise::test {

enum class Outcome { accepted, refused, promise_broken };

/// What becomes of a text, whatever it is, read as the program does: the model looks at what is
/// sound in a text that is not. The promise: it is either refused with at least one
/// problem, each with a message and a remedy, or accepted, and then its resolved text gives the
/// same again. Any other exception, a crash or a hang is for the caller to notice.
inline Outcome outcome_of(std::string_view text, const std::vector<std::string>& overrides) {
    try {
        const config::Config config =
            config::read_text(text, "fuzz.ini", overrides, model::problems_of_parts);
        return config::read_text(config.resolved, "again.ini").resolved == config.resolved
                   ? Outcome::accepted
                   : Outcome::promise_broken;
    } catch (const InputError& error) {
        for (const Problem& problem : error.problems()) {
            if (problem.message.empty() || problem.remedy.empty()) {
                return Outcome::promise_broken;
            }
        }
        return error.problems().empty() ? Outcome::promise_broken : Outcome::refused;
    }
}

} // namespace equipoise::test

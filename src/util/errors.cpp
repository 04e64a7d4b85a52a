#include "equipoise/util/errors.hpp"

#include <fmt/format.h>

#include <utility>

namespace equipoise {

std::string Problem::text() const {
    std::string where = origin.file;
    if (origin.line > 0) {
        where += fmt::format(":{}", origin.line);
    }
    std::string text;
    if (!where.empty()) {
        text = fmt::format("{}: ", where);
    }
    if (!origin.key.empty()) {
        text += origin.key;
        text += origin.value.empty() ? ": " : fmt::format(" = {}: ", origin.value);
    }
    text += message;
    if (!remedy.empty()) {
        text += "; " + remedy;
    }
    return text;
}

namespace {

std::string join(const std::vector<Problem>& problems) {
    std::string text;
    for (const Problem& problem : problems) {
        text += text.empty() ? "" : "\n";
        text += problem.text();
    }
    return text;
}

} // namespace

InputError::InputError(std::vector<Problem> problems)
    : std::runtime_error(join(problems)), problems_(std::move(problems)) {}

void ensure(bool condition, const char* what) {
    if (!condition) {
        throw InternalError(what);
    }
}

} // namespace equipoise

#include "equipoise/driver/json.hpp"

#include <fmt/format.h>

#include <cmath>
#include <utility>

namespace equipoise::driver {

namespace {

std::string quoted(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            result += '\\';
            result += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            result += fmt::format("\\u{:04x}", static_cast<unsigned int>(c));
        } else {
            result += c;
        }
    }
    return result + '"';
}

} // namespace

JsonObject& JsonObject::member(std::string_view key, std::string value) {
    members_.push_back({quoted(key), std::move(value), 0});
    return *this;
}

JsonObject& JsonObject::add(std::string_view key, std::string_view text) {
    return member(key, quoted(text));
}

JsonObject& JsonObject::add(std::string_view key, std::int64_t value) {
    return member(key, fmt::format("{}", value));
}

JsonObject& JsonObject::add(std::string_view key, double value) {
    return member(key, std::isfinite(value) ? fmt::format("{}", value) : "null");
}

JsonObject& JsonObject::add(std::string_view key, const JsonObject& object) {
    members_.push_back({quoted(key), "", objects_.size()});
    objects_.push_back(object);
    return *this;
}

std::string JsonObject::text(int level) const {
    std::string result = "{";
    const char* separator = "\n";
    for (const Member& member : members_) {
        result += fmt::format("{}{:{}}{}: {}", separator, "", 2 * (level + 1), member.key,
                              member.value.empty() ? objects_[member.object].text(level + 1)
                                                   : member.value);
        separator = ",\n";
    }
    return result + (members_.empty() ? "}" : fmt::format("\n{:{}}}}", "", 2 * level));
}

} // namespace equipoise::driver

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace equipoise::driver {

/// One JSON object (RFC 8259), built member by member.
class JsonObject {
  public:
    JsonObject& add(std::string_view key, std::string_view text);
    JsonObject& add(std::string_view key, const char* text) {
        return add(key, std::string_view(text));
    }
    JsonObject& add(std::string_view key, std::int64_t value);
    /// The shortest digits that give the same double; null where it is not finite.
    JsonObject& add(std::string_view key, double value);
    JsonObject& add(std::string_view key, const JsonObject& object);

    /// In lines, indented by two blanks for each level, without a newline at the end.
    [[nodiscard]] std::string text(int level = 0) const;

  private:
    struct Member {
        std::string key, value; ///< value: as written, or empty for an object
        std::size_t object = 0;
    };

    JsonObject& member(std::string_view key, std::string value);

    std::vector<Member> members_;
    std::vector<JsonObject> objects_;
};

} // namespace equipoise::driver

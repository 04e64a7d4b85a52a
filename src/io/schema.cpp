#include "equipoise/io/schema.hpp"

namespace equipoise::io {

Dimension unlimited(std::string path, std::string units, std::string long_name,
                    std::uint64_t records) {
    return {std::move(path), std::nullopt, {}, std::move(units), std::move(long_name), records};
}

Dimension labels(std::string path, std::vector<std::string> names, std::string long_name) {
    const std::uint64_t size = names.size();
    return {std::move(path), size, std::move(names), "1", std::move(long_name)};
}

Dimension coordinates(std::string path, std::vector<double> values, std::string units,
                      std::string long_name) {
    const std::uint64_t size = values.size();
    return {std::move(path), size, std::move(values), std::move(units), std::move(long_name)};
}

Dimension extent(std::string path, std::uint64_t size, std::string long_name) {
    return {std::move(path), size, {}, "1", std::move(long_name)};
}

} // namespace equipoise::io

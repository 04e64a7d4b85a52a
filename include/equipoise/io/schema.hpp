#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

/// What an output file will hold, declared before it is made.
namespace equipoise::io {

enum class Type { real64, real32, int64 };

/// A dimension is a dimension scale of HDF5 (a coordinate variable of netCDF-4) at `path`.
struct Dimension {
    std::string path;                  ///< "/network/time"
    std::optional<std::uint64_t> size; ///< none: unlimited, a double is appended per record
    std::variant<std::monostate, std::vector<double>, std::vector<std::int64_t>,
                 std::vector<std::string>>
        values; ///< none: a dimension without coordinates
    std::string units = "1";
    std::string long_name;
    /// Of an unlimited one: how many records are expected, 0: as many as the schema says. More may
    /// come; fewer leave reserved space.
    std::uint64_t records = 0;
};

/// A dimension to append to: time.
Dimension unlimited(std::string path, std::string units, std::string long_name,
                    std::uint64_t records = 0);
/// A dimension whose entries have names.
Dimension labels(std::string path, std::vector<std::string> names, std::string long_name);
/// A dimension whose entries have coordinates.
Dimension coordinates(std::string path, std::vector<double> values, std::string units,
                      std::string long_name);
/// A dimension that is only a size.
Dimension extent(std::string path, std::uint64_t size, std::string long_name);

struct Dataset {
    std::string path;
    Type type = Type::real64;
    std::vector<std::string>
        dimensions; ///< paths of declared dimensions; only the first may be unlimited
    std::string units = "1";
    std::string long_name;
};

using AttributeValue = std::variant<std::string, std::int64_t, double>;

struct Schema {
    std::vector<std::pair<std::string, AttributeValue>> attributes; ///< of the root group
    std::vector<std::pair<std::string, std::pair<std::string, AttributeValue>>>
        group_attributes; ///< (group, (name, value))
    std::vector<Dimension> dimensions;
    std::vector<Dataset> datasets;
    std::uint64_t records = 1; ///< expected of unlimited dimensions that do not say it themselves
};

} // namespace equipoise::io

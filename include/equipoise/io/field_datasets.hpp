#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// The fields and densities of an output file, found by their dimension scales and not by their
/// names, so that what any solver writes is found.
namespace equipoise::io {

/// Coordinates along one direction of a lattice: entries 0, stride, 2 stride, ... of a dataset.
struct LatticeAxis {
    std::string name; ///< "x1", "y": the last part of the path
    std::string path;
    std::uint64_t length = 0; ///< of the dataset
    std::uint64_t stride = 1;
    std::uint64_t size = 0; ///< entries taken
    bool operator==(const LatticeAxis&) const = default;
};

/// A dataset (time, population, position... [, y]).
struct FieldDataset {
    std::string path, long_name;
    std::vector<std::uint64_t> shape;
    std::size_t bytes = 8;                ///< of a value; all are floating point
    std::string time;                     ///< path of its times
    std::vector<double> times;            ///< as many as it has records
    std::vector<std::string> populations; ///< as many as its second dimension is long
    std::vector<LatticeAxis> axes; ///< slowest first; a torus' sites are two axes; directions with
                                   ///< one entry are left out, at least one is left
};

/// In the order of their paths. Throws InputError when the file is not ours or is damaged.
std::vector<FieldDataset> field_datasets(const std::string& path);

} // namespace equipoise::io

#pragma once

#include "equipoise/io/hdf5_handle.hpp"

#include <cstdint>
#include <string>
#include <vector>

/// What several readers of HDF5 files need. All throw FileSystemError.
namespace equipoise::io {

/// A text attribute of any kind of HDF5 string; "" when there is none.
std::string text_attribute(hid_t object, const char* name, const std::string& file);
/// Extents of a dataset.
std::vector<std::uint64_t> shape_of(const DatasetHandle& dataset, const std::string& file);
/// Paths of all datasets, in alphabetical order within each group.
std::vector<std::string> dataset_paths(const FileHandle& file, const std::string& path);

} // namespace equipoise::io

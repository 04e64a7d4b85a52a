#include "equipoise/io/field_datasets.hpp"

#include "equipoise/io/file_info.hpp"
#include "equipoise/io/hdf5_handle.hpp"

#include <hdf5_hl.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace equipoise::io {

namespace {

std::string leaf(const std::string& path) {
    return path.substr(path.rfind('/') + 1);
}

bool ends_with(const std::string& text, std::string_view end) {
    return text.size() >= end.size() &&
           text.compare(text.size() - end.size(), std::string::npos, end) == 0;
}

herr_t keep_path(hid_t /*dataset*/, unsigned /*dimension*/, hid_t scale, void* path) {
    std::array<char, 1024> name{};
    if (H5Iget_name(scale, name.data(), name.size()) > 0) {
        *static_cast<std::string*>(path) = name.data();
    }
    return 1; // the first scale of a dimension is the one that is asked for
}

/// An open file, and what is asked of its datasets.
class Reading {
  public:
    explicit Reading(const std::string& path)
        : info_(file_info(path)),
          file_(EQUIPOISE_HDF5(path, H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT))) {}

    [[nodiscard]] std::vector<FieldDataset> fields() const {
        std::vector<FieldDataset> found;
        for (const DatasetInfo& entry : info_.datasets) {
            if (std::optional<FieldDataset> field = as_field(entry)) {
                found.push_back(std::move(*field));
            }
        }
        return found;
    }

  private:
    [[nodiscard]] std::optional<FieldDataset> as_field(const DatasetInfo& entry) const {
        if (entry.shape.size() < 3) {
            return std::nullopt;
        }
        const DatasetHandle dataset = open(entry.path);
        const TypeHandle type(EQUIPOISE_HDF5(info_.path, H5Dget_type(dataset.id())));
        if (H5Tget_class(type.id()) != H5T_FLOAT) {
            return std::nullopt;
        }
        FieldDataset field{entry.path,
                           entry.long_name,
                           entry.shape,
                           H5Tget_size(type.id()),
                           scale(dataset, 0),
                           {},
                           {},
                           {}};
        const std::string population = scale(dataset, 1);
        if (!ends_with(field.time, "time") || leaf(population) != "population") {
            return std::nullopt;
        }
        for (unsigned d = 2; d < entry.shape.size(); ++d) {
            const std::string path = scale(dataset, d);
            if (path.empty() || !has_coordinates(path)) {
                return std::nullopt;
            }
            for (LatticeAxis& axis : axes_of(path, entry.shape[d])) {
                if (axis.size > 1) {
                    field.axes.push_back(std::move(axis));
                }
            }
        }
        if (field.axes.empty()) {
            return std::nullopt;
        }
        field.times = reals(field.time);
        field.times.resize(std::min<std::uint64_t>(field.times.size(), entry.shape[0]));
        field.populations = texts(population);
        return field;
    }

    /// A position scale of a torus only numbers its sites: their coordinates are in two datasets
    /// over it, x1 and x2, and x2 runs fastest.
    [[nodiscard]] std::vector<LatticeAxis> axes_of(const std::string& path,
                                                   std::uint64_t size) const {
        std::string first;
        std::string second;
        for (const DatasetInfo& entry : info_.datasets) {
            const bool one = ends_with(entry.path, "x1");
            if (entry.shape.size() == 1 && (one || ends_with(entry.path, "x2")) &&
                scale(open(entry.path), 0) == path) {
                (one ? first : second) = entry.path;
            }
        }
        if (first.empty() || second.empty()) {
            return {{leaf(path), path, size, 1, size}};
        }
        const std::vector<double> x1 = reals(first);
        const auto next =
            std::find_if(x1.begin(), x1.end(), [&x1](double value) { return value != x1.front(); });
        const auto columns = static_cast<std::uint64_t>(next - x1.begin());
        return {{leaf(first), first, size, columns, size / columns},
                {leaf(second), second, size, 1, columns}};
    }

    [[nodiscard]] DatasetHandle open(const std::string& path) const {
        return DatasetHandle(
            EQUIPOISE_HDF5(info_.path, H5Dopen2(file_.id(), path.c_str(), H5P_DEFAULT)));
    }

    /// Path of the scale of a dimension; "" without one.
    [[nodiscard]] std::string scale(const DatasetHandle& dataset, unsigned dimension) const {
        std::string path;
        if (H5DSis_scale(dataset.id()) == 0) {
            EQUIPOISE_HDF5(info_.path,
                           H5DSiterate_scales(dataset.id(), dimension, nullptr, keep_path, &path));
        }
        return path;
    }

    /// Whether a scale holds coordinates: it does not when it holds names, or nothing.
    [[nodiscard]] bool has_coordinates(const std::string& path) const {
        const DatasetHandle dataset = open(path);
        const TypeHandle type(EQUIPOISE_HDF5(info_.path, H5Dget_type(dataset.id())));
        return H5Tget_class(type.id()) == H5T_FLOAT && H5Dget_storage_size(dataset.id()) > 0;
    }

    [[nodiscard]] std::vector<double> reals(const std::string& path) const {
        const DatasetHandle dataset = open(path);
        std::vector<double> values(count(dataset));
        EQUIPOISE_HDF5(info_.path, H5Dread(dataset.id(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL,
                                           H5P_DEFAULT, values.data()));
        return values;
    }

    [[nodiscard]] std::vector<std::string> texts(const std::string& path) const {
        const DatasetHandle dataset = open(path);
        const TypeHandle type(EQUIPOISE_HDF5(info_.path, H5Dget_type(dataset.id())));
        std::vector<char*> values(count(dataset));
        EQUIPOISE_HDF5(info_.path, H5Dread(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT,
                                           values.data()));
        std::vector<std::string> result;
        for (char* value : values) {
            result.emplace_back(value == nullptr ? "" : value);
            H5free_memory(value);
        }
        return result;
    }

    [[nodiscard]] std::size_t count(const DatasetHandle& dataset) const {
        const SpaceHandle space(EQUIPOISE_HDF5(info_.path, H5Dget_space(dataset.id())));
        return static_cast<std::size_t>(
            EQUIPOISE_HDF5(info_.path, H5Sget_simple_extent_npoints(space.id())));
    }

    FileInfo info_;
    FileHandle file_;
};

} // namespace

std::vector<FieldDataset> field_datasets(const std::string& path) {
    const SilentErrors silent;
    return Reading(path).fields();
}

} // namespace equipoise::io

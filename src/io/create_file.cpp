#include "equipoise/io/create_file.hpp"

#include "equipoise/io/hdf5_handle.hpp"
#include "equipoise/util/errors.hpp"

#include <hdf5_hl.h>

#include <algorithm>
#include <map>

namespace equipoise::io {

namespace {

constexpr hsize_t chunk_bytes = hsize_t{1} << 20; ///< of a chunk, about
constexpr hsize_t most_rows = 256;                ///< records in a chunk

hid_t hdf5_type(Type type) {
    switch (type) {
    case Type::real32:
        return H5T_NATIVE_FLOAT;
    case Type::int64:
        return H5T_NATIVE_INT64;
    case Type::real64:
        break;
    }
    return H5T_NATIVE_DOUBLE;
}

/// Text of any length, UTF-8: what netCDF-4 calls a string.
TypeHandle text_type(const std::string& file) {
    TypeHandle type(EQUIPOISE_HDF5(file, H5Tcopy(H5T_C_S1)));
    EQUIPOISE_HDF5(file, H5Tset_size(type.id(), H5T_VARIABLE));
    EQUIPOISE_HDF5(file, H5Tset_cset(type.id(), H5T_CSET_UTF8));
    return type;
}

/// One file being made.
class Creation {
  public:
    Creation(const std::string& path, const Schema& schema) : path_(path), schema_(schema) {
        const PropertiesHandle access(check(H5Pcreate(H5P_FILE_ACCESS), "H5Pcreate"));
        check(H5Pset_fclose_degree(access.id(), H5F_CLOSE_STRONG), "H5Pset_fclose_degree");
        file_ = FileHandle(
            check(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.id()), "H5Fcreate"));
        links_ = PropertiesHandle(check(H5Pcreate(H5P_LINK_CREATE), "H5Pcreate"));
        check(H5Pset_create_intermediate_group(links_.id(), 1), "H5Pset_create_intermediate_group");
    }

    void run() {
        for (const auto& [name, value] : schema_.attributes) {
            attribute("/", name, value);
        }
        for (const Dimension& dimension : schema_.dimensions) {
            make_dimension(dimension);
        }
        for (const Dataset& dataset : schema_.datasets) {
            make_dataset(dataset);
        }
        for (const auto& [group, named] : schema_.group_attributes) {
            attribute(group, named.first, named.second);
        }
        check(H5Fflush(file_.id(), H5F_SCOPE_GLOBAL), "H5Fflush");
    }

  private:
    template <class Result>
    Result check(Result result, const char* call) const {
        return check_hdf5(result, call, path_);
    }

    void attribute(const std::string& object, const std::string& name,
                   const AttributeValue& value) {
        const ObjectHandle target(
            check(H5Oopen(file_.id(), object.c_str(), H5P_DEFAULT), "H5Oopen"));
        const SpaceHandle space(check(H5Screate(H5S_SCALAR), "H5Screate"));
        const auto write = [&](hid_t type, const void* data) {
            const AttributeHandle handle(check(
                H5Acreate2(target.id(), name.c_str(), type, space.id(), H5P_DEFAULT, H5P_DEFAULT),
                "H5Acreate"));
            check(H5Awrite(handle.id(), type, data), "H5Awrite");
        };
        if (const auto* text = std::get_if<std::string>(&value)) {
            const TypeHandle type = text_type(path_);
            const char* data = text->c_str();
            write(type.id(), &data);
        } else if (const auto* whole = std::get_if<std::int64_t>(&value)) {
            write(H5T_NATIVE_INT64, whole);
        } else {
            write(H5T_NATIVE_DOUBLE, &std::get<double>(value));
        }
    }

    /// A dataset of the given extents; unlimited in the first when `growing`.
    DatasetHandle make(const std::string& name, hid_t type, std::vector<hsize_t> extents,
                       bool growing, bool stored) {
        std::vector<hsize_t> most = extents;
        const PropertiesHandle properties(check(H5Pcreate(H5P_DATASET_CREATE), "H5Pcreate"));
        if (growing) {
            extents[0] = 0;
            most[0] = H5S_UNLIMITED;
            // Chunks of about a megabyte: whole records where they are small, parts of one where
            // they are large.
            std::vector<hsize_t> chunk(extents.begin(), extents.end());
            hsize_t row = H5Tget_size(type);
            for (std::size_t i = chunk.size(); i-- > 1;) {
                chunk[i] =
                    std::clamp<hsize_t>(chunk_bytes / row, 1, std::max<hsize_t>(1, chunk[i]));
                row *= chunk[i];
            }
            chunk[0] = std::clamp<hsize_t>(chunk_bytes / row, 1, most_rows);
            check(H5Pset_chunk(properties.id(), static_cast<int>(chunk.size()), chunk.data()),
                  "H5Pset_chunk");
            // Space is allocated when a dataset grows, which all ranks do together: were it left to
            // the write of a single rank, the ranks would disagree on where the file ends.
            check(H5Pset_alloc_time(properties.id(), H5D_ALLOC_TIME_EARLY), "H5Pset_alloc_time");
            // What is declared is written: filling it first would only cost time.
            check(H5Pset_fill_time(properties.id(), H5D_FILL_TIME_NEVER), "H5Pset_fill_time");
        } else if (!stored) {
            check(H5Pset_alloc_time(properties.id(), H5D_ALLOC_TIME_LATE), "H5Pset_alloc_time");
        }
        const SpaceHandle space(
            check(H5Screate_simple(static_cast<int>(extents.size()), extents.data(), most.data()),
                  "H5Screate_simple"));
        return DatasetHandle(check(H5Dcreate2(file_.id(), name.c_str(), type, space.id(),
                                              links_.id(), properties.id(), H5P_DEFAULT),
                                   "H5Dcreate"));
    }

    void describe(const std::string& object, const std::string& units,
                  const std::string& long_name) {
        attribute(object, "units", units);
        attribute(object, "long_name", long_name);
    }

    void make_dimension(const Dimension& dimension) {
        const hsize_t size = dimension.size.value_or(0);
        const bool coordinates =
            !dimension.size || !std::holds_alternative<std::monostate>(dimension.values);
        if (const auto* names = std::get_if<std::vector<std::string>>(&dimension.values)) {
            const TypeHandle type = text_type(path_);
            const DatasetHandle dataset = make(dimension.path, type.id(), {size}, false, true);
            std::vector<const char*> data;
            for (const std::string& name : *names) {
                data.push_back(name.c_str());
            }
            check(H5Dwrite(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, data.data()),
                  "H5Dwrite");
            set_scale(dataset, dimension, size, coordinates);
        } else if (const auto* reals = std::get_if<std::vector<double>>(&dimension.values)) {
            const DatasetHandle dataset =
                make(dimension.path, H5T_NATIVE_DOUBLE, {size}, false, true);
            check(H5Dwrite(dataset.id(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                           reals->data()),
                  "H5Dwrite");
            set_scale(dataset, dimension, size, coordinates);
        } else if (const auto* whole = std::get_if<std::vector<std::int64_t>>(&dimension.values)) {
            const DatasetHandle dataset =
                make(dimension.path, H5T_NATIVE_INT64, {size}, false, true);
            check(H5Dwrite(dataset.id(), H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                           whole->data()),
                  "H5Dwrite");
            set_scale(dataset, dimension, size, coordinates);
        } else {
            // A pure size stores nothing: netCDF-4 does it with an unallocated float dataset too.
            const DatasetHandle dataset =
                coordinates ? make(dimension.path, H5T_NATIVE_DOUBLE, {size}, true, true)
                            : make(dimension.path, H5T_IEEE_F32BE, {size}, false, false);
            set_scale(dataset, dimension, size, coordinates);
        }
        describe(dimension.path, dimension.units, dimension.long_name);
        sizes_[dimension.path] = dimension.size;
    }

    void set_scale(const DatasetHandle& dataset, const Dimension& dimension, hsize_t size,
                   bool coordinates) {
        const std::string leaf = dimension.path.substr(dimension.path.rfind('/') + 1);
        // netCDF-4's own words for a dimension that is no variable.
        const std::string name =
            coordinates
                ? leaf
                : "This is a netCDF dimension but not a netCDF variable." +
                      std::string(10 - std::min<std::size_t>(10, std::to_string(size).size()),
                                  ' ') +
                      std::to_string(size);
        check(H5DSset_scale(dataset.id(), name.c_str()), "H5DSset_scale");
    }

    void make_dataset(const Dataset& declared) {
        std::vector<hsize_t> extents;
        bool growing = false;
        for (std::size_t i = 0; i < declared.dimensions.size(); ++i) {
            const auto found = sizes_.find(declared.dimensions[i]);
            ensure(found != sizes_.end(), "a dataset's dimensions are declared");
            ensure(found->second || i == 0, "only the first dimension of a dataset grows");
            growing = growing || !found->second;
            extents.push_back(found->second.value_or(0));
        }
        const DatasetHandle dataset =
            make(declared.path, hdf5_type(declared.type), extents, growing, true);
        for (std::size_t i = 0; i < declared.dimensions.size(); ++i) {
            const DatasetHandle scale(check(
                H5Dopen2(file_.id(), declared.dimensions[i].c_str(), H5P_DEFAULT), "H5Dopen"));
            check(H5DSattach_scale(dataset.id(), scale.id(), static_cast<unsigned>(i)),
                  "H5DSattach_scale");
        }
        describe(declared.path, declared.units, declared.long_name);
    }

    std::string path_;
    const Schema& schema_;
    FileHandle file_;
    PropertiesHandle links_;
    std::map<std::string, std::optional<std::uint64_t>> sizes_;
};

} // namespace

void create_file(const std::string& path, const Schema& schema) {
    Creation(path, schema).run();
}

} // namespace equipoise::io

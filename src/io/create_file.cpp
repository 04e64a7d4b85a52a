#include "equipoise/io/create_file.hpp"

#include "equipoise/io/chunk_plan.hpp"
#include "equipoise/io/hdf5_handle.hpp"
#include "equipoise/util/errors.hpp"

#include <hdf5_hl.h>

#include <algorithm>
#include <map>

namespace equipoise::io {

namespace {

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
        for (const Dimension& dimension : schema.dimensions) {
            sizes_[dimension.path] = dimension.size;
            records_[dimension.path] = dimension.records > 0 ? dimension.records : schema.records;
        }
        const PropertiesHandle access(check(H5Pcreate(H5P_FILE_ACCESS), "H5Pcreate"));
        check(H5Pset_fclose_degree(access.id(), H5F_CLOSE_STRONG), "H5Pset_fclose_degree");
        const PropertiesHandle creation(check(H5Pcreate(H5P_FILE_CREATE), "H5Pcreate"));
        check(H5Pset_istore_k(creation.id(), half_node()), "H5Pset_istore_k");
        file_ = FileHandle(
            check(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, creation.id(), access.id()), "H5Fcreate"));
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

    /// Extents of a dataset, 0 where it grows.
    [[nodiscard]] std::vector<hsize_t> extents_of(const Dataset& declared) const {
        std::vector<hsize_t> extents;
        for (std::size_t i = 0; i < declared.dimensions.size(); ++i) {
            const auto found = sizes_.find(declared.dimensions[i]);
            ensure(found != sizes_.end(), "a dataset's dimensions are declared");
            ensure(found->second || i == 0, "only the first dimension of a dataset grows");
            extents.push_back(found->second.value_or(0));
        }
        return extents;
    }

    [[nodiscard]] bool grows(const Dataset& declared) const {
        return !declared.dimensions.empty() && !sizes_.at(declared.dimensions[0]);
    }

    /// For the dataset that will have most chunks.
    [[nodiscard]] unsigned half_node() const {
        hsize_t most = 0;
        for (const Dataset& declared : schema_.datasets) {
            const std::vector<hsize_t> extents = extents_of(declared);
            if (!grows(declared)) {
                continue;
            }
            most = std::max(most, chunk_count(extents, H5Tget_size(hdf5_type(declared.type)),
                                              records_.at(declared.dimensions[0])));
        }
        return half_node_for(most);
    }

    /// A dataset of the given extents; when `records` are expected, unlimited in the first.
    DatasetHandle make(const std::string& name, hid_t type, std::vector<hsize_t> extents,
                       hsize_t records, bool stored) {
        std::vector<hsize_t> most = extents;
        const PropertiesHandle properties(check(H5Pcreate(H5P_DATASET_CREATE), "H5Pcreate"));
        if (records > 0) {
            most[0] = H5S_UNLIMITED;
            const std::vector<hsize_t> chunk = chunk_shape(extents, H5Tget_size(type), records);
            check(H5Pset_chunk(properties.id(), static_cast<int>(chunk.size()), chunk.data()),
                  "H5Pset_chunk");
            // Space is allocated when a dataset grows, which all ranks do together: were it left to
            // the write of a single rank, the ranks would disagree on where the file ends.
            check(H5Pset_alloc_time(properties.id(), H5D_ALLOC_TIME_EARLY), "H5Pset_alloc_time");
            // What is declared is written: filling it first would only cost time.
            check(H5Pset_fill_time(properties.id(), H5D_FILL_TIME_NEVER), "H5Pset_fill_time");
        } else {
            // Now, so that nothing has to be found room for later; what stores nothing, never.
            check(H5Pset_alloc_time(properties.id(),
                                    stored ? H5D_ALLOC_TIME_EARLY : H5D_ALLOC_TIME_LATE),
                  "H5Pset_alloc_time");
        }
        // A dataset without a record has no index of chunks, and would point to a place where there
        // is none yet when it gets its first record. So each is made with one, which it loses.
        extents[0] = records > 0 ? 1 : extents[0];
        const SpaceHandle space(
            check(H5Screate_simple(static_cast<int>(extents.size()), extents.data(), most.data()),
                  "H5Screate_simple"));
        DatasetHandle dataset(check(H5Dcreate2(file_.id(), name.c_str(), type, space.id(),
                                               links_.id(), properties.id(), H5P_DEFAULT),
                                    "H5Dcreate"));
        if (records > 0) {
            extents[0] = 0;
            check(H5Dset_extent(dataset.id(), extents.data()), "H5Dset_extent");
        }
        return dataset;
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
            const DatasetHandle dataset = make(dimension.path, type.id(), {size}, 0, true);
            std::vector<const char*> data;
            for (const std::string& name : *names) {
                data.push_back(name.c_str());
            }
            check(H5Dwrite(dataset.id(), type.id(), H5S_ALL, H5S_ALL, H5P_DEFAULT, data.data()),
                  "H5Dwrite");
            set_scale(dataset, dimension, size, coordinates);
        } else if (const auto* reals = std::get_if<std::vector<double>>(&dimension.values)) {
            const DatasetHandle dataset = make(dimension.path, H5T_NATIVE_DOUBLE, {size}, 0, true);
            check(H5Dwrite(dataset.id(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                           reals->data()),
                  "H5Dwrite");
            set_scale(dataset, dimension, size, coordinates);
        } else if (const auto* whole = std::get_if<std::vector<std::int64_t>>(&dimension.values)) {
            const DatasetHandle dataset = make(dimension.path, H5T_NATIVE_INT64, {size}, 0, true);
            check(H5Dwrite(dataset.id(), H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT,
                           whole->data()),
                  "H5Dwrite");
            set_scale(dataset, dimension, size, coordinates);
        } else {
            // A pure size stores nothing: netCDF-4 does it with an unallocated float dataset too.
            const DatasetHandle dataset =
                coordinates ? make(dimension.path, H5T_NATIVE_DOUBLE, {size},
                                   records_.at(dimension.path), true)
                            : make(dimension.path, H5T_IEEE_F32BE, {size}, 0, false);
            set_scale(dataset, dimension, size, coordinates);
        }
        describe(dimension.path, dimension.units, dimension.long_name);
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
        const DatasetHandle dataset =
            make(declared.path, hdf5_type(declared.type), extents_of(declared),
                 grows(declared) ? records_.at(declared.dimensions[0]) : 0, true);
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
    std::map<std::string, std::optional<std::uint64_t>> sizes_; ///< by dimension; none: it grows
    std::map<std::string, hsize_t> records_;                    ///< expected, by dimension
};

} // namespace

void create_file(const std::string& path, const Schema& schema) {
    Creation(path, schema).run();
}

} // namespace equipoise::io

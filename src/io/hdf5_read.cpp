#include "equipoise/io/hdf5_read.hpp"

namespace equipoise::io {

namespace {

herr_t collect_path(hid_t /*object*/, const char* name, const H5O_info_t* info, void* paths) {
    if (info->type == H5O_TYPE_DATASET) {
        static_cast<std::vector<std::string>*>(paths)->push_back(std::string("/") + name);
    }
    return 0;
}

} // namespace

std::string text_attribute(hid_t object, const char* name, const std::string& file) {
    if (H5Aexists(object, name) <= 0) {
        return {};
    }
    const AttributeHandle attribute(EQUIPOISE_HDF5(file, H5Aopen(object, name, H5P_DEFAULT)));
    const TypeHandle type(EQUIPOISE_HDF5(file, H5Aget_type(attribute.id())));
    if (H5Tget_class(type.id()) != H5T_STRING) {
        return {};
    }
    if (H5Tis_variable_str(type.id()) > 0) {
        char* text = nullptr;
        const TypeHandle memory(EQUIPOISE_HDF5(file, H5Tcopy(type.id())));
        EQUIPOISE_HDF5(file, H5Aread(attribute.id(), memory.id(), &text));
        std::string result = text == nullptr ? std::string{} : std::string(text);
        H5free_memory(text);
        return result;
    }
    std::string result(H5Tget_size(type.id()), '\0');
    EQUIPOISE_HDF5(file, H5Aread(attribute.id(), type.id(), result.data()));
    return result.substr(0, result.find('\0'));
}

std::vector<std::uint64_t> shape_of(const DatasetHandle& dataset, const std::string& file) {
    const SpaceHandle space(EQUIPOISE_HDF5(file, H5Dget_space(dataset.id())));
    const int rank = EQUIPOISE_HDF5(file, H5Sget_simple_extent_ndims(space.id()));
    std::vector<hsize_t> extents(static_cast<std::size_t>(rank));
    EQUIPOISE_HDF5(file, H5Sget_simple_extent_dims(space.id(), extents.data(), nullptr));
    return {extents.begin(), extents.end()};
}

std::vector<std::string> dataset_paths(const FileHandle& file, const std::string& path) {
    std::vector<std::string> paths;
    EQUIPOISE_HDF5(path, H5Ovisit2(file.id(), H5_INDEX_NAME, H5_ITER_INC, collect_path, &paths,
                                   H5O_INFO_BASIC));
    return paths;
}

} // namespace equipoise::io

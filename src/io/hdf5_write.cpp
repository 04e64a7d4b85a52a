#include "equipoise/io/hdf5_write.hpp"

#include <algorithm>

namespace equipoise::io {

namespace {

PropertiesHandle properties_of(Transfer transfer, const std::string& file) {
    PropertiesHandle properties(EQUIPOISE_HDF5(file, H5Pcreate(H5P_DATASET_XFER)));
    EQUIPOISE_HDF5(file, H5Pset_dxpl_mpio(properties.id(), transfer == Transfer::independent
                                                               ? H5FD_MPIO_INDEPENDENT
                                                               : H5FD_MPIO_COLLECTIVE));
    if (transfer == Transfer::side_by_side) {
        EQUIPOISE_HDF5(file,
                       H5Pset_dxpl_mpio_collective_opt(properties.id(), H5FD_MPIO_INDIVIDUAL_IO));
    }
    return properties;
}

} // namespace

void write_block(hid_t dataset, const std::string& file, const std::vector<hsize_t>& start,
                 std::vector<hsize_t> count, hid_t type, const void* values, Transfer transfer) {
    const bool empty = std::find(count.begin(), count.end(), hsize_t{0}) != count.end();
    std::replace(count.begin(), count.end(), hsize_t{0}, hsize_t{1}); // no space can be empty
    const SpaceHandle in_file(EQUIPOISE_HDF5(file, H5Dget_space(dataset)));
    const SpaceHandle in_memory(EQUIPOISE_HDF5(
        file, H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr)));
    if (empty) {
        EQUIPOISE_HDF5(file, H5Sselect_none(in_file.id()));
        EQUIPOISE_HDF5(file, H5Sselect_none(in_memory.id()));
    } else {
        EQUIPOISE_HDF5(file, H5Sselect_hyperslab(in_file.id(), H5S_SELECT_SET, start.data(),
                                                 nullptr, count.data(), nullptr));
    }
    const PropertiesHandle properties = properties_of(transfer, file);
    EQUIPOISE_HDF5(file,
                   H5Dwrite(dataset, type, in_memory.id(), in_file.id(), properties.id(), values));
}

} // namespace equipoise::io

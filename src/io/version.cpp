#include "equipoise/io/version.hpp"

#include <fmt/format.h>
#include <hdf5.h>

namespace equipoise::io {

std::string library_version() {
    unsigned major = 0;
    unsigned minor = 0;
    unsigned release = 0;
    H5get_libversion(&major, &minor, &release);
    return fmt::format("HDF5 {}.{}.{}, parallel", major, minor, release);
}

} // namespace equipoise::io

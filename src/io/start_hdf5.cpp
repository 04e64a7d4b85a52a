#include "equipoise/io/start_hdf5.hpp"

#include "equipoise/io/hdf5_handle.hpp"
#include "equipoise/util/errors.hpp"

namespace equipoise::io {

void start_hdf5() {
    // At the end of MPI HDF5 cleans up only where MPI was running when HDF5 started.
    ensure(H5dont_atexit() >= 0 && H5open() >= 0, "HDF5 can be started");
}

} // namespace equipoise::io

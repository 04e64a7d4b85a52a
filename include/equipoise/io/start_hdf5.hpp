#pragma once

namespace equipoise::io {

/// To be called before MPI starts, by a program whose every file is closed by its owner. HDF5 would
/// otherwise close what is still open when MPI or the process ends, and so write to files that
/// could not be written (a full disk): what was whole at the last flush would be spoilt, and HDF5
/// 1.10 then reads memory that it has freed. So it gets no last word, and such files are forgotten.
void start_hdf5();

} // namespace equipoise::io

#pragma once

#include "equipoise/io/field_datasets.hpp"

#include <string>
#include <vector>

/// The sidecar that lets ParaView and VisIt show the fields and densities of an output file: XML
/// (XDMF, https://www.xdmf.org) that describes the HDF5 file's datasets and holds no values of its
/// own but the times. Written for the reader of XDMF version 2 ("XDMF Reader" in ParaView): that of
/// version 3 knows no hyperslabs of this kind.
namespace equipoise::io {

/// A collection over time for each group of fields on the same lattice and each population. The
/// fastest direction of a dataset is VTK's first axis: fluctuations lie along X and positions along
/// Y, a torus' x2 along X and x1 along Y. Of more than `most_times` records equally spaced ones are
/// taken, so that the text stays small.
/// file: the HDF5 file as seen from the sidecar's folder.
std::string xdmf_text(const std::vector<FieldDataset>& fields, const std::string& file,
                      const std::string& title, std::size_t most_times = 1000);

/// Writes NAME.xdmf beside the closed file NAME.h5 (NAME.xdmf for any other NAME). Returns its
/// path, or "" when the file has no fields (nothing is written then). One process calls it. Throws
/// InputError when the file is not ours, FileSystemError when the sidecar cannot be written.
std::string write_xdmf(const std::string& path);

} // namespace equipoise::io

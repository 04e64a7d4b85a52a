#pragma once

#include <hdf5.h>

#include <vector>

/// How growing datasets are stored. A dataset grows by whole chunks, and a new chunk changes the
/// index of chunks, which is the one thing in an output file that a kill could harm
/// (docs/restart.md). So new chunks are rare: a dataset of up to some megabytes is one chunk, made
/// for all the records that are expected; a larger one is a few, and reserves little ahead.
namespace equipoise::io {

/// The chunks of a dataset with the extents (any, fixed...), whose first extent grows to `records`
/// (>= 1), as it is expected.
std::vector<hsize_t> chunk_shape(const std::vector<hsize_t>& extents, hsize_t value_bytes,
                                 hsize_t records);
/// How many of them there will be.
hsize_t chunk_count(const std::vector<hsize_t>& extents, hsize_t value_bytes, hsize_t records);
/// HDF5's "K", half the chunks that a node of the index holds: the first node is not full before
/// there are 16 times as many chunks as expected, up to 8192. (Splitting a full node is the one
/// change that a kill could not survive.)
unsigned half_node_for(hsize_t chunks);

} // namespace equipoise::io

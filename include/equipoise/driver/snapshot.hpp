#pragma once

#include "equipoise/io/checkpoint.hpp"

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace equipoise::driver {

/// What a checkpoint is made of, collected from the parts of the run. The network's states are
/// looked at where they are; what the solvers hand out as copies is kept here.
struct Snapshot {
    io::CheckpointContent content;
    std::deque<std::vector<double>> kept;

    /// Rows [offset, offset + rows) of a dataset of this global shape, its values held elsewhere.
    void add_view(std::string path, std::vector<std::uint64_t> shape, std::uint64_t offset,
                  std::uint64_t rows, std::span<const double> values) {
        content.parts.push_back({std::move(path), std::move(shape), offset, rows, values});
    }
    /// Likewise, keeping the values.
    void add_part(std::string path, std::vector<std::uint64_t> shape, std::uint64_t offset,
                  std::uint64_t rows, std::vector<double> values) {
        kept.push_back(std::move(values));
        add_view(std::move(path), std::move(shape), offset, rows, kept.back());
    }
};

} // namespace equipoise::driver

#pragma once

#include "equipoise/io/checkpoint.hpp"
#include "equipoise/io/checkpoint_folder.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <vector>

/// A small checkpoint whose values are functions of the global index.
namespace example {

namespace fs = std::filesystem;
using namespace equipoise;

/// Not a variable: MPI starts in main.
inline const parallel::Communicator& world() {
    static const parallel::Communicator all = parallel::Communicator::world();
    return all;
}

constexpr std::uint64_t neurons = 1003;
constexpr std::uint64_t lines = 17;
constexpr std::uint64_t cells = 5;

inline double value(std::uint64_t index, double seed) {
    return std::sin(static_cast<double>(index) + seed) + seed;
}

struct Slice {
    std::uint64_t offset = 0, rows = 0;
};

/// Uneven on purpose: rank 0 has nothing where there are more than two ranks.
inline Slice slice(const parallel::Communicator& comm, std::uint64_t size) {
    const auto ranks = static_cast<std::uint64_t>(comm.size());
    const auto rank = static_cast<std::uint64_t>(comm.rank());
    const std::uint64_t working = ranks > 2 ? ranks - 1 : ranks;
    const std::uint64_t skipped = ranks - working;
    if (rank < skipped) {
        return {};
    }
    const std::uint64_t begin = size * (rank - skipped) / working;
    return {begin, size * (rank - skipped + 1) / working - begin};
}

/// The content, with the values it points to.
class State {
  public:
    State(const parallel::Communicator& comm, double seed) {
        const Slice n = slice(comm, neurons);
        const Slice k = slice(comm, lines);
        for (std::uint64_t i = 0; i < n.rows; ++i) {
            network_.push_back(value(n.offset + i, seed));
        }
        for (std::uint64_t i = 0; i < k.rows * cells; ++i) {
            kinetic_.push_back(value(k.offset * cells + i, seed + 0.5));
        }
        content_.parts = {{"/network/state_e", {neurons}, n.offset, n.rows, network_},
                          {"/kinetic/lines", {lines, cells}, k.offset, k.rows, kinetic_},
                          {"/network/nobody", {0}, 0, 0, {}}};
        content_.reals = {
            {"clock", {0.25 * seed}}, {"multipliers", {1.0, -2.0, 3.5}}, {"none", {}}};
        content_.integers = {{"step", {std::int64_t{1} << 40, -7}}};
        content_.texts = {
            {"config", std::string(3001, 'c') + "\xc3\xa9"}, {"version", "0.1.0"}, {"empty", ""}};
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    [[nodiscard]] const io::CheckpointContent& content() const { return content_; }

  private:
    std::vector<double> network_, kinetic_;
    io::CheckpointContent content_;
};

/// Whether the reader holds State(seed), bit for bit, on this rank's slices.
inline bool holds(const parallel::Communicator& comm, const io::CheckpointReader& reader,
                  double seed) {
    const Slice n = slice(comm, neurons);
    const Slice k = slice(comm, lines);
    std::vector<double> network(n.rows);
    std::vector<double> kinetic(k.rows * cells);
    reader.read_part("/network/state_e", n.offset, n.rows, network);
    reader.read_part("/kinetic/lines", k.offset, k.rows, kinetic);
    reader.read_part("/network/nobody", 0, 0, {});
    bool same = true;
    for (std::uint64_t i = 0; i < n.rows; ++i) {
        same = same && network[i] == value(n.offset + i, seed);
    }
    for (std::uint64_t i = 0; i < k.rows * cells; ++i) {
        same = same && kinetic[i] == value(k.offset * cells + i, seed + 0.5);
    }
    return same && reader.reals("clock") == std::vector<double>{0.25 * seed};
}

/// An empty folder for a test, gone afterwards.
class Folder {
  public:
    explicit Folder(const parallel::Communicator& comm) : comm_(comm) {
        if (comm_.is_root()) {
            fs::remove_all(path);
            fs::create_directory(path);
        }
        comm_.barrier();
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    ~Folder() {
        comm_.barrier();
        if (comm_.is_root()) {
            fs::remove_all(path);
        }
        comm_.barrier();
    }

    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> result;
        for (const fs::directory_entry& entry : fs::directory_iterator(path)) {
            result.push_back(entry.path().filename().string());
        }
        std::sort(result.begin(), result.end());
        comm_.barrier();
        return result;
    }

    const std::string path = "checkpoint_test_folder";

  private:
    parallel::Communicator comm_;
};

inline std::string contents(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

inline void replace(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

/// What the error of `work` says; "" when it does not fail with one of this type.
template <class Error, class Work>
std::string message_of(Work&& work) {
    try {
        work();
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

} // namespace example

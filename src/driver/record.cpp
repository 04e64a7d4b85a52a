#include "equipoise/driver/record.hpp"

#include "equipoise/config/provenance.hpp"
#include "equipoise/util/errors.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>
#include <filesystem>
#include <random>
#include <sstream>

namespace equipoise::driver {

namespace {

const char* const names_path = "output/datasets";
const char* const counts_path = "output/records";

} // namespace

std::string new_run_id(const parallel::Communicator& comm) {
    std::string id;
    if (comm.is_root()) {
        std::random_device device; // not for the model: its numbers come from the seed
        for (int i = 0; i < 4; ++i) {
            id += fmt::format("{:08x}", device());
        }
    }
    return comm.broadcast(id);
}

io::Schema file_schema(const config::Config& config, int ranks, const std::string& run_id) {
    io::Schema schema;
    const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    schema.attributes = {
        {"title", config.run.title},
        {"equipoise_version", config::version()},
        {"commit", config::commit()},
        {"config", config.resolved},
        {"seed", std::to_string(config.run.seed)},
        {"ranks", std::int64_t{ranks}},
        {"created", fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now))},
        {"run_id", run_id},
    };
    return schema;
}

std::string absolute(const std::string& path) {
    return std::filesystem::absolute(path).lexically_normal().string();
}

void add_position(io::CheckpointContent& content, const io::OutputFile& file) {
    std::string names;
    std::vector<std::int64_t> counts;
    for (const auto& [name, count] : file.records()) {
        names += name + "\n";
        counts.push_back(count);
    }
    content.texts.emplace_back(names_path, names);
    content.integers.emplace_back(counts_path, counts);
}

io::OutputPosition position_in(const io::CheckpointReader& checkpoint, const std::string& run_id) {
    std::istringstream names(checkpoint.text(names_path));
    const std::vector<std::int64_t>& counts = checkpoint.integers(counts_path);
    io::OutputPosition position{run_id, {}};
    for (std::string name; std::getline(names, name);) {
        position.records.emplace_back(name, counts.at(position.records.size()));
    }
    return position;
}

} // namespace equipoise::driver

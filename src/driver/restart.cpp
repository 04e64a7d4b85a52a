#include "equipoise/driver/restart.hpp"

#include "equipoise/config/read.hpp"
#include "equipoise/driver/record.hpp"
#include "equipoise/io/checkpoint_folder.hpp"
#include "equipoise/util/errors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>
#include <sstream>
#include <utility>

namespace equipoise::driver {

namespace {

namespace fs = std::filesystem;

/// Keys and values of a resolved configuration.
std::map<std::string, std::string> keys_of(const std::string& resolved) {
    std::map<std::string, std::string> keys;
    std::istringstream lines(resolved);
    std::string section;
    for (std::string line; std::getline(lines, line);) {
        const std::size_t equals = line.find(" = ");
        if (!line.empty() && line.front() == '[') {
            section = line.substr(1, line.find(']') - 1);
        } else if (equals != std::string::npos) {
            keys[section + "." + line.substr(0, equals)] = line.substr(equals + 3);
        }
    }
    return keys;
}

bool starts_with_any(const std::string& key, std::initializer_list<const char*> beginnings) {
    return std::any_of(beginnings.begin(), beginnings.end(),
                       [&key](const char* beginning) { return key.rfind(beginning, 0) == 0; });
}

} // namespace

std::string reason_against_change(const std::string& key, bool new_output) {
    static const std::set<std::string> free{"run.t_end",
                                            "run.title",
                                            "run.output",
                                            "run.output_interval",
                                            "kinetic.stop_when_unstable",
                                            "network.balance_iterations"};
    static const std::set<std::string> layout{"network.snapshot_interval", "network.traces",
                                              "network.trace_interval", "network.balance_solver",
                                              "kinetic.density_interval"};
    if (free.count(key) > 0 || starts_with_any(key, {"checkpoint.", "limits."})) {
        return {};
    }
    if (layout.count(key) > 0) {
        return new_output ? std::string()
                          : "the layout of the output file is fixed when it is made: give "
                            "--run.output=NEW.h5 too";
    }
    if (key == "run.seed") {
        return "the random numbers so far came from the other seed";
    }
    if (key == "network.normals") {
        return "the random numbers so far were the other ones";
    }
    if (key == "run.realisations") {
        return "the checkpoint holds the states of as many networks as before";
    }
    if (key.ends_with(".neurons")) {
        return "the checkpoint holds the states of as many neurons as before";
    }
    return "the states of the checkpoint belong to the model and the solvers they came from";
}

Resumption resume(const parallel::Communicator& comm, const std::string& file_or_folder,
                  const std::vector<std::string>& overrides) {
    Resumption result;
    io::Found found = io::find_checkpoint(comm, file_or_folder);
    result.remarks = std::move(found.rejected);
    result.checkpoint = std::move(found.checkpoint);
    const std::string& path = result.checkpoint->path();
    const std::string before = result.checkpoint->text("config");
    result.config = config::read_text(before, path + ":/config", overrides);

    const std::map<std::string, std::string> old_keys = keys_of(before);
    const auto given = [&overrides](const std::string& key) {
        return std::any_of(overrides.begin(), overrides.end(), [&key](const std::string& word) {
            return word.rfind("--" + key + "=", 0) == 0;
        });
    };
    config::Config& config = result.config;
    const std::string old_output = result.checkpoint->text("output/path");
    const bool new_output = given("run.output") && absolute(config.run.output) != old_output;
    if (!new_output) {
        config.run.output = old_output;
    }
    if (!given("checkpoint.directory") && config.checkpoint.directory != "none") {
        const std::string folder = fs::path(path).parent_path().string();
        config.checkpoint.directory = folder.empty() ? "." : folder;
    }
    std::vector<Problem> problems;
    for (const auto& [key, value] : keys_of(config.resolved)) {
        const auto old = old_keys.find(key);
        const bool same = old != old_keys.end() && old->second == value;
        const bool unknown_then = old == old_keys.end() && !given(key); // by an older version
        if (same || unknown_then) {
            continue;
        }
        const std::string reason = reason_against_change(key, new_output);
        if (!reason.empty()) {
            problems.push_back(config.problem(
                key,
                fmt::format("cannot change at a restart{}: {}",
                            old == old_keys.end() ? "" : " (it was " + old->second + ")", reason),
                "leave it out, or start anew with equipoise run"));
        }
    }
    const double reached = result.checkpoint->reals("clock").at(0);
    if (config.run.t_end < reached * (1.0 - 1e-12)) {
        problems.push_back(config.problem(
            "run.t_end", fmt::format("the checkpoint is at t = {:g} already", reached),
            "give a later end, or an earlier checkpoint"));
    }
    if (!problems.empty()) {
        throw InputError(std::move(problems));
    }
    return result;
}

} // namespace equipoise::driver

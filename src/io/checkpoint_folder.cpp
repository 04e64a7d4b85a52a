#include "equipoise/io/checkpoint_folder.hpp"

#include "equipoise/io/checkpoint.hpp"
#include "equipoise/io/durable.hpp"
#include "equipoise/io/raw_file.hpp"
#include "equipoise/io/together.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>
#include <span>
#include <sstream>
#include <string_view>

namespace equipoise::io {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view prefix = "checkpoint_";
constexpr std::string_view suffix = ".h5";
constexpr std::string_view temporary = ".partial";

/// The sequence in the name of a checkpoint file; none for any other name.
std::optional<std::int64_t> sequence_in(std::string_view name) {
    if (!name.starts_with(prefix) || !name.ends_with(suffix)) {
        return std::nullopt;
    }
    name = name.substr(prefix.size(), name.size() - prefix.size() - suffix.size());
    std::int64_t sequence = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), sequence);
    if (error != std::errc{} || end != name.data() + name.size()) {
        return std::nullopt;
    }
    return sequence;
}

struct Candidate {
    std::int64_t sequence = 0;
    std::string path;
    SealReading reading;
};

/// Files that are checkpoints by content, or by name (then whatever they hold); newest first.
std::vector<Candidate> candidates(const std::string& folder) {
    std::vector<Candidate> found;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
        const std::string name = entry.path().filename().string();
        if (!entry.is_regular_file() || name.ends_with(temporary)) {
            continue;
        }
        const std::optional<std::int64_t> named = sequence_in(name);
        if (!named && !name.ends_with(suffix)) {
            continue;
        }
        SealReading reading = read_seal(entry.path().string());
        const bool known = reading.seal.hdf5_end > 0;
        if (known || named) {
            found.push_back({known ? reading.seal.sequence : *named, entry.path().string(),
                             std::move(reading)});
        }
    }
    std::sort(found.begin(), found.end(), [](const Candidate& a, const Candidate& b) {
        return a.sequence != b.sequence ? a.sequence > b.sequence : a.path < b.path;
    });
    return found;
}

void remove_file(const fs::path& path) {
    std::error_code error;
    fs::remove(path, error);
    if (error) {
        throw FileSystemError(
            fmt::format("{}: cannot remove it: {}", path.string(), error.message()));
    }
}

[[noreturn]] void refuse(const std::string& path, const std::string& message,
                         const std::string& remedy) {
    throw InputError({{{path, 0, "", ""}, message, remedy}});
}

} // namespace

std::string checkpoint_path(const std::string& folder, std::int64_t sequence) {
    return (fs::path(folder) / fmt::format("{}{}{}", prefix, sequence, suffix)).string();
}

std::string temporary_name(const std::string& path) {
    return path + std::string(temporary);
}

Found find_checkpoint(const parallel::Communicator& comm, const std::string& file_or_folder) {
    // Rank 0 looks, all believe it: the ranks must try the same files in the same order.
    std::string listing;
    std::string problem;
    if (comm.is_root()) {
        try {
            if (fs::is_directory(file_or_folder)) {
                for (const Candidate& candidate : candidates(file_or_folder)) {
                    listing += candidate.path + '\n';
                }
                problem = listing.empty() ? "this folder holds no checkpoint" : "";
            } else if (fs::exists(file_or_folder)) {
                listing = file_or_folder + '\n';
            } else {
                problem = "there is no such file or folder";
            }
        } catch (const fs::filesystem_error& error) {
            problem = error.code().message();
        }
    }
    problem = comm.broadcast(problem);
    listing = comm.broadcast(listing);
    if (!problem.empty()) {
        refuse(file_or_folder, problem,
               "give a checkpoint file, or the folder that checkpoint.directory named");
    }
    Found found;
    std::istringstream lines(listing);
    for (std::string path; std::getline(lines, path);) {
        try {
            found.checkpoint = std::make_unique<CheckpointReader>(comm, path);
            return found;
        } catch (const InputError& error) {
            found.rejected.emplace_back(error.what());
        }
    }
    std::vector<Problem> problems;
    for (const std::string& text : found.rejected) {
        problems.push_back({{}, text, ""});
    }
    throw InputError(problems);
}

std::int64_t next_sequence(const parallel::Communicator& comm, const std::string& folder) {
    std::int64_t next = 1;
    on_root(comm, [&] {
        if (fs::is_directory(folder)) {
            for (const Candidate& candidate : candidates(folder)) {
                next = std::max(next, candidate.sequence + 1);
            }
        }
    });
    comm.broadcast(std::span<std::int64_t>(&next, 1));
    return next;
}

void remove_temporary_files(const std::string& folder) {
    std::vector<fs::path> left;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
        const std::string whole = entry.path().filename().string();
        std::string_view name = whole;
        if (entry.is_regular_file() && name.ends_with(temporary)) {
            name.remove_suffix(temporary.size());
            if (sequence_in(name) || name == "latest") {
                left.push_back(entry.path());
            }
        }
    }
    std::for_each(left.begin(), left.end(), remove_file);
}

void write_pointer(const std::string& folder, const std::string& path) {
    const std::string pointer = (fs::path(folder) / "latest").string();
    const std::string partial = temporary_name(pointer);
    try {
        const std::string text = fs::path(path).filename().string() + '\n';
        {
            const RawFile file(partial, RawFile::Mode::create);
            file.write(0, std::as_bytes(std::span(text)));
            file.make_durable();
        }
        rename_durably(partial, pointer);
    } catch (const FileSystemError&) {
        std::error_code ignored;
        fs::remove(partial, ignored);
        throw;
    }
}

void remove_older(const std::string& folder, std::int64_t sequence, std::int64_t keep) {
    std::int64_t whole = 1;
    for (const Candidate& candidate : candidates(folder)) {
        if (candidate.sequence >= sequence) {
            continue;
        }
        const bool ours = candidate.reading.seal.hdf5_end > 0;
        if (ours && whole >= keep) {
            remove_file(candidate.path);
        } else if (candidate.reading.problem.empty()) {
            ++whole;
        }
    }
}

} // namespace equipoise::io

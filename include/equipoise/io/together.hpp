#pragma once

#include "equipoise/parallel/communicator.hpp"
#include "equipoise/util/errors.hpp"

#include <filesystem>
#include <string>
#include <utility>

namespace equipoise::io {

/// A failure of the file system that all ranks know of: each throws the same words.
class CommonFileSystemError : public FileSystemError {
  public:
    using FileSystemError::FileSystemError;
};

/// Does `work` on every rank; a failure of the file system on any of them becomes the same
/// CommonFileSystemError on all, so that no rank waits for one that has given up. `work` must not
/// communicate after a point where it may fail. Collective.
template <class Work>
void together(const parallel::Communicator& comm, Work&& work) {
    std::string failure;
    try {
        std::forward<Work>(work)();
    } catch (const FileSystemError& error) {
        failure = error.what();
    } catch (const std::filesystem::filesystem_error& error) {
        failure = error.what();
    }
    failure = comm.first_text(failure);
    if (!failure.empty()) {
        throw CommonFileSystemError(failure);
    }
}

/// The same for what rank 0 does alone while the others wait.
template <class Work>
void on_root(const parallel::Communicator& comm, Work&& work) {
    together(comm, [&] {
        if (comm.is_root()) {
            work();
        }
    });
}

} // namespace equipoise::io

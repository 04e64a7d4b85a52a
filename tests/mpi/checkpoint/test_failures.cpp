// When a checkpoint cannot be written, every rank learns the same reason, the earlier one stays,
// and nothing temporary is left.
#include "equipoise/util/errors.hpp"

#include <catch2/catch.hpp>
#include <sys/resource.h>

#include "example.hpp"

using namespace example;

namespace {

std::string complaint(const std::string& folder, std::int64_t sequence) {
    const State state(world(), 2.0);
    return message_of<FileSystemError>(
        [&] { io::write_checkpoint(world(), folder, sequence, state.content(), 2); });
}

/// The same text on all ranks, and not empty.
bool agreed(const std::string& text) {
    return !world().any(text != world().broadcast(text)) && !text.empty();
}

/// A limit on the size of files while it lives; on this rank only.
class FileSizeLimit {
  public:
    explicit FileSizeLimit(rlim_t bytes) {
        getrlimit(RLIMIT_FSIZE, &before_);
        struct rlimit now = before_;
        now.rlim_cur = bytes;
        setrlimit(RLIMIT_FSIZE, &now);
    }
    FileSizeLimit(const FileSizeLimit&) = delete;
    FileSizeLimit& operator=(const FileSizeLimit&) = delete;
    ~FileSizeLimit() { setrlimit(RLIMIT_FSIZE, &before_); }

  private:
    struct rlimit before_ {};
};

/// A checkpoint of sequence 1 and nothing else.
void only_the_first_is_there(const Folder& folder) {
    CHECK(folder.names() == std::vector<std::string>{"checkpoint_1.h5", "latest"});
    const io::CheckpointReader reader(world(), io::checkpoint_path(folder.path, 1));
    CHECK(holds(world(), reader, 1.0));
}

} // namespace

TEST_CASE("a limit on the size of files on any one rank is an error on all") {
    const Folder folder(world());
    const State state(world(), 1.0);
    io::write_checkpoint(world(), folder.path, 1, state.content(), 2);
    for (int victim = 0; victim < world().size(); ++victim) {
        std::string text;
        {
            const FileSizeLimit limit(world().rank() == victim ? rlim_t{20000} : RLIM_INFINITY);
            text = complaint(folder.path, 2);
        }
        CHECK(agreed(text));
        CHECK_THAT(text, Catch::Contains("ulimit"));
        only_the_first_is_there(folder);
    }
    // And when there is room again, the next one succeeds.
    CHECK(complaint(folder.path, 2).empty());
}

TEST_CASE("a vanished folder, and a file in its place") {
    const Folder folder(world());
    const std::string absent = complaint(folder.path + "/absent", 1);
    CHECK(agreed(absent));
    CHECK_THAT(absent, Catch::Contains("absent"));
    if (world().is_root()) {
        replace(folder.path + "/file", "x");
    }
    world().barrier();
    CHECK(agreed(complaint(folder.path + "/file", 1)));
    CHECK(folder.names() == std::vector<std::string>{"file"});
}

TEST_CASE("a name that is taken by a folder fails at the renaming, and leaves nothing") {
    const Folder folder(world());
    const State state(world(), 1.0);
    io::write_checkpoint(world(), folder.path, 1, state.content(), 2);
    if (world().is_root()) {
        fs::create_directories(io::checkpoint_path(folder.path, 2) + "/full");
    }
    world().barrier();
    CHECK(agreed(complaint(folder.path, 2)));
    CHECK(folder.names() ==
          std::vector<std::string>{"checkpoint_1.h5", "checkpoint_2.h5", "latest"});
    CHECK(io::find_checkpoint(world(), folder.path).checkpoint->path() ==
          io::checkpoint_path(folder.path, 1));
}

TEST_CASE("a pointer that cannot be written is reported beside a checkpoint that is whole") {
    const Folder folder(world());
    const State first(world(), 1.0);
    CHECK(io::write_checkpoint(world(), folder.path, 1, first.content(), 1).unfinished.empty());
    if (world().is_root()) {
        fs::remove(folder.path + "/latest");
        fs::create_directories(folder.path + "/latest/full");
    }
    world().barrier();
    const State second(world(), 2.0);
    const io::CheckpointWriteReport report =
        io::write_checkpoint(world(), folder.path, 2, second.content(), 1);
    CHECK(agreed(report.unfinished));
    CHECK_THAT(report.unfinished, Catch::Contains(folder.path + "/latest"));
    CHECK(report.path == io::checkpoint_path(folder.path, 2));
    // The older one stays: a pointer that could not be changed may name it.
    CHECK(folder.names() ==
          std::vector<std::string>{"checkpoint_1.h5", "checkpoint_2.h5", "latest"});
    {
        const io::CheckpointReader reader(world(), report.path);
        CHECK(holds(world(), reader, 2.0));
        CHECK(report.bytes == fs::file_size(report.path));
    }
    world().barrier();
    if (world().is_root()) {
        fs::remove_all(folder.path + "/latest");
    }
    world().barrier();
    CHECK(io::write_checkpoint(world(), folder.path, 3, second.content(), 1).unfinished.empty());
    CHECK(folder.names() == std::vector<std::string>{"checkpoint_3.h5", "latest"});
}

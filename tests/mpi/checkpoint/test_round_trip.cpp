// A checkpoint holds what was written, bit for bit, whoever wrote it: on any number of ranks, in
// slabs of any size, the file has the same bytes.
#include "equipoise/util/errors.hpp"

#include <catch2/catch.hpp>

#include "example.hpp"

using namespace example;

namespace {

/// A communicator of the first `size` ranks; MPI_COMM_NULL on the others.
class FirstRanks {
  public:
    explicit FirstRanks(int size) {
        MPI_Comm_split(world().handle(), world().rank() < size ? 0 : MPI_UNDEFINED, world().rank(),
                       &comm_);
    }
    FirstRanks(const FirstRanks&) = delete;
    FirstRanks& operator=(const FirstRanks&) = delete;
    ~FirstRanks() {
        if (comm_ != MPI_COMM_NULL) {
            MPI_Comm_free(&comm_);
        }
    }
    [[nodiscard]] bool member() const { return comm_ != MPI_COMM_NULL; }
    [[nodiscard]] parallel::Communicator get() const { return parallel::Communicator(comm_); }

  private:
    MPI_Comm comm_ = MPI_COMM_NULL;
};

} // namespace

TEST_CASE("what is written on some ranks is read on others") {
    const Folder folder(world());
    for (int writers = 1; writers <= world().size(); ++writers) {
        {
            const FirstRanks first(writers);
            if (first.member()) {
                const State state(first.get(), writers);
                const io::CheckpointWriteReport report =
                    io::write_checkpoint(first.get(), folder.path, writers, state.content(), 9);
                CHECK(report.path == io::checkpoint_path(folder.path, writers));
                CHECK(report.bytes == fs::file_size(report.path));
                CHECK(report.seconds > 0.0);
            }
            world().barrier();
        }
        for (int readers = 1; readers <= world().size(); ++readers) {
            const FirstRanks first(readers);
            if (first.member()) {
                const io::CheckpointReader reader(first.get(),
                                                  io::checkpoint_path(folder.path, writers));
                CHECK(reader.sequence() == writers);
                CHECK(holds(first.get(), reader, writers));
            }
        }
        world().barrier();
    }
}

TEST_CASE("what all ranks share comes back as it was") {
    const Folder folder(world());
    const State state(world(), 3.0);
    const std::string path = io::write_checkpoint(world(), folder.path, 7, state.content(), 2).path;
    const io::CheckpointReader reader(world(), path);
    for (const auto& [name, values] : state.content().reals) {
        CHECK(reader.reals(name) == values);
    }
    for (const auto& [name, values] : state.content().integers) {
        CHECK(reader.integers(name) == values);
    }
    for (const auto& [name, text] : state.content().texts) {
        CHECK(reader.text(name) == text);
    }
    CHECK(reader.parts().at("/kinetic/lines").shape == std::vector<std::uint64_t>{lines, cells});
    CHECK(reader.parts().size() == 3);
    CHECK_THAT(message_of<InputError>([&] { static_cast<void>(reader.reals("absent")); }),
               Catch::Contains("holds no /reals/absent"));
}

TEST_CASE("the file's bytes depend neither on the ranks nor on the slabs") {
    const Folder folder(world());
    const State state(world(), 3.0);
    const std::string path = io::write_checkpoint(world(), folder.path, 1, state.content(), 9).path;
    const std::string whole = contents(path);
    // 64 bytes: 8 neurons or 1 line at once; 1: a single row.
    for (const std::uint64_t slab : {64, 1}) {
        world().barrier();
        io::write_checkpoint(world(), folder.path, 1, state.content(), 9, slab);
        CHECK(contents(path) == whole);
    }
    const std::string alone = folder.path + "/alone";
    if (world().is_root()) {
        const parallel::Communicator self(MPI_COMM_SELF);
        fs::create_directory(alone);
        const State all(self, 3.0);
        CHECK(contents(io::write_checkpoint(self, alone, 1, all.content(), 9).path) == whole);
    }
}

TEST_CASE("rows that arrive otherwise than they were written are noticed") {
    const Folder folder(world());
    const State state(world(), 3.0);
    const std::string path = io::write_checkpoint(world(), folder.path, 1, state.content(), 2).path;
    const io::CheckpointReader reader(world(), path);
    world().barrier();
    // The file changes under the reader: one bit of one neuron.
    if (world().is_root()) {
        std::string bytes = contents(path);
        for (const io::Region& region : reader.seal().regions) {
            if (region.path == "/network/state_e") {
                bytes[region.address + 8 * 500] ^= 1;
            }
        }
        replace(path, bytes);
    }
    world().barrier();
    CHECK_THAT(message_of<InputError>([&] { holds(world(), reader, 3.0); }),
               Catch::Contains("/network/state_e has changed"));
}

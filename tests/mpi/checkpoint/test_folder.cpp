// The newest valid checkpoint is found by content; only what is ours and superseded is removed.
#include "equipoise/util/errors.hpp"

#include <catch2/catch.hpp>

#include "example.hpp"

using namespace example;

namespace {

void write(const Folder& folder, std::int64_t sequence, std::int64_t keep = 2) {
    const State state(world(), static_cast<double>(sequence));
    io::write_checkpoint(world(), folder.path, sequence, state.content(), keep);
}

template <class Work>
void root(Work&& work) {
    world().barrier();
    if (world().is_root()) {
        work();
    }
    world().barrier();
}

} // namespace

TEST_CASE("the last `keep` are kept, and the pointer names the last") {
    const Folder folder(world());
    root([&] {
        // Not ours, whatever it is called; and what a killed run left.
        replace(folder.path + "/checkpoint_0.h5", "foreign");
        replace(folder.path + "/notes.h5", "foreign");
        replace(folder.path + "/checkpoint_1.h5.partial", "half a checkpoint");
    });
    for (std::int64_t sequence = 1; sequence <= 4; ++sequence) {
        write(folder, sequence);
        CHECK(contents(folder.path + "/latest") ==
              "checkpoint_" + std::to_string(sequence) + ".h5\n");
        world().barrier();
    }
    CHECK(folder.names() == std::vector<std::string>{"checkpoint_0.h5", "checkpoint_3.h5",
                                                     "checkpoint_4.h5", "latest", "notes.h5"});
    write(folder, 5, 1);
    CHECK(folder.names() ==
          std::vector<std::string>{"checkpoint_0.h5", "checkpoint_5.h5", "latest", "notes.h5"});
    CHECK(io::next_sequence(world(), folder.path) == 6);
}

TEST_CASE("a damaged checkpoint does not take a whole one's place among the kept") {
    const Folder folder(world());
    write(folder, 1, 9);
    write(folder, 2, 9);
    root([&] { fs::resize_file(io::checkpoint_path(folder.path, 2), 4000); });
    write(folder, 3, 2);
    CHECK(fs::exists(io::checkpoint_path(folder.path, 1)));
    world().barrier();
}

TEST_CASE(
    "the newest is found by content, not by name; damaged ones are passed over, with reasons") {
    const Folder folder(world());
    for (std::int64_t sequence = 1; sequence <= 3; ++sequence) {
        write(folder, sequence, 9);
    }
    const auto path = [&](int sequence) { return io::checkpoint_path(folder.path, sequence); };
    root([&] { // 1 <-> 3, and a copy under a name of the user's
        fs::rename(path(1), folder.path + "/mine.h5");
        fs::rename(path(3), path(1));
    });
    io::Found found = io::find_checkpoint(world(), folder.path);
    CHECK(found.checkpoint->path() == path(1));
    CHECK(found.rejected.empty());

    root([&] {
        std::string bytes = contents(path(1));
        bytes[bytes.size() / 2] ^= 1;
        replace(path(1), bytes);
        replace(path(77), "a text");
    });
    found = io::find_checkpoint(world(), folder.path);
    CHECK(found.checkpoint->path() == path(2));
    REQUIRE(found.rejected.size() == 2);
    CHECK_THAT(found.rejected[0],
               Catch::Contains("checkpoint_77.h5") && Catch::Contains("is not a checkpoint"));
    CHECK_THAT(found.rejected[1],
               Catch::Contains("checkpoint_1.h5") && Catch::Contains("is damaged"));

    root([&] { fs::resize_file(path(2), 10000); });
    found = io::find_checkpoint(world(), folder.path);
    CHECK(found.checkpoint->path() == folder.path + "/mine.h5");
    CHECK(holds(world(), *found.checkpoint, 1.0));

    root([&] { fs::remove(folder.path + "/mine.h5"); });
    const std::string text =
        message_of<InputError>([&] { io::find_checkpoint(world(), folder.path); });
    CHECK_THAT(text, Catch::Contains("checkpoint_77.h5") && Catch::Contains("checkpoint_2.h5") &&
                         Catch::Contains("was cut short"));
    // A file that is named is taken, or refused; no other is taken for it.
    CHECK_THAT(message_of<InputError>([&] { io::find_checkpoint(world(), path(2)); }),
               Catch::Contains("was cut short"));
}

TEST_CASE("an empty folder and a missing one are said to be so") {
    const Folder folder(world());
    CHECK_THAT(message_of<InputError>([&] { io::find_checkpoint(world(), folder.path); }),
               Catch::Contains("holds no checkpoint"));
    CHECK_THAT(message_of<InputError>([&] { io::find_checkpoint(world(), folder.path + "/x"); }),
               Catch::Contains("no such file"));
    CHECK(io::next_sequence(world(), folder.path) == 1);
}

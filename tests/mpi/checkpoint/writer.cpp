// checkpoint_writer FOLDER: writes checkpoints of rising sequence until it is killed.
#include "example.hpp"

int main(int argc, char** argv) {
    equipoise::parallel::Environment environment(argc, argv);
    const auto comm = equipoise::parallel::Communicator::world();
    for (std::int64_t sequence = equipoise::io::next_sequence(comm, argv[1]);; ++sequence) {
        const example::State state(comm, static_cast<double>(sequence));
        equipoise::io::write_checkpoint(comm, argv[1], sequence, state.content(), 2);
    }
}

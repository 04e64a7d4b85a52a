// Entry point for libFuzzer: bytes as a configuration's text. Built with Clang and
// -DEQUIPOISE_FUZZ=ON; run as: fuzz_read CORPUS_FOLDER
#include "fuzz/property.hpp"
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (equipoise::test::outcome_of(text, {}) == equipoise::test::Outcome::promise_broken) {
        std::abort();
    }
    return 0;
}

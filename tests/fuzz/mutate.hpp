#pragma once

#include <cstddef>
#include <random>
#include <string>
#include <vector>

namespace equipoise::test {

/// Random changes to configuration texts, the same for the same seed on every machine.
class Mutator {
  public:
    Mutator(std::vector<std::string> corpus, unsigned seed);

    /// A text of the corpus after a few changes: bytes, pieces, lines, words of the format.
    std::string next();
    /// An override, often of a real key.
    std::string next_override();

  private:
    std::size_t below(std::size_t bound); ///< from 0 to bound - 1; 0 for bound 0
    std::string piece();                  ///< of a random text of the corpus
    void change(std::string& text);

    std::vector<std::string> corpus_;
    std::mt19937_64 random_;
};

} // namespace equipoise::test

#include "fuzz/mutate.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace equipoise::test {

namespace {

/// What the format gives a meaning to, and what breaks careless readers.
constexpr const char* words[] = {"[",
                                 "]",
                                 "=",
                                 "#",
                                 "\"",
                                 "(",
                                 ")",
                                 ",",
                                 "\n",
                                 "\r\n",
                                 " ",
                                 ".",
                                 "[run]\n",
                                 "[]\n",
                                 "[.]\n",
                                 "nan",
                                 "inf",
                                 "-1",
                                 "1e308",
                                 "1e999",
                                 "0",
                                 "1e-320",
                                 "1e18",
                                 "16 16",
                                 "e",
                                 "i",
                                 "torus",
                                 "ring",
                                 "point",
                                 "auto",
                                 "modes(0 0 1, 1 0 1)",
                                 "product(cosine(1), cosine(1, 2))",
                                 "expression(\"z\")",
                                 "table(\"a.csv\")",
                                 "cosine(1, 2)",
                                 "[coupling.i.e]\n",
                                 "positions = random\n",
                                 "sites = 10\n",
                                 "\xef\xbb\xbf",
                                 "\xff"};

constexpr const char* keys[] = {
    "run.t_end",         "run.seed",         "run.output",           "run.solvers",
    "run.title",         "domain.kind",      "domain.length",        "populations.names",
    "population.e.sign", "network.sites",    "population.i.neurons", "coupling.e.e.kernel",
    "kinetic.range",     "kinetic.time_step"};

} // namespace

Mutator::Mutator(std::vector<std::string> corpus, unsigned seed)
    : corpus_(std::move(corpus)), random_(seed) {}

std::size_t Mutator::below(std::size_t bound) {
    // Distributions of the standard library differ between its makers; the small bias is no matter.
    return bound == 0 ? 0 : static_cast<std::size_t>(random_() % bound);
}

std::string Mutator::piece() {
    const std::string& text = corpus_[below(corpus_.size())];
    return text.substr(below(text.size()), below(60));
}

void Mutator::change(std::string& text) {
    const std::size_t at = below(text.size() + 1);
    switch (below(8)) {
    case 0: // one byte
        if (at < text.size()) {
            text[at] = static_cast<char>(below(256));
        }
        break;
    case 1: // a bit, which keeps it printable more often
        if (at < text.size()) {
            text[at] = static_cast<char>(static_cast<unsigned char>(text[at]) ^ (1U << below(8)));
        }
        break;
    case 2:
        text.erase(at, below(30));
        break;
    case 3:
        text.insert(at, words[below(std::size(words))]);
        break;
    case 4:
        text.insert(at, piece());
        break;
    case 5: { // a line twice, or a line elsewhere
        const std::size_t begin =
            text.rfind('\n', at) == std::string::npos ? 0 : text.rfind('\n', at);
        const std::string line = text.substr(begin, text.find('\n', at) - begin);
        text.insert(below(text.size() + 1), line);
        break;
    }
    case 6: { // a value or a word for another
        const std::size_t end = std::min(text.find_first_of(" \n,()", at), text.size());
        text.replace(at, end - at, words[below(std::size(words))]);
        break;
    }
    default: // something very long
        text.insert(at, std::string(below(2000), "0([.x,\""[below(7)]));
        break;
    }
}

std::string Mutator::next() {
    std::string text = corpus_[below(corpus_.size())];
    for (std::size_t changes = 1 + below(4); changes > 0; --changes) {
        change(text);
    }
    return text;
}

std::string Mutator::next_override() {
    std::string text =
        std::string("--") + keys[below(std::size(keys))] + '=' + words[below(std::size(words))];
    if (below(4) == 0) {
        change(text);
    }
    return text;
}

} // namespace equipoise::test

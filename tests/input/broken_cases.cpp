#include "input/broken_cases.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

namespace equipoise::test {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
    }
    return lines;
}

/// Lines of a configuration, changed one by one.
class Edited {
  public:
    explicit Edited(std::vector<std::string> lines)
        : lines_(std::move(lines)), place_(lines_.size()) {}

    void take_out(const std::string& line) {
        const auto at = std::find(lines_.begin(), lines_.end(), line);
        if (at == lines_.end()) {
            throw std::runtime_error("base.ini has no line '" + line + "'");
        }
        place_ = static_cast<std::size_t>(at - lines_.begin());
        lines_.erase(at);
    }
    void put_in(const std::string& line) {
        lines_.insert(lines_.begin() + static_cast<std::ptrdiff_t>(place_), line);
        ++place_;
    }
    [[nodiscard]] std::string text() const {
        std::string text;
        for (const std::string& line : lines_) {
            text += line + '\n';
        }
        return text;
    }

  private:
    std::vector<std::string> lines_;
    std::size_t place_;
};

} // namespace

std::string file_content(const std::string& path) {
    std::ifstream file(fs::path(EQUIPOISE_SOURCE) / path, std::ios::binary);
    if (!file) {
        throw std::runtime_error("cannot read " + path);
    }
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<BrokenCase> broken_cases() {
    const std::vector<std::string> base = lines_of(file_content("tests/input/base.ini"));
    std::vector<BrokenCase> cases;
    std::vector<Edited> edited;
    for (const std::string& line : lines_of(file_content("tests/input/broken.txt"))) {
        const std::string rest = line.size() > 2 ? line.substr(2) : "";
        if (line.empty() || line.front() == '#') {
            continue;
        }
        if (line.rfind("case ", 0) == 0) {
            cases.emplace_back().name = line.substr(5);
            edited.emplace_back(base);
        } else if (line == "level model") {
            cases.back().needs_model = true;
        } else if (line.rfind("- ", 0) == 0) {
            edited.back().take_out(rest);
        } else if (line.rfind("+ ", 0) == 0) {
            edited.back().put_in(rest);
        } else if (line.rfind("? ", 0) == 0) {
            cases.back().expected.push_back(rest);
        } else {
            cases.back().words.push_back(line);
        }
    }
    for (std::size_t i = 0; i < cases.size(); ++i) {
        cases[i].text = edited[i].text();
    }
    return cases;
}

std::vector<std::string> shipped_inputs() {
    std::vector<std::string> paths;
    for (const char* folder : {"input", "input/examples"}) {
        for (const auto& entry : fs::directory_iterator(fs::path(EQUIPOISE_SOURCE) / folder)) {
            if (entry.path().extension() == ".ini") {
                paths.push_back((fs::path(folder) / entry.path().filename()).string());
            }
        }
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

} // namespace equipoise::test

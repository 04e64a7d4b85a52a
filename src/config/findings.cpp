#include "equipoise/config/findings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace equipoise::config {

void Findings::reject(const std::string& key, const Origin& origin, const Complaint& complaint) {
    problems_.push_back({origin, complaint.message, complaint.remedy});
    distrust(key);
}

void Findings::finish() {
    constexpr std::size_t most = 100;
    if (problems_.empty()) {
        return;
    }
    // Problems of the file by line, then those of the command line.
    std::stable_sort(problems_.begin(), problems_.end(), [](const Problem& a, const Problem& b) {
        const auto place = [](const Origin& origin) {
            return std::pair{origin.file == "command line", origin.line};
        };
        return place(a.origin) < place(b.origin);
    });
    if (problems_.size() > most) {
        const std::size_t more = problems_.size() - most;
        Problem rest{{problems_[most].origin.file, 0, {}, {}},
                     fmt::format("{} more problems are not shown", more),
                     "correct the first ones, then check again"};
        problems_.resize(most);
        problems_.push_back(std::move(rest));
    }
    throw InputError(std::move(problems_));
}

} // namespace equipoise::config

#pragma once

#include "equipoise/config/complaint.hpp"
#include "equipoise/util/errors.hpp"

#include <set>
#include <string>
#include <vector>

namespace equipoise::config {

/// The problems found so far, and the keys whose values cannot be relied on because of them.
class Findings {
  public:
    void add(Problem problem) { problems_.push_back(std::move(problem)); }
    /// A problem with the value of a key: checks that build on it are pointless.
    void reject(const std::string& key, const Origin& origin, const Complaint& complaint);
    void distrust(const std::string& key) { distrusted_.insert(key); }
    [[nodiscard]] bool trusted(const std::string& key) const { return distrusted_.count(key) == 0; }

    [[nodiscard]] bool empty() const { return problems_.empty(); }

    /// Throws InputError with all problems, in the order of the file, when there are any.
    void finish();

  private:
    std::vector<Problem> problems_;
    std::set<std::string> distrusted_;
};

} // namespace equipoise::config

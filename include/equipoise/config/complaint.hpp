#pragma once

#include <string>
#include <vector>

namespace equipoise::config {

/// What is wrong with a value, said by code that does not know where the value was written.
struct Complaint {
    std::string message; ///< what is wrong
    std::string remedy;  ///< what is allowed, or what to write
};

/// Empty: nothing is wrong.
using Complaints = std::vector<Complaint>;

} // namespace equipoise::config

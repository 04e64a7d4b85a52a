#pragma once

#include <memory>

namespace bench {

/// Registers the benchmarks of a program; each program has its own. What it returns is kept until
/// they have run.
std::shared_ptr<const void> register_all();

} // namespace bench

#pragma once

#include "equipoise/config/complaint.hpp"
#include "equipoise/config/config.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace equipoise::config {

/// Whether a kernel whose arguments are in order can be used on the domain. `group_sizes`: how many
/// numbers each unnamed argument had, as the torus takes triples where the ring takes single
/// numbers. A domain that is not known allows every kernel.
Complaints check_kernel(const FunctionSpec& kernel, const std::vector<std::size_t>& group_sizes,
                        std::optional<DomainKind> domain);

} // namespace equipoise::config

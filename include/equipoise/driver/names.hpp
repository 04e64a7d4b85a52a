#pragma once

#include "equipoise/model/basis.hpp"
#include "equipoise/model/model.hpp"

#include <string>
#include <vector>

namespace equipoise::driver {

/// Names of the populations, the labels of that axis in the output file.
std::vector<std::string> population_names(const model::Model& model);
/// Names of the pairs of populations that have a covariance: "e i".
std::vector<std::string> pair_names(const model::Model& model);
/// Names of a basis' modes: "1", "cos(1)", on the torus "cos(1,0)".
std::vector<std::string> mode_names(const model::Model& model, const model::Basis& basis);

} // namespace equipoise::driver

#pragma once

#include "equipoise/config/range.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The families of functions that a configuration can name: which there are, their parameters with
/// defaults and ranges, and a sentence about each. The parser, --help and the documentation read
/// this; what a family computes is in the model (model/families.hpp, model/kernel.hpp).
namespace equipoise::config {

/// What a function is for. A family's name may mean something else in another role.
enum class Role { drift, noise, gain, kernel };

/// How the arguments of a family are written.
enum class Arguments {
    named,   ///< tanh(slope=1, height=1): names only
    list,    ///< cosine(4, 4): values without names
    text,    ///< expression("...", from=-20, to=20): a text in quotes, then names
    factors, ///< product(kernel, kernel): two families
};

struct Parameter {
    std::string name;
    std::optional<double> fallback; ///< none: must be given
    Range range;
    std::string meaning;
    bool whole = false; ///< a whole number
};

struct Family {
    std::string name;
    Arguments arguments = Arguments::named;
    std::vector<Parameter> parameters;
    std::string formula; ///< what it is, as one sentence with its formula

    [[nodiscard]] const Parameter* parameter(std::string_view parameter_name) const;
    /// How it is written, with defaults: tanh(slope=1, height=1).
    [[nodiscard]] std::string usage() const;
};

/// "drift", "noise intensity", "gain", "kernel".
std::string role_name(Role role);
/// The families of a role, in the order of the documentation.
const std::vector<Family>& families(Role role);
/// Null where the role has no such family.
const Family* find_family(Role role, std::string_view name);
/// The names of a role's families.
std::vector<std::string> family_names(Role role);

} // namespace equipoise::config

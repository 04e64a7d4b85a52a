#include "equipoise/config/catalogue.hpp"

#include <fmt/format.h>

namespace equipoise::config {

namespace {

constexpr Range any = Range::any();
constexpr Range positive = Range::positive();
constexpr Range not_negative = Range::at_least(0.0);

/// What every role of one variable has beside its own families.
std::vector<Family> with_free_forms(std::vector<Family> families) {
    families.push_back(
        {"expression",
         Arguments::text,
         {{"from", -20.0, any, "lowest state z at which it is used"},
          {"to", 20.0, any, "highest state z at which it is used"},
          {"points", 4096.0, Range::between(16.0, 1048576.0), "cells of the interpolant", true}},
         "an expression in z in quotes, interpolated smoothly (C2) on [from, to]; a state outside "
         "ends the run"});
    families.push_back({"table",
                        Arguments::text,
                        {},
                        "a CSV file in quotes with two columns, z and the value, joined by a cubic "
                        "spline (C2) over the range of its z; a relative path starts at the "
                        "configuration file, on the command line at the current folder"});
    return families;
}

std::vector<Family> drifts() {
    return with_free_forms(
        {{"linear", Arguments::named, {{"tau", 1.0, positive, "time constant"}}, "f(z) = -z/tau"},
         {"cubic",
          Arguments::named,
          {{"a0", 0.0, any, "constant term"},
           {"a1", 1.0, any, "linear term"},
           {"a3", 1.0, not_negative, "cubic term"}},
          "f(z) = a0 + a1 z - a3 z^3, a double well for positive a1 and a3"}});
}

std::vector<Family> noises() {
    return with_free_forms({{"constant",
                             Arguments::named,
                             {{"sigma", 1.0, not_negative, "noise intensity"}},
                             "sigma(z) = sigma"},
                            {"quadratic",
                             Arguments::named,
                             {{"sigma0", std::nullopt, not_negative, "additive part"},
                              {"sigma1", std::nullopt, not_negative, "multiplicative part"}},
                             "sigma(z) = sqrt(sigma0^2 + sigma1^2 z^2)"}});
}

std::vector<Family> gains() {
    const Parameter slope{"slope", 1.0, any, "factor of the state"};
    const Parameter height{"height", 1.0, any, "factor of the whole"};
    return with_free_forms(
        {{"linear", Arguments::named, {slope}, "G(z) = slope z"},
         {"tanh", Arguments::named, {slope, height}, "G(z) = height tanh(slope z)"},
         {"logistic",
          Arguments::named,
          {slope, {"threshold", 0.0, any, "state of half height"}, height},
          "G(z) = height / (1 + exp(-slope (z - threshold)))"},
         {"erf", Arguments::named, {slope, height}, "G(z) = height erf(slope z)"},
         {"softplus", Arguments::named, {slope, height}, "G(z) = height log(1 + exp(slope z))"}});
}

std::vector<Family> kernels() {
    // Widths are lengths of the domain; every kernel is periodic in it.
    const std::string integral = "integral over the domain, under the normalised measure";
    return {
        {"cosine",
         Arguments::list,
         {},
         "K(d) = c0 + sum_m c_m cos(2 pi m d/L); torus: cos(2 pi m d1/L1) + cos(2 pi m d2/L2) in "
         "place of the cosine; on a point only c0 acts, so only c0 is allowed"},
        {"gaussian",
         Arguments::named,
         {{"strength", 1.0, any, integral}, {"width", 0.1, positive, "standard deviation"}},
         "periodised Gaussian; torus: isotropic"},
        {"difference_of_gaussians",
         Arguments::named,
         {{"strength1", std::nullopt, any, "integral of the Gaussian that counts positively"},
          {"width1", std::nullopt, positive, "its standard deviation"},
          {"strength2", std::nullopt, any, "integral of the Gaussian that is subtracted"},
          {"width2", std::nullopt, positive, "its standard deviation"}},
         "gaussian(strength1, width1) - gaussian(strength2, width2)"},
        {"von_mises",
         Arguments::named,
         {{"strength", 1.0, any, integral},
          {"concentration",
           1.0,
           {0.0, 500.0, true},
           "sharpness: the width is about L / (2 pi sqrt(concentration))"}},
         "K(d) proportional to exp(concentration cos(2 pi d/L)); torus: the product over both "
         "directions"},
        {"modes",
         Arguments::list,
         {},
         "coefficients of modes; ring: c0, c1, ... as for cosine; torus: triples k1 k2 c, as in "
         "modes(0 0 4, 1 0 2, 0 1 2), for the sum of c cos(2 pi (k1 d1/L1 + k2 d2/L2))"},
        {"product",
         Arguments::factors,
         {},
         "torus only: a kernel along the first direction times one along the second, each written "
         "as on a ring, as in product(cosine(1, 2), gaussian(strength=1, width=0.1))"},
    };
}

} // namespace

const Parameter* Family::parameter(std::string_view parameter_name) const {
    for (const Parameter& candidate : parameters) {
        if (candidate.name == parameter_name) {
            return &candidate;
        }
    }
    return nullptr;
}

std::string Family::usage() const {
    std::vector<std::string> words;
    if (arguments == Arguments::list) {
        words = name == "cosine" ? std::vector<std::string>{"c0", "c1", "..."}
                                 : std::vector<std::string>{"..."};
    } else if (arguments == Arguments::factors) {
        words = {"kernel", "kernel"};
    } else if (arguments == Arguments::text) {
        words = {name == "table" ? "\"file.csv\"" : "\"...\""};
    }
    for (const Parameter& parameter : parameters) {
        words.push_back(parameter.fallback
                            ? fmt::format("{}={}", parameter.name, *parameter.fallback)
                            : parameter.name + "=...");
    }
    return fmt::format("{}({})", name, fmt::join(words, ", "));
}

std::string role_name(Role role) {
    switch (role) {
    case Role::drift:
        return "drift";
    case Role::noise:
        return "noise intensity";
    case Role::gain:
        return "gain";
    case Role::kernel:
        break;
    }
    return "kernel";
}

const std::vector<Family>& families(Role role) {
    static const std::vector<Family> all[] = {drifts(), noises(), gains(), kernels()};
    return all[static_cast<std::size_t>(role)];
}

const Family* find_family(Role role, std::string_view name) {
    for (const Family& family : families(role)) {
        if (family.name == name) {
            return &family;
        }
    }
    return nullptr;
}

std::vector<std::string> family_names(Role role) {
    std::vector<std::string> names;
    for (const Family& family : families(role)) {
        names.push_back(family.name);
    }
    return names;
}

} // namespace equipoise::config

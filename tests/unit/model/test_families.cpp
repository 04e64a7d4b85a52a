#include "equipoise/config/catalogue.hpp"
#include "equipoise/model/families.hpp"
#include "equipoise/model/kernel.hpp"

#include <catch2/catch.hpp>

#include <fstream>
#include <string>

// Protects the promise of the catalogue: every family that --help and the documentation name can be
// made. A family added to the catalogue alone fails here.

namespace {

using namespace equipoise;
using config::Arguments;
using config::Role;

/// Its default, or some value that is allowed; different parameters get different ones.
double sample(const config::Parameter& parameter, double offset) {
    if (parameter.fallback) {
        return *parameter.fallback;
    }
    const double value = 0.5 + 0.2 * offset;
    REQUIRE(parameter.range.contains(value));
    return value;
}

config::FunctionSpec specimen(const config::Family& family) {
    config::FunctionSpec spec;
    spec.family = family.name;
    for (const config::Parameter& parameter : family.parameters) {
        spec.parameters[parameter.name] =
            sample(parameter, static_cast<double>(spec.parameters.size()));
    }
    if (family.arguments == Arguments::list) {
        spec.positional = {1.0};
    }
    if (family.arguments == Arguments::text) {
        spec.text = family.name == "table" ? "families.csv" : "0.5 + 0.1*z^2";
    }
    if (family.arguments == Arguments::factors) {
        config::FunctionSpec factor;
        factor.family = "cosine";
        factor.positional = {1.0, 2.0};
        spec.factors = {factor, factor};
    }
    return spec;
}

} // namespace

TEST_CASE("every function of the catalogue can be made") {
    std::ofstream("families.csv") << "-2 1\n-1 0.5\n0 0.4\n1 0.5\n2 1\n";
    const auto check = [](Role role, auto&& make) {
        REQUIRE_FALSE(config::families(role).empty());
        for (const config::Family& family : config::families(role)) {
            INFO(config::role_name(role) << " " << family.name);
            const model::FunctionPointer function = make(specimen(family));
            REQUIRE(function);
            CHECK(function->value(0.3) == function->value(0.3)); // not NaN
            CHECK(function->description().rfind(family.name + "(", 0) == 0);
        }
    };
    check(Role::drift, model::make_drift);
    check(Role::noise, model::make_noise);
    check(Role::gain, model::make_gain);
}

TEST_CASE("every kernel of the catalogue can be made") {
    const config::Domain ring{config::DomainKind::ring, {1.5, 1.0}};
    const config::Domain torus{config::DomainKind::torus, {1.5, 2.0}};
    REQUIRE_FALSE(config::families(Role::kernel).empty());
    for (const config::Family& family : config::families(Role::kernel)) {
        INFO("kernel " << family.name);
        config::FunctionSpec spec = specimen(family);
        if (family.arguments != Arguments::factors) {
            CHECK_FALSE(model::kernel_modes(spec, ring).coefficients.empty());
        }
        if (family.name == "modes") {
            spec.positional = {0.0, 0.0, 4.0, 1.0, 0.0, 2.0};
        }
        CHECK_FALSE(model::kernel_modes(spec, torus).coefficients.empty());
    }
}

TEST_CASE("a family of another role, or none, is refused") {
    config::FunctionSpec spec;
    spec.family = "quadratic";
    CHECK_THROWS_AS(model::make_drift(spec), std::invalid_argument);
    spec.family = "tanh";
    CHECK_THROWS_AS(model::make_noise(spec), std::invalid_argument);
    spec.family = "cubic";
    CHECK_THROWS_AS(model::make_gain(spec), std::invalid_argument);
    const config::Domain ring{config::DomainKind::ring, {1.0, 1.0}};
    CHECK_THROWS_AS(model::kernel_modes(spec, ring), std::invalid_argument);
}

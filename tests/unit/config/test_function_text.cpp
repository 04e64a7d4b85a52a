// Protects the syntax of functions: what is accepted, with which values, and that every family of
// the catalogue can be written. Refusals are in tests/input/broken.txt.
#include "equipoise/config/function_text.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace equipoise::config;

namespace {

FunctionSpec accepted(const std::string& text, Role role, DomainKind domain = DomainKind::ring) {
    FunctionSpec spec;
    spec.key = "a.key";
    for (const Complaint& complaint : parse_function(text, role, {domain, "/folder"}, spec)) {
        FAIL_CHECK(text << ": " << complaint.message << "; " << complaint.remedy);
    }
    return spec;
}

bool is_refused(const std::string& text, Role role, DomainKind domain) {
    FunctionSpec spec;
    return !parse_function(text, role, {domain, ""}, spec).empty();
}

} // namespace

TEST_CASE("parameters by name, defaults for the others") {
    const FunctionSpec gain = accepted("tanh(height = 2)", Role::gain);
    CHECK(gain.family == "tanh");
    CHECK(gain.parameters == std::map<std::string, double>{{"height", 2.0}, {"slope", 1.0}});
    CHECK(gain.key == "a.key");
    CHECK(accepted("  linear ( tau=0.5 )  ", Role::drift).at("tau") == 0.5);
    CHECK(accepted("linear()", Role::drift).at("tau") == 1.0);
    CHECK(accepted("cubic(a3=0)", Role::drift).at("a1") == 1.0);
}

TEST_CASE("the same name means another family in another role") {
    CHECK(accepted("linear(slope=2)", Role::gain).at("slope") == 2.0);
    CHECK(is_refused("linear(slope=2)", Role::drift, DomainKind::ring));
}

TEST_CASE("an expression keeps its text, commas and parentheses and all") {
    const FunctionSpec drift =
        accepted(R"x(expression("min(z, 1) - (z > 2)", from=-5, to=5, points=1e3))x", Role::drift);
    CHECK(drift.text == "min(z, 1) - (z > 2)");
    CHECK(drift.at("from") == -5.0);
    CHECK(drift.at("to") == 5.0);
    CHECK(drift.at("points") == 1000.0);
    CHECK(accepted(R"(expression("z = 1"))", Role::gain).text == "z = 1");
}

TEST_CASE("a table's relative path starts at the folder of the configuration") {
    CHECK(accepted(R"(table("f.csv"))", Role::gain).text == "/folder/f.csv");
    CHECK(accepted(R"(table("../f.csv"))", Role::gain).text == "/f.csv");
    CHECK(accepted(R"(table("/data/f.csv"))", Role::gain).text == "/data/f.csv");
    FunctionSpec spec;
    CHECK_FALSE(parse_function(R"(table("/data/f#1.csv"))", Role::gain, {}, spec).empty());
}

TEST_CASE("kernels by their coefficients") {
    CHECK(accepted("cosine(0.5, 2, -1)", Role::kernel).positional ==
          std::vector<double>{0.5, 2.0, -1.0});
    CHECK(accepted("modes(0.5, 2)", Role::kernel).positional == std::vector<double>{0.5, 2.0});
    CHECK(accepted("modes(0 0 4, 1 0 2, 1 -1 0.5)", Role::kernel, DomainKind::torus).positional ==
          std::vector<double>{0, 0, 4, 1, 0, 2, 1, -1, 0.5});
    CHECK(accepted("cosine(3)", Role::kernel, DomainKind::point).positional ==
          std::vector<double>{3.0});
}

TEST_CASE("a product of two kernels on the torus") {
    const FunctionSpec kernel =
        accepted("product(cosine(1, 2), gaussian(width=.2))", Role::kernel, DomainKind::torus);
    REQUIRE(kernel.factors.size() == 2);
    CHECK(kernel.factors[0].positional == std::vector<double>{1.0, 2.0});
    CHECK(kernel.factors[1].at("width") == 0.2);
    CHECK(kernel.factors[1].key == "a.key");
    FunctionSpec other = kernel;
    other.key = "another.key";
    other.factors[0].key = "another.key";
    CHECK(other.same_function(kernel));
    other.factors[1].parameters["width"] = 0.3;
    CHECK_FALSE(other.same_function(kernel));
    CHECK(is_refused("product(cosine(1))", Role::kernel, DomainKind::torus));
    CHECK(is_refused("product(1, cosine(1))", Role::kernel, DomainKind::torus));
    CHECK(is_refused("product(modes(1 0 2), cosine(1))", Role::kernel, DomainKind::torus));
}

TEST_CASE("several mistakes of one function are reported together") {
    FunctionSpec spec;
    const Complaints complaints =
        parse_function("tanh(slop=1, height=x, 3)", Role::gain, {DomainKind::ring, ""}, spec);
    CHECK(complaints.size() == 3);
}

TEST_CASE("every family of the catalogue is accepted and written back the same") {
    for (const Role role : {Role::drift, Role::noise, Role::gain, Role::kernel}) {
        for (const Family& family : families(role)) {
            // The usage with values in place of the dots.
            std::string text = family.usage();
            if (family.arguments == Arguments::list) {
                text = family.name + (family.name == "modes" ? "(1 0 2)" : "(1, 2)");
            } else if (family.arguments == Arguments::factors) {
                text = family.name + "(cosine(1), von_mises())";
            }
            for (std::size_t at = text.find("=..."); at != std::string::npos;
                 at = text.find("=...")) {
                text.replace(at, 4, "=0.25");
            }
            INFO(text);
            const FunctionSpec spec = accepted(text, role, DomainKind::torus);
            const std::string written = write_function(spec, role, DomainKind::torus);
            CHECK(accepted(written, role, DomainKind::torus) == spec);
        }
    }
}

TEST_CASE("a kernel is accepted where its domain is not known") {
    FunctionSpec spec;
    CHECK(parse_function("gaussian()", Role::kernel, {}, spec).empty());
    CHECK(parse_function("modes(0 0 1, 1 0 2)", Role::kernel, {}, spec).empty());
    CHECK_FALSE(parse_function("gaussian(width=0)", Role::kernel, {}, spec).empty());
}

#include "equipoise/config/read.hpp"
#include "equipoise/model/model.hpp"
#include "equipoise/util/errors.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <fstream>
#include <string>

// Protects what network, kinetic limit and neural field share: the parts in their places, gains
// computed once, and all mistakes of a configuration reported at once with file and line.

namespace {

using namespace equipoise;
using model::Model;

const std::string ring_text = R"([run]
t_end = 1
[domain]
kind = ring
length = 2
[populations]
names = e i s
[population.e]
sign = excitatory
neurons = 400
drift = linear(tau=1)
noise = constant(sigma=1)
drive = 0.1 + cos(pi*x)
[population.i]
sign = inhibitory
neurons = 300
drift = linear(tau=0.5)
noise = quadratic(sigma0=1, sigma1=0.5)
[population.s]
sign = inhibitory
neurons = 200
drift = linear(tau=1)
noise = constant(sigma=1)
[coupling.e.e]
kernel = cosine(1, 2)
gain = tanh(slope=1)
[coupling.i.e]
kernel = cosine(3)
gain = tanh(slope=1, height=1)
[coupling.s.e]
kernel = modes(0, 0, 5)
gain = tanh(slope=2)
[coupling.e.i]
kernel = cosine(4, 4)
gain = tanh(slope=1)
[network]
time_step = 0.01
)";

Model model_of(const std::string& text) {
    return Model(config::read_text(text, "folder/test.ini"));
}

/// The problems' texts, one a line.
/// What an InputError of `work` says, a line for each problem.
template <class Work>
std::string mistakes_of(const Work& work) {
    try {
        work();
    } catch (const InputError& error) {
        std::string all;
        for (const Problem& problem : error.problems()) {
            all += problem.text() + "\n";
        }
        return all;
    }
    return "accepted";
}

std::string mistakes(const std::string& text) {
    return mistakes_of([&] { model_of(text); });
}

std::size_t line_count(const std::string& text) {
    return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

/// One population at a point, with the given lines; drift and noise are added where they are not.
std::string point_text(std::string population, const std::string& gain = "tanh()") {
    for (const std::string needed : {"drift = linear(tau=1)", "noise = constant(sigma=1)"}) {
        if (population.find(needed.substr(0, 7)) == std::string::npos) {
            population += "\n" + needed;
        }
    }
    return "[run]\nt_end = 2\n[domain]\nkind = point\n[populations]\nnames = e\n[population.e]\n"
           "sign = inhibitory\nneurons = 1000\n" +
           population + "\n[coupling.e.e]\nkernel = cosine(1)\ngain = " + gain +
           "\n[network]\ntime_step = 0.01\n";
}

/// Puts `by` in the place of what must be in the text.
void replace(std::string& text, const std::string& what, const std::string& by) {
    const std::size_t at = text.find(what);
    REQUIRE(at != std::string::npos);
    text.replace(at, what.size(), by);
}

} // namespace

TEST_CASE("a model holds what the configuration says") {
    const Model model = model_of(ring_text);
    REQUIRE(model.population_count() == 3);
    CHECK(model.size() == 400);
    CHECK(model.population(0).sign == 1.0);
    CHECK(model.population(1).sign == -1.0);
    CHECK(model.population(1).neurons == 300);
    CHECK(model.population(1).drift->value(1.0) == -2.0);
    CHECK(model.population(1).noise->value(2.0) == Approx(std::sqrt(2.0)));
    CHECK(model.population(0).drive({1.0, 0.0}, 0.0) == Approx(-0.9));
    CHECK_FALSE(model.population(0).range.is_bounded());

    CHECK(model.basis().waves().size() == 3); // 0, 1 and 2 of the three kernels together
    CHECK(model.connected(0, 0));
    CHECK(model.connected(2, 0));
    CHECK_FALSE(model.connected(0, 2));
    for (std::size_t p = 0; p < model.basis().size(); ++p) {
        const int wave = model.basis()[p].wave.k[0];
        CHECK(model.coefficient(0, 0, p) == (wave == 0 ? 1.0 : wave == 1 ? 2.0 : 0.0));
        CHECK(model.coefficient(2, 0, p) == (wave == 2 ? 5.0 : 0.0));
        CHECK(model.coefficient(0, 1, p) == (wave < 2 ? 4.0 : 0.0));
    }
    CHECK(model.kernel(1, 0).coefficient({}) == 3.0);
    CHECK(model.phase({0.5, 0.0})[0] == 0.25);
    CHECK_THROWS_AS(model.gain_index(0, 2), InternalError);
    CHECK_THROWS_AS(model.kernel(0, 2), InternalError);
}

TEST_CASE("equal gains of a source are evaluated once, and equal functions made once") {
    const Model model = model_of(ring_text);
    REQUIRE(model.population(0).gains.size() == 2); // slope 1 for e and i, slope 2 for s
    CHECK(model.gain_index(0, 0) == model.gain_index(1, 0));
    CHECK(model.gain_index(2, 0) != model.gain_index(0, 0));
    CHECK(model.population(0).gains[model.gain_index(2, 0)]->slope(0.0) == 2.0);
    REQUIRE(model.population(1).gains.size() == 1);
    CHECK(model.population(2).gains.empty());
    CHECK(model.population(1).gains[0] == model.population(0).gains[model.gain_index(0, 0)]);
    CHECK(model.population(0).drift == model.population(2).drift);
}

TEST_CASE("the range of a population is where all its functions are defined") {
    const Model model = model_of(point_text("drift = expression(\"-z\", from=-9, to=30)\n"
                                            "noise = expression(\"1\", from=-20, to=8)",
                                            "expression(\"z\", from=-10, to=10)"));
    CHECK(model.population(0).range.lower == -9.0);
    CHECK(model.population(0).range.upper == 8.0);
}

TEST_CASE("all mistakes are reported at once, each with its line") {
    using Catch::Matchers::Contains;
    std::string text = ring_text;
    replace(text, "drive = 0.1 + cos(pi*x)", "drive = 0.1 + cos(pi*y)");
    replace(text, "linear(tau=0.5)", "expression(\"-z +\")");
    replace(text, "quadratic(sigma0=1, sigma1=0.5)", "expression(\"z\", from=-3, to=3)");
    replace(text, "gain = tanh(slope=1)", "gain = table(\"missing.csv\")");
    replace(text, "cosine(4, 4)", "gaussian(strength=1, width=1e-9)");
    const std::string all = mistakes(text);
    INFO(all);
    CHECK(line_count(all) == 5);
    CHECK_THAT(all, Contains("folder/test.ini:13: population.e.drive") && Contains("'y'"));
    CHECK_THAT(all, Contains("folder/test.ini:17: population.i.drift"));
    CHECK_THAT(all,
               Contains("folder/test.ini:18: population.i.noise") && Contains("is -3 at z = -3"));
    CHECK_THAT(all,
               Contains("folder/test.ini:26: coupling.e.e.gain") && Contains("folder/missing.csv"));
    CHECK_THAT(all, Contains("folder/test.ini:34: coupling.e.i.kernel") && Contains("too narrow"));
}

TEST_CASE("mistakes of the text and of the functions in it are reported together") {
    using Catch::Matchers::Contains;
    std::string text = ring_text;
    replace(text, "[run]", "[run]\nseeed = 3");
    replace(text, "drive = 0.1 + cos(pi*x)", "drive = 0.1 + cos(pi*y)");
    replace(text, "linear(tau=0.5)", "expression(\"-z +\")");
    replace(text, "quadratic(sigma0=1, sigma1=0.5)", "quadratic(sigma0=1, sigma1=often)");
    replace(text, "gain = tanh(slope=1)", "gain = table(\"missing.csv\")");
    const auto read = [&text] {
        config::read_text(text, "folder/test.ini", {}, equipoise::model::problems_of_parts);
    };
    std::string all = mistakes_of(read);
    INFO(all);
    CHECK(line_count(all) == 5); // in the order of the file
    const auto at = [&all](const char* word) { return all.find(word); };
    CHECK(at("run.seeed") < at("population.e.drive"));
    CHECK(at("population.e.drive") < at("population.i.drift"));
    CHECK(at("population.i.drift") < at("population.i.noise"));
    CHECK(at("population.i.noise") < at("coupling.e.e.gain"));
    CHECK_THAT(all, Contains("folder/missing.csv"));

    // Where the domain is not known, formulas are left alone; the rest is not.
    replace(text, "kind = ring", "kind = rign");
    all = mistakes_of(read);
    INFO(all);
    CHECK(at("population.e.drive") == std::string::npos);
    CHECK_THAT(all, Contains("domain.kind") && Contains("folder/missing.csv"));
}

TEST_CASE("a bad function used twice is reported twice") {
    std::string text = ring_text;
    for (std::size_t at = text.find("tanh(slope=1)"); at != std::string::npos;
         at = text.find("tanh(slope=1)")) {
        text.replace(at, 13, "expression(\"q\")");
    }
    CHECK(line_count(mistakes(text)) == 2);
}

TEST_CASE("formulas that misbehave somewhere are found before the run") {
    using Catch::Matchers::Contains;
    CHECK_THAT(mistakes(point_text("drive = 1/t")),
               Contains("population.e.drive") && Contains("inf at t = 0"));
    CHECK_THAT(mistakes(point_text("input = sqrt(1.5 - t)")),
               Contains("population.e.input") && Contains("nan at t = 1.625"));
    CHECK(mistakes(point_text("input = sqrt(2 - t)")) == "accepted"); // t_end is 2
    CHECK_THAT(mistakes(point_text("variance = -0.1")),
               Contains("population.e.variance") && Contains("not negative"));
    CHECK_THAT(mistakes(point_text("mean = t")),
               Contains("population.e.mean") && Contains("depends on t"));
    CHECK_THAT(mistakes(point_text("mean = x")), Contains("unknown name 'x'"));
    std::string ring = ring_text;
    ring.insert(ring.find("drive ="), "variance = 0.5 - x\n");
    CHECK_THAT(mistakes(ring), Contains("population.e.variance") && Contains("at x = 0.5"));
}

TEST_CASE("a noise intensity must not be negative, but may touch zero at a kink") {
    using Catch::Matchers::Contains;
    CHECK_THAT(mistakes(point_text("noise = expression(\"0.1*z\")")), Contains("is -2 at z = -20"));
    CHECK(mistakes(point_text("noise = expression(\"abs(z)\")")) == "accepted");
    CHECK(mistakes(point_text("noise = expression(\"z > 0 ? z : 0\")")) == "accepted");
}

TEST_CASE("initial states outside the range of the functions are found before the run") {
    using Catch::Matchers::Contains;
    const std::string gain = "expression(\"tanh(z)\", from=-3, to=3)";
    CHECK(mistakes(point_text("variance = 0.25", gain)) == "accepted");
    // 1000 neurons, standard deviation 1: 2.7 beyond 3 of them
    CHECK_THAT(mistakes(point_text("variance = 1", gain)),
               Contains("about 2.7 of the 1000 neurons") && Contains("[-3, 3]"));
    CHECK_THAT(mistakes(point_text("variance = 0\nmean = 3.5", gain)), Contains("about 1e+03"));
    CHECK_THAT(mistakes(point_text("drift = expression(\"-z\", from=-9, to=-4)", gain)),
               Contains("do not meet"));
}

TEST_CASE("tables are found beside the configuration") {
    std::ofstream("beside.csv") << "-9 -1\n-1 -0.5\n1 0.5\n9 1\n";
    const config::Config config =
        config::read_text(point_text("", "table(\"beside.csv\")"), "test.ini");
    const Model model(config);
    CHECK(model.population(0).gains[0]->value(1.0) == 0.5);
    CHECK(model.population(0).range.upper == 9.0);
}

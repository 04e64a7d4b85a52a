// Protects the way from a file and the command line to a Config: values, defaults, origins, and
// that all mistakes are reported at once. The wording of each mistake is in tests/input/broken.txt.
#include "equipoise/config/read.hpp"

#include <catch2/catch.hpp>

#include "input/broken_cases.hpp"
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

using namespace equipoise;
using config::Config;

namespace {

std::string base() {
    return test::file_content("tests/input/base.ini");
}

Config read_base(const std::vector<std::string>& overrides = {}) {
    return config::read_text(base(), "folder/base.ini", overrides);
}

/// base.ini on a ring or torus.
std::vector<std::string> on(const std::string& kind, std::vector<std::string> more) {
    more.push_back("--domain.kind=" + kind);
    return more;
}

std::vector<std::string> problems(const std::string& text,
                                  const std::vector<std::string>& overrides = {}) {
    std::vector<std::string> texts;
    try {
        config::read_text(text, "a.ini", overrides);
    } catch (const InputError& error) {
        for (const Problem& problem : error.problems()) {
            texts.push_back(problem.text());
        }
    }
    return texts;
}

} // namespace

TEST_CASE("values of a file") {
    const Config config = read_base();
    CHECK(config.run.title == "base");
    CHECK(config.run.t_end == 2.0);
    CHECK(config.domain.kind == config::DomainKind::point);
    REQUIRE(config.populations.size() == 2);
    CHECK(config.populations[0].name == "e");
    CHECK(config.populations[0].sign == config::Sign::excitatory);
    CHECK(config.populations[0].drive.text == "0.1");
    CHECK(config.populations[0].drive.key == "population.e.drive");
    CHECK(config.populations[1].sign == config::Sign::inhibitory);
    CHECK(config.populations[1].neurons == 500);
    CHECK(config.populations[1].drift.at("tau") == 0.5);
    CHECK(config.populations[1].noise.key == "population.i.noise");
    REQUIRE(config.couplings.size() == 3);
    const config::Coupling* coupling = config.coupling(0, 1);
    REQUIRE(coupling != nullptr);
    CHECK(coupling->kernel.positional == std::vector<double>{1.0});
    CHECK(coupling->gain.at("slope") == 1.0);
    CHECK(config.coupling(0, 0) == nullptr);
    CHECK(config.network.scheme == config::Scheme::balanced);
}

TEST_CASE("populations that covariances link, directly or through others") {
    Config config;
    config.populations.resize(5);
    CHECK(config.linked_populations() == std::vector<std::size_t>{0, 1, 2, 3, 4});
    config.covariances = {{4, 3, {}}, {1, 2, {}}};
    CHECK(config.linked_populations() == std::vector<std::size_t>{0, 1, 1, 3, 3});
    config.covariances.push_back({2, 4, {}});
    CHECK(config.linked_populations() == std::vector<std::size_t>{0, 1, 1, 1, 1});
    const Config read = read_base({"--population.i.neurons=1000", "--covariance.i.e.value=0.5*x"});
    REQUIRE(read.covariances.size() == 1);
    CHECK(read.covariances[0].first == 1);
    CHECK(read.covariances[0].second == 0);
    CHECK(read.covariances[0].value.text == "0.5*x");
    CHECK(read.covariances[0].value.key == "covariance.i.e.value");
    CHECK(read.linked_populations() == std::vector<std::size_t>{0, 0});
}

TEST_CASE("defaults of what a file leaves out") {
    const Config config = read_base();
    CHECK(config.run.output == "base.h5");
    CHECK(config.run.seed == 1);
    CHECK(config.run.solvers == config::Solvers{true, false, false});
    CHECK(config.populations[0].input.text == "0");
    CHECK(config.populations[0].input.key == "population.e.input");
    CHECK(config.populations[0].variance.text == "1");
    CHECK(config.network.modes == -1);
    CHECK(config.kinetic.sites == config::SiteCount{1, 1});
    CHECK_FALSE(config.kinetic.range);
    CHECK_FALSE(config.kinetic.time_step);
    CHECK(config.checkpoint.directory.empty());
}

TEST_CASE("origins tell file and line, the command line, or the default") {
    const Config config = read_base({"--run.seed=5"});
    const Problem drive = config.problem("population.e.drive", "is odd", "make it even");
    CHECK(drive.text() == "folder/base.ini:15: population.e.drive = 0.1: is odd; make it even");
    CHECK(config.problem("run.seed", "is odd", "").text() == "command line: run.seed = 5: is odd");
    CHECK(config.origins.at("network.bins").file == "default");
    CHECK(config.origins.at("network.bins").value == "64");
}

TEST_CASE("overrides go over the file and add to it") {
    const Config config =
        read_base({"--run.t_end=4", "--population.e.neurons=2e3", "--run.title=a = b, c",
                   "--coupling.e.e.kernel=cosine(2)", "--coupling.e.e.gain=linear(slope=3)"});
    CHECK(config.run.t_end == 4.0);
    CHECK(config.populations[0].neurons == 2000);
    CHECK(config.run.title == "a = b, c");
    REQUIRE(config.coupling(0, 0) != nullptr);
    CHECK(config.coupling(0, 0)->gain.at("slope") == 3.0);
    CHECK(read_base({"--run.title="}).run.title.empty());
}

TEST_CASE("comments, blank lines, spaces, Windows line ends and a byte order mark") {
    std::string text = "\xef\xbb\xbf# first\n\n  [ run ]  # section\n\tt_end=3\t# end\n";
    text += base().substr(base().find("[domain]"));
    std::string windows;
    for (const char c : text) {
        windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
    }
    CHECK(config::read_text(text, "a.ini").run.t_end == 3.0);
    CHECK(config::read_text(windows, "a.ini").resolved ==
          config::read_text(text, "a.ini").resolved);
}

TEST_CASE("sites and lengths by the domain") {
    const Config ring = read_base(on("ring", {"--network.sites=50", "--domain.length=2"}));
    CHECK(ring.network.sites == config::SiteCount{50, 1});
    CHECK(ring.domain.length[0] == 2.0);
    CHECK(ring.kinetic.sites == config::SiteCount{64, 1});
    const Config torus = read_base(on("torus", {"--network.sites=10, 5", "--domain.length=1 2"}));
    CHECK(torus.network.sites == config::SiteCount{10, 5});
    CHECK(torus.domain.length == std::array<double, 2>{1.0, 2.0});
    CHECK(torus.kinetic.sites == config::SiteCount{16, 16});
    CHECK(read_base(on("ring", {})).network.sites == config::SiteCount{0, 0});
}

TEST_CASE("neurons on a torus without given sites need a grid that is not too long") {
    // 1000 = 40 x 25, 500 = 25 x 20; 1000 = 4 * 250 alone would be too long
    CHECK(read_base(on("torus", {})).network.sites == config::SiteCount{0, 0});
    CHECK_NOTHROW(read_base(on("torus", {"--population.i.neurons=100"})));
    CHECK_THROWS_AS(read_base(on("torus", {"--population.i.neurons=34"})), InputError);
    CHECK_NOTHROW(read_base(on("torus", {"--population.i.neurons=36"})));
    CHECK_NOTHROW(
        read_base(on("torus", {"--population.i.neurons=34", "--network.positions=random"})));
}

TEST_CASE("a fixed step of the command line goes over a tolerance of the file, and the other way") {
    const std::string text = base() + "[kinetic]\ntolerance = 1e-3\n[field]\ntime_step = 0.5\n";
    const Config config =
        config::read_text(text, "a.ini", {"--kinetic.time_step=0.01", "--field.tolerance=1e-4"});
    CHECK(config.kinetic.time_step == 0.01);
    CHECK(config.kinetic.tolerance == config::Kinetic{}.tolerance);
    CHECK_FALSE(config.field.time_step);
    CHECK(config.field.tolerance == 1e-4);
}

TEST_CASE("intervals may differ from a multiple of the step by rounding only") {
    // 0.3 / 0.1 is not 3 in double precision
    CHECK_NOTHROW(
        read_base({"--network.time_step=0.1", "--run.output_interval=0.3", "--run.t_end=0.9"}));
    CHECK_THROWS_AS(read_base({"--run.output_interval=0.1000001"}), InputError);
    // without the network there is no step to be a multiple of
    CHECK_NOTHROW(read_base({"--run.output_interval=0.1234", "--run.solvers=field"}));
}

TEST_CASE("all mistakes of a file are reported at once, in the order of its lines") {
    const std::string text = "[run]\nt_end = -1\nsed = 3\n[populations]\nnames = e\n"
                             "[population.e]\nsign = up\nneurons = 1.5\ndrift = 3\n"
                             "noise = constant(sigma=-1)\n[coupling.e.x]\n[network]\nbins = 0\n"
                             "junk\n";
    const std::vector<std::string> found = problems(text, {"--network.traces=-1"});
    const std::vector<std::string> starts{"a.ini:2: run.t_end = -1: ",
                                          "a.ini:3: run.sed = 3: unknown key; did you mean seed?",
                                          "a.ini:7: population.e.sign = up: ",
                                          "a.ini:8: population.e.neurons = 1.5: ",
                                          "a.ini:9: population.e.drift = 3: ",
                                          "a.ini:10: population.e.noise = constant(sigma=-1): ",
                                          "a.ini:11: [coupling.e.x]: there is no population x; ",
                                          "a.ini:13: network.bins = 0: ",
                                          "a.ini:14: 'junk' ",
                                          "command line: network.traces = -1: "};
    REQUIRE(found.size() == starts.size());
    for (std::size_t i = 0; i < starts.size(); ++i) {
        CHECK(found[i].substr(0, starts[i].size()) == starts[i]);
    }
}

TEST_CASE("a mistake in the list of populations hides no other mistake") {
    std::string text = base();
    text.replace(text.find("names = e i"), 11, "names = e i-");
    text.replace(text.find("sigma=0.7"), 9, "sigma=-0.7");
    const std::vector<std::string> found = problems(text);
    REQUIRE(found.size() == 2);
    CHECK(found[0].find("'i-' is not a name") != std::string::npos);
    CHECK(found[1].find("sigma = -0.7 is out of range") != std::string::npos);
}

TEST_CASE("of very many problems the first hundred are shown") {
    std::string text;
    for (int i = 0; i < 1000; ++i) {
        text += "nonsense\n";
    }
    const std::vector<std::string> found = problems(text);
    REQUIRE(found.size() == 101);
    CHECK(found.back().find("more problems are not shown") != std::string::npos);
}

TEST_CASE("messages show long and unprintable values in a readable way") {
    const std::vector<std::string> found = problems(base() + "bins = " + std::string(5000, '9') +
                                                    "\ntraces = 1\x01"
                                                    "2\n");
    REQUIRE(found.size() == 2);
    CHECK(found[0].size() < 500);
    CHECK(found[1].find("1?2") != std::string::npos);
}

TEST_CASE("files that cannot be read are bad input") {
    namespace fs = std::filesystem;
    CHECK_THROWS_AS(config::read("absent.ini"), InputError);
    CHECK_THROWS_AS(config::read("."), InputError);
    CHECK_THROWS_AS(config::read("/dev/zero"), InputError);
    const fs::path path = fs::temp_directory_path() / "equipoise_test_read.ini";
    std::ofstream(path) << base();
    CHECK(config::read(path.string()).run.output == "equipoise_test_read.h5");
    fs::remove(path);
}

TEST_CASE("tables of a file start at its folder, those of the command line at the current one") {
    std::string text = base();
    text.replace(text.find("tanh(slope=1)"), 13, "table(\"f.csv\")");
    const Config config =
        config::read_text(text, "/folder/a.ini", {"--coupling.i.i.gain=table(\"g.csv\")"});
    CHECK(config.coupling(0, 1)->gain.text == "/folder/f.csv");
    CHECK(config.coupling(1, 1)->gain.text == (std::filesystem::current_path() / "g.csv").string());
}

// Protects the stored configuration of an output file: it is complete, and reading it gives the
// same run.
#include "equipoise/config/options.hpp"
#include "equipoise/config/read.hpp"

#include <catch2/catch.hpp>

#include "input/broken_cases.hpp"
#include <string>
#include <vector>

using namespace equipoise;
using config::Config;

namespace {

void check_round_trip(const Config& config) {
    const Config again = config::read_text(config.resolved, "elsewhere/again.ini");
    CHECK(again.run == config.run);
    CHECK(again.domain == config.domain);
    CHECK(again.populations == config.populations);
    CHECK(again.couplings == config.couplings);
    CHECK(again.covariances == config.covariances);
    CHECK(again.network == config.network);
    CHECK(again.kinetic == config.kinetic);
    CHECK(again.field == config.field);
    CHECK(again.checkpoint == config.checkpoint);
    CHECK(again.limits == config.limits);
    CHECK(again.resolved == config.resolved);
}

} // namespace

TEST_CASE("every shipped configuration survives the way through its resolved text") {
    const std::vector<std::string> paths = test::shipped_inputs();
    REQUIRE(paths.size() >= 8);
    for (const std::string& path : paths) {
        INFO(path);
        check_round_trip(config::read_text(test::file_content(path), path));
    }
}

TEST_CASE("values other than the defaults survive it too") {
    const std::string base = test::file_content("tests/input/base.ini");
    // One value for every key that base.ini does not set.
    const std::vector<std::string> words{"--run.seed=18446744073709551615",
                                         "--run.output=folder/name with blanks.h5",
                                         "--run.solvers=field, network",
                                         "--run.realisations=3",
                                         "--population.e.input=0.01*t",
                                         "--population.e.variance=0.5 + 0.1*cos(2*pi*x)",
                                         "--network.local_step=euler",
                                         "--network.normals=single",
                                         "--network.modes=5",
                                         "--network.bins=49",
                                         "--network.snapshot_interval=1",
                                         "--network.density_interval=0.5",
                                         "--network.density_cells=32",
                                         "--network.density_range=-1.25, 3",
                                         "--network.traces=7",
                                         "--network.trace_interval=0.02",
                                         "--kinetic.cells=300",
                                         "--kinetic.range=-6 6",
                                         "--kinetic.time_step=0.001",
                                         "--kinetic.size=network",
                                         "--kinetic.density_interval=0.3",
                                         "--kinetic.stop_when_unstable=yes",
                                         "--field.tolerance=1.5e-9",
                                         "--field.size=network",
                                         "--checkpoint.directory=some/where",
                                         "--checkpoint.interval_minutes=0.1",
                                         "--checkpoint.interval_time=0.7",
                                         "--checkpoint.keep=5",
                                         "--limits.walltime_minutes=59.5"};
    std::vector<std::string> torus = words;
    for (const char* word :
         {"--domain.kind=torus", "--domain.length=1.5 2", "--network.sites=10 5",
          "--kinetic.sites=8 4", "--field.sites=12 12",
          "--coupling.e.i.kernel=modes(0 0 4, 1 0 0.1, 0 1 2, 1 -2 1e-3)",
          "--coupling.i.i.kernel=product(cosine(1, 0.3), von_mises(concentration=2))",
          "--coupling.i.e.gain=expression(\"z/(1 + z^2)\", from=-7.5)"}) {
        torus.emplace_back(word);
    }
    std::vector<std::string> pairs = torus; // neurons in pairs: as many of both
    for (const char* word :
         {"--population.i.neurons=1000", "--covariance.i.e.value=0.3*cos(2*pi*x1)"}) {
        pairs.emplace_back(word);
    }
    check_round_trip(config::read_text(base, "base.ini", torus));
    check_round_trip(config::read_text(base, "base.ini", pairs));
    std::vector<std::string> ring = words;
    for (const char* word : {"--domain.kind=ring", "--network.positions=random",
                             "--coupling.e.e.kernel=gaussian(strength=0.3, width=0.07)",
                             "--coupling.e.e.gain=table(\"rates.csv\")"}) {
        ring.emplace_back(word);
    }
    check_round_trip(config::read_text(base, "base.ini", ring));
}

TEST_CASE("the resolved text has every key") {
    const Config config =
        config::read_text(test::file_content("tests/input/base.ini"), "base.ini",
                          {"--population.i.neurons=1000", "--covariance.e.i.value=0"});
    for (const config::Option& option : config::options()) {
        INFO(option.section << '.' << option.name);
        CHECK(config.resolved.find('\n' + option.name + " =") != std::string::npos);
    }
    CHECK(config.resolved.find("[coupling.e.e]") == std::string::npos);
}

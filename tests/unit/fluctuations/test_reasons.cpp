// Protects the words where the theory does not apply: no number may be printed there.
#include "equipoise/fluctuations/prediction.hpp"

#include <catch2/catch.hpp>

#include "unit/fluctuations/networks.hpp"
#include <string>
#include <vector>

using equipoise::fluctuations::Prediction;
using networks::Network;

namespace {

std::string reason(const std::vector<std::string>& overrides) {
    const Prediction p = Network(overrides).predict();
    CHECK_FALSE(p.applies());
    CHECK(p.mean.empty());
    CHECK(p.covariance.size() == 0);
    return p.reason;
}

} // namespace

TEST_CASE("what depends on time or position has no uniform stationary state") {
    CHECK_THAT(reason({"--population.e.drive=0.1 + 0.01*sin(t)"}),
               Catch::Contains("population e") && Catch::Contains("depends on time"));
    CHECK_THAT(reason({"--population.i.input=0.1*t"}),
               Catch::Contains("population i") && Catch::Contains("depends on time"));
    const std::vector<std::string> on_ring{"--domain.kind=ring"};
    std::vector<std::string> overrides = on_ring;
    overrides.emplace_back("--population.i.input=0.1*cos(2*pi*x)");
    CHECK_THAT(reason(overrides),
               Catch::Contains("population i") && Catch::Contains("depends on position"));
    overrides = on_ring;
    overrides.emplace_back("--population.e.drive=0.1 + 0.1*cos(2*pi*x)");
    CHECK_THAT(reason(overrides), Catch::Contains("depends on position"));
}

TEST_CASE("a drive that cannot be balanced, and a state that does not attract") {
    CHECK_THAT(reason({"--coupling.i.e.kernel=cosine(0)", "--coupling.i.i.kernel=cosine(0)",
                       "--population.i.drive=0.3"}),
               Catch::Contains("no balanced state"));
    // excitation alone runs away
    CHECK_THAT(reason({"--population.i.sign=excitatory"}), Catch::Contains("mode 1"));
    CHECK_THAT(reason({"--population.e.drift=cubic(a0=0, a1=1, a3=0)"}),
               Catch::Contains("population e") && Catch::Contains("confine"));
}

TEST_CASE("the explicit scheme past its stability limit") {
    CHECK_THAT(reason({"--network.scheme=explicit", "--network.time_step=0.1"}),
               Catch::Contains("mode 1") && Catch::Contains("in a step"));
}

TEST_CASE("too few sites for the modes") {
    CHECK_THAT(reason({"--domain.kind=ring", "--network.sites=4",
                       "--coupling.e.i.kernel=cosine(1, 0, 0.5)"}),
               Catch::Contains("too few sites"));
}

TEST_CASE("remarks: random positions, and feedback that cancels little") {
    const Prediction p = Network({"--domain.kind=ring", "--network.positions=random"}).predict();
    REQUIRE(p.applies());
    REQUIRE(p.remarks.size() == 1);
    CHECK_THAT(p.remarks[0], Catch::Contains("random positions"));
    // tanh cannot cancel a drive of 3: the state is at eps h = 2
    const Prediction q = Network({"--population.e.drive=3"}).predict();
    REQUIRE(q.applies());
    REQUIRE(q.remarks.size() == 1);
    CHECK_THAT(q.remarks[0], Catch::Contains("not balanced"));
    CHECK(Network().predict().remarks.empty());
    CHECK(Network({"--population.e.drive=0"}).predict().remarks.empty());
}

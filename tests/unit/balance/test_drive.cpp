#include "equipoise/balance/drive.hpp"

#include <catch2/catch.hpp>

#include "unit/balance/setup.hpp"
#include <cmath>
#include <string>
#include <vector>

// Protects the drive's modes, at every time, and the words for a drive that no coupling can cancel.

namespace {

using namespace equipoise;

const std::string cosines = coupling("e", "i", "cosine(1, 2, 0.5)", "tanh()") +
                            coupling("i", "e", "cosine(1, 1)", "tanh()");

std::vector<double> rests(const Setup& setup, const balance::DriveModes& drive) {
    std::vector<double> all;
    for (std::size_t a = 0; a < setup.model.population_count(); ++a) {
        all.push_back(drive.rest(a));
    }
    return all;
}

void check_modes(const std::vector<double>& modes, const std::vector<double>& expected) {
    REQUIRE(modes.size() == expected.size());
    for (std::size_t i = 0; i < modes.size(); ++i) {
        CHECK(modes[i] == Approx(expected[i]).margin(1e-14));
    }
}

} // namespace

TEST_CASE("modes of a drive in space and time") {
    const Setup setup(two_populations("ring\nlength = 2", cosines,
                                      "drive = 0.5 + 0.25*cos(pi*x)*cos(t) - t*sin(2*pi*x)\n",
                                      "drive = 1 + 2*sin(pi*x)\n"));
    balance::DriveModes drive(setup.model);
    CHECK(drive.depends_on_time());
    for (const double t : {0.0, 0.7, 0.0, 3.0}) {
        check_modes(drive.at(t), {0.5, 0.25 * std::cos(t), 0, 0, -t, 1, 0, 2, 0, 0});
        CHECK(drive.rest(0) < 1e-14);
        CHECK(drive.rest(1) < 1e-14);
    }
}

TEST_CASE("a drive without time is computed for all times") {
    const Setup setup(two_populations("ring", cosines, "drive = 0.1*cos(2*pi*x)\n"));
    balance::DriveModes drive(setup.model);
    CHECK_FALSE(drive.depends_on_time());
    const std::vector<double> first = drive.at(0.0);
    CHECK(drive.at(5.0) == first);
    check_modes(first, {0, 0.1, 0, 0, 0, 0, 0, 0, 0, 0});
}

TEST_CASE("modes of a drive on the torus and on a point") {
    const Setup torus(two_populations("torus\nlength = 2 1",
                                      coupling("e", "i", "modes(0 0 1, 1 1 2, 1 -1 1)", "tanh()"),
                                      "drive = 0.3 + 2*cos(pi*x1)*cos(2*pi*x2)\n"));
    balance::DriveModes drive(torus.model);
    const model::Basis& basis = torus.model.basis();
    const std::vector<double> modes = drive.at(0.0);
    CHECK(modes[basis.index({{{0, 0}}, false})] == Approx(0.3));
    CHECK(modes[basis.index({{{1, 1}}, false})] == Approx(1.0));
    CHECK(modes[basis.index({{{1, -1}}, false})] == Approx(1.0));
    CHECK(modes[basis.index({{{1, 1}}, true})] == Approx(0.0).margin(1e-14));
    CHECK(drive.rest(0) < 1e-14);

    const Setup point(
        two_populations("point", coupling("e", "i", "cosine(1)", "tanh()"), "drive = 0.3*t\n"));
    balance::DriveModes on_point(point.model);
    check_modes(on_point.at(2.0), {0.6, 0.0});
}

TEST_CASE("a drive that no coupling can cancel is told by population and mode") {
    // Wave 2 acts on e alone; wave 3 on nobody.
    const Setup setup(two_populations("ring", cosines, "drive = cos(4*pi*x) + 0.5*sin(6*pi*x)\n",
                                      "drive = 0.1 - 0.25*sin(4*pi*x)\n"));
    balance::DriveModes drive(setup.model);
    const std::vector<double> modes = drive.at(0.0);
    const auto complaints = setup.balance.unbalanced_drive(modes, rests(setup, drive));
    REQUIRE(complaints.size() == 2);
    CHECK(complaints[0] == "population e: the drive departs by 0.5 from what the modes of the "
                           "kernels can represent, and no coupling could cancel that");
    CHECK(complaints[1] ==
          "population i, mode sin(2): the drive has the component -0.25 there, and "
          "no coupling that could cancel it");
    CHECK(setup.balance.unbalanced_drive(modes, rests(setup, drive), 0.6).empty());
}

TEST_CASE("a balanced drive has no complaints, in all modes of all populations") {
    const Setup setup(
        two_populations("ring", cosines, "drive = 1 + cos(4*pi*x)\n", "drive = sin(2*pi*x)\n"));
    balance::DriveModes drive(setup.model);
    const std::vector<double> modes = drive.at(0.0);
    CHECK(setup.balance.unbalanced_drive(modes, rests(setup, drive)).empty());
}

TEST_CASE("a drive onto a population without any coupling onto it") {
    const Setup setup(
        two_populations("point", coupling("e", "i", "cosine(1)", "tanh()"), "", "drive = 0.5\n"));
    balance::DriveModes drive(setup.model);
    const std::vector<double> modes = drive.at(0.0);
    const auto complaints = setup.balance.unbalanced_drive(modes, rests(setup, drive));
    REQUIRE(complaints.size() == 1);
    CHECK(complaints[0].rfind("population i, mode 1: the drive has the component 0.5", 0) == 0);
}

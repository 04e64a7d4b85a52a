#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/config/read.hpp"
#include "equipoise/model/model.hpp"
#include "equipoise/network/measure.hpp"
#include "equipoise/network/solver.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// A network on the ranks of a communicator, with what it refers to; stays where it is made.
struct Setup {
    equipoise::parallel::Communicator comm;
    equipoise::config::Config config;
    equipoise::model::Model model;
    equipoise::balance::Balance balance;
    std::vector<equipoise::domain::Placement> placements;
    equipoise::network::NetworkSolver solver;

    explicit Setup(const std::string& text, MPI_Comm handle = MPI_COMM_WORLD,
                   const std::vector<std::string>& overrides = {})
        : comm(handle), config(equipoise::config::read_text(text, "test.ini", overrides)),
          model(config), balance(model), placements(equipoise::domain::place(config, comm)),
          solver(balance, config, placements) {}
    Setup(const Setup&) = delete;
    Setup& operator=(const Setup&) = delete;

    /// Adds the message over the ranks and hands it to the solver; draws ahead `blocks` of noise.
    void exchange(int blocks = 0) {
        comm.sum(solver.message().words());
        solver.draw_ahead([&blocks] { return blocks-- <= 0; });
        solver.receive();
    }
    void start() {
        solver.start();
        exchange();
    }
    void steps(int count) {
        for (int step = 0; step < count; ++step) {
            solver.local_pass();
            exchange();
        }
    }
    /// The sum that measurements need.
    [[nodiscard]] equipoise::network::SumOverRanks sum() const {
        return [this](std::span<std::int64_t> values) { comm.sum(values); };
    }
    /// States of this rank's neurons, settled, by population.
    std::vector<std::vector<double>> states() {
        solver.settle();
        std::vector<std::vector<double>> all;
        for (std::size_t a = 0; a < model.population_count(); ++a) {
            const auto& z = solver.state(a).z;
            all.emplace_back(z.begin(), z.end());
        }
        return all;
    }
    /// Position x/L of a local neuron, by its place among the local ones.
    [[nodiscard]] equipoise::domain::Phase phase(std::size_t population, std::size_t local) const {
        const equipoise::domain::Placement& placement = placements[population];
        return placement.phase(placement.first_neuron() + static_cast<std::int64_t>(local));
    }
};

/// Two populations with tanh gains; what depends on the domain is given by its name.
inline std::string network_text(const std::string& domain, const std::string& network = "") {
    const bool point = domain == "point";
    const bool torus = domain == "torus";
    const std::string wave = point ? "0" : torus ? "cos(2*pi*x1)*cos(2*pi*x2)" : "cos(2*pi*x)";
    // Enough modes on the torus that few sites are added up site by site.
    const std::string kernel = point   ? "cosine(1)"
                               : torus ? "cosine(1, 0.8, 0.3)"
                                       : "cosine(1, 0.8)";
    return "[run]\nt_end = 1\nseed = 5\n[domain]\nkind = " + domain +
           "\n[populations]\nnames = e i\n[population.e]\nsign = excitatory\nneurons = 3600\n"
           "drift = linear(tau=1)\nnoise = constant(sigma=0.8)\n" +
           "drive = 0.3 + 0.1*" + wave + "*cos(t)\nmean = 0.1 + 0.1*" + wave +
           "\nvariance = 1 + 0.5*" + wave +
           "\n[population.i]\nsign = inhibitory\nneurons = 1800\ndrift = cubic(a0=0.1, a1=-0.5, "
           "a3=0.2)\nnoise = quadratic(sigma0=0.6, sigma1=0.3)\ndrive = 0.1\ninput = 0.2 + 0.1*" +
           wave + "*sin(t)\nmean = 0.2\nvariance = 0.5\n[coupling.e.i]\nkernel = " + kernel +
           "\ngain = tanh(slope=1)\n[coupling.i.e]\nkernel = " + kernel +
           "\ngain = tanh(slope=1.5)\n[coupling.i.i]\nkernel = " + kernel +
           "\ngain = tanh(slope=1)\n[coupling.e.e]\nkernel = " + kernel +
           "\ngain = tanh(slope=0.5)\n[network]\ntime_step = 0.01\n" + network;
}

/// A way to lay a network out: domain, and lines of [network].
struct Layout {
    std::string domain, network;
};

/// Every way in which neurons can sit: shared sites, one site each, random positions.
inline std::vector<Layout> layouts() {
    return {{"point", ""},
            {"ring", "sites = 0\n"},
            {"ring", "sites = 24\n"},
            {"ring", "positions = random\n"},
            {"torus", "sites = 0\n"},
            {"ring", "sites = 24\nbalance_solver = krylov\n"},
            {"torus", "sites = 6 5\n"},
            {"torus", "sites = 6 5\nbalance_solver = krylov\n"},
            {"torus", "positions = random\n"}};
}

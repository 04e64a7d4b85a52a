#pragma once

#include "equipoise/random/stream.hpp"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace bench {

/// The network of input/figure3.ini for the yardsticks: two populations of n neurons at a point,
/// dz = (-z + I) dt + dW, tanh gains, by Euler-Maruyama. How a population is moved is theirs.
class Figure3 {
  public:
    explicit Figure3(std::size_t n)
        : e_(draw(n, 0, 0.0826, 1.0)), i_(draw(n, 1, 0.2089, 2.0)), gain_e_(mean_gain(e_)),
          gain_i_(mean_gain(i_)) {}

    /// move(z, input, dt, population): one step of the neurons z; returns the average of tanh z.
    template <class Move>
    void step(const Move& move) {
        const double root_n = std::sqrt(static_cast<double>(e_.size()));
        const double dt = 0.2 / root_n; // Euler-Maruyama is stable
        const double input_e = root_n * (0.1 - gain_i_);
        const double input_i = root_n * (gain_e_ - 0.5 * gain_i_);
        gain_e_ = move(e_, input_e, dt, std::uint32_t{0});
        gain_i_ = move(i_, input_i, dt, std::uint32_t{1});
    }
    /// Whether the averages of tanh z are near balance, as those of a right step are.
    [[nodiscard]] bool near_balance() const {
        return std::abs(gain_i_ - 0.1) < 0.1 && std::abs(gain_e_ - 0.05) < 0.1;
    }

  private:
    static std::vector<double> draw(std::size_t n, std::uint16_t population, double mean,
                                    double variance) {
        using namespace equipoise;
        std::vector<double> z;
        double xi[random::block_size];
        for (std::uint64_t block = 0; z.size() < n; ++block) {
            random::normals({1, random::Purpose::initial_state, population}, block, 0,
                            std::span<double, random::block_size>(xi));
            for (std::size_t i = 0; i < random::block_size && z.size() < n; ++i) {
                z.push_back(mean + std::sqrt(variance) * xi[i]);
            }
        }
        return z;
    }
    static double mean_gain(const std::vector<double>& z) {
        double sum = 0.0;
        for (const double value : z) {
            sum += std::tanh(value);
        }
        return sum / static_cast<double>(z.size());
    }

    std::vector<double> e_, i_;
    double gain_e_, gain_i_; ///< averages of tanh z
};

} // namespace bench

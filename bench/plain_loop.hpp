#pragma once

#include <random>
#include <span>

namespace bench {

/// A step of figure 3's network as a scientist would write it at first: std::mt19937_64,
/// std::normal_distribution, std::tanh.
class PlainLoop {
  public:
    /// Moves a population; returns the average of tanh z after it.
    double move(std::span<double> population, double input, double dt);

  private:
    std::mt19937_64 generator_{1};
    std::normal_distribution<double> normal_;
};

} // namespace bench

#include "plain_loop.hpp"

#include <cmath>

namespace bench {

double PlainLoop::move(std::span<double> population, double input, double dt) {
    const double root_dt = std::sqrt(dt);
    double sum = 0.0;
    for (double& z : population) {
        z += dt * (-z + input) + root_dt * normal_(generator_);
        sum += std::tanh(z);
    }
    return sum / static_cast<double>(population.size());
}

} // namespace bench

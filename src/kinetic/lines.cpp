#include "equipoise/kinetic/lines.hpp"

#include <algorithm>

namespace equipoise::kinetic {

Lines::Lines(const model::Model& model, const Grid& grid, const balance::Lattice& lattice)
    : model_(&model), grid_(grid), populations_(model.population_count()),
      count_(lattice.size() * populations_), evaluator_(grid), z_(grid.cells), slope_(grid.cells) {
    for (const model::Population& population : model.populations()) {
        first_gain_.push_back(gain_count_);
        gain_count_ += population.gains.size();
    }
    for (std::size_t k = 0; k < grid.cells; ++k) {
        y_.push_back(grid.centre(k));
    }
    for (std::vector<double>* array : {&up_, &down_, &flux_v_, &flux_g_}) {
        array->resize(count_ * grid.cells);
    }
    gain_.resize(lattice.size() * gain_count_ * grid.cells);
    gain_mean_.resize(lattice.size() * gain_count_);
    slope_mean_.resize(lattice.size() * gain_count_);
}

void Lines::evaluate_rates(const double* u) {
    const LineLayout at = layout();
    for (std::size_t line = 0; line < count_; ++line) {
        const double* state = u + line * at.stride();
        evaluator_.set_mean(model_->population(population(line)), state[at.mean()]);
        const std::size_t begin = line * grid_.cells;
        evaluator_.rates_and_slopes(state[at.drift()], state, up_.data() + begin,
                                    down_.data() + begin, flux_v_.data() + begin,
                                    flux_g_.data() + begin);
    }
}

void Lines::evaluate_gains(const double* u) {
    for (std::size_t line = 0; line < count_; ++line) {
        evaluate_gains(line, u + line * layout().stride());
    }
}

void Lines::evaluate_gains(std::size_t line, const double* u) {
    const std::size_t a = population(line);
    const model::Population& source = model_->population(a);
    for (std::size_t k = 0; k < grid_.cells; ++k) {
        z_[k] = std::clamp(u[layout().mean()] + y_[k], source.range.lower, source.range.upper);
    }
    for (std::size_t g = 0; g < source.gains.size(); ++g) {
        const std::size_t at = site(line) * gain_count_ + first_gain_[a] + g;
        double* values = gain_.data() + at * grid_.cells;
        source.gains[g]->slopes(z_.data(), values, slope_.data(), grid_.cells);
        double mean = 0.0;
        double slope = 0.0;
        for (std::size_t k = 0; k < grid_.cells; ++k) {
            mean += values[k] * u[k];
            slope += slope_[k] * u[k];
        }
        gain_mean_[at] = mean * grid_.width();
        slope_mean_[at] = slope * grid_.width();
    }
}

double Lines::largest_rate(std::size_t line) const {
    const double* u = up(line);
    const double* d = down(line);
    double largest = 0.0;
    for (std::size_t k = 0; k < grid_.cells; ++k) {
        largest = std::max(largest, u[k] + d[k]);
    }
    return largest;
}

void Lines::apply(std::size_t line, const double* p, double* dpdt) const {
    const double* u = up(line);
    const double* d = down(line);
    const std::size_t last = grid_.cells - 1;
    double below = 0.0; // flux through the lower face
    for (std::size_t k = 0; k < last; ++k) {
        const double flux = u[k] * p[k] - d[k + 1] * p[k + 1];
        dpdt[k] = below - flux;
        below = flux;
    }
    dpdt[last] = below;
}

double Lines::first_moment(const double* x) const {
    double sum = 0.0;
    for (std::size_t k = 0; k < grid_.cells; ++k) {
        sum += y_[k] * x[k];
    }
    return sum * grid_.width();
}

double Lines::gain_integral(std::size_t line, std::size_t g, const double* x) const {
    const std::size_t at = site(line) * gain_count_ + first_gain_[population(line)] + g;
    const double* values = gain_.data() + at * grid_.cells;
    double sum = 0.0;
    for (std::size_t k = 0; k < grid_.cells; ++k) {
        sum += values[k] * x[k];
    }
    return sum * grid_.width();
}

} // namespace equipoise::kinetic

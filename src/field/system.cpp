#include "equipoise/field/system.hpp"

#include "equipoise/balance/solve.hpp"
#include "equipoise/elementary/clones.hpp"
#include "equipoise/field/events.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

namespace equipoise::field {

namespace {

EQUIPOISE_CLONES
void add_mode(const double* __restrict phi, double h, double* __restrict v, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        v[i] += h * phi[i];
    }
}

/// E[G'] (E[f] + iota) + E[G''] dK/dt / 2.
EQUIPOISE_CLONES
void gain_rate(const double* __restrict slope, const double* __restrict curvature,
               const double* __restrict drift, const double* __restrict input,
               const double* __restrict rate_k, double* __restrict out, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        out[i] = slope[i] * (drift[i] + input[i]) + 0.5 * curvature[i] * rate_k[i];
    }
}

/// The lowest and highest value; NaN counts as neither.
EQUIPOISE_CLONES
std::array<double, 2> extent(const double* values, std::size_t count) {
    constexpr std::size_t lanes = 8;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    std::array<double, lanes> lowest{};
    std::array<double, lanes> highest{};
    lowest.fill(infinity);
    highest.fill(-infinity);
    for (std::size_t i = 0; i + lanes <= count; i += lanes) {
        for (std::size_t j = 0; j < lanes; ++j) {
            lowest[j] = values[i + j] < lowest[j] ? values[i + j] : lowest[j];
            highest[j] = values[i + j] > highest[j] ? values[i + j] : highest[j];
        }
    }
    for (std::size_t i = count - count % lanes; i < count; ++i) {
        lowest[0] = values[i] < lowest[0] ? values[i] : lowest[0];
        highest[0] = values[i] > highest[0] ? values[i] : highest[0];
    }
    return {*std::min_element(lowest.begin(), lowest.end()),
            *std::max_element(highest.begin(), highest.end())};
}

/// Below, a series costs as much as it saves.
constexpr std::int64_t enough_sites_to_share = 256;

} // namespace

System::System(const parallel::Communicator& comm, const balance::Balance& balance,
               const balance::Lattice& lattice, double epsilon)
    : comm_(comm), lattice_(&lattice), epsilon_(epsilon),
      populations_(balance.model().population_count()), pairs_(balance.model().covariances()),
      coupling_(comm, balance, lattice, balance::SiteAverage::block_size(lattice.global())) {
    for (std::size_t a = 0; a < populations_; ++a) {
        const model::Population& population = balance.model().population(a);
        drift_.emplace_back(population.drift, population.range, Wanted::slopes);
        noise_.emplace_back(population.noise, population.range, Wanted::square);
        for (const model::FunctionPointer& gain : population.gains) {
            gain_.emplace_back(gain, population.range, Wanted::curvatures);
            gain_source_.push_back(a);
        }
    }
    for (std::vector<double>* array : {&input_, &drift_mean_, &drift_slope_}) {
        array->resize(populations_ * sites());
    }
    rate_k_.resize((populations_ + pairs()) * sites());
    for (std::vector<double>* array : {&gain_mean_, &slope_, &curvature_}) {
        array->resize(gain_.size() * sites());
    }
    columns_.resize(std::max<std::size_t>(1, gain_.size()) * sites());
}

bool System::exact_closure() const {
    const std::vector<model::Population>& all = balance().model().populations();
    return std::all_of(all.begin(), all.end(), [](const model::Population& population) {
        const auto noise = population.noise->affine();
        return population.drift->affine().has_value() && noise.has_value() && noise->slope == 0.0;
    });
}

/// body(expectations of a function, its population) for every function of the model.
template <class Body>
void System::for_each_means(const Body& body) {
    for (std::size_t a = 0; a < populations_; ++a) {
        body(drift_[a], a);
        body(noise_[a], a);
    }
    for (std::size_t g = 0; g < gain_.size(); ++g) {
        body(gain_[g], gain_source_[g]);
    }
}

/// The state at every so manyth site of the whole lattice, in rows.
std::vector<double> System::sample(const std::vector<double>& u) const {
    const std::int64_t stride = std::max<std::int64_t>(1, lattice_->global() / 256);
    std::vector<double> result;
    for (std::size_t row = 0; row < rows(); ++row) {
        for (std::size_t s = 0; s < sites(); ++s) {
            if ((lattice_->first() + static_cast<std::int64_t>(s)) % stride == 0) {
                result.push_back(u[row * sites() + s]);
            }
        }
    }
    return result;
}

void System::choose_rules(const std::vector<double>& u, double target) {
    const std::vector<double> some = sample(u);
    const std::size_t count = some.size() / rows();
    for_each_means([&](NormalMeans& means, std::size_t a) {
        means.choose(comm_, some.data() + a * count, some.data() + variance_row(a) * count, count,
                     target);
    });
    state_.clear(); // what was computed by the old rules
}

double System::rule_error(const std::vector<double>& u) {
    const std::vector<double> some = sample(u);
    const std::size_t count = some.size() / rows();
    const std::vector<std::optional<SharedVariance>> shared = shared_variances(u);
    double error = 0.0;
    for_each_means([&](NormalMeans& means, std::size_t a) {
        error =
            std::max(error, means.error(some.data() + a * count,
                                        some.data() + variance_row(a) * count, count, shared[a]));
    });
    return comm_.max(error);
}

std::vector<double> System::save_rules() {
    std::vector<double> result;
    for_each_means([&](NormalMeans& means, std::size_t) {
        const std::vector<double> saved = means.save();
        result.insert(result.end(), saved.begin(), saved.end());
    });
    return result;
}

void System::restore_rules(std::span<const double> saved) {
    for_each_means([&](NormalMeans& means, std::size_t) { means.restore(saved); });
    state_.clear();
}

std::vector<std::string> System::methods() const {
    std::vector<std::string> result;
    const auto say = [&](std::size_t a, const std::string& what, const NormalMeans& means) {
        result.push_back(fmt::format("population {}, {}: {}", balance().model().population(a).name,
                                     what, means.method()));
    };
    for (std::size_t a = 0; a < populations_; ++a) {
        say(a, "drift", drift_[a]);
        say(a, "noise", noise_[a]);
    }
    for (std::size_t g = 0; g < gain_.size(); ++g) {
        const std::size_t a = gain_source_[g];
        const std::size_t first = static_cast<std::size_t>(
            std::find(gain_source_.begin(), gain_source_.end(), a) - gain_source_.begin());
        say(a, balance().model().population(a).gains[g - first]->description(), gain_[g]);
    }
    return result;
}

void System::set_time(double t) {
    const bool first = !time_.has_value();
    if (!first && *time_ == t) {
        return;
    }
    time_ = t;
    drive_ = coupling_.drive(t);
    drive_rate_ = coupling_.drive_rate(t);
    residual_fresh_ = false;
    for (std::size_t a = 0; a < populations_; ++a) {
        const model::FormulaFunction& input = balance().model().population(a).input;
        if (!first && !input.depends_on_time()) {
            continue;
        }
        double* out = input_.data() + a * sites();
        if (input.depends_on_position()) {
            for (std::size_t s = 0; s < sites(); ++s) {
                out[s] = input(lattice_->position(s), t);
            }
        } else {
            std::fill_n(out, sites(), input({0.0, 0.0}, t));
        }
    }
}

/// By population: set where all sites of all ranks have the same variance and are so many that it
/// pays.
std::vector<std::optional<SharedVariance>>
System::shared_variances(const std::vector<double>& u) const {
    std::vector<std::optional<SharedVariance>> result(populations_);
    if (lattice_->global() < enough_sites_to_share) {
        return result;
    }
    std::vector<double> extremes;
    for (std::size_t row = 0; row < rows(); ++row) {
        const auto [lowest, highest] = extent(u.data() + row * sites(), sites());
        extremes.push_back(-lowest);
        extremes.push_back(highest);
    }
    comm_.max(extremes);
    for (std::size_t a = 0; a < populations_; ++a) {
        const double* mean = extremes.data() + 2 * a;
        const double* variance = extremes.data() + 2 * variance_row(a);
        if (-variance[0] == variance[1]) {
            result[a] = SharedVariance{variance[1], -mean[0], mean[1]};
        }
    }
    return result;
}

void System::expectations(const std::vector<double>& u) {
    {
        const Scope event(Event::expectations);
        const std::vector<std::optional<SharedVariance>> shared = shared_variances(u);
        for (std::size_t a = 0; a < populations_; ++a) {
            const double* v = u.data() + a * sites();
            const double* k = u.data() + variance_row(a) * sites();
            double* mean = drift_mean_.data() + a * sites();
            double* slope = drift_slope_.data() + a * sites();
            double* rate = rate_k_.data() + a * sites();
            drift_[a].compute(v, k, sites(), shared[a], mean, slope, nullptr);
            noise_[a].compute(v, k, sites(), shared[a], rate, nullptr, nullptr); // E[sigma^2]
            for (std::size_t s = 0; s < sites(); ++s) {
                rate[s] += 2.0 * k[s] * slope[s];
            }
        }
        for (std::size_t pair = 0; pair < pairs(); ++pair) {
            const double* first = drift_slope_.data() + pairs_[pair].first * sites();
            const double* second = drift_slope_.data() + pairs_[pair].second * sites();
            const double* k = u.data() + covariance_row(pair) * sites();
            double* rate = rate_k_.data() + (populations_ + pair) * sites();
            for (std::size_t s = 0; s < sites(); ++s) {
                rate[s] = k[s] * (first[s] + second[s]);
            }
        }
        for (std::size_t g = 0; g < gain_.size(); ++g) {
            const std::size_t a = gain_source_[g];
            gain_[g].compute(u.data() + a * sites(), u.data() + variance_row(a) * sites(), sites(),
                             shared[a], gain_mean_.data() + g * sites(),
                             slope_.data() + g * sites(), curvature_.data() + g * sites());
        }
    }
    const Scope event(Event::moments);
    jacobian_ = coupling_.combine_slopes_rows(slope_);
    ++evaluations_;
}

void System::evaluate(double t, const std::vector<double>& u) {
    const bool same_time = time_.has_value() && *time_ == t;
    const bool same_state = !comm_.any(state_ != u);
    if (same_time && same_state) {
        return;
    }
    set_time(t);
    if (!same_state) {
        expectations(u);
        state_ = u;
        residual_fresh_ = false;
    }
    const Scope event(Event::moments);
    for (std::size_t g = 0; g < gain_.size(); ++g) {
        const std::size_t a = gain_source_[g] * sites();
        gain_rate(slope_.data() + g * sites(), curvature_.data() + g * sites(),
                  drift_mean_.data() + a, input_.data() + a, rate_k_.data() + a,
                  columns_.data() + g * sites(), sites());
    }
    b_ = drive_rate_ + coupling_.combine_rows(columns_);
}

void System::rates(const Eigen::VectorXd& h, std::vector<double>& dudt) const {
    dudt.resize(rows() * sites());
    for (std::size_t i = 0; i < populations_ * sites(); ++i) {
        dudt[i] = drift_mean_[i] + input_[i];
    }
    add_field(h, 1.0, dudt.data());
    std::copy(rate_k_.begin(), rate_k_.end(),
              dudt.begin() + static_cast<std::ptrdiff_t>(populations_ * sites()));
}

Eigen::VectorXd System::multiplier_drift(const Eigen::VectorXd& h) const {
    return b_ + jacobian_ * h;
}

Eigen::VectorXd System::slow_multipliers() const {
    return balance::MultiplierSolver(balance(), jacobian_).solve(-b_);
}

const Eigen::VectorXd& System::balance_residual() {
    if (!residual_fresh_) {
        const Scope event(Event::moments);
        residual_ = drive_ + coupling_.combine_rows(gain_mean_);
        residual_fresh_ = true;
    }
    return residual_;
}

void System::add_field(const Eigen::VectorXd& h, double factor, double* v) const {
    for (std::size_t i = 0; i < balance().size(); ++i) {
        const auto [a, p] = balance().unknowns()[i];
        add_mode(lattice_->basis_rows().data() + p * sites(),
                 factor * h[static_cast<Eigen::Index>(i)], v + a * sites(), sites());
    }
}

} // namespace equipoise::field

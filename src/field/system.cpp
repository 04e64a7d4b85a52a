#include "equipoise/field/system.hpp"

#include "equipoise/balance/solve.hpp"
#include "equipoise/elementary/clones.hpp"
#include "equipoise/field/events.hpp"

#include <algorithm>
#include <array>
#include <functional>
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

/// Sites worked on at a time, whole blocks of SiteAverage: what belongs to them stays in the cache
/// from the expectations to the sums.
constexpr std::size_t run_length = 256;

/// Below, no series can pay, and the range need not be known.
constexpr std::int64_t enough_sites_for_series = 64;

} // namespace

System::System(const parallel::Communicator& comm, const balance::Balance& balance,
               const balance::Lattice& lattice, double epsilon)
    : comm_(comm), lattice_(&lattice), epsilon_(epsilon),
      populations_(balance.model().population_count()), pairs_(balance.model().covariances()),
      coupling_(comm, balance, lattice, balance::SiteAverage::block_size(lattice.global())),
      expectations_(balance.model(), lattice.size()), input_(populations_ * sites()),
      scratch_(4 * expectations_.gains() * run_length) {}

bool System::exact_closure() const {
    const std::vector<model::Population>& all = balance().model().populations();
    return std::all_of(all.begin(), all.end(), [](const model::Population& population) {
        const auto noise = population.noise->affine();
        return population.drift->affine().has_value() && noise.has_value() && noise->slope == 0.0;
    });
}

/// The state at every so manyth site of the whole lattice, in rows.
std::vector<double> System::sample(const std::vector<double>& u) const {
    const auto stride =
        static_cast<std::size_t>(std::max<std::int64_t>(1, lattice_->global() / 64));
    const std::size_t first =
        (stride - static_cast<std::size_t>(lattice_->first()) % stride) % stride;
    std::vector<double> result;
    for (std::size_t row = 0; row < rows(); ++row) {
        for (std::size_t s = first; s < sites(); s += stride) {
            result.push_back(u[row * sites() + s]);
        }
    }
    return result;
}

void System::choose_rules(const std::vector<double>& u, double target) {
    const std::vector<double> some = sample(u);
    expectations_.choose(comm_, some, some.size() / rows(), target);
    forget_sums(); // made by the old rules
}

double System::rule_error() {
    const std::vector<double> some = sample(state_);
    return comm_.max(expectations_.error(some, some.size() / rows()));
}

void System::restore_rules(std::span<const double> saved) {
    expectations_.restore(saved);
    forget_sums();
}

void System::set_time(double t) {
    const bool first = !time_.has_value();
    if (!first && *time_ == t) {
        return;
    }
    time_ = t;
    drive_ = coupling_.drive(t);
    drive_rate_ = coupling_.drive_rate(t);
    b_fresh_ = residual_fresh_ = false;
    rate_sums_.reset(); // of the input
    for (std::size_t a = 0; a < populations_; ++a) {
        const model::FormulaFunction& input = balance().model().population(a).input;
        if (!first && !input.depends_on_time()) {
            continue;
        }
        lattice_->evaluate(input, t, input_.data() + a * sites());
    }
}

/// By population, where the sites are so many that it can matter.
std::vector<std::optional<SiteRange>> System::ranges() const {
    std::vector<std::optional<SiteRange>> result(populations_);
    if (lattice_->global() < enough_sites_for_series) {
        return result;
    }
    std::vector<double> extremes;
    for (std::size_t row = 0; row < 2 * populations_; ++row) {
        const auto [lowest, highest] = extent(state_.data() + row * sites(), sites());
        extremes.push_back(-lowest);
        extremes.push_back(highest);
    }
    comm_.max(extremes);
    const auto extent_of = [&](std::size_t row) {
        return Extent{-extremes[2 * row], extremes[2 * row + 1]};
    };
    for (std::size_t a = 0; a < populations_; ++a) {
        result[a] = SiteRange{{extent_of(a), extent_of(variance_row(a))}, lattice_->global()};
    }
    return result;
}

void System::take_state() {
    ++version_;
    expectations_.take(state_, ranges());
    forget_sums();
}

void System::forget_sums() {
    mean_sums_.reset();
    slope_sums_.reset();
    rate_sums_.reset();
    jacobian_fresh_ = b_fresh_ = residual_fresh_ = false;
}

/// Makes those of the sums that are asked for and have not been made; all where the expectations
/// behind them come together anyway.
void System::add_up(bool means, bool slopes, bool rates) {
    const bool all = !expectations_.separable();
    means = (means || all) && !mean_sums_.has_value();
    slopes = (slopes || all) && !slope_sums_.has_value();
    rates = (rates || all) && !rate_sums_.has_value();
    if (!means && !slopes && !rates) {
        return;
    }
    const std::size_t gains = expectations_.gains();
    const auto scratch = [&](std::size_t what) {
        return scratch_.data() + what * gains * run_length;
    };
    const std::array<double*, 3> out{means || all ? scratch(0) : nullptr,
                                     slopes || rates || all ? scratch(1) : nullptr,
                                     rates || all ? scratch(2) : nullptr};
    double* rate = scratch(3);
    if (means) {
        mean_sums_ = coupling_.begin();
    }
    if (slopes) {
        slope_sums_ = coupling_.begin_slopes();
    }
    if (rates) {
        rate_sums_ = coupling_.begin();
    }
    for (std::size_t first = 0; first < sites(); first += run_length) {
        const std::size_t count = std::min(run_length, sites() - first);
        expectations_.compute_gains({first, count}, out, run_length);
        if (rates) {
            expectations_.compute_drift({first, count});
        }
        const Scope event(Event::moments);
        if (means) {
            coupling_.add(*mean_sums_, first, count, out[0], run_length);
        }
        if (slopes) {
            coupling_.add(*slope_sums_, first, count, out[1], run_length);
        }
        if (rates) {
            for (std::size_t g = 0; g < gains; ++g) {
                const std::size_t at = expectations_.source(g) * sites() + first;
                gain_rate(out[1] + g * run_length, out[2] + g * run_length,
                          expectations_.drift().data() + at, input_.data() + at,
                          expectations_.variance_rates().data() + at, rate + g * run_length, count);
            }
            coupling_.add(*rate_sums_, first, count, rate, run_length);
        }
    }
}

void System::evaluate(double t, std::span<const double> u) {
    if (comm_.any(!std::equal(u.begin(), u.end(), state_.begin(), state_.end()))) {
        move(t, [&](const std::vector<double>&, std::vector<double>& state) {
            state.assign(u.begin(), u.end());
        });
    } else {
        set_time(t);
    }
}

void System::shift_means(const Eigen::VectorXd& h, double factor) {
    add_field(h, factor, state_);
    take_state();
}

const Eigen::MatrixXd& System::jacobian() {
    if (!jacobian_fresh_) {
        add_up(false, true, false);
        const Scope event(Event::moments);
        jacobian_ = coupling_.combine_slopes(*slope_sums_);
        jacobian_fresh_ = true;
    }
    return jacobian_;
}

const Eigen::VectorXd& System::b() {
    if (!b_fresh_) {
        add_up(false, !jacobian_fresh_, true); // both from the same expectations
        const Scope event(Event::moments);
        b_ = drive_rate_ + coupling_.combine(*rate_sums_);
        b_fresh_ = true;
    }
    return b_;
}

void System::rates(const Eigen::VectorXd& h, std::span<double> dudt) {
    expectations_.compute_drift();
    const std::vector<double>& drift = expectations_.drift();
    const std::vector<double>& rate_k = expectations_.variance_rates();
    std::transform(drift.begin(), drift.end(), input_.begin(), dudt.begin(), std::plus<>());
    add_field(h, 1.0, dudt);
    std::copy(rate_k.begin(), rate_k.end(),
              dudt.begin() + static_cast<std::ptrdiff_t>(populations_ * sites()));
}

Eigen::VectorXd System::multiplier_drift(const Eigen::VectorXd& h) {
    const Eigen::VectorXd& rate = b(); // first: it makes the sums behind J too
    return rate + jacobian() * h;
}

Eigen::VectorXd System::slow_multipliers() {
    const Eigen::VectorXd rate = b();
    return balance::MultiplierSolver(balance(), jacobian()).solve(-rate);
}

const Eigen::VectorXd& System::balance_residual() {
    if (!residual_fresh_) {
        add_up(true, false, false);
        const Scope event(Event::moments);
        residual_ = drive_ + coupling_.combine(*mean_sums_);
        residual_fresh_ = true;
    }
    return residual_;
}

void System::add_field(const Eigen::VectorXd& h, double factor, std::span<double> u) const {
    const std::vector<const double*> phi = lattice_->basis_rows();
    for (std::size_t i = 0; i < balance().size(); ++i) {
        const auto [a, p] = balance().unknowns()[i];
        add_mode(phi[p], factor * h[static_cast<Eigen::Index>(i)], u.data() + a * sites(), sites());
    }
}

} // namespace equipoise::field

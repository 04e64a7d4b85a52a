#include "equipoise/kinetic/line_stepper.hpp"

#include "equipoise/kinetic/events.hpp"
#include "equipoise/kinetic/manifold.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace equipoise::kinetic {

namespace {

/// Changes of v and of g over a time 1/shift, as parts of v's scale, that end the iteration. From a
/// good guess they are of the size of the step's own error, of which the rest is then less than a
/// hundredth.
constexpr double small_change = 1e-3;
constexpr double smallest_change = 1e-8;

/// A last change that leaves nothing of the balance: its square times the largest slope of a gain
/// over the density's width, which bounds E[G''], is then below 1e-10 up to a ratio of 1e4.
constexpr double no_change = 1e-7;

/// |r - eps h| that is left alone, and that one more move brings down to there: the move is
/// Newton's, which squares it.
constexpr double balanced = 1e-11;
constexpr double nearly_balanced = 1e-6;
constexpr int most_moves = 10;

constexpr std::size_t most_lanes = LineGroup::most_lanes;

/// Copies one lane of values by (cell, lane), or back.
void copy_lane(const double* from, std::size_t from_step, std::size_t cells, double* to,
               std::size_t to_step) {
    for (std::size_t k = 0; k < cells; ++k) {
        to[k * to_step] = from[k * from_step];
    }
}

} // namespace

LineStepper::LineStepper(System& system, const StepControl& control, std::size_t order)
    : system_(&system), lines_(&system.lines()), control_(control), order_(order),
      limiter_(system.lines().grid(), negligible_undershoot(control)) {
    const std::size_t lanes = lines_->lanes();
    const std::size_t cells = lines_->layout().cells;
    for (LineVector<double>* array : {&by_v_, &by_g_, &next_.p}) {
        array->resize(lanes * cells);
    }
    for (std::vector<double>* array :
         {&change_v_, &change_g_, &follow_, &response_, &large_, &next_.v, &next_.g}) {
        array->resize(lanes);
    }
    for (std::vector<double>* array : {&gain_, &slope_}) {
        array->resize(system.lattice().size() * lines_->gain_count());
    }
    for (Scratch& of : scratch_) {
        for (LineVector<double>* array :
             {&of.guess, &of.right, &of.up, &of.down, &of.flux_v, &of.flux_g, &of.weights}) {
            array->resize(most_lanes * cells);
        }
    }
    for (LineVector<double>* array : {&z_, &values_, &slopes_}) {
        array->resize(most_lanes * cells);
    }
}

void LineStepper::restore(const std::vector<PastState>& history) {
    past_.clear();
    for (const PastState& state : history) {
        to_lanes(*lines_, state.time, state.values.data(), state.multipliers,
                 past_.emplace_front());
    }
}

std::vector<PastState> LineStepper::history() {
    std::vector<PastState> states;
    for (const LaneState& state : past_) {
        states.push_back({state.time, std::vector<double>(system_->local_size()), state.h});
        to_lines(*lines_, state, states.back().values.data());
    }
    std::reverse(states.begin(), states.end());
    return states;
}

bool LineStepper::looks_sound(double largest_at_ends) const {
    const LaneState& now = past_.front();
    const std::size_t last = lines_->layout().cells - 1;
    bool sound = true;
    for (const LineGroup& group : lines_->groups()) {
        const double* p = now.p.data() + lines_->begin(group);
        sound = sound && !lines_->model().population(group.population).range.is_bounded();
        for (std::size_t lane = 0; lane < group.lanes; ++lane) {
            sound = sound && std::isfinite(now.v[group.first_lane + lane]) &&
                    p[lane] <= largest_at_ends && p[last * group.lanes + lane] <= largest_at_ends;
        }
    }
    return sound;
}

void LineStepper::write(double* u) {
    to_lines(*lines_, past_.front(), u);
}

step_loops::EarlierStates LineStepper::earlier(const LineGroup& group) const {
    step_loops::EarlierStates states{};
    for (std::size_t i = 0; i < weights_.states; ++i) {
        states[i] = past_[i].p.data() + lines_->begin(group);
    }
    return states;
}

double LineStepper::look_back(const BdfWeights::Weights& weights,
                              std::vector<double> LaneState::*values, std::size_t at) const {
    double sum = 0.0;
    for (std::size_t i = 0; i < weights_.states; ++i) {
        sum += weights[i] * (past_[i].*values)[at];
    }
    return sum;
}

void LineStepper::begin(double t) {
    std::array<double, most_earlier_states> times{};
    const std::size_t known = std::min(past_.size(), order_ + 1);
    for (std::size_t i = 0; i < known; ++i) {
        times[i] = past_[i].time;
    }
    weights_ = bdf_weights(t, std::span(times).first(known), order_);
    good_guess_ = weights_.error_order > 0;
    if (!estimates_) {
        weights_.error_order = 0;
    }
    next_.time = t;
    for (std::size_t i = 0; i < next_.v.size(); ++i) {
        next_.v[i] = look_back(weights_.guess, &LaneState::v, i);
        next_.g[i] = look_back(weights_.guess, &LaneState::g, i);
    }
    iteration_ = 0;
    system_->set_time(t);
}

double LineStepper::enough() const {
    return good_guess_ ? small_change : smallest_change;
}

template <class Work>
void LineStepper::for_each_batch(const Work& work) const {
    const std::vector<LineGroup>& groups = lines_->groups();
    for (std::size_t first = 0; first < groups.size();) {
        std::size_t count = 1;
        while (count < most_groups && first + count < groups.size() &&
               groups[first + count].lanes == groups[first].lanes) {
            ++count;
        }
        work(Batch(&groups[first], count));
        first += count;
    }
}

/// The first pass.
void LineStepper::eliminate(Batch batch) {
    {
        const ScopedEvent event(Event::assembly);
        for (std::size_t i = 0; i < batch.size(); ++i) {
            assemble(batch[i], scratch_[i]);
        }
    }
    {
        const ScopedEvent event(Event::solve);
        std::array<ChainSolver::Group, most_groups> groups{};
        for (std::size_t i = 0; i < batch.size(); ++i) {
            groups[i] = chains(batch[i], scratch_[i]);
        }
        ChainSolver::factor_and_solve_all(weights_.shift, lines_->centres().data(),
                                          lines_->layout().cells, batch[0].lanes,
                                          std::span(groups).first(batch.size()));
    }
    const ScopedEvent event(Event::moments);
    for (std::size_t i = 0; i < batch.size(); ++i) {
        respond(batch[i], scratch_[i]);
    }
}

/// Right-hand side, rates and their derivatives.
void LineStepper::assemble(const LineGroup& group, Scratch& scratch) {
    const std::size_t size = lines_->layout().cells * group.lanes;
    step_loops::look_back(weights_, earlier(group), size, scratch.guess.data(),
                          scratch.right.data());
    if (iteration_ > 0) {
        std::copy_n(next_.p.data() + lines_->begin(group), size, scratch.guess.data());
    }
    lines_->rates(group, next_.v.data() + group.first_lane, next_.g.data() + group.first_lane,
                  scratch.guess.data(), scratch.up.data(), scratch.down.data(),
                  scratch.flux_v.data(), scratch.flux_g.data());
}

/// T^-1 b takes the place of the new density.
ChainSolver::Group LineStepper::chains(const LineGroup& group, Scratch& scratch) {
    const std::size_t begin = lines_->begin(group);
    return {scratch.up.data(),     scratch.down.data(),  scratch.flux_v.data(),
            scratch.flux_g.data(), scratch.right.data(), scratch.weights.data(),
            by_v_.data() + begin,  by_g_.data() + begin, next_.p.data() + begin,
            scratch.moments.data()};
}

/// How v, g and the gains respond to the multipliers.
void LineStepper::respond(const LineGroup& group, const Scratch& scratch) {
    const std::size_t cells = lines_->layout().cells;
    const std::size_t begin = lines_->begin(group);
    const double* v = next_.v.data() + group.first_lane;
    const double* g = next_.g.data() + group.first_lane;
    const double dy = lines_->grid().width();
    LaneValues g0{}; // dg at dv = 0
    LaneValues v0{}; // dv without multipliers
    for (std::size_t lane = 0; lane < group.lanes; ++lane) {
        const std::size_t i = group.first_lane + lane;
        const double moment_v = scratch.moments[lane];
        const double moment_g = scratch.moments[group.lanes + lane];
        g0[lane] = -scratch.moments[2 * group.lanes + lane] / moment_g;
        follow_[i] = -moment_v / moment_g;
        response_[i] = 1.0 / (weights_.shift - follow_[i]);
        const double imbalance = g[lane] + system_->input(lines_->line(group, lane)) -
                                 weights_.shift * v[lane] -
                                 look_back(weights_.rate, &LaneState::v, i);
        v0[lane] = response_[i] * (g0[lane] + imbalance);
        change_g_[i] = g0[lane];
        change_v_[i] = v0[lane];
    }
    lines_->positions(group, v, z_.data());
    for (std::size_t gain = 0; gain < lines_->gains(group.population); ++gain) {
        lines_->gain(group, gain, z_.data(), values_.data(), slopes_.data());
        std::array<double, 4 * most_lanes> sums{};
        step_loops::gain_sums(values_.data(), slopes_.data(), by_v_.data() + begin,
                              by_g_.data() + begin, next_.p.data() + begin, scratch.guess.data(),
                              cells, group.lanes, sums.data());
        for (std::size_t lane = 0; lane < group.sites; ++lane) {
            const std::size_t at = lines_->gain_index(group, lane, gain);
            const std::size_t i = group.first_lane + lane;
            const double of_v = sums[lane];
            const double of_g = sums[group.lanes + lane];
            const double slope = dy * (sums[3 * group.lanes + lane] + of_v + of_g * follow_[i]);
            gain_[at] = dy * (sums[2 * group.lanes + lane] + of_g * g0[lane]) + slope * v0[lane];
            slope_[at] = slope * response_[i];
        }
    }
}

double LineStepper::iterate() {
    for_each_batch([&](Batch batch) {
        if (iteration_ > 0) {
            complete(batch);
        }
        eliminate(batch);
    });
    ++iteration_;
    {
        const ScopedEvent event(Event::moments);
        solve_for_multipliers();
    }
    return change_means();
}

void LineStepper::solve_for_multipliers() {
    const Eigen::VectorXd rest = system_->drive() + system_->coupling().combine(gain_);
    Eigen::MatrixXd schur = system_->coupling().combine_slopes(slope_);
    schur.diagonal().array() -= system_->epsilon();
    const balance::MultiplierSolver solver(system_->coupling().balance(), std::move(schur));
    next_.h = solver.solve(-rest);
}

/// With the multipliers, the changes of v and g.
double LineStepper::change_means() {
    double largest = 0.0;
    for (const LineGroup& group : lines_->groups()) {
        for (std::size_t lane = 0; lane < group.lanes; ++lane) {
            const std::size_t i = group.first_lane + lane;
            change_v_[i] += response_[i] *
                            system_->coupling().field(next_.h, group.site(lane), group.population);
            change_g_[i] += follow_[i] * change_v_[i];
            next_.v[i] += change_v_[i];
            next_.g[i] += change_g_[i];
            const double sum = std::abs(change_v_[i]) + std::abs(change_g_[i]) / weights_.shift;
            largest = sum <= largest ? largest : sum; // keeps NaN
        }
    }
    change_ = system_->communicator().max(largest) / control_.mean_scale;
    return change_;
}

/// The second pass, up to the gains.
void LineStepper::complete(Batch batch) {
    const ScopedEvent event(Event::solve);
    for (const LineGroup& group : batch) {
        complete(group);
    }
}

void LineStepper::complete(const LineGroup& group) {
    const std::size_t cells = lines_->layout().cells;
    const std::size_t begin = lines_->begin(group);
    double* p = next_.p.data() + begin;
    LaneValues errors{};
    const bool negative = step_loops::complete(
        weights_, earlier(group), by_v_.data() + begin, change_v_.data() + group.first_lane,
        by_g_.data() + begin, change_g_.data() + group.first_lane, cells, group.lanes, p,
        errors.data());
    const double allowed = control_.tolerance * control_.density_scale;
    for (std::size_t lane = 0; lane < group.lanes; ++lane) {
        error_ = std::max(error_, errors[lane] / allowed);
        large_[group.first_lane + lane] = 0.0;
    }
    if (negative) {
        const auto undershoots = limiter_.repair(group.lanes, p);
        for (std::size_t lane = 0; lane < group.lanes; ++lane) {
            moved_mass_ = moved_mass_ || undershoots[lane] == Undershoot::moved;
            if (undershoots[lane] == Undershoot::large) {
                large_[group.first_lane + lane] = 1.0;
            }
        }
    }
}

/// Means of gains and slopes at the new state.
void LineStepper::evaluate_gains(const LineGroup& group) {
    const double* p = next_.p.data() + lines_->begin(group);
    lines_->positions(group, next_.v.data() + group.first_lane, z_.data());
    for (std::size_t gain = 0; gain < lines_->gains(group.population); ++gain) {
        lines_->gain(group, gain, z_.data(), values_.data(), slopes_.data());
        lines_->gain_means(group, gain, values_.data(), slopes_.data(), p, gain_.data(),
                           slope_.data());
    }
}

void LineStepper::move_means(const Eigen::VectorXd& by) {
    for (const LineGroup& group : lines_->groups()) {
        for (std::size_t lane = 0; lane < group.lanes; ++lane) {
            next_.v[group.first_lane + lane] -=
                system_->coupling().field(by, group.site(lane), group.population);
        }
    }
}

void LineStepper::estimate_error_of_means() {
    if (weights_.error_order == 0) {
        return;
    }
    const double allowed = control_.tolerance * control_.mean_scale;
    for (std::size_t i = 0; i < next_.v.size(); ++i) {
        const double error =
            weights_.error_new * next_.v[i] + look_back(weights_.error, &LaneState::v, i);
        error_ = std::max(error_, std::abs(error) / allowed);
    }
}

/// `evaluated`: whether the gains have been, at the new state.
bool LineStepper::meet_balance(bool evaluated) {
    bool met = false;
    for (int move = 0; move < most_moves && !met; ++move) {
        if (move > 0 || !evaluated) {
            for (const LineGroup& group : lines_->groups()) {
                evaluate_gains(group);
            }
        }
        const Eigen::VectorXd excess =
            system_->drive() + system_->coupling().combine(gain_) - system_->epsilon() * next_.h;
        const double size = excess.size() == 0 ? 0.0 : excess.cwiseAbs().maxCoeff();
        met = size <= nearly_balanced;
        if (!(size <= balanced)) {
            const balance::MultiplierSolver solver(system_->coupling().balance(),
                                                   system_->coupling().combine_slopes(slope_));
            move_means(solver.solve(excess));
        }
    }
    return met;
}

bool LineStepper::finish() {
    error_ = 0.0;
    moved_mass_ = false;
    const bool looks_balanced = change_ <= no_change; // on all ranks alike
    for_each_batch([&](Batch batch) {
        complete(batch);
        if (!looks_balanced) {
            const ScopedEvent event(Event::moments);
            for (const LineGroup& group : batch) {
                evaluate_gains(group);
            }
        }
    });
    const ScopedEvent event(Event::moments);
    bool met = looks_balanced || meet_balance(true);
    estimate_error_of_means();
    std::array<double, 3> largest{error_, *std::max_element(large_.begin(), large_.end()),
                                  moved_mass_ ? 1.0 : 0.0};
    system_->communicator().max(largest);
    error_ = largest[0];
    large_undershoot_ = largest[1] > 0.0;
    if (looks_balanced && largest[2] > 0.0) {
        met = meet_balance(false);
    }
    return met;
}

std::int64_t LineStepper::accept() {
    const std::int64_t limited = large_undershoot_ ? limit() : 0;
    LaneState oldest;
    if (past_.size() > order_) {
        oldest = std::move(past_.back());
        past_.pop_back();
    } else {
        oldest.p.resize(next_.p.size());
        oldest.v.resize(next_.v.size());
        oldest.g.resize(next_.g.size());
    }
    past_.push_front(std::move(next_));
    next_ = std::move(oldest);
    return limited;
}

void LineStepper::go_back() {
    next_ = std::move(past_.front());
    past_.pop_front();
}

std::int64_t LineStepper::limit() {
    const ScopedEvent event(Event::limiter);
    const std::size_t cells = lines_->layout().cells;
    const double dt = next_.time - past_.front().time;
    std::int64_t limited = 0;
    std::vector<double> before(cells);
    std::vector<double> density(cells);
    for (const LineGroup& group : lines_->groups()) {
        for (std::size_t lane = 0; lane < group.lanes; ++lane) {
            const std::size_t i = group.first_lane + lane;
            if (large_[i] == 0.0) {
                continue;
            }
            const std::size_t at = lines_->begin(group) + lane;
            copy_lane(past_.front().p.data() + at, group.lanes, cells, before.data(), 1);
            copy_lane(next_.p.data() + at, group.lanes, cells, density.data(), 1);
            limiter_.apply(lines_->model().population(group.population), before.data(), dt,
                           next_.v[i], next_.g[i], density.data());
            copy_lane(density.data(), 1, cells, next_.p.data() + at, group.lanes);
            limited += lane < group.sites ? 1 : 0;
        }
    }
    std::vector<double> u(system_->local_size());
    to_lines(*lines_, next_, u.data());
    project_means(*system_, next_.time, u.data(), next_.h);
    to_lanes(*lines_, next_.time, u.data(), Eigen::VectorXd(next_.h), next_);
    return system_->communicator().sum(limited);
}

} // namespace equipoise::kinetic

#include "equipoise/kinetic/system.hpp"

#include "equipoise/kinetic/chain_solver.hpp"
#include "equipoise/kinetic/events.hpp"
#include "equipoise/kinetic/lane_loops.hpp"

#include <algorithm>

namespace equipoise::kinetic {

System::System(const parallel::Communicator& comm, const balance::Balance& balance,
               const Grid& grid, const balance::Lattice& lattice, double epsilon)
    : comm_(comm), lattice_(lattice), epsilon_(epsilon), lines_(balance.model(), grid, lattice_),
      coupling_(comm, balance, lattice_), input_(lines_.count()) {
    for (std::vector<double>* array : {&follow_, &moment_g_, &response_}) {
        array->resize(lines_.lanes());
    }
    for (std::vector<double>* array : {&gain_g_, &slope_, &site_values_}) {
        array->resize(lattice_.size() * lines_.gain_count());
    }
    work_.resize(LineGroup::most_lanes * grid.cells);
}

void System::set_time(double t) {
    const bool first = !time_.has_value();
    if (!first && *time_ == t) {
        return;
    }
    time_ = t;
    drive_ = coupling_.drive(t);
    for (std::size_t line = 0; line < lines_.count(); ++line) {
        const auto& input = lines_.model().population(lines_.population(line)).input;
        if (first || input.depends_on_time()) {
            input_[line] = input(lattice_.position(lines_.site(line)), t);
        }
    }
}

void System::evaluate(double t, const double* u, const Eigen::VectorXd& h) {
    {
        const ScopedEvent event(Event::assembly);
        lines_.evaluate_rates(u);
    }
    h_ = h;
    set_time(t);
    const ScopedEvent event(Event::moments);
    lines_.evaluate_gains(u);
    residual_ = drive_ + coupling_.combine(lines_.gain_means());
}

void System::evaluate_balance(double t, const double* u) {
    set_time(t);
    const ScopedEvent event(Event::moments);
    lines_.evaluate_gain_means(u);
    residual_ = drive_ + coupling_.combine(lines_.gain_means());
}

void System::release() {
    lines_.release();
    for (std::vector<double>* array : {&inverse_pivot_, &by_v_, &by_g_, &solution_}) {
        std::vector<double>().swap(*array);
    }
}

void System::residual(const double* u, const double* udot, double* f, Eigen::VectorXd& fh) {
    const LineLayout at = lines_.layout();
    for (const LineGroup& group : lines_.groups()) {
        lines_.apply(group, lines_.density(group), work_.data());
        lines_.scatter(group, work_.data(), f);
        const LaneValues moments = lines_.first_moments(group, lines_.density(group));
        for (std::size_t lane = 0; lane < group.sites; ++lane) {
            const std::size_t line = lines_.line(group, lane);
            const double* rate = udot + line * at.stride();
            double* out = f + line * at.stride();
            for (std::size_t k = 0; k < at.cells; ++k) {
                out[k] = rate[k] - out[k];
            }
            out[at.mean()] = rate[at.mean()] - u[line * at.stride() + at.drift()] - input_[line] -
                             coupling_.field(h_, group.site(lane), group.population);
            out[at.drift()] = moments[lane];
        }
    }
    fh = residual_ - epsilon_ * h_;
}

void System::factor(double shift) {
    shift_ = shift;
    const std::size_t cells = lines_.layout().cells;
    for (std::vector<double>* array : {&inverse_pivot_, &by_v_, &by_g_, &solution_}) {
        array->resize(lines_.lanes() * cells);
    }
    for (const LineGroup& group : lines_.groups()) {
        const std::size_t begin = lines_.begin(group);
        double* by_v = by_v_.data() + begin;
        double* by_g = by_g_.data() + begin;
        ChainSolver::factor_and_solve(shift, lines_.up(group), lines_.down(group), cells,
                                      group.lanes, lines_.flux_v(group), lines_.flux_g(group),
                                      inverse_pivot_.data() + begin, by_v, by_g);
        const LaneValues moment_v = lines_.first_moments(group, by_v);
        const LaneValues moment_g = lines_.first_moments(group, by_g);
        for (std::size_t lane = 0; lane < group.lanes; ++lane) {
            const std::size_t i = group.first_lane + lane;
            moment_g_[i] = moment_g[lane];
            follow_[i] = -moment_v[lane] / moment_g[lane];
            response_[i] = 1.0 / (shift - follow_[i]);
        }
        for (std::size_t g = 0; g < lines_.gains(group.population); ++g) {
            const LaneValues gain_v = lines_.gain_integrals(group, g, by_v);
            const LaneValues gain_g = lines_.gain_integrals(group, g, by_g);
            for (std::size_t lane = 0; lane < group.sites; ++lane) {
                const std::size_t i = lines_.gain_index(group, lane, g);
                const std::size_t at = group.first_lane + lane;
                gain_g_[i] = gain_g[lane];
                slope_[i] = lines_.slope_means()[i] + gain_v[lane] + gain_g[lane] * follow_[at];
                site_values_[i] = slope_[i] * response_[at];
            }
        }
    }
    Eigen::MatrixXd schur = coupling_.combine_slopes(site_values_);
    schur.diagonal().array() -= epsilon_;
    schur_.emplace(coupling_.balance(), std::move(schur));
}

void System::multiply(const double* x, const Eigen::VectorXd& xh, double* y, Eigen::VectorXd& yh) {
    const LineLayout at = lines_.layout();
    std::vector<double> change(work_.size());
    for (const LineGroup& group : lines_.groups()) {
        lines_.gather(group, x, work_.data());
        lines_.apply(group, work_.data(), change.data());
        lines_.scatter(group, change.data(), y);
        const LaneValues moments = lines_.first_moments(group, work_.data());
        const double* flux_v = lines_.flux_v(group);
        const double* flux_g = lines_.flux_g(group);
        for (std::size_t lane = 0; lane < group.sites; ++lane) {
            const std::size_t line = lines_.line(group, lane);
            const double* in = x + line * at.stride();
            double* out = y + line * at.stride();
            double below = 0.0;
            for (std::size_t k = 0; k < at.cells; ++k) {
                const std::size_t i = k * group.lanes + lane;
                const double flux = flux_v[i] * in[at.mean()] + flux_g[i] * in[at.drift()];
                out[k] = shift_ * in[k] - out[k] - (below - flux);
                below = flux;
            }
            out[at.mean()] = shift_ * in[at.mean()] - in[at.drift()] -
                             coupling_.field(xh, group.site(lane), group.population);
            out[at.drift()] = moments[lane];
        }
        for (std::size_t g = 0; g < lines_.gains(group.population); ++g) {
            const LaneValues gains = lines_.gain_integrals(group, g, work_.data());
            for (std::size_t lane = 0; lane < group.sites; ++lane) {
                const std::size_t i = lines_.gain_index(group, lane, g);
                const double v = x[lines_.line(group, lane) * at.stride() + at.mean()];
                site_values_[i] = gains[lane] + lines_.slope_means()[i] * v;
            }
        }
    }
    yh = coupling_.combine(site_values_) - epsilon_ * xh;
}

void System::solve(const double* b, const Eigen::VectorXd& bh, double* x, Eigen::VectorXd& xh) {
    const LineLayout at = lines_.layout();
    // Each line by itself: p = alpha + by_v v + by_g g, E[y] = 0 gives g, then v without h.
    for (const LineGroup& group : lines_.groups()) {
        const std::size_t begin = lines_.begin(group);
        double* alpha = solution_.data() + begin;
        lines_.gather(group, b, work_.data());
        ChainSolver::solve(lines_.up(group), lines_.down(group), inverse_pivot_.data() + begin,
                           at.cells, group.lanes, work_.data(), alpha);
        const LaneValues moments = lines_.first_moments(group, alpha);
        LaneValues v0{};
        LaneValues g0{}; // at v = 0
        for (std::size_t lane = 0; lane < group.sites; ++lane) {
            const std::size_t i = group.first_lane + lane;
            const std::size_t line = lines_.line(group, lane);
            const double* in = b + line * at.stride();
            g0[lane] = (in[at.drift()] - moments[lane]) / moment_g_[i];
            v0[lane] = response_[i] * (in[at.mean()] + g0[lane]);
        }
        for (std::size_t lane = 0; lane < group.sites; ++lane) {
            double* out = x + lines_.line(group, lane) * at.stride();
            out[at.mean()] = v0[lane];
            out[at.drift()] = g0[lane];
        }
        for (std::size_t g = 0; g < lines_.gains(group.population); ++g) {
            const LaneValues gains = lines_.gain_integrals(group, g, alpha);
            for (std::size_t lane = 0; lane < group.sites; ++lane) {
                const std::size_t i = lines_.gain_index(group, lane, g);
                site_values_[i] = gains[lane] + gain_g_[i] * g0[lane] + slope_[i] * v0[lane];
            }
        }
    }
    xh = schur_->solve(bh - coupling_.combine(site_values_));
    for (const LineGroup& group : lines_.groups()) {
        const std::size_t begin = lines_.begin(group);
        LaneValues v{};
        LaneValues g{};
        for (std::size_t lane = 0; lane < group.sites; ++lane) {
            const std::size_t i = group.first_lane + lane;
            double* out = x + lines_.line(group, lane) * at.stride();
            v[lane] = out[at.mean()] +
                      response_[i] * coupling_.field(xh, group.site(lane), group.population);
            g[lane] = out[at.drift()] + follow_[i] * v[lane];
            out[at.mean()] = v[lane];
            out[at.drift()] = g[lane];
        }
        double* p = solution_.data() + begin;
        lane_loops::add_multiples(by_v_.data() + begin, v.data(), by_g_.data() + begin, g.data(),
                                  at.cells, group.lanes, p);
        lines_.scatter(group, p, x);
    }
}

} // namespace equipoise::kinetic

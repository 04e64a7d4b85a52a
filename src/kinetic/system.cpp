#include "equipoise/kinetic/system.hpp"

#include "equipoise/kinetic/chain_solver.hpp"
#include "equipoise/kinetic/events.hpp"

#include <algorithm>

namespace equipoise::kinetic {

namespace {

/// The change of A p for a change of the fluxes: out_k = flux_{k-1} - flux_k.
void divergence(const double* flux, std::size_t cells, double* out) {
    double below = 0.0;
    for (std::size_t k = 0; k < cells; ++k) {
        out[k] = below - flux[k];
        below = flux[k];
    }
}

} // namespace

System::System(const parallel::Communicator& comm, const balance::Balance& balance,
               const Grid& grid, const balance::Lattice& lattice, double epsilon)
    : comm_(comm), lattice_(lattice), epsilon_(epsilon), lines_(balance.model(), grid, lattice_),
      coupling_(comm, balance, lattice_), input_(lines_.count()) {
    for (std::vector<double>* array : {&inverse_pivot_, &by_v_, &by_g_}) {
        array->resize(lines_.count() * grid.cells);
    }
    for (std::vector<double>* array : {&moment_v_, &moment_g_, &response_, &offset_}) {
        array->resize(lines_.count());
    }
    for (std::vector<double>* array : {&gain_g_, &slope_, &site_values_}) {
        array->resize(lattice_.size() * lines_.gain_count());
    }
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
    set_time(t);
    h_ = h;
    {
        const ScopedEvent event(Event::assembly);
        lines_.evaluate_rates(u);
    }
    const ScopedEvent event(Event::moments);
    lines_.evaluate_gains(u);
    residual_ = drive_ + coupling_.combine(lines_.gain_means());
}

void System::residual(const double* u, const double* udot, double* f, Eigen::VectorXd& fh) const {
    const LineLayout at = lines_.layout();
    for (std::size_t line = 0; line < lines_.count(); ++line) {
        const std::size_t begin = line * at.stride();
        const double* state = u + begin;
        const double* rate = udot + begin;
        double* out = f + begin;
        lines_.apply(line, state, out);
        for (std::size_t k = 0; k < at.cells; ++k) {
            out[k] = rate[k] - out[k];
        }
        out[at.mean()] = rate[at.mean()] - state[at.drift()] - input_[line] -
                         coupling_.field(h_, lines_.site(line), lines_.population(line));
        out[at.drift()] = lines_.first_moment(state);
    }
    fh = residual_ - epsilon_ * h_;
}

void System::factor(double shift) {
    shift_ = shift;
    const std::size_t cells = lines_.layout().cells;
    for (std::size_t line = 0; line < lines_.count(); ++line) {
        const double* up = lines_.up(line);
        const double* down = lines_.down(line);
        double* pivot = inverse_pivot_.data() + line * cells;
        double* by_v = by_v_.data() + line * cells;
        double* by_g = by_g_.data() + line * cells;
        ChainSolver::factor(shift, up, down, cells, pivot);
        divergence(lines_.flux_v(line), cells, by_v);
        divergence(lines_.flux_g(line), cells, by_g);
        ChainSolver::solve_two(up, down, pivot, cells, by_v, by_g);
        moment_v_[line] = lines_.first_moment(by_v);
        moment_g_[line] = lines_.first_moment(by_g);
        const double follow = -moment_v_[line] / moment_g_[line]; // dg/dv along E[y] = 0
        response_[line] = 1.0 / (shift - follow);
        const std::size_t a = lines_.population(line);
        for (std::size_t g = 0; g < lines_.gains(a); ++g) {
            const std::size_t i =
                lines_.site(line) * lines_.gain_count() + lines_.first_gain(a) + g;
            gain_g_[i] = lines_.gain_integral(line, g, by_g);
            slope_[i] =
                lines_.slope_means()[i] + lines_.gain_integral(line, g, by_v) + gain_g_[i] * follow;
            site_values_[i] = slope_[i] * response_[line];
        }
    }
    Eigen::MatrixXd schur = coupling_.combine_slopes(site_values_);
    schur.diagonal().array() -= epsilon_;
    schur_.emplace(coupling_.balance(), std::move(schur));
}

void System::multiply(const double* x, const Eigen::VectorXd& xh, double* y, Eigen::VectorXd& yh) {
    const LineLayout at = lines_.layout();
    for (std::size_t line = 0; line < lines_.count(); ++line) {
        const double* in = x + line * at.stride();
        double* out = y + line * at.stride();
        lines_.apply(line, in, out);
        const double* flux_v = lines_.flux_v(line);
        const double* flux_g = lines_.flux_g(line);
        double below = 0.0;
        for (std::size_t k = 0; k < at.cells; ++k) {
            const double flux = flux_v[k] * in[at.mean()] + flux_g[k] * in[at.drift()];
            out[k] = shift_ * in[k] - out[k] - (below - flux);
            below = flux;
        }
        out[at.mean()] = shift_ * in[at.mean()] - in[at.drift()] -
                         coupling_.field(xh, lines_.site(line), lines_.population(line));
        out[at.drift()] = lines_.first_moment(in);
        const std::size_t a = lines_.population(line);
        for (std::size_t g = 0; g < lines_.gains(a); ++g) {
            const std::size_t i =
                lines_.site(line) * lines_.gain_count() + lines_.first_gain(a) + g;
            site_values_[i] =
                lines_.gain_integral(line, g, in) + lines_.slope_means()[i] * in[at.mean()];
        }
    }
    yh = coupling_.combine(site_values_) - epsilon_ * xh;
}

void System::solve(const double* b, const Eigen::VectorXd& bh, double* x, Eigen::VectorXd& xh) {
    const LineLayout at = lines_.layout();
    // Each line by itself: p = alpha + by_v v + by_g g, E[y] = 0 gives g, then v without h.
    for (std::size_t line = 0; line < lines_.count(); ++line) {
        const double* in = b + line * at.stride();
        double* out = x + line * at.stride();
        const double input = in[at.mean()];
        const double moment = in[at.drift()];
        ChainSolver::solve(lines_.up(line), lines_.down(line),
                           inverse_pivot_.data() + line * at.cells, at.cells, in, out);
        const double g0 = (moment - lines_.first_moment(out)) / moment_g_[line]; // g at v = 0
        const double v0 = response_[line] * (input + g0);
        out[at.mean()] = v0;
        out[at.drift()] = g0;
        const std::size_t a = lines_.population(line);
        for (std::size_t g = 0; g < lines_.gains(a); ++g) {
            const std::size_t i =
                lines_.site(line) * lines_.gain_count() + lines_.first_gain(a) + g;
            site_values_[i] = lines_.gain_integral(line, g, out) + gain_g_[i] * g0 + slope_[i] * v0;
        }
    }
    xh = schur_->solve(bh - coupling_.combine(site_values_));
    for (std::size_t line = 0; line < lines_.count(); ++line) {
        double* out = x + line * at.stride();
        const double field = coupling_.field(xh, lines_.site(line), lines_.population(line));
        const double v = out[at.mean()] + response_[line] * field;
        const double g = out[at.drift()] - moment_v_[line] / moment_g_[line] * v;
        const double* by_v = by_v_.data() + line * at.cells;
        const double* by_g = by_g_.data() + line * at.cells;
        for (std::size_t k = 0; k < at.cells; ++k) {
            out[k] += by_v[k] * v + by_g[k] * g;
        }
        out[at.mean()] = v;
        out[at.drift()] = g;
    }
}

} // namespace equipoise::kinetic

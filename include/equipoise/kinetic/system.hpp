#pragma once

#include "equipoise/balance/coupling.hpp"
#include "equipoise/balance/solve.hpp"
#include "equipoise/kinetic/lines.hpp"

#include <Eigen/Dense>

#include <cstddef>
#include <optional>
#include <vector>

namespace equipoise::kinetic {

/// The kinetic limit (model section 2) on a lattice of sites and a grid in y, as a differential-
/// algebraic system F(t, u, du/dt) = 0, with its exact Jacobian and the direct solution of it.
///
/// Unknowns and equations of a line (LineLayout; population a at site x), in the same rows:
///
///   p_k   density      dp/dt - A(v, g) p                        = 0
///   v     mean         dv/dt - g - iota - sum_p phi_p(x) h_a^p  = 0
///   g     mean drift   E[y] = dy sum_k y_k p_k                  = 0
///
/// and for the multipliers h_a^p of the active modes, which every rank holds: r_a^p(p, v, t) -
/// eps h_a^p = 0. The frame y moves with v, so g is whatever keeps E[y] at 0: <f>, up to the error
/// of the scheme. Both constraints are equations, not conservation laws, so neither drifts.
///
/// Lines couple through h alone. The Newton matrix is solved exactly: a tridiagonal solve for each
/// line, elimination of its v and g, a small dense system for h. The cost is linear in lines and
/// cells. All functions but residual() are collective.
class System {
  public:
    System(const parallel::Communicator& comm, const balance::Balance& balance, const Grid& grid,
           const balance::Lattice& lattice, double epsilon);
    System(const System&) = delete;
    System& operator=(const System&) = delete;
    ~System() = default;

    [[nodiscard]] const parallel::Communicator& communicator() const noexcept { return comm_; }
    [[nodiscard]] const balance::Lattice& lattice() const noexcept { return lattice_; }
    [[nodiscard]] const Lines& lines() const noexcept { return lines_; }
    [[nodiscard]] Lines& lines() noexcept { return lines_; }
    [[nodiscard]] balance::Coupling& coupling() noexcept { return coupling_; }
    [[nodiscard]] const balance::Coupling& coupling() const noexcept { return coupling_; }
    [[nodiscard]] double epsilon() const noexcept { return epsilon_; }
    [[nodiscard]] std::size_t local_size() const {
        return lines_.count() * lines_.layout().stride();
    }
    [[nodiscard]] Eigen::Index multipliers() const {
        return static_cast<Eigen::Index>(coupling_.balance().size());
    }

    /// Takes the time t: drive and inputs. Does nothing where it is that of the last evaluation.
    void set_time(double t);
    /// Takes the state u, (local line, stride), and h at time t.
    void evaluate(double t, const double* u, const Eigen::VectorXd& h);
    /// Only what the balance needs, at the state u at time t: balance_residual() and jacobian().
    void evaluate_balance(double t, const double* u);
    /// Gives the memory back that all but evaluate_balance() need; they take it again.
    void release();
    /// F at the state last evaluated, for du/dt: of the lines, and of h.
    void residual(const double* u, const double* udot, double* f, Eigen::VectorXd& fh);
    /// Prepares dF/du + shift dF/d(du/dt) at the state last evaluated, shift > 0. Throws
    /// NumericsError when the balance cannot be solved (balance::MultiplierSolver).
    void factor(double shift);
    /// y = that matrix times x.
    void multiply(const double* x, const Eigen::VectorXd& xh, double* y, Eigen::VectorXd& yh);
    /// x = its inverse times b; b and x may be the same arrays.
    void solve(const double* b, const Eigen::VectorXd& bh, double* x, Eigen::VectorXd& xh);

    /// r at the state last evaluated.
    [[nodiscard]] const Eigen::VectorXd& balance_residual() const noexcept { return residual_; }
    /// J at the state last evaluated.
    [[nodiscard]] Eigen::MatrixXd jacobian() {
        return coupling_.combine_slopes(lines_.slope_means());
    }
    /// Of the last evaluation, and of the last factor().
    [[nodiscard]] double time() const { return time_.value_or(0.0); }
    [[nodiscard]] double shift() const noexcept { return shift_; }
    /// A_a^p over the balance's unknowns, at the time last evaluated.
    [[nodiscard]] const Eigen::VectorXd& drive() const noexcept { return drive_; }
    /// iota_a(x, t) of a local line at the time last evaluated.
    [[nodiscard]] double input(std::size_t line) const { return input_[line]; }

  private:
    parallel::Communicator comm_;
    balance::Lattice lattice_;
    double epsilon_;
    Lines lines_;
    balance::Coupling coupling_;

    std::optional<double> time_;
    Eigen::VectorXd drive_, residual_, h_;
    std::vector<double> input_; ///< by line

    // The matrix: columns of a line's inverse, T = shift - A, and what elimination needs of them.
    double shift_ = 1.0;
    std::vector<double> inverse_pivot_, by_v_, by_g_; ///< (group, cell, lane): by_v = T^-1 dA/dv p
    std::vector<double> follow_;                      ///< by (group, lane): dg/dv along E[y] = 0
    std::vector<double> moment_g_;       ///< by (group, lane): the first moment of by_g
    std::vector<double> response_;       ///< by (group, lane): dv/d(input to v)
    std::vector<double> gain_g_, slope_; ///< (site, gain): of by_g; dE[G]/dv in all
    std::vector<double> solution_;       ///< scratch (group, cell, lane)
    std::vector<double> work_;           ///< scratch of a group
    std::vector<double> site_values_;    ///< scratch (site, gain)
    std::optional<balance::MultiplierSolver> schur_;
};

} // namespace equipoise::kinetic

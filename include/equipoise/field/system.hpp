#pragma once

#include "equipoise/balance/coupling.hpp"
#include "equipoise/balance/lattice.hpp"
#include "equipoise/field/expectations.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <Eigen/Dense>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace equipoise::field {

/// The neural field (model section 3) on a lattice of sites: Gaussian states z = v + sqrt(K) xi,
///
///   dv_a/dt = E[f_a(z)] + iota_a + sum_p phi_p h_a^p
///   dK_a/dt = 2 K_a E[f_a'(z)] + E[sigma_a(z)^2]
///   dK_ab/dt = K_ab (E[f_a'] + E[f_b'])                    pairs with an initial covariance
///   r_a^p   = eps h_a^p                                    the balance (balance/balance.hpp)
///
/// where E[y_a f_b(v_b+y_b)] = K_ab E[f_b'(v_b+y_b)] for Gaussian y (Stein's lemma). Noises of two
/// neurons are independent, so that a covariance has no source.
///
/// With linear f and constant sigma this is the kinetic limit itself; otherwise a moment closure.
///
/// The multipliers come from the constraint's time derivative. E[G] depends on t through v and K
/// alone, with slopes E[G'] and E[G'']/2, so that with
///   b = dA/dt + the combined moments of E[G'] (E[f] + iota) + E[G''] dK/dt / 2
/// it is eps dh/dt = b + J h. For the exact closure that is Ito's formula; in general it is what
/// keeps the closed equations on their manifold, and the moments of G' f are not.
///
/// A state is a row for each v_a, then one for each K_a and each K_ab, of the local sites.
/// Functions that are not const are collective.
class System {
  public:
    System(const parallel::Communicator& comm, const balance::Balance& balance,
           const balance::Lattice& lattice, double epsilon);
    System(const System&) = delete;
    System& operator=(const System&) = delete;
    ~System() = default;

    [[nodiscard]] const parallel::Communicator& communicator() const noexcept { return comm_; }
    [[nodiscard]] const balance::Lattice& lattice() const noexcept { return *lattice_; }
    [[nodiscard]] const balance::Balance& balance() const noexcept { return coupling_.balance(); }
    [[nodiscard]] double epsilon() const noexcept { return epsilon_; }
    [[nodiscard]] std::size_t sites() const noexcept { return lattice_->size(); } ///< local
    [[nodiscard]] std::size_t populations() const noexcept { return populations_; }
    [[nodiscard]] std::size_t pairs() const noexcept { return pairs_.size(); }
    [[nodiscard]] std::size_t rows() const noexcept { return 2 * populations_ + pairs(); }
    [[nodiscard]] std::size_t variance_row(std::size_t a) const noexcept {
        return populations_ + a;
    }
    /// Of a pair, in the order of Model::covariances().
    [[nodiscard]] std::size_t covariance_row(std::size_t pair) const noexcept {
        return 2 * populations_ + pair;
    }
    [[nodiscard]] Eigen::Index multipliers() const {
        return static_cast<Eigen::Index>(balance().size());
    }
    /// Whether the closure is exact: linear drifts and constant noise.
    [[nodiscard]] bool exact_closure() const;

    /// Chooses the rules behind the expectations so that they are off by `target` at most at the
    /// state u.
    void choose_rules(const std::vector<double>& u, double target);
    /// How much they are off at the present state (NormalMeans::error). Both look at 64 to 127
    /// sites spread over the lattice where there are more.
    [[nodiscard]] double rule_error();
    /// The method and its cost for every function: "population e, drift: closed form".
    [[nodiscard]] std::vector<std::string> methods() const { return expectations_.methods(); }

    /// The rules as numbers, for a checkpoint.
    [[nodiscard]] std::vector<double> save_rules() { return expectations_.save(); }
    void restore_rules(std::span<const double> saved);

    /// Takes the state u at time t. What depends on u alone is kept while u stays the same.
    void evaluate(double t, std::span<const double> u);
    /// Takes the state at time t that move(input, u) makes of the present one, u; input: iota at t
    /// by (population, local site).
    template <class Move>
    void move(double t, const Move& move) {
        set_time(t);
        move(std::as_const(input_), state_);
        take_state();
    }
    /// The state last taken.
    [[nodiscard]] const std::vector<double>& state() const noexcept { return state_; }
    [[nodiscard]] double time() const { return *time_; }
    /// Counts the states taken: as long as it stays the same, so does the state.
    [[nodiscard]] std::int64_t version() const noexcept { return version_; }
    /// Adds factor * sum_p phi_p h_a^p to the means of u; and to those of the present state.
    void add_field(const Eigen::VectorXd& h, double factor, std::span<double> u) const;
    void shift_means(const Eigen::VectorXd& h, double factor);

    /// Rates of all rows at the present state.
    void rates(const Eigen::VectorXd& h, std::span<double> dudt);
    /// b + J h there, which is eps dh/dt.
    [[nodiscard]] Eigen::VectorXd multiplier_drift(const Eigen::VectorXd& h);
    /// h of the slow motion: J h = -b.
    [[nodiscard]] Eigen::VectorXd slow_multipliers();
    [[nodiscard]] const Eigen::MatrixXd& jacobian();
    /// r there.
    [[nodiscard]] const Eigen::VectorXd& balance_residual();

    /// States whose expectations were computed.
    [[nodiscard]] std::int64_t evaluations() const noexcept { return expectations_.states(); }

  private:
    [[nodiscard]] std::vector<std::optional<SiteRange>> ranges() const;
    [[nodiscard]] std::vector<double> sample(const std::vector<double>& u) const;
    void set_time(double t);
    void take_state();
    void forget_sums();
    void add_up(bool means, bool slopes, bool rates);
    [[nodiscard]] const Eigen::VectorXd& b();

    parallel::Communicator comm_;
    const balance::Lattice* lattice_;
    double epsilon_;
    std::size_t populations_;
    std::span<const model::Covariance> pairs_;
    balance::Coupling coupling_;
    Expectations expectations_;

    std::vector<double> state_; ///< the present one
    std::optional<double> time_;
    std::int64_t version_ = 0;
    std::vector<double> input_;   ///< iota, (population, site)
    std::vector<double> scratch_; ///< (what, gain, site of a run)
    /// Sums over the sites of E[G], of E[G'] and of the rates of E[G] apart from J h; none yet.
    std::optional<balance::SiteAverage::Rows> mean_sums_, slope_sums_, rate_sums_;
    Eigen::MatrixXd jacobian_;
    Eigen::VectorXd b_, drive_, drive_rate_, residual_;
    bool jacobian_fresh_ = false, b_fresh_ = false, residual_fresh_ = false; ///< from the sums
};

} // namespace equipoise::field

#pragma once

#include "equipoise/balance/coupling.hpp"
#include "equipoise/balance/lattice.hpp"
#include "equipoise/field/normal_means.hpp"
#include "equipoise/parallel/communicator.hpp"

#include <Eigen/Dense>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
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
    /// How much they are off at the state u (NormalMeans::error). Both look at 256 to 511 sites
    /// spread over the lattice where there are more.
    [[nodiscard]] double rule_error(const std::vector<double>& u);
    /// The method and its cost for every function: "population e, drift: closed form".
    [[nodiscard]] std::vector<std::string> methods() const;

    /// The rules as numbers, for a checkpoint.
    [[nodiscard]] std::vector<double> save_rules();
    void restore_rules(std::span<const double> saved);

    /// Takes the state u at time t. What depends on u alone is kept while u stays the same.
    void evaluate(double t, const std::vector<double>& u);
    /// Rates of the rows v and K at the state last evaluated.
    void rates(const Eigen::VectorXd& h, std::vector<double>& dudt) const;
    /// b + J h there, which is eps dh/dt.
    [[nodiscard]] Eigen::VectorXd multiplier_drift(const Eigen::VectorXd& h) const;
    /// h of the slow motion: J h = -b.
    [[nodiscard]] Eigen::VectorXd slow_multipliers() const;
    [[nodiscard]] const Eigen::MatrixXd& jacobian() const noexcept { return jacobian_; }
    /// r there.
    [[nodiscard]] const Eigen::VectorXd& balance_residual();

    /// Adds factor * sum_p phi_p h_a^p to the rows of v.
    void add_field(const Eigen::VectorXd& h, double factor, double* v) const;

    /// States whose expectations were computed.
    [[nodiscard]] std::int64_t evaluations() const noexcept { return evaluations_; }

  private:
    template <class Body>
    void for_each_means(const Body& body);
    [[nodiscard]] std::vector<std::optional<SharedVariance>>
    shared_variances(const std::vector<double>& u) const;
    [[nodiscard]] std::vector<double> sample(const std::vector<double>& u) const;
    void expectations(const std::vector<double>& u);
    void set_time(double t);

    parallel::Communicator comm_;
    const balance::Lattice* lattice_;
    double epsilon_;
    std::size_t populations_;
    std::span<const model::Covariance> pairs_;
    balance::Coupling coupling_;
    std::vector<NormalMeans> drift_, noise_; ///< by population
    std::vector<NormalMeans> gain_;          ///< in the order of MomentLayout
    std::vector<std::size_t> gain_source_;   ///< population of each

    std::vector<double> state_; ///< u last evaluated; empty: none
    std::optional<double> time_;
    std::vector<double> input_;                         ///< iota, (population, site)
    std::vector<double> drift_mean_, drift_slope_;      ///< E[f], E[f']: (population, site)
    std::vector<double> rate_k_;                        ///< dK_a/dt, then dK_ab/dt: (row, site)
    std::vector<double> gain_mean_, slope_, curvature_; ///< E[G], E[G'], E[G'']: (gain, site)
    std::vector<double> columns_;                       ///< scratch (gain, site), at least one row
    Eigen::MatrixXd jacobian_;
    Eigen::VectorXd b_, drive_, drive_rate_, residual_;
    bool residual_fresh_ = false;
    std::int64_t evaluations_ = 0;
};

} // namespace equipoise::field

#pragma once

#include "equipoise/balance/moments.hpp"
#include "equipoise/model/model.hpp"

#include <Eigen/Dense>

#include <array>
#include <complex>
#include <span>
#include <string>
#include <vector>

/// The balance constraint (model section 2), shared by network, kinetic limit and neural field:
///
///   r_a^p = A_a^p + sum_b s_b c_ab^p M_ab^p                                residual
///   J_(a,p),(b,q) = s_b c_ab^p integral phi_p phi_q E[G_ab'(z_b)] dx       its Jacobian in (mean
///   v_b)^q,
///                                                                          and the fast dynamics'
///                                                                          generator
namespace equipoise::balance {

/// One scalar constraint and its multiplier h_a^p.
struct Unknown {
    std::size_t population = 0; ///< a
    std::size_t mode = 0;       ///< p, an index into model.basis()
};

/// The constraint's algebra over the active (population, mode) pairs: those with some |c_ab^p|
/// above 1e-8 of the population's largest.
class Balance {
  public:
    explicit Balance(const model::Model& model);

    [[nodiscard]] const model::Model& model() const noexcept { return *model_; }
    [[nodiscard]] const MomentLayout& layout() const noexcept { return layout_; }
    [[nodiscard]] const std::vector<Unknown>& unknowns() const noexcept { return unknowns_; }
    [[nodiscard]] std::size_t size() const noexcept { return unknowns_.size(); }
    /// Whether mode p acts on population a.
    [[nodiscard]] bool active(std::size_t population, std::size_t mode) const;
    /// "population e, mode cos(1)".
    [[nodiscard]] std::string name(const Unknown& unknown) const;

    /// r over unknowns(), from drive modes (population, mode) and moments (MomentLayout; only order
    /// 0 is read).
    [[nodiscard]] Eigen::VectorXd residual(std::span<const double> drive,
                                           std::span<const double> moments) const;
    /// J over unknowns(), from moments (only order 1 is read).
    [[nodiscard]] Eigen::MatrixXd jacobian(std::span<const double> moments) const;
    /// sum_b s_b c_ab^p X_ab^p over unknowns(), X any moments laid out as those of order 0 (for
    /// instance of G' f + sigma^2 G''/2, whose combination is the constraint's time derivative).
    [[nodiscard]] Eigen::VectorXd combine(std::span<const double> moments) const;

    /// Spreads values over unknowns() into (population, mode) of model.basis(), 0 where inactive.
    void scatter(const Eigen::VectorXd& values, std::span<double> by_mode) const;

    /// Populations whose drive has a component in an inactive mode or outside the basis (`rest`,
    /// one per population), beyond `tolerance`: in words, one per population and mode; empty: the
    /// network can balance.
    [[nodiscard]] std::vector<std::string> unbalanced_drive(std::span<const double> drive,
                                                            std::span<const double> rest,
                                                            double tolerance = 1e-9) const;

  private:
    struct Product { ///< of two modes: a sum of at most two
        std::array<model::ModeTerm, 2> terms;
        std::size_t count = 0;
    };

    void make_products() const;

    const model::Model* model_;
    MomentLayout layout_;
    std::vector<Unknown> unknowns_;
    std::vector<std::ptrdiff_t> index_; ///< (population, mode) -> unknown, or -1
    /// phi_p phi_q by (p, q): made by the first jacobian(), since with many modes nobody wants it.
    mutable std::vector<Product> products_;
};

} // namespace equipoise::balance

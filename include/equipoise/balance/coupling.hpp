#pragma once

#include "equipoise/balance/balance.hpp"
#include "equipoise/balance/drive.hpp"
#include "equipoise/balance/lattice.hpp"
#include "equipoise/balance/site_average.hpp"

#include <Eigen/Dense>

#include <cstdint>
#include <span>
#include <vector>

namespace equipoise::balance {

/// How the lines meet: averages over all sites, combined by the couplings (balance). All results
/// are the same on every rank, to the last bit and for every number of ranks; every function that
/// takes values by (local site, gain) is collective.
class Coupling {
  public:
    Coupling(const parallel::Communicator& comm, const Balance& balance, const Lattice& lattice,
             std::int64_t block = 1);

    [[nodiscard]] const Balance& balance() const noexcept { return *balance_; }
    [[nodiscard]] const Lattice& lattice() const noexcept { return *lattice_; }

    /// sum_b s_b c_ab^p (1/S) sum_s phi_p(x_s) values(s, gain) over the balance's unknowns. The
    /// moments behind it stay in moments().
    [[nodiscard]] Eigen::VectorXd combine(std::span<const double> values);
    /// The matrix s_b c_ab^p (1/S) sum_s phi_p phi_q values(s, gain): J when the values are E[G'].
    [[nodiscard]] Eigen::MatrixXd combine_slopes(std::span<const double> values);
    /// The same for values by (gain, local site) that come by runs of sites, in blocks
    /// (SiteAverage::add): begin() for combine(), begin_slopes() for combine_slopes().
    [[nodiscard]] SiteAverage::Rows begin() const;
    [[nodiscard]] SiteAverage::Rows begin_slopes() const;
    void add(SiteAverage::Rows& rows, std::size_t first, std::size_t count, const double* values,
             std::size_t stride) const {
        average_.add(rows, first, count, values, stride);
    }
    [[nodiscard]] Eigen::VectorXd combine(const SiteAverage::Rows& rows);
    [[nodiscard]] Eigen::MatrixXd combine_slopes(const SiteAverage::Rows& rows);
    /// Moments in MomentLayout's order: those of order 0 from the last combine(), those of order 1
    /// from the last combine_slopes().
    [[nodiscard]] const std::vector<double>& moments() const noexcept { return moments_; }

    /// The drive's modes at t, over the balance's unknowns. Throws NumericsError when the drive has
    /// a part that no recurrent input can cancel.
    [[nodiscard]] Eigen::VectorXd drive(double t);
    /// Their derivative in time, by differences of second order that look forward from t.
    [[nodiscard]] Eigen::VectorXd drive_rate(double t);

    /// sum_p phi_p(x_s) h_a^p for a local site and a population.
    [[nodiscard]] double field(const Eigen::VectorXd& h, std::size_t site,
                               std::size_t population) const;

  private:
    [[nodiscard]] std::size_t gains() const {
        return balance_->layout().order_zero_size() / balance_->layout().basis().size();
    }

    const Balance* balance_;
    const Lattice* lattice_;
    DriveModes drive_;
    SiteAverage average_;
    std::vector<double> moments_;
    bool drive_checked_ = false;
};

} // namespace equipoise::balance

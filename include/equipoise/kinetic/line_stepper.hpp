#pragma once

#include "equipoise/kinetic/bdf_weights.hpp"
#include "equipoise/kinetic/chain_solver.hpp"
#include "equipoise/kinetic/lane_state.hpp"
#include "equipoise/kinetic/limiter.hpp"
#include "equipoise/kinetic/step_control.hpp"
#include "equipoise/kinetic/step_loops.hpp"
#include "equipoise/kinetic/system.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

namespace equipoise::kinetic {

/// Steps the system by a backward differentiation formula, group of lines by group, so that all
/// that a group needs stays in the nearest caches; two passes over the lines make a step:
///
/// 1. from the earlier states the first guess (p, v, g)* and the formula's right-hand side b; rates
///    A at the guess with their derivatives; one elimination gives the columns of a line's solution
///    p = T^-1 b + by_v dv + by_g dg with T = shift - A; gains. What remains is linear: E[y] = 0
///    gives dg, the equation of v gives dv from the multipliers, and the balance, summed over all
///    lines, the multipliers (System has the same elimination for an arbitrary right-hand side).
/// 2. densities are put together, negligible undershoots repaired, the error estimated; gains at
/// the
///    new means show the balance.
///
/// The system is linear in densities and multipliers where v and g are given, so that what an
/// iteration of Newton's method leaves over is a product of its changes of (v, g) and of all
/// unknowns. It ends when the former are small enough for that product to be far below the step's
/// error, without another residual. Conservation of mass and E[y] = 0 are linear and hold to
/// rounding. The balance is not, and is promised to 1e-10: it alone is looked at once more, unless
/// the last changes were so small that their squares are nothing, as near a stationary state, and
/// met by moving the means along the modes, where it is off (as in manifold.hpp).
///
/// Lines are kept in lanes; with `order` + 1 earlier states, the new one and two columns of scratch
/// that is 8 numbers a cell at order 3, 7 at order 2. All functions but those marked are
/// collective.
class LineStepper {
  public:
    LineStepper(System& system, const StepControl& control, std::size_t order);
    LineStepper(const LineStepper&) = delete;
    LineStepper& operator=(const LineStepper&) = delete;
    ~LineStepper() = default;

    /// Takes the states that the formula looks at, oldest first, the present one last. Local.
    void restore(const std::vector<PastState>& history);
    /// The other way: steps after it have the same bits as without. Local.
    [[nodiscard]] std::vector<PastState> history();
    /// Local; how many states there are, the present one with them.
    [[nodiscard]] std::size_t states() const noexcept { return past_.size(); }
    [[nodiscard]] std::size_t order() const noexcept { return order_; }
    [[nodiscard]] double time() const { return past_.front().time; }
    /// Whether a first look at the present state finds nothing wrong: finite means, densities at
    /// most so large at the ends of the range, and states that no population bounds. Local.
    [[nodiscard]] bool looks_sound(double largest_at_ends) const;
    /// Writes the present state as (local line, stride). Local.
    void write(double* u);
    [[nodiscard]] const Eigen::VectorXd& multipliers() const { return past_.front().h; }
    [[nodiscard]] const System& system() const noexcept { return *system_; }

    /// Whether the next attempts estimate their error; they do unless told otherwise. Local.
    void estimate_errors(bool wanted) noexcept { estimates_ = wanted; }
    /// Begins an attempt at a step to time t.
    void begin(double t);
    /// One iteration of Newton's method: its largest change of v, and of g over a time 1/shift, in
    /// parts of v's scale. Throws NumericsError, on all ranks alike, when the balance cannot be
    /// solved there.
    double iterate();
    /// The multipliers of the iterate. Local.
    [[nodiscard]] const Eigen::VectorXd& next_multipliers() const noexcept { return next_.h; }
    /// The change that ends the iteration: from an extrapolation that is as accurate as the formula
    /// it may be of the size of the step's own error; else it must come near rounding.
    [[nodiscard]] double enough() const;
    /// Puts the iterate together and meets the balance; whether it could. Throws as iterate().
    bool finish();
    /// After finish(): the largest local error in densities and means, in parts of what the
    /// tolerance allows, and its order in the step; order 0: there is no estimate. Local.
    [[nodiscard]] double error() const noexcept { return error_; }
    [[nodiscard]] std::size_t error_order() const noexcept { return weights_.error_order; }
    /// The attempt becomes the present state, with undershoots that are not negligible limited; how
    /// many lines needed that.
    std::int64_t accept();
    /// Forgets the present state: the one before is it again. Local.
    void go_back();

  private:
    /// Scratch of a group, by (cell, lane).
    struct Scratch {
        LineVector<double> guess, right, up, down, flux_v, flux_g, weights;
        std::array<double, 3 * LineGroup::most_lanes> moments;
    };

    /// Groups that are worked on together, with as many lanes each.
    using Batch = std::span<const LineGroup>;
    static constexpr std::size_t most_groups = 2;

    /// Calls work(batch) for all groups.
    template <class Work>
    void for_each_batch(const Work& work) const;
    void eliminate(Batch batch);
    void assemble(const LineGroup& group, Scratch& scratch);
    [[nodiscard]] ChainSolver::Group chains(const LineGroup& group, Scratch& scratch);
    void respond(const LineGroup& group, const Scratch& scratch);
    void solve_for_multipliers();
    double change_means();
    void complete(Batch batch);
    void complete(const LineGroup& group);
    void evaluate_gains(const LineGroup& group);
    bool meet_balance(bool evaluated);
    void estimate_error_of_means();
    void move_means(const Eigen::VectorXd& by);
    std::int64_t limit();
    [[nodiscard]] step_loops::EarlierStates earlier(const LineGroup& group) const;
    [[nodiscard]] double look_back(const BdfWeights::Weights& weights,
                                   std::vector<double> LaneState::*values, std::size_t at) const;

    System* system_;
    Lines* lines_;
    StepControl control_;
    std::size_t order_;
    Limiter limiter_;
    std::deque<LaneState> past_; ///< newest first
    LaneState next_;
    BdfWeights weights_;
    bool estimates_ = true;
    bool good_guess_ = false; ///< enough()
    int iteration_ = 0;
    double change_ = 0.0; ///< the last iteration's
    double error_ = 0.0;
    bool large_undershoot_ = false; ///< on any rank
    bool moved_mass_ = false;       ///< here, by repairs that the balance may feel

    LineVector<double> by_v_, by_g_;          ///< by (group, cell, lane)
    std::vector<double> change_v_, change_g_; ///< by (group, lane)
    std::vector<double> follow_;              ///< by (group, lane): dg/dv along E[y] = 0
    std::vector<double> response_;            ///< by (group, lane): dv/d(input to v)
    std::vector<double> large_;               ///< by (group, lane): 1 where the limiter is needed
    std::vector<double> gain_, slope_;        ///< by (site, gain): scratch of the averages
    std::array<Scratch, most_groups> scratch_;
    LineVector<double> z_, values_, slopes_; ///< scratch of a group, by (cell, lane)
};

} // namespace equipoise::kinetic

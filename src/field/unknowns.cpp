#include "equipoise/field/unknowns.hpp"

#include "equipoise/balance/solve.hpp"
#include "equipoise/field/own_motion.hpp"
#include "equipoise/parallel/petsc.hpp"

#include <petscdmda.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <span>
#include <utility>

namespace equipoise::field {

namespace {

using parallel::ReadValues;
using parallel::WriteValues;

PetscInt local_size(Vec vector) {
    PetscInt size = 0;
    EQUIPOISE_PETSC(VecGetLocalSize(vector, &size));
    return size;
}

/// All rows of the state, as a rank has them: row by row.
class SiteUnknowns final : public Unknowns {
  public:
    explicit SiteUnknowns(System& system) : Unknowns(system) {}

    void create(parallel::StateLayout& layout) override {
        const parallel::Communicator& comm = system().communicator();
        const std::vector<PetscInt> own = parallel::rows_by_rank(comm, size());
        const PetscInt all = std::accumulate(own.begin(), own.end(), PetscInt{0});
        EQUIPOISE_PETSC(
            DMDACreate1d(comm.handle(), DM_BOUNDARY_NONE, all, 1, 1, own.data(), sites_.out()));
        EQUIPOISE_PETSC(DMSetOptionsPrefix(sites_.get(), "field_"));
        EQUIPOISE_PETSC(DMSetUp(sites_.get()));
        layout.create(comm, sites_.get(), static_cast<PetscInt>(carried()), "field_state");
    }

    [[nodiscard]] bool found_by_projection() override { return false; }
    [[nodiscard]] double time_scale() const override { return 1.0; }

    void begin(const Eigen::VectorXd& h, Vec vector) override {
        {
            const WriteValues values(vector);
            std::copy(system().state().begin(), system().state().end(), values.data());
        }
        set_multipliers(h, vector);
    }

    Eigen::VectorXd take(double t, Vec vector) override {
        {
            const ReadValues values(vector);
            system().evaluate(t, std::span(values.data(), size()));
        }
        return multipliers(vector);
    }

    void rates(const Eigen::VectorXd& h, Vec vector) override {
        {
            const WriteValues values(vector);
            system().rates(h, std::span(values.data(), size()));
        }
        set_multipliers(Eigen::VectorXd::Zero(carried()), vector);
    }

    void fill(double means, double variances, double multipliers, Vec vector) const override {
        {
            const WriteValues values(vector);
            const std::size_t of_means = system().populations() * system().sites();
            std::fill_n(values.data(), size(), variances);
            std::fill_n(values.data(), of_means, means);
        }
        set_multipliers(Eigen::VectorXd::Constant(carried(), multipliers), vector);
    }

  private:
    [[nodiscard]] std::size_t size() const { return system().rows() * system().sites(); }

    parallel::DmHandle sites_;
};

/// With h0 the multipliers at the step's begin and F_a = (exp(s_a dt) - 1)/s_a,
///
///   v_a = own motion of the first state + sum_p phi_p (F_a h0_a^p + c_a^p),
///   dc_a^p/dt = s_a c_a^p + h_a^p - h0_a^p,
///
/// so that at a stationary state, where h is constant, c is 0 and steps may be long. Variances by
/// their own motion. c, by the balance's unknowns, is the same on every rank.
class ModeUnknowns final : public Unknowns {
  public:
    ModeUnknowns(System& system, OwnMotion own) : Unknowns(system), own_(std::move(own)) {
        for (const balance::Unknown& unknown : system.balance().unknowns()) {
            rate_.push_back(own_.rate(unknown.population));
        }
    }

    void create(parallel::StateLayout& layout) override {
        layout.create(system().communicator(), nullptr,
                      static_cast<PetscInt>(system().multipliers() + carried()), "field_state");
    }

    [[nodiscard]] bool found_by_projection() override {
        return carried() == 0 &&
               !balance::MultiplierSolver(system().balance(), system().jacobian()).is_singular();
    }

    [[nodiscard]] double time_scale() const override {
        double fastest = 0.0;
        for (const double rate : rate_) {
            fastest = std::max(fastest, std::abs(rate));
        }
        return fastest > 0.0 ? 1.0 / fastest : 1.0;
    }

    void begin(const Eigen::VectorXd& h, Vec vector) override {
        first_ = system().state();
        begin_ = system().time();
        first_h_ = h;
        taken_ = Eigen::VectorXd::Zero(system().multipliers());
        version_ = system().version();
        store(taken_, h, vector);
    }

    Eigen::VectorXd take(double t, Vec vector) override {
        const Eigen::Index size = system().multipliers();
        const Eigen::VectorXd values = read_end(size + carried(), vector);
        const Eigen::VectorXd c = values.head(size);
        if (system().version() != version_ || system().time() != t || c != taken_) {
            system().move(t, [&](const std::vector<double>& input, std::vector<double>& u) {
                own_.move(t - begin_, first_, input, u);
                Eigen::VectorXd added = c;
                for (Eigen::Index i = 0; i < size; ++i) {
                    added[i] += OwnMotion::growth(rate_[static_cast<std::size_t>(i)], t - begin_) *
                                first_h_[i];
                }
                system().add_field(added, 1.0, u);
            });
            version_ = system().version();
            taken_ = c;
        }
        return values.tail(carried());
    }

    void rates(const Eigen::VectorXd& h, Vec vector) override {
        const Eigen::Map<const Eigen::ArrayXd> rate(rate_.data(), system().multipliers());
        store((h - first_h_).array() + rate * taken_.array(), Eigen::VectorXd::Zero(carried()),
              vector);
    }

    void fill(double means, double, double multipliers, Vec vector) const override {
        store(Eigen::VectorXd::Constant(system().multipliers(), means),
              Eigen::VectorXd::Constant(carried(), multipliers), vector);
    }

  private:
    void store(const Eigen::VectorXd& c, const Eigen::VectorXd& h, Vec vector) const {
        Eigen::VectorXd values(c.size() + carried());
        values << c, h.head(carried());
        write_end(values, vector);
    }

    OwnMotion own_;
    std::vector<double> rate_;  ///< s_a by unknown
    std::vector<double> first_; ///< the state at the step's begin
    double begin_ = 0.0;
    Eigen::VectorXd first_h_;
    Eigen::VectorXd taken_; ///< c of the system's state, as long as that has this version
    std::int64_t version_ = -1;
};

} // namespace

std::unique_ptr<Unknowns> Unknowns::of(System& system) {
    std::optional<OwnMotion> own = OwnMotion::of(system.balance().model());
    if (own.has_value() && system.multipliers() > 0) {
        return std::make_unique<ModeUnknowns>(system, std::move(*own));
    }
    return std::make_unique<SiteUnknowns>(system);
}

Eigen::Index Unknowns::carried() const {
    return system_->epsilon() > 0.0 ? system_->multipliers() : 0;
}

Eigen::VectorXd Unknowns::read_end(Eigen::Index count, Vec vector) const {
    Eigen::VectorXd result(count);
    if (count > 0) {
        if (system_->communicator().is_root()) {
            const ReadValues values(vector);
            std::copy_n(values.data() + (local_size(vector) - count), count, result.begin());
        }
        system_->communicator().broadcast(
            std::span(result.data(), static_cast<std::size_t>(count)));
    }
    return result;
}

void Unknowns::write_end(const Eigen::VectorXd& values, Vec vector) const {
    const WriteValues out(vector); // on every rank: PETSc counts the vector's changes together
    if (system_->communicator().is_root()) {
        std::copy(values.begin(), values.end(), out.data() + (local_size(vector) - values.size()));
    }
}

Eigen::VectorXd Unknowns::multipliers(Vec vector) const {
    return read_end(carried(), vector);
}

void Unknowns::set_multipliers(const Eigen::VectorXd& h, Vec vector) const {
    write_end(h.head(carried()), vector);
}

} // namespace equipoise::field

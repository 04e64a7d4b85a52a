#include "equipoise/driver/converge.hpp"

#include "equipoise/balance/balance.hpp"
#include "equipoise/config/numbers.hpp"
#include "equipoise/config/read.hpp"
#include "equipoise/driver/assessment.hpp"
#include "equipoise/driver/convergence_output.hpp"
#include "equipoise/driver/limit_trajectory.hpp"
#include "equipoise/driver/names.hpp"
#include "equipoise/driver/schedule.hpp"
#include "equipoise/driver/stability_output.hpp"
#include "equipoise/driver/stepped_network.hpp"
#include "equipoise/fluctuations/prediction.hpp"
#include "equipoise/parallel/petsc.hpp"
#include "equipoise/parallel/rank_group.hpp"
#include "equipoise/util/errors.hpp"
#include "equipoise/util/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

namespace equipoise::driver {

namespace {

constexpr std::int64_t largest_size = std::int64_t{1} << 40;
constexpr std::int64_t most_realisations = 1000000;
constexpr std::size_t most_sizes = 64;
const char* const sizes_remedy =
    "give two or more whole numbers from 2 on, ascending, as in --sizes 1000,4000,16000 or "
    "--sizes 1000,4000,...,64000";

[[noreturn]] void fail(const char* option, std::string_view value, const std::string& message,
                       const std::string& remedy) {
    throw InputError({{{"command line", 0, option, std::string(value)}, message, remedy}});
}

std::int64_t whole(const char* option, std::string_view text, std::int64_t lower,
                   std::int64_t upper) {
    std::int64_t value = 0;
    const config::Complaints complaints = config::parse_integer(text, lower, upper, value);
    if (!complaints.empty()) {
        fail(option, text, complaints.front().message, complaints.front().remedy);
    }
    return value;
}

std::int64_t realisations_of(const ConvergeRequest& request) {
    if (request.realisations.empty()) {
        fail("--realisations", "", "is missing",
             "give how many networks of each size to run, at least 2, as in --realisations 16");
    }
    return whole("--realisations", request.realisations, 2, most_realisations);
}

/// One size of the study. The balance keeps a pointer to the model.
struct Member {
    Member(config::Config of_size, const std::vector<std::int64_t>& neurons_of_size)
        : config(std::move(of_size)), neurons(neurons_of_size), model(config), balance(model) {}

    config::Config config;
    std::vector<std::int64_t> neurons;
    model::Model model;
    balance::Balance balance;
};

/// The configuration as read again with the numbers of neurons of a size, so that everything that
/// depends on them is checked.
std::unique_ptr<Member> member(const ConvergeRequest& request, const config::Config& base,
                               std::int64_t size) {
    std::vector<std::int64_t> neurons;
    std::vector<std::string> overrides = request.overrides;
    const auto first = static_cast<double>(base.populations.front().neurons);
    for (const config::Population& population : base.populations) {
        const double share = static_cast<double>(population.neurons) / first;
        neurons.push_back(std::llround(static_cast<double>(size) * share));
        const std::string word = fmt::format("--population.{}.neurons=", population.name);
        overrides.erase(
            std::remove_if(overrides.begin(), overrides.end(),
                           [&word](const std::string& given) { return given.rfind(word, 0) == 0; }),
            overrides.end());
        overrides.push_back(word + std::to_string(neurons.back()));
    }
    config::Config config = config::read(request.config, overrides);
    config.network.bins = 0; // averages over the whole populations are enough
    return std::make_unique<Member>(std::move(config), neurons);
}

/// Steps of the network at which it is compared with the limit: the output times from t_end/4 on.
std::vector<std::int64_t> compared_steps(const config::Config& config) {
    const double dt = config.network.time_step;
    const std::int64_t end = steps_in(config.run.t_end, dt);
    std::vector<std::int64_t> steps;
    const std::int64_t interval = steps_in(config.run.output_interval, dt);
    for (std::int64_t step = interval; step < end; step += interval) {
        if (4 * step >= end) {
            steps.push_back(step);
        }
    }
    steps.push_back(end);
    return steps;
}

double square(double x) {
    return x * x;
}

/// Averages over time of (network - limit)^2 of one realisation: means by population, then
/// variances.
std::vector<double> run_network(const parallel::Communicator& comm, const Member& of_size,
                                std::int64_t realisation, const std::vector<std::int64_t>& steps,
                                const LimitTrajectory& limit) {
    SteppedNetwork network(comm, of_realisation(of_size.config, realisation), of_size.balance);
    network.start();
    const std::size_t populations = of_size.neurons.size();
    std::vector<double> squares(2 * populations, 0.0);
    for (std::size_t i = 0; i < steps.size(); ++i) {
        while (network.solver().step() < steps[i]) {
            network.step();
        }
        const network::Record record = network.measure();
        const RecordView& there = limit.records[i];
        for (std::size_t a = 0; a < populations; ++a) {
            squares[a] += square(record.mean[a] - there.mean[a]);
            squares[populations + a] += square(record.variance[a] - there.variance[a]);
        }
    }
    for (double& value : squares) {
        value /= static_cast<double>(steps.size());
    }
    return squares;
}

class Study {
  public:
    Study(const parallel::Communicator& comm, const ConvergeRequest& request)
        : comm_(comm), sizes_(parse_sizes(request.sizes)), realisations_(realisations_of(request)) {
        config_ = config::read(request.config, request.overrides, model::problems_of_parts);
        for (const std::int64_t size : sizes_) {
            members_.push_back(member(request, config_, size));
        }
        config::Config& largest = members_.back()->config;
        const balance::Balance& balance = members_.back()->balance;
        largest.run.solvers = {true, limit_solver(balance.model()) == "kinetic",
                               limit_solver(balance.model()) == "field"};
        const Assessment assessment = assess(largest, balance);
        require_balance(largest, balance, assessment);
        require_sites(largest, balance.model());
        if (comm_.is_root()) {
            for (const std::string& warning : assessment.warnings) {
                log::warn(warning);
            }
        }
        steps_ = compared_steps(config_);
    }

    /// All but what the networks say.
    Convergence prepare() {
        std::vector<double> times;
        for (const std::int64_t step : steps_) {
            times.push_back(static_cast<double>(step) * config_.network.time_step);
        }
        limit_ = limit_trajectory(comm_, members_.back()->config, members_.back()->balance, times);
        Convergence result;
        result.populations = population_names(members_.back()->model);
        result.sizes = sizes_;
        result.realisations = realisations_;
        result.groups = std::min<std::int64_t>(comm_.size(), realisations_);
        result.first_time = times.front();
        result.times = static_cast<std::int64_t>(times.size());
        result.limit = limit_.solver;
        result.errors[0].name = "mean";
        result.errors[1].name = "variance";
        add_independent(result);
        add_prediction(result);
        return result;
    }

    void run(Convergence& result) const {
        run_networks(result);
        average(result);
    }

    [[nodiscard]] const config::Config& config() const { return config_; }

  private:
    void run_networks(Convergence& result) const;
    void average(Convergence& result) const;
    void add_independent(Convergence& result) const;
    void add_prediction(Convergence& result) const;
    [[nodiscard]] std::vector<double> real_sizes() const { return {sizes_.begin(), sizes_.end()}; }

    parallel::Communicator comm_;
    std::vector<std::int64_t> sizes_;
    std::int64_t realisations_;
    config::Config config_;
    std::vector<std::unique_ptr<Member>> members_; ///< by size
    std::vector<std::int64_t> steps_;
    LimitTrajectory limit_;
};

/// Each group takes every count-th realisation. Groups do not wait for each other: where one fails,
/// all find out at the end.
void Study::run_networks(Convergence& result) const {
    const std::size_t populations = result.populations.size();
    const auto realisations = static_cast<std::size_t>(realisations_);
    for (ConvergenceErrors& errors : result.errors) {
        errors.squares.assign(populations * sizes_.size() * realisations, 0.0);
    }
    const parallel::RankGroup group(comm_, static_cast<int>(result.groups));
    group.apart([&] {
        for (std::size_t s = 0; s < sizes_.size(); ++s) {
            for (std::int64_t r = group.number(); r < realisations_; r += group.count()) {
                const std::vector<double> squares =
                    run_network(group.communicator(), *members_[s], r, steps_, limit_);
                for (std::size_t i = 0; group.communicator().is_root() && i < squares.size(); ++i) {
                    const std::size_t row = (i % populations) * sizes_.size() + s;
                    result.errors[i / populations]
                        .squares[row * realisations + static_cast<std::size_t>(r)] = squares[i];
                }
            }
        }
    });
    for (ConvergenceErrors& errors : result.errors) {
        comm_.sum_reals(errors.squares); // one rank's value and zeros: exact
    }
}

void Study::average(Convergence& result) const {
    const auto realisations = static_cast<std::size_t>(realisations_);
    const std::vector<double> sizes = real_sizes();
    for (ConvergenceErrors& errors : result.errors) {
        const std::span<const double> all(errors.squares);
        for (std::size_t i = 0; i < result.populations.size() * sizes_.size(); ++i) {
            double sum = 0.0;
            for (const double value : all.subspan(i * realisations, realisations)) {
                sum += value;
            }
            errors.error.push_back(std::sqrt(sum / static_cast<double>(realisations)));
        }
        const std::size_t stride = sizes_.size() * realisations;
        for (std::size_t a = 0; a < result.populations.size(); ++a) {
            errors.exponent.push_back(
                diagnostics::fit_power_law(sizes, all.subspan(a * stride, stride), realisations));
        }
    }
}

void Study::add_independent(Convergence& result) const {
    const std::vector<std::int64_t>& largest = members_.back()->neurons;
    for (std::size_t a = 0; a < result.populations.size(); ++a) {
        double mean = 0.0;
        double variance = 0.0;
        for (const RecordView& record : limit_.records) {
            mean += square(record.mean_error[a]);
            variance += square(record.variance_error[a]);
        }
        // The limit's own errors are those of the largest network.
        for (const auto& of_size : members_) {
            const double scale = static_cast<double>(largest[a]) /
                                 static_cast<double>(of_size->neurons[a]) /
                                 static_cast<double>(limit_.records.size());
            result.errors[0].independent.push_back(std::sqrt(mean * scale));
            result.errors[1].independent.push_back(std::sqrt(variance * scale));
        }
    }
}

void Study::add_prediction(Convergence& result) const {
    result.no_prediction = reason_against_realisations(config_);
    if (!result.no_prediction.empty()) {
        return;
    }
    const auto predict = [&result](const Member& of_size, bool limit) {
        fluctuations::Options options;
        options.limit = limit;
        const model::Basis recorded =
            network::recorded_basis(of_size.model, of_size.config.network.modes);
        fluctuations::Prediction prediction =
            fluctuations::predict(of_size.config, of_size.balance, recorded, options);
        if (result.no_prediction.empty() && !prediction.applies()) {
            result.no_prediction =
                fmt::format("{}: {}", limit ? "limit" : fmt::format("n = {}", of_size.neurons[0]),
                            prediction.reason);
        }
        return prediction;
    };
    const fluctuations::Prediction limit = predict(*members_.back(), true);
    std::vector<fluctuations::Prediction> predictions;
    for (const auto& of_size : members_) {
        predictions.push_back(predict(*of_size, false));
    }
    if (!result.no_prediction.empty()) {
        return;
    }
    const std::vector<double> sizes = real_sizes();
    for (std::size_t a = 0; a < result.populations.size(); ++a) {
        for (const RecordView& record : limit_.records) {
            result.unsettled = std::max({result.unsettled, std::abs(record.mean[a] - limit.mean[a]),
                                         std::abs(record.variance[a] - limit.variance[a])});
        }
        for (const fluctuations::Prediction& at : predictions) {
            result.errors[0].predicted.push_back(
                std::hypot(at.mean[a] - limit.mean[a], at.mean_deviation(a)));
            result.errors[1].predicted.push_back(
                std::hypot(at.variance[a] - limit.variance[a], at.variance_deviation(a)));
        }
        for (ConvergenceErrors& errors : result.errors) {
            errors.predicted_exponent.push_back(diagnostics::fitted_exponent(
                sizes, std::span<const double>(errors.predicted).last(sizes.size())));
        }
    }
}

} // namespace

std::vector<std::int64_t> parse_sizes(std::string_view text) {
    const auto refuse = [&text](const std::string& message) {
        fail("--sizes", text, message, sizes_remedy);
    };
    if (text.empty()) {
        refuse("is missing");
    }
    std::vector<std::int64_t> sizes;
    const std::vector<std::string_view> words = config::split_list(text);
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] == "...") {
            if (i < 2 || i + 2 != words.size() || sizes[i - 2] >= sizes[i - 1]) {
                refuse("... stands between the second and the last of ascending sizes");
            }
            const std::int64_t last = whole("--sizes", words[i + 1], 2, largest_size);
            const double ratio =
                static_cast<double>(sizes[i - 1]) / static_cast<double>(sizes[i - 2]);
            // The last size itself is the next word: half a ratio below it leaves room for
            // rounding.
            for (double next = static_cast<double>(sizes.back()) * ratio;
                 next * std::sqrt(ratio) < static_cast<double>(last); next *= ratio) {
                sizes.push_back(std::llround(next));
                if (sizes.size() > most_sizes) {
                    refuse(fmt::format("more than {} sizes", most_sizes));
                }
            }
        } else {
            sizes.push_back(whole("--sizes", words[i], 2, largest_size));
        }
    }
    if (sizes.size() < 2 || sizes.size() > most_sizes) {
        refuse(fmt::format("from 2 to {} sizes are needed", most_sizes));
    }
    if (std::adjacent_find(sizes.begin(), sizes.end(), std::greater_equal<>()) != sizes.end()) {
        refuse("is not ascending");
    }
    return sizes;
}

void converge(const parallel::Communicator& comm, const ConvergeRequest& request) {
    Study study(comm, request);
    const parallel::PetscEnvironment petsc(comm, request.petsc);
    Convergence result = study.prepare();
    std::unique_ptr<ConvergenceFile> file; // before the networks run: a path may be wrong
    if (!request.output.empty()) {
        file = std::make_unique<ConvergenceFile>(comm, study.config(), request.output, result);
    }
    try {
        study.run(result);
    } catch (const NumericsError&) { // on all ranks
        if (file) {
            file->abandon();
        }
        throw;
    }
    if (comm.is_root()) {
        log::print(convergence_table(result));
    }
    if (file) {
        file->write(result);
    }
}

} // namespace equipoise::driver

#include "equipoise/driver/ensemble.hpp"

#include "equipoise/driver/schedule.hpp"
#include "equipoise/util/errors.hpp"
#include "equipoise/util/stopwatch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <span>
#include <utility>

namespace equipoise::driver {

namespace {

const char* const steps_path = "ensemble/steps";
/// Neuron-steps on a rank between two looks at the other groups: a fraction of a second.
constexpr double work_between_looks = 4e6;

std::int64_t steps_between_looks(std::int64_t neurons, int ranks, int groups) {
    const double of_rank = static_cast<double>(neurons) * groups / ranks;
    return std::max<std::int64_t>(1, static_cast<std::int64_t>(work_between_looks / of_rank));
}

} // namespace

int groups_of_ranks(std::int64_t realisations, int ranks) {
    return static_cast<int>(std::clamp<std::int64_t>(realisations - 1, 1, ranks));
}

Ensemble::Ensemble(const parallel::Communicator& comm, const config::Config& config,
                   const balance::Balance& balance)
    : comm_(comm), config_(&config), model_(&balance.model()),
      realisations_(config.run.realisations), first_(comm, config, balance),
      groups_(comm, groups_of_ranks(realisations_, comm.size())),
      piece_(steps_between_looks(first_.neurons(), comm.size(), groups_.count())),
      output_(config, balance.model(),
              network::recorded_basis(balance.model(), config.network.modes)) {
    for (std::int64_t r = 1 + groups_.number(); r < realisations_; r += groups_.count()) {
        config::Config own = of_realisation(config, r);
        own.network.bins = 0; // profiles are those of the first realisation
        members_.push_back(
            {r, std::make_unique<SteppedNetwork>(groups_.communicator(), own, balance), 0});
    }
}

void Ensemble::declare(io::Schema& schema) const {
    first_.declare(schema);
    output_.declare(schema);
}

void Ensemble::begin(io::OutputFile& file) {
    first_.begin(file);
    start();
    output_.record(file, first_.time(), samples());
}

Request Ensemble::advance(double t, io::OutputFile& file, Requests& requests) {
    const Request asked = first_.advance(t, file, requests);
    const std::int64_t target = steps_in(t, config_->network.time_step);
    if (asked != Request::none || !behind(target)) {
        return asked; // nobody is behind: recorded before something was asked
    }
    do {
        const Stopwatch piece;
        double stepping = 0.0;
        groups_.apart([&] {
            go_ahead(target);
            stepping = piece.seconds();
        });
        const Request request = requests.agreed();
        waiting_seconds_ += piece.seconds() - stepping;
        if (request != Request::none && behind(target)) {
            return request;
        }
    } while (behind(target));
    const Stopwatch recording;
    output_.record(file, first_.time(), samples());
    output_seconds_ += recording.seconds();
    return Request::none;
}

void Ensemble::start() {
    groups_.apart([&] { for_members([](const Member& member) { member.network->start(); }); });
}

void Ensemble::go_ahead(std::int64_t target) {
    std::int64_t left = piece_;
    for_members([&](const Member& member) {
        for (; left > 0 && member.network->solver().step() < target; --left) {
            member.network->step();
        }
    });
}

void Ensemble::for_members(const std::function<void(const Member&)>& action) const {
    for (const Member& member : members_) {
        try {
            action(member);
        } catch (const NumericsError& error) {
            throw NumericsError(fmt::format("realisation {} (seed {}), {}", member.number,
                                            of_realisation(*config_, member.number).run.seed,
                                            error.what()));
        }
    }
}

bool Ensemble::behind(std::int64_t target) const {
    return comm_.any(std::any_of(members_.begin(), members_.end(), [&](const Member& member) {
        return member.network->solver().step() < target;
    }));
}

std::vector<double> Ensemble::samples() {
    const std::size_t width = output_.width();
    std::vector<double> values(static_cast<std::size_t>(realisations_) * width, 0.0);
    const auto put = [&](std::int64_t number, const network::Record& record) {
        output_.pack(record,
                     std::span(values).subspan(static_cast<std::size_t>(number) * width, width));
    };
    if (comm_.is_root()) {
        put(0, first_.last_record());
    }
    for (const Member& member : members_) {
        const network::Record record = member.network->measure();
        if (groups_.communicator().is_root()) {
            put(member.number, record);
        }
    }
    // Each record has one owner, the others add 0 to its bit patterns: exact.
    std::vector<std::int64_t> bits;
    for (const double value : values) {
        bits.push_back(std::bit_cast<std::int64_t>(value));
    }
    comm_.sum(bits);
    std::transform(bits.begin(), bits.end(), values.begin(),
                   [](std::int64_t word) { return std::bit_cast<double>(word); });
    return values;
}

Ensemble::Member* Ensemble::member(std::int64_t number) {
    const auto [round, group] = std::div(number - 1, std::int64_t{groups_.count()});
    return group == groups_.number() ? &members_[static_cast<std::size_t>(round)] : nullptr;
}

std::string Ensemble::state_path(std::int64_t number, std::size_t population) const {
    return fmt::format("/ensemble/{}/{}/state", number, model_->population(population).name);
}

void Ensemble::save(Snapshot& snapshot) {
    first_.save(snapshot);
    std::vector<std::int64_t> steps;
    for (std::int64_t r = 1; r < realisations_; ++r) {
        const Member* const own = member(r);
        if (own != nullptr) {
            own->network->solver().settle();
        }
        const bool tells = own != nullptr && groups_.communicator().is_root();
        steps.push_back(tells ? own->network->solver().step() : 0);
        for (std::size_t a = 0; a < model_->population_count(); ++a) {
            const auto neurons = static_cast<std::uint64_t>(model_->population(a).neurons);
            if (own != nullptr) {
                const domain::PopulationState& state = own->network->solver().state(a);
                snapshot.add_view(state_path(r, a), {neurons},
                                  static_cast<std::uint64_t>(state.first_neuron), state.z.size(),
                                  state.z);
            } else {
                snapshot.add_view(state_path(r, a), {neurons}, 0, 0, {});
            }
        }
    }
    comm_.sum(steps);
    snapshot.content.integers.emplace_back(steps_path, std::move(steps));
    output_.save(snapshot);
}

void Ensemble::restore(const io::CheckpointReader& checkpoint) {
    first_.restore(checkpoint);
    const std::vector<std::int64_t>& steps = checkpoint.integers(steps_path);
    for (std::int64_t r = 1; r < realisations_; ++r) {
        Member* const own = member(r);
        std::vector<std::vector<double>> states(model_->population_count());
        for (std::size_t a = 0; a < states.size(); ++a) {
            std::uint64_t offset = 0;
            if (own != nullptr) {
                const domain::PopulationState& state = own->network->solver().state(a);
                offset = static_cast<std::uint64_t>(state.first_neuron);
                states[a].resize(state.z.size());
            }
            checkpoint.read_part(state_path(r, a), offset, states[a].size(), states[a]);
        }
        if (own != nullptr) {
            own->first_step = steps.at(static_cast<std::size_t>(r - 1));
            own->network->solver().restore(own->first_step, states);
        }
    }
    start();
    output_.restore(checkpoint);
    // Where the run was stopped between two output times there is nothing to compare yet.
    const std::int64_t reached = steps_in(first_.time(), config_->network.time_step);
    const bool together = std::all_of(steps.begin(), steps.end(),
                                      [reached](std::int64_t step) { return step == reached; });
    if (together && first_.last_record().time == first_.time()) {
        output_.recall(first_.time(), samples());
    }
}

NetworkPhases Ensemble::phases() const {
    NetworkPhases phases = first_.phases();
    for (const Member& member : members_) {
        phases.add(member.network->phases());
    }
    phases.communication += waiting_seconds_;
    phases.output += output_seconds_;
    return phases;
}

std::int64_t Ensemble::steps() const {
    std::int64_t steps = 0;
    for (const Member& member : members_) {
        steps += member.network->solver().step() - member.first_step;
    }
    return first_.steps() + comm_.sum(groups_.communicator().is_root() ? steps : std::int64_t{0});
}

std::string Ensemble::summary() {
    return output_.means() +
           speed_in_words(static_cast<double>(first_.neurons()) * static_cast<double>(steps()),
                          phases()) +
           output_.deviations();
}

} // namespace equipoise::driver

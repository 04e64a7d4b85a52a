#include "equipoise/driver/scan.hpp"

#include "equipoise/balance/balance.hpp"
#include "equipoise/config/numbers.hpp"
#include "equipoise/driver/record.hpp"
#include "equipoise/driver/scanned_parameter.hpp"
#include "equipoise/fluctuations/phase.hpp"
#include "equipoise/io/durable.hpp"
#include "equipoise/io/output_file.hpp"
#include "equipoise/io/together.hpp"
#include "equipoise/model/model.hpp"
#include "equipoise/util/errors.hpp"
#include "equipoise/util/log.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numbers>
#include <span>

namespace equipoise::driver {

namespace {

using fluctuations::Phase;

constexpr std::array phases{Phase::none, Phase::attracting, Phase::oscillating, Phase::unstable,
                            Phase::singular};
constexpr std::array symbols{'.', '-', '~', '+', '0'}; ///< of the map, in the order of `phases`
constexpr std::size_t widest_map = 100;                ///< characters
constexpr std::size_t highest_map = 40;                ///< lines

/// What is found, one entry for each point.
struct Diagram {
    std::vector<std::int64_t> phase;
    std::vector<double> real_part, imaginary_part, frequency;
};

struct Point {
    fluctuations::PhasePoint found;
    double frequency = 0.0;
};

Point classify(const config::Config& config) {
    const model::Model model(config);
    const balance::Balance balance(model);
    Point point{fluctuations::classify_point(balance), 0.0};
    point.frequency = std::sqrt(static_cast<double>(model.size())) * point.found.imaginary_part /
                      (2.0 * std::numbers::pi);
    return point;
}

/// Each entry from the one rank that set it; the others hold 0. Sums of integers are exact, so the
/// bits of a double, NaN too, arrive as they are.
std::vector<double> gathered(const parallel::Communicator& comm,
                             const std::vector<std::int64_t>& bits) {
    std::vector<std::int64_t> all = bits;
    comm.sum(all);
    std::vector<double> values;
    values.reserve(all.size());
    for (const std::int64_t value : all) {
        values.push_back(std::bit_cast<double>(value));
    }
    return values;
}

Diagram classify_all(const parallel::Communicator& comm, const ScanPoints& points) {
    const std::size_t count = points.size();
    std::vector<std::int64_t> phase(count, 0);
    std::array<std::vector<std::int64_t>, 3> bits;
    bits.fill(phase);
    auto refused = std::numeric_limits<std::int64_t>::max();
    for (auto i = static_cast<std::size_t>(comm.rank()); i < count;
         i += static_cast<std::size_t>(comm.size())) {
        try {
            const Point point = classify(points.at(i));
            phase[i] = static_cast<std::int64_t>(point.found.phase);
            bits[0][i] = std::bit_cast<std::int64_t>(point.found.largest_real_part);
            bits[1][i] = std::bit_cast<std::int64_t>(point.found.imaginary_part);
            bits[2][i] = std::bit_cast<std::int64_t>(point.frequency);
        } catch (const InputError&) {
            refused = static_cast<std::int64_t>(i);
            break;
        }
    }
    refused = comm.min(refused);
    if (refused < static_cast<std::int64_t>(count)) {
        // The same error on every rank: that of the first such point.
        static_cast<void>(classify(points.at(static_cast<std::size_t>(refused))));
    }
    comm.sum(phase);
    return {std::move(phase), gathered(comm, bits[0]), gathered(comm, bits[1]),
            gathered(comm, bits[2])};
}

std::string phase_names() {
    std::string names;
    for (const Phase phase : phases) {
        names += (names.empty() ? "" : " ") + fluctuations::name(phase);
    }
    return names;
}

io::Schema schema_of(const parallel::Communicator& comm, const config::Config& base,
                     const ScanPoints& points) {
    io::Schema schema = file_schema(base, comm.size(), new_run_id(comm));
    std::vector<std::string> dimensions;
    for (const ScannedParameter& parameter : points.parameters()) {
        dimensions.push_back(fmt::format("/parameter_{}", dimensions.size() + 1));
        schema.dimensions.push_back(
            io::coordinates(dimensions.back(), parameter.values(), "1", parameter.name()));
    }
    schema.datasets = {
        {"/phase", io::Type::int64, dimensions, "1", "phase of the balanced state"},
        {"/largest_real_part", io::Type::real64, dimensions, "1",
         "real part of the leading eigenvalue of the balance Jacobian"},
        {"/imaginary_part", io::Type::real64, dimensions, "1",
         "absolute imaginary part of that eigenvalue"},
        {"/frequency", io::Type::real64, dimensions, "1/time",
         "predicted frequency of the leading eigenvalue for the network's size"},
    };
    schema.group_attributes = {{"/phase", {"flag_meanings", phase_names()}}};
    return schema;
}

std::string default_path(const config::Config& base) {
    std::string path = base.run.output;
    if (path.ends_with(".h5")) {
        path.resize(path.size() - 3);
    }
    return path + "_stability.h5";
}

std::string interval(double from, double to) {
    return from == to ? fmt::format("{:.4g}", from) : fmt::format("{:.4g} .. {:.4g}", from, to);
}

/// One line for each stretch of the parameter with one phase.
std::string table(const ScannedParameter& parameter, const Diagram& diagram) {
    const std::vector<double>& values = parameter.values();
    std::string text = fmt::format("{:<26}{:<13}{:<26}{}", parameter.name(), "phase",
                                   "largest real part", "frequency");
    for (std::size_t first = 0; first < values.size();) {
        std::size_t last = first;
        while (last + 1 < values.size() && diagram.phase[last + 1] == diagram.phase[first]) {
            ++last;
        }
        const auto phase = static_cast<Phase>(diagram.phase[first]);
        text += fmt::format("\n{:<26}{:<13}", interval(values[first], values[last]),
                            fluctuations::name(phase));
        if (phase != Phase::none) {
            text +=
                fmt::format("{:<26}{}", interval(diagram.real_part[first], diagram.real_part[last]),
                            interval(diagram.frequency[first], diagram.frequency[last]));
        }
        first = last + 1;
    }
    return text;
}

/// The first parameter to the right, the second upwards; of many points every k-th.
std::string map(const std::vector<ScannedParameter>& parameters, const Diagram& diagram) {
    const std::size_t width = parameters[0].size();
    const std::size_t height = parameters[1].size();
    const std::size_t step_x = (width + widest_map - 1) / widest_map;
    const std::size_t step_y = (height + highest_map - 1) / highest_map;
    std::string text = fmt::format(
        "to the right: {} = {} in {} steps\nupwards:      {} = {} in {} steps\n",
        parameters[0].name(),
        interval(parameters[0].values().front(), parameters[0].values().back()), width,
        parameters[1].name(),
        interval(parameters[1].values().front(), parameters[1].values().back()), height);
    if (step_x > 1 || step_y > 1) {
        text += fmt::format("shown: one point in {} by {}\n", step_x, step_y);
    }
    for (std::size_t row = (height - 1) / step_y + 1; row-- > 0;) {
        const std::size_t y = row * step_y;
        text += fmt::format("{:>10.4g} |", parameters[1].values()[y]);
        for (std::size_t x = 0; x < width; x += step_x) {
            text += symbols.at(static_cast<std::size_t>(diagram.phase[x * height + y]));
        }
        text += '\n';
    }
    for (const Phase phase : phases) {
        const auto code = static_cast<std::int64_t>(phase);
        const auto count = std::count(diagram.phase.begin(), diagram.phase.end(), code);
        if (count > 0) {
            text += fmt::format("{}  {}: {} points\n", symbols.at(static_cast<std::size_t>(code)),
                                fluctuations::name(phase), count);
        }
    }
    text.pop_back();
    return text;
}

} // namespace

void scan_stability(const parallel::Communicator& comm, const config::Config& base,
                    const std::vector<std::string>& scans, const std::string& output) {
    const ScanPoints points(base, scans);
    const std::string path = output.empty() ? default_path(base) : output;
    io::on_root(comm, [&] { io::require_writable_folder(path); });
    const Diagram diagram = classify_all(comm, points);
    io::OutputFile file(comm, path, schema_of(comm, base, points));
    file.write("/phase", std::span<const std::int64_t>(diagram.phase));
    file.write("/largest_real_part", std::span<const double>(diagram.real_part));
    file.write("/imaginary_part", std::span<const double>(diagram.imaginary_part));
    file.write("/frequency", std::span<const double>(diagram.frequency));
    const std::string written = file.finish(true);
    if (comm.is_root()) {
        log::print(points.parameters().size() == 1 ? table(points.parameters()[0], diagram)
                                                   : map(points.parameters(), diagram));
        log::print("phase diagram: " + written);
    }
}

} // namespace equipoise::driver

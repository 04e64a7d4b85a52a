#include "equipoise/driver/scanned_parameter.hpp"

#include "equipoise/config/arguments.hpp"
#include "equipoise/config/numbers.hpp"
#include "equipoise/config/options.hpp"
#include "equipoise/config/read.hpp"
#include "equipoise/config/unknown.hpp"
#include "equipoise/util/errors.hpp"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <string_view>
#include <utility>

namespace equipoise::driver {

namespace {

constexpr const char* form =
    "KEY=FROM:TO:STEPS is allowed, as in --scan population.e.drive=0:0.5:51; see equipoise --help";
constexpr std::int64_t most_values = 100000; ///< of one parameter

[[noreturn]] void fail(const std::string& given, const std::string& message,
                       const std::string& remedy) {
    throw InputError({{{"command line", 0, "--scan", given}, message, remedy}});
}

std::vector<std::string> split_at_colons(std::string_view text) {
    std::vector<std::string> pieces;
    while (true) {
        const std::size_t colon = text.find(':');
        pieces.emplace_back(config::trim(text.substr(0, colon)));
        if (colon == std::string_view::npos) {
            return pieces;
        }
        text.remove_prefix(colon + 1);
    }
}

std::string form_or(const config::Complaints& complaints, const std::string& what) {
    return fmt::format("{} {}", what, complaints.front().message);
}

/// The argument that `place` means: its name, or its number counted from 0.
const config::Argument* argument_at(const config::Call& call, const std::string& place) {
    std::int64_t number = 0;
    if (config::parse_integer(place, 0, most_values, number).empty()) {
        const auto index = static_cast<std::size_t>(number);
        return index < call.arguments.size() ? &call.arguments[index] : nullptr;
    }
    for (const config::Argument& argument : call.arguments) {
        if (argument.form == config::Argument::Form::named && argument.name == place) {
            return &argument;
        }
    }
    return nullptr;
}

/// "0, 1" or "slope (0), height (1)": what can stand after the colon.
std::string places_of(const config::Call& call) {
    std::vector<std::string> list;
    for (std::size_t i = 0; i < call.arguments.size(); ++i) {
        const config::Argument& argument = call.arguments[i];
        if (argument.form == config::Argument::Form::named) {
            list.push_back(fmt::format("{} (or {})", argument.name, i));
        } else if (argument.form != config::Argument::Form::text) {
            list.push_back(std::to_string(i));
        }
    }
    return list.empty() ? "it has no argument that is a number"
                        : "its arguments are " + config::join(list);
}

/// The value of a key in the base as the configuration would be written out.
std::string value_of(const config::Config& base, const ScannedParameter& parameter) {
    for (const config::Option& option : config::options()) {
        for (std::size_t i = 0; i < option.count(base); ++i) {
            if (option.key(base, i) == parameter.key()) {
                return option.write(base, i);
            }
        }
    }
    std::vector<std::string> populations;
    for (const config::Population& population : base.populations) {
        populations.push_back(population.name);
    }
    const config::Complaint complaint = config::unknown_key(parameter.key(), false, populations);
    fail(parameter.name(), complaint.message, complaint.remedy);
}

} // namespace

ScannedParameter::ScannedParameter(const std::string& text) : given_(text) {
    const std::size_t equals = text.find('=');
    if (equals == std::string::npos) {
        fail(given_, "has no values", form);
    }
    places_ = split_at_colons(std::string_view(text).substr(0, equals));
    name_ = config::join(places_, ":");
    key_ = places_.front();
    places_.erase(places_.begin());
    const std::vector<std::string> range =
        split_at_colons(std::string_view(text).substr(equals + 1));
    if (key_.empty() || range.size() != 3) {
        fail(given_,
             key_.empty() ? "names no key"
                          : "does not say from where, to where and in how "
                            "many steps",
             form);
    }
    double from = 0.0;
    double to = 0.0;
    std::int64_t steps = 0;
    if (const auto wrong = config::parse_real(range[0], config::Range::any(), from);
        !wrong.empty()) {
        fail(given_, form_or(wrong, "FROM"), form);
    }
    if (const auto wrong = config::parse_real(range[1], config::Range::any(), to); !wrong.empty()) {
        fail(given_, form_or(wrong, "TO"), form);
    }
    if (const auto wrong = config::parse_integer(range[2], 2, most_values, steps); !wrong.empty()) {
        fail(given_, form_or(wrong, "STEPS"),
             fmt::format("it is the number of values, both ends included: 2 to {}", most_values));
    }
    if (from == to) {
        fail(given_, "starts where it ends", form);
    }
    // As one would write them: 0.075, not 0.07500000000000001.
    const auto last = static_cast<double>(steps - 1);
    for (std::int64_t i = 0; i < steps; ++i) {
        const auto at = static_cast<double>(i);
        const double value = from * ((last - at) / last) + to * (at / last);
        static_cast<void>(config::parse_real(fmt::format("{:.15g}", value), config::Range::any(),
                                             values_.emplace_back()));
    }
    values_.front() = from;
    values_.back() = to;
}

std::string ScannedParameter::substitute(const std::string& text, double value) const {
    std::string_view whole = text;
    std::string_view at = config::trim(whole); // the part of it that stands in the scanned place
    for (const std::string& place : places_) {
        config::Complaint ignored;
        const std::optional<config::Call> call = config::parse_call(at, ignored);
        if (!call) {
            fail(given_, fmt::format("{} is {}, which has no argument {}", key_, at, place),
                 "an argument is scanned where the key holds a function");
        }
        const config::Argument* argument = argument_at(*call, place);
        if (argument == nullptr) {
            fail(given_, fmt::format("{} has no argument {}", at, place), places_of(*call));
        }
        at = argument->value;
    }
    double number = 0.0;
    if (!config::parse_real(at, config::Range::any(), number).empty()) {
        config::Complaint ignored;
        const auto call = config::parse_call(at, ignored);
        fail(given_, fmt::format("{} is {}, not a number", name_, at),
             call && !call->arguments.empty()
                 ? fmt::format("name one of its arguments, as in {}:0; {}", name_, places_of(*call))
                 : "only a number can be scanned");
    }
    const auto begin = static_cast<std::size_t>(at.data() - whole.data());
    return std::string(whole.substr(0, begin)) + config::write_real(value) +
           std::string(whole.substr(begin + at.size()));
}

ScanPoints::ScanPoints(const config::Config& base, const std::vector<std::string>& scans)
    : base_(base.resolved) {
    for (const std::string& text : scans) {
        parameters_.emplace_back(text);
    }
    if (parameters_.empty() || parameters_.size() > 2) {
        fail("", fmt::format("is given {} times", parameters_.size()),
             "one or two parameters are scanned");
    }
    if (parameters_.size() == 2 && parameters_[0].name() == parameters_[1].name()) {
        fail(parameters_[0].name(), "is given twice", "scan two different parameters, or one");
    }
    for (const ScannedParameter& parameter : parameters_) {
        key_texts_.push_back(value_of(base, parameter));
    }
    for (const ScannedParameter& parameter : parameters_) {
        for (const double value : parameter.values()) {
            static_cast<void>(with({{&parameter, value}}));
        }
    }
}

std::size_t ScanPoints::size() const {
    std::size_t size = 1;
    for (const ScannedParameter& parameter : parameters_) {
        size *= parameter.size();
    }
    return size;
}

config::Config ScanPoints::at(std::size_t point) const {
    std::vector<std::pair<const ScannedParameter*, double>> values;
    std::size_t block = size();
    for (const ScannedParameter& parameter : parameters_) {
        block /= parameter.size();
        values.emplace_back(&parameter, parameter.values()[point / block % parameter.size()]);
    }
    return with(values);
}

config::Config
ScanPoints::with(const std::vector<std::pair<const ScannedParameter*, double>>& values) const {
    std::map<std::string, std::string> texts; // two parameters may be arguments of one function
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
        texts[parameters_[i].key()] = key_texts_[i];
    }
    for (const auto& [parameter, value] : values) {
        std::string& text = texts[parameter->key()];
        text = parameter->substitute(text, value);
    }
    std::vector<std::string> overrides;
    for (const auto& [key, text] : texts) {
        overrides.push_back(fmt::format("--{}={}", key, text));
    }
    return config::read_text(base_, "the configuration with every key", overrides);
}

} // namespace equipoise::driver

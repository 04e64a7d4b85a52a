#include "equipoise/model/families.hpp"

#include "equipoise/model/smooth_functions.hpp"

#include <fmt/format.h>

#include <functional>
#include <map>
#include <stdexcept>

namespace equipoise::model {

namespace {

using Spec = config::FunctionSpec;
using Makers = std::map<std::string, std::function<FunctionPointer(const Spec&)>>;

FunctionPointer make(const Makers& makers, const Spec& spec, const char* role) {
    if (spec.family == "expression") {
        return make_expression(spec.text, spec.at("from"), spec.at("to"),
                               static_cast<std::size_t>(spec.at("points")));
    }
    if (spec.family == "table") {
        return make_table(spec.text);
    }
    const auto maker = makers.find(spec.family);
    if (maker == makers.end()) {
        throw std::invalid_argument(fmt::format("{} is no family of {}", spec.family, role));
    }
    return maker->second(spec);
}

} // namespace

FunctionPointer make_drift(const Spec& spec) {
    static const Makers makers{
        {"linear",
         [](const Spec& s) {
             return std::make_shared<AffineFunction>(-1.0 / s.at("tau"), 0.0,
                                                     fmt::format("linear(tau={:g})", s.at("tau")));
         }},
        {"cubic",
         [](const Spec& s) {
             return std::make_shared<CubicFunction>(s.at("a0"), s.at("a1"), s.at("a3"));
         }},
    };
    return make(makers, spec, "drift");
}

FunctionPointer make_noise(const Spec& spec) {
    static const Makers makers{
        {"constant",
         [](const Spec& s) {
             return std::make_shared<AffineFunction>(
                 0.0, s.at("sigma"), fmt::format("constant(sigma={:g})", s.at("sigma")));
         }},
        {"quadratic",
         [](const Spec& s) {
             return std::make_shared<QuadraticNoise>(s.at("sigma0"), s.at("sigma1"));
         }},
    };
    return make(makers, spec, "noise");
}

FunctionPointer make_gain(const Spec& spec) {
    static const Makers makers{
        {"linear",
         [](const Spec& s) {
             return std::make_shared<AffineFunction>(
                 s.at("slope"), 0.0, fmt::format("linear(slope={:g})", s.at("slope")));
         }},
        {"tanh",
         [](const Spec& s) {
             return std::make_shared<TanhFunction>(
                 s.at("slope"), s.at("height"), 0.0, 0.0,
                 fmt::format("tanh(slope={:g}, height={:g})", s.at("slope"), s.at("height")));
         }},
        {"logistic",
         [](const Spec& s) {
             const double half = 0.5 * s.at("height");
             return std::make_shared<TanhFunction>(
                 0.5 * s.at("slope"), half, s.at("threshold"), half,
                 fmt::format("logistic(slope={:g}, threshold={:g}, height={:g})", s.at("slope"),
                             s.at("threshold"), s.at("height")));
         }},
        {"erf",
         [](const Spec& s) {
             return std::make_shared<ErfFunction>(s.at("slope"), s.at("height"));
         }},
        {"softplus",
         [](const Spec& s) {
             return std::make_shared<SoftplusFunction>(s.at("slope"), s.at("height"));
         }},
    };
    return make(makers, spec, "gain");
}

} // namespace equipoise::model

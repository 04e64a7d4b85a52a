#pragma once

#include "equipoise/config/config.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace equipoise::driver {

/// One number of a configuration that a scan varies, and its values.
///
/// Written KEY=FROM:TO:STEPS. KEY is a key whose value is a number, "population.e.drive"; or an
/// argument of the function that a key holds, by its name or by its place from 0 on:
/// "coupling.e.i.gain:slope", "coupling.e.i.kernel:1". Of product(kernel, kernel) the factor comes
/// first: "coupling.e.i.kernel:0:1".
class ScannedParameter {
  public:
    /// Throws InputError when the text is of another form, STEPS is no whole number >= 2, or FROM
    /// and TO are equal.
    explicit ScannedParameter(const std::string& text);

    [[nodiscard]] const std::string& name() const noexcept { return name_; }
    /// The key before the first colon.
    [[nodiscard]] const std::string& key() const noexcept { return key_; }
    [[nodiscard]] std::size_t size() const noexcept { return values_.size(); }
    /// Equally spaced from FROM to TO, both included.
    [[nodiscard]] const std::vector<double>& values() const noexcept { return values_; }

    /// `text`, the value of the key as config::write gives it, with `value` in the scanned place.
    /// Throws InputError when there is no number in that place.
    [[nodiscard]] std::string substitute(const std::string& text, double value) const;

  private:
    std::string given_; ///< as typed
    std::string name_, key_;
    std::vector<std::string> places_; ///< after the key: names or numbers of arguments
    std::vector<double> values_;
};

/// The points of a scan over one or two parameters: configurations that differ in these numbers.
/// The last parameter runs fastest.
class ScanPoints {
  public:
    /// Throws InputError when a key does not exist or has no number in the scanned place, when a
    /// value is refused (each parameter is tried over its values with the others as configured),
    /// when the same parameter is given twice, or none or more than two are given.
    ScanPoints(const config::Config& base, const std::vector<std::string>& scans);

    [[nodiscard]] const std::vector<ScannedParameter>& parameters() const noexcept {
        return parameters_;
    }
    [[nodiscard]] std::size_t size() const;
    /// The configuration of a point. Throws InputError when the values do not go together.
    [[nodiscard]] config::Config at(std::size_t point) const;

  private:
    /// The base with the given values, one for each of the first parameters or of one alone.
    [[nodiscard]] config::Config
    with(const std::vector<std::pair<const ScannedParameter*, double>>& values) const;

    std::string base_;                   ///< every key, written out
    std::vector<std::string> key_texts_; ///< of each parameter: the value of its key in the base
    std::vector<ScannedParameter> parameters_;
};

} // namespace equipoise::driver

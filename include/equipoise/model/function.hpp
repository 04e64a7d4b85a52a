#pragma once

#include <cstddef>
#include <limits>
#include <memory>
#include <optional>
#include <string>

namespace equipoise::model {

/// A closed interval of states.
struct Interval {
    double lower = -std::numeric_limits<double>::infinity();
    double upper = std::numeric_limits<double>::infinity();

    [[nodiscard]] bool contains(double z) const { return lower <= z && z <= upper; }
    [[nodiscard]] bool is_bounded() const;
    [[nodiscard]] Interval intersection(const Interval& other) const;
};

/// slope * z + offset.
struct Affine {
    double slope = 0.0;
    double offset = 0.0;
};

/// A twice continuously differentiable function of the state z: a drift f, a noise intensity sigma
/// or a gain G (model section 1). Evaluated over arrays, so that a call costs nothing per neuron
/// and the loops vectorise; the value at one state never depends on the array around it. Outside
/// `range()` a value is meaningless but finite or NaN: callers check the range first.
class Function {
  public:
    Function() = default;
    Function(const Function&) = delete;
    Function& operator=(const Function&) = delete;
    virtual ~Function() = default;

    /// f[i] = F(z[i]), i < count. f may be z itself.
    virtual void values(const double* z, double* f, std::size_t count) const = 0;
    /// Likewise with the first derivative F'. No two arrays may overlap.
    virtual void slopes(const double* z, double* f, double* f1, std::size_t count) const = 0;
    /// Likewise with F' and F''.
    virtual void curvatures(const double* z, double* f, double* f1, double* f2,
                            std::size_t count) const = 0;

    /// Where the family has closed forms for Gaussian states: f[i] = E[F(v + sqrt(K) xi)] for v =
    /// mean[i], K = variance[i] and xi standard normal, likewise f1 = E[F'(...)] and f2 =
    /// E[F''(...)]; false, with nothing written, where it has none. No two arrays may overlap.
    virtual bool normal_means(const double* mean, const double* variance, double* f, double* f1,
                              double* f2, std::size_t count) const;

    /// An upper bound of |F| (order 0) or |F'| (order 1) over |z| <= radius, within range(). It
    /// sets the scale of exact sums: it need not be sharp, but must hold.
    [[nodiscard]] virtual double bound(int order, double radius) const = 0;
    /// The states where F is defined: all, but for tables and expressions.
    [[nodiscard]] virtual Interval range() const { return {}; }
    /// Set when F is affine: then means and variances close exactly.
    [[nodiscard]] virtual std::optional<Affine> affine() const { return std::nullopt; }
    /// The largest difference from what the user wrote: 0 but for expressions, which are
    /// interpolated.
    [[nodiscard]] virtual double interpolation_error() const { return 0.0; }
    /// As the user would write it: tanh(slope=1, height=2).
    [[nodiscard]] virtual std::string description() const = 0;

    [[nodiscard]] double value(double z) const;
    [[nodiscard]] double slope(double z) const;
    [[nodiscard]] double curvature(double z) const;
};

using FunctionPointer = std::shared_ptr<const Function>;

} // namespace equipoise::model

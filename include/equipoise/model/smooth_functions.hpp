#pragma once

#include "equipoise/model/function.hpp"

#include <string>

/// The closed-form families. Each knows its formula, its derivatives and a bound; loops over arrays
/// are branch-free so that they vectorise and no value depends on its place in the array.
namespace equipoise::model {

/// slope z + offset: linear drift (-1/tau), constant noise, linear gain.
class AffineFunction final : public Function {
  public:
    AffineFunction(double slope, double offset, std::string description);
    void values(const double* z, double* f, std::size_t count) const override;
    void slopes(const double* z, double* f, double* f1, std::size_t count) const override;
    void curvatures(const double* z, double* f, double* f1, double* f2,
                    std::size_t count) const override;
    bool normal_means(const double* mean, const double* variance, double* f, double* f1, double* f2,
                      std::size_t count) const override;
    [[nodiscard]] double bound(int order, double radius) const override;
    [[nodiscard]] std::optional<Affine> affine() const override { return coefficients_; }
    [[nodiscard]] std::string description() const override { return description_; }

  private:
    Affine coefficients_;
    std::string description_;
};

/// a0 + a1 z - a3 z^3: a double well's drift for a1, a3 > 0.
class CubicFunction final : public Function {
  public:
    CubicFunction(double a0, double a1, double a3) : a0_(a0), a1_(a1), a3_(a3) {}
    void values(const double* z, double* f, std::size_t count) const override;
    void slopes(const double* z, double* f, double* f1, std::size_t count) const override;
    void curvatures(const double* z, double* f, double* f1, double* f2,
                    std::size_t count) const override;
    [[nodiscard]] double bound(int order, double radius) const override;
    [[nodiscard]] std::string description() const override;

  private:
    double a0_, a1_, a3_;
};

/// sqrt(sigma0^2 + sigma1^2 z^2): additive and multiplicative noise together.
class QuadraticNoise final : public Function {
  public:
    QuadraticNoise(double sigma0, double sigma1) : sigma0_(sigma0), sigma1_(sigma1) {}
    void values(const double* z, double* f, std::size_t count) const override;
    void slopes(const double* z, double* f, double* f1, std::size_t count) const override;
    void curvatures(const double* z, double* f, double* f1, double* f2,
                    std::size_t count) const override;
    [[nodiscard]] double bound(int order, double radius) const override;
    [[nodiscard]] std::string description() const override;

  private:
    double sigma0_, sigma1_;
};

/// offset + height tanh(slope (z - threshold)): the tanh gain, and the logistic one as
/// height/2 + height/2 tanh(slope/2 (z - threshold)).
class TanhFunction final : public Function {
  public:
    TanhFunction(double slope, double height, double threshold, double offset,
                 std::string description);
    void values(const double* z, double* f, std::size_t count) const override;
    void slopes(const double* z, double* f, double* f1, std::size_t count) const override;
    void curvatures(const double* z, double* f, double* f1, double* f2,
                    std::size_t count) const override;
    [[nodiscard]] double bound(int order, double radius) const override;
    [[nodiscard]] std::string description() const override { return description_; }

  private:
    double slope_, height_, threshold_, offset_;
    std::string description_;
};

/// height erf(slope z).
class ErfFunction final : public Function {
  public:
    ErfFunction(double slope, double height) : slope_(slope), height_(height) {}
    void values(const double* z, double* f, std::size_t count) const override;
    void slopes(const double* z, double* f, double* f1, std::size_t count) const override;
    void curvatures(const double* z, double* f, double* f1, double* f2,
                    std::size_t count) const override;
    /// E[erf(a z)] = erf(a v/sqrt(1 + 2 a^2 K)).
    bool normal_means(const double* mean, const double* variance, double* f, double* f1, double* f2,
                      std::size_t count) const override;
    [[nodiscard]] double bound(int order, double radius) const override;
    [[nodiscard]] std::string description() const override;

  private:
    double slope_, height_;
};

/// height log(1 + exp(slope z)).
class SoftplusFunction final : public Function {
  public:
    SoftplusFunction(double slope, double height) : slope_(slope), height_(height) {}
    void values(const double* z, double* f, std::size_t count) const override;
    void slopes(const double* z, double* f, double* f1, std::size_t count) const override;
    void curvatures(const double* z, double* f, double* f1, double* f2,
                    std::size_t count) const override;
    [[nodiscard]] double bound(int order, double radius) const override;
    [[nodiscard]] std::string description() const override;

  private:
    double slope_, height_;
};

} // namespace equipoise::model

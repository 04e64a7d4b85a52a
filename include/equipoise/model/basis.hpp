#pragma once

#include "equipoise/model/formula.hpp"

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

/// The real Fourier basis in which kernels act (model section 1):
/// phi = 1, cos(2 pi k.x/L), sin(2 pi k.x/L).
namespace equipoise::model {

/// Whole numbers of waves along each direction of the domain; (0, 0) is the constant.
struct WaveVector {
    std::array<int, 2> k{0, 0};

    // clang-tidy 14 takes the 0 in the compiler's own rewriting for a pointer of ours.
    friend auto operator<=>(const WaveVector&,
                            const WaveVector&) = default; // NOLINT(modernize-use-nullptr)
    [[nodiscard]] bool is_zero() const { return k[0] == 0 && k[1] == 0; }
    /// One of k and -k stands for both: the one whose first non-zero component is positive.
    [[nodiscard]] bool is_canonical() const { return k[0] > 0 || (k[0] == 0 && k[1] >= 0); }
};

/// One basis function.
struct Mode {
    WaveVector wave; ///< canonical
    bool sine = false;

    friend bool operator==(const Mode&, const Mode&) = default;
    /// "1", "cos(1)", "sin(2,-1)".
    [[nodiscard]] std::string name(bool two_dimensional) const;
};

/// coefficient * phi_mode, mode an index into a Basis.
struct ModeTerm {
    std::size_t mode = 0;
    double coefficient = 0.0;
};

/// An ordered set of basis functions, closed under sine <-> cosine: every wave vector but the
/// constant brings both. Ordered by |k|^2, then k, then cosine before sine.
class Basis {
  public:
    Basis() = default;
    explicit Basis(const std::vector<WaveVector>& waves); ///< any order, repetitions and signs

    [[nodiscard]] std::size_t size() const noexcept { return modes_.size(); }
    [[nodiscard]] const Mode& operator[](std::size_t p) const { return modes_[p]; }
    [[nodiscard]] const std::vector<Mode>& modes() const noexcept { return modes_; }
    /// Distinct wave vectors in order; wave w has its cosine at cosine_index(w), its sine right
    /// after.
    [[nodiscard]] const std::vector<WaveVector>& waves() const noexcept { return waves_; }
    [[nodiscard]] std::size_t cosine_index(std::size_t wave) const { return cosine_[wave]; }
    /// Largest |k_d| over the modes.
    [[nodiscard]] int max_wave_number(std::size_t direction) const;
    /// Index of a mode; throws InternalError when it is not in the basis.
    [[nodiscard]] std::size_t index(const Mode& mode) const;
    [[nodiscard]] bool contains(const WaveVector& wave) const;

    /// integral of phi_p^2 under the normalised measure: 1 or 1/2.
    [[nodiscard]] double norm(std::size_t p) const { return modes_[p].wave.is_zero() ? 1.0 : 0.5; }
    /// phi_p at a phase u = x/L in turns.
    [[nodiscard]] double value(std::size_t p, const Position& phase) const;
    /// All phi_p(x) at a phase, into out[size()].
    void values(const Position& phase, double* out) const;

    /// The basis of all products phi_p phi_q of this one: wave vectors k + l and k - l.
    [[nodiscard]] Basis products() const;
    /// phi_p phi_q as a sum of at most two members of `target` (one that holds k + l and k - l).
    [[nodiscard]] std::vector<ModeTerm> product(std::size_t p, std::size_t q,
                                                const Basis& target) const;

  private:
    std::vector<WaveVector> waves_;
    std::vector<std::size_t> cosine_;
    std::vector<Mode> modes_;
    std::map<WaveVector, std::size_t> position_; ///< wave -> index into waves_
};

} // namespace equipoise::model

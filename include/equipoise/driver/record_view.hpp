#pragma once

#include <vector>

namespace equipoise::driver {

/// What every solver can say of itself at an output time, so that any two can be compared: averages
/// over each population, in the network's terms.
struct RecordView {
    double time = 0.0;
    std::vector<double> mean; ///< (population): average of z
    /// (population): average of (z - vhat(x))^2, vhat rebuilt from mean_modes
    std::vector<double> variance;
    std::vector<double> mean_modes; ///< (population, recorded mode): average of phi_p(x) z
    /// (pair): average of (z - vhat(x)) (z' - vhat'(x)); empty: not known
    std::vector<double> covariance;
    /// Standard errors of these for a network of this size whose neurons (pairs) were independent.
    /// A limit knows them; the network itself leaves them empty.
    std::vector<double> mean_error, variance_error, mode_error, covariance_error;
};

} // namespace equipoise::driver

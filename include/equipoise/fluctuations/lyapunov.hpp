#pragma once

#include <Eigen/Dense>

/// Stationary covariances of linear systems driven by white noise, by the method of Bartels and
/// Stewart (Comm. ACM 15, 820, 1972) on the complex Schur form: backward stable, and it needs no
/// eigenvectors, which are nearly dependent where fast and slow directions meet.
namespace equipoise::fluctuations {

/// C of dx = M x dt + dB, covariance of B: `noise` per unit of time:  M C + C M^T + noise = 0.
/// `noise` symmetric, both of one size. Throws NumericsError when some eigenvalue of M has no
/// negative real part: then there is no stationary state.
Eigen::MatrixXd lyapunov(const Eigen::MatrixXd& generator, const Eigen::MatrixXd& noise);

/// C of x <- M x + b, covariance of b: `noise` per step:  C = M C M^T + noise (Stein's equation).
/// Throws NumericsError when some eigenvalue of M is not inside the unit circle.
Eigen::MatrixXd stein(const Eigen::MatrixXd& transition, const Eigen::MatrixXd& noise);

} // namespace equipoise::fluctuations

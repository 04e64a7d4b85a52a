#include "equipoise/model/function.hpp"

#include <algorithm>
#include <cmath>

namespace equipoise::model {

bool Interval::is_bounded() const {
    return std::isfinite(lower) || std::isfinite(upper);
}

Interval Interval::intersection(const Interval& other) const {
    return {std::max(lower, other.lower), std::min(upper, other.upper)};
}

bool Function::normal_means(const double* /*mean*/, const double* /*variance*/, double* /*f*/,
                            double* /*f1*/, double* /*f2*/, std::size_t /*count*/) const {
    return false;
}

double Function::value(double z) const {
    double f = 0.0;
    values(&z, &f, 1);
    return f;
}

double Function::slope(double z) const {
    double f = 0.0;
    double f1 = 0.0;
    slopes(&z, &f, &f1, 1);
    return f1;
}

double Function::curvature(double z) const {
    double f = 0.0;
    double f1 = 0.0;
    double f2 = 0.0;
    curvatures(&z, &f, &f1, &f2, 1);
    return f2;
}

} // namespace equipoise::model

#include "equipoise/model/families.hpp"
#include "equipoise/model/interpolant.hpp"

#include <Eigen/LU>
#include <Eigen/Sparse>
#include <Eigen/SparseLU>
#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace equipoise::model {

namespace {

struct Table {
    std::vector<double> z, value;
};

/// True when the line holds two numbers, separated by a comma, semicolon or blanks.
bool parse_row(std::string line, double& z, double& value) {
    for (char& c : line) {
        c = c == ',' || c == ';' || c == '\t' || c == '\r' ? ' ' : c;
    }
    std::istringstream words(line);
    std::string rest;
    return static_cast<bool>(words >> z >> value) && !(words >> rest);
}

Table read_table(const std::string& path) {
    std::ifstream file(path);
    if (!file) {
        throw std::invalid_argument(fmt::format("the table {} cannot be opened", path));
    }
    Table table;
    std::string line;
    bool header_allowed = true;
    for (int number = 1; std::getline(file, line); ++number) {
        line = line.substr(0, line.find('#'));
        if (line.find_first_not_of(" \t\r") == std::string::npos) {
            continue;
        }
        double z = 0.0;
        double value = 0.0;
        if (!parse_row(line, z, value) || !std::isfinite(z) || !std::isfinite(value)) {
            if (header_allowed) { // one line of column names
                header_allowed = false;
                continue;
            }
            throw std::invalid_argument(fmt::format(
                "{}:{}: '{}' is not a row of two finite numbers (z, value)", path, number, line));
        }
        header_allowed = false;
        if (!table.z.empty() && z <= table.z.back()) {
            throw std::invalid_argument(
                fmt::format("{}:{}: z = {:g} does not increase on the row before ({:g})", path,
                            number, z, table.z.back()));
        }
        table.z.push_back(z);
        table.value.push_back(value);
    }
    if (table.z.size() < 4) {
        throw std::invalid_argument(
            fmt::format("the table {} has {} rows; at least 4 are needed", path, table.z.size()));
    }
    return table;
}

/// Second derivatives at the knots of the cubic spline through the points. Not-a-knot ends: the
/// third derivative is continuous at the second and the last but one knot, so that data from a
/// cubic give that cubic back, and no curvature is invented at the ends.
Eigen::VectorXd second_derivatives(const Table& table) {
    const auto n = static_cast<Eigen::Index>(table.z.size());
    const auto z = [&](Eigen::Index i) { return table.z[static_cast<std::size_t>(i)]; };
    const auto value = [&](Eigen::Index i) { return table.value[static_cast<std::size_t>(i)]; };
    const auto h = [&](Eigen::Index i) { return z(i + 1) - z(i); };
    std::vector<Eigen::Triplet<double>> entries;
    Eigen::VectorXd right = Eigen::VectorXd::Zero(n);
    for (Eigen::Index i = 1; i + 1 < n; ++i) {
        entries.emplace_back(i, i - 1, h(i - 1));
        entries.emplace_back(i, i, 2.0 * (h(i - 1) + h(i)));
        entries.emplace_back(i, i + 1, h(i));
        right[i] = 6.0 * ((value(i + 1) - value(i)) / h(i) - (value(i) - value(i - 1)) / h(i - 1));
    }
    const auto not_a_knot = [&](Eigen::Index row, Eigen::Index first) {
        entries.emplace_back(row, first, h(first + 1));
        entries.emplace_back(row, first + 1, -(h(first) + h(first + 1)));
        entries.emplace_back(row, first + 2, h(first));
    };
    not_a_knot(0, 0);
    not_a_knot(n - 1, n - 3);
    Eigen::SparseMatrix<double> matrix(n, n);
    matrix.setFromTriplets(entries.begin(), entries.end());
    const Eigen::SparseLU<Eigen::SparseMatrix<double>> solver(matrix);
    if (solver.info() != Eigen::Success) {
        throw std::invalid_argument("no spline passes through the table's points");
    }
    return solver.solve(right);
}

} // namespace

FunctionPointer make_table(const std::string& path) {
    const Table table = read_table(path);
    const Eigen::VectorXd second = second_derivatives(table);
    std::vector<Interpolant::Piece> pieces;
    for (std::size_t i = 0; i + 1 < table.z.size(); ++i) {
        const double h = table.z[i + 1] - table.z[i];
        const double m0 = second[static_cast<Eigen::Index>(i)];
        const double m1 = second[static_cast<Eigen::Index>(i) + 1];
        const double slope = (table.value[i + 1] - table.value[i]) / h - h * (2.0 * m0 + m1) / 6.0;
        pieces.push_back({table.value[i], slope, 0.5 * m0, (m1 - m0) / (6.0 * h), 0.0, 0.0});
    }
    return std::make_shared<Interpolant>(
        table.z, pieces, 0.0, fmt::format("table(\"{}\"), {} points", path, table.z.size()));
}

} // namespace equipoise::model

#pragma once

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <vector>

/// A table of errors and observed orders, printed row by row.
class ConvergenceTable {
  public:
    /// `parameter`: what is refined; `norms`: names of the errors.
    ConvergenceTable(const std::string& title, const std::string& parameter,
                     const std::vector<std::string>& norms) {
        fmt::print("\n{}\n{:>12}", title, parameter);
        for (const std::string& norm : norms) {
            fmt::print("{:>14}{:>7}", norm, "order");
        }
        fmt::print("\n");
    }

    void add(double size, const std::vector<double>& errors) {
        fmt::print("{:12.5g}", size);
        std::vector<double> orders;
        for (std::size_t i = 0; i < errors.size(); ++i) {
            fmt::print("{:14.3e}", errors[i]);
            if (sizes_.empty()) {
                fmt::print("{:>7}", "");
            } else {
                orders.push_back(std::log(errors_.back()[i] / errors[i]) /
                                 std::log(sizes_.back() / size));
                fmt::print("{:7.2f}", orders.back());
            }
        }
        fmt::print("\n");
        sizes_.push_back(size);
        errors_.push_back(errors);
        orders_ = orders;
    }

    /// Observed order of a norm between the last two rows.
    [[nodiscard]] double order(std::size_t norm) const { return orders_.at(norm); }
    [[nodiscard]] double error(std::size_t norm) const { return errors_.back().at(norm); }

  private:
    std::vector<double> sizes_;
    std::vector<std::vector<double>> errors_;
    std::vector<double> orders_;
};

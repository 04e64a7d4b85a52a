#include "equipoise/driver/lattice_output.hpp"

#include "equipoise/balance/lattice.hpp"
#include "equipoise/driver/limit_view.hpp"
#include "equipoise/driver/names.hpp"

#include <utility>

namespace equipoise::driver {

LatticeOutput::LatticeOutput(const parallel::Communicator& comm, std::string group,
                             const config::Config& config, const balance::Balance& balance,
                             const model::Basis& recorded, const SiteRange& sites)
    : comm_(comm), group_(std::move(group)), config_(&config), balance_(&balance),
      recorded_(recorded), sites_(sites), populations_(population_names(balance.model())),
      modes_(mode_names(balance.model(), recorded)), pairs_(pair_names(balance.model())) {}

void LatticeOutput::declare(io::Schema& schema) const {
    const bool torus = config_->domain.kind == config::DomainKind::torus;
    std::vector<double> x;
    for (std::int64_t site = 0; site < sites_.global(); ++site) {
        x.push_back(torus ? static_cast<double>(site)
                          : balance::Lattice::coordinates(config_->domain, sites_.counts, site)[0]);
    }
    schema.dimensions.push_back(io::unlimited(path("time"), "1", "time"));
    schema.dimensions.push_back(io::labels(path("population"), populations_, "population"));
    schema.dimensions.push_back(io::labels(path("mode"), modes_, "mode phi_p(x)"));
    schema.dimensions.push_back(io::coordinates(
        path("x"), std::move(x), "1", torus ? "number of the site" : "position of the site"));
    add(schema, "mean", {"time", "population", "x"}, "mean v_a(x) of the state");
    add(schema, "variance", {"time", "population", "x"}, "variance K_a(x) of the fluctuation");
    add(schema, "mean_modes", {"time", "population", "mode"}, "average over x of phi_p(x) v_a(x)");
    add(schema, "balance", {"time", "population", "mode"},
        "residual r of the balance; 0 where no coupling acts");
    add(schema, "input", {"time", "population", "mode"}, "multiplier h");
    add(schema, "balance_error", {"time"}, "largest |r - eps h|");
    if (torus) {
        add(schema, "x1", {"x"}, "first coordinate of the site");
        add(schema, "x2", {"x"}, "second coordinate of the site");
    }
}

void LatticeOutput::declare_covariance(io::Schema& schema) const {
    if (!pairs_.empty()) {
        schema.dimensions.push_back(io::labels(path("pair"), pairs_, "pair of populations"));
        add(schema, "covariance", {"time", "pair", "x"},
            "covariance K_ab(x) of the fluctuations of two populations' neurons of one number");
    }
}

void LatticeOutput::add(io::Schema& schema, const std::string& name,
                        std::vector<std::string> dimensions, const std::string& long_name) const {
    for (std::string& dimension : dimensions) {
        dimension = path(dimension);
    }
    schema.datasets.push_back(
        {path(name), io::Type::real64, std::move(dimensions), "1", long_name});
}

void LatticeOutput::begin(io::OutputFile& file) const {
    if (config_->domain.kind != config::DomainKind::torus) {
        return;
    }
    std::vector<double> x1;
    std::vector<double> x2;
    for (std::int64_t site = 0; site < sites_.global(); ++site) {
        const model::Position x =
            balance::Lattice::coordinates(config_->domain, sites_.counts, site);
        x1.push_back(x[0]);
        x2.push_back(x[1]);
    }
    file.write(path("x1"), x1);
    file.write(path("x2"), x2);
}

void LatticeOutput::field(io::OutputFile& file, const std::string& name,
                          const std::vector<double>& values) const {
    append_rows(file, name, populations_.size(), values);
}

void LatticeOutput::append_rows(io::OutputFile& file, const std::string& name, std::size_t rows,
                                const std::vector<double>& values) const {
    file.append_box(path(name), {0, static_cast<hsize_t>(sites_.first)},
                    {static_cast<hsize_t>(rows), static_cast<hsize_t>(sites_.local)}, values);
}

RecordView LatticeOutput::record(io::OutputFile& file, const LatticeRecord& record) const {
    RecordView result = view(record);
    file.append(path("time"), record.time);
    field(file, "mean", *record.mean);
    field(file, "variance", *record.variance);
    if (record.covariance != nullptr && !pairs_.empty()) {
        append_rows(file, "covariance", pairs_.size(), *record.covariance);
    }
    file.append(path("mean_modes"), result.mean_modes);
    file.append(path("balance"), in_recorded_modes(*record.balance));
    file.append(path("input"), in_recorded_modes(*record.input));
    file.append(path("balance_error"), record.balance_error);
    return result;
}

/// Values by (population, kernel's mode) as (population, recorded mode).
std::vector<double> LatticeOutput::in_recorded_modes(const std::vector<double>& values) const {
    const model::Basis& kernel = balance_->layout().basis();
    std::vector<double> result(populations_.size() * recorded_.size(), 0.0);
    for (std::size_t a = 0; a < populations_.size(); ++a) {
        for (std::size_t p = 0; p < kernel.size(); ++p) {
            result[a * recorded_.size() + recorded_.index(kernel[p])] =
                values[a * kernel.size() + p];
        }
    }
    return result;
}

RecordView LatticeOutput::view(const LatticeRecord& record) const {
    LimitSites sites;
    sites.time = record.time;
    sites.counts = sites_.counts;
    sites.first = sites_.first;
    sites.local = sites_.local;
    sites.position = [this](std::int64_t site) {
        return balance::Lattice::coordinates(config_->domain, sites_.counts, site);
    };
    sites.mean = *record.mean;
    sites.variance = *record.variance;
    if (record.kurtosis != nullptr) {
        sites.kurtosis = *record.kurtosis;
    }
    if (record.covariance != nullptr) {
        sites.knows_covariances = true;
        sites.covariance = *record.covariance;
    }
    return limit_view(comm_, balance_->model(), recorded_, sites);
}

} // namespace equipoise::driver

#include "equipoise/driver/versions.hpp"

#include "equipoise/config/provenance.hpp"
#include "equipoise/io/version.hpp"
#include "equipoise/parallel/communicator.hpp"
#include "equipoise/parallel/petsc.hpp"

#include <Eigen/Core>
#include <boost/version.hpp>
#include <fmt/format.h>
#include <muParserDef.h>

namespace equipoise::driver {

std::string version_text() {
    return fmt::format("equipoise {} (commit {})\n"
                       "{}\n{}\n{}\nBoost {}.{}.{}\nEigen {}.{}.{}\nmuParser {}\nfmt {}.{}.{}",
                       config::version(), config::commit(), parallel::mpi_version(),
                       parallel::petsc_version(), io::library_version(), BOOST_VERSION / 100000,
                       BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100, EIGEN_WORLD_VERSION,
                       EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION, mu::ParserVersion,
                       FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100);
}

} // namespace equipoise::driver

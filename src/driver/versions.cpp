#include "equipoise/driver/versions.hpp"

#include "equipoise/config/provenance.hpp"

#include <Eigen/Core>
#include <boost/version.hpp>
#include <fmt/format.h>
#include <hdf5.h>
#include <mpi.h>
#include <muParserDef.h>

#include <string>

namespace equipoise::driver {

std::string version_text() {
    char mpi[MPI_MAX_LIBRARY_VERSION_STRING] = {};
    int length = 0;
    MPI_Get_library_version(mpi, &length);
    std::string mpi_text(mpi, static_cast<std::size_t>(length));
    mpi_text = mpi_text.substr(0, mpi_text.find(','));
    unsigned major = 0;
    unsigned minor = 0;
    unsigned release = 0;
    H5get_libversion(&major, &minor, &release);
    return fmt::format(
        "equipoise {} (commit {})\n"
        "{}\nHDF5 {}.{}.{}, parallel\nBoost {}.{}.{}\nEigen {}.{}.{}\nmuParser {}\nfmt {}.{}.{}",
        config::version(), config::commit(), mpi_text, major, minor, release,
        BOOST_VERSION / 100000, BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100,
        EIGEN_WORLD_VERSION, EIGEN_MAJOR_VERSION, EIGEN_MINOR_VERSION, mu::ParserVersion,
        FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100);
}

} // namespace equipoise::driver

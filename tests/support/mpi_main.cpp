// The main function of the tests that run on several ranks: rank 0 prints as usual, the others only
// their failures, at once (a rank that leaves a test early may leave the others waiting until the
// time limit).
#define CATCH_CONFIG_RUNNER
#include <catch2/catch.hpp>
#include <mpi.h>

#include <algorithm>
#include <iostream>
#include <sstream>
#include <streambuf>

namespace {

int rank_of_world() {
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    return rank;
}

#if defined(CATCH_VERSION_MAJOR) && CATCH_VERSION_MAJOR >= 3
using ListenerBase = Catch::EventListenerBase;
using HandlerResult = void;
constexpr auto handled = [] {};
#else
using ListenerBase = Catch::TestEventListenerBase;
using HandlerResult = bool;
constexpr auto handled = [] { return true; };
#endif

/// Writes a failed assertion of any rank but 0 to the error stream in one piece.
class FailureOfRank : public ListenerBase {
  public:
    using ListenerBase::ListenerBase;

    HandlerResult assertionEnded(const Catch::AssertionStats& stats) override {
        const Catch::AssertionResult& result = stats.assertionResult;
        if (!result.isOk() && rank_of_world() != 0) {
            std::ostringstream text;
            text << "rank " << rank_of_world() << ": " << result.getSourceInfo() << ": "
                 << result.getExpressionInMacro() << "\n  with " << result.getExpandedExpression()
                 << "\n";
            if (result.hasMessage()) {
                text << "  " << std::string(result.getMessage()) << "\n";
            }
            std::cerr << text.str() << std::flush;
        }
        return handled();
    }
};

class SilentBuffer : public std::streambuf {
  protected:
    int overflow(int character) override { return character; }
};

} // namespace

CATCH_REGISTER_LISTENER(FailureOfRank)

int main(int argc, char* argv[]) {
    int provided = 0;
    MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided);
    SilentBuffer silent;
    std::streambuf* console = std::cout.rdbuf();
    if (rank_of_world() != 0) {
        std::cout.rdbuf(&silent);
    }
    int failed = Catch::Session().run(argc, argv);
    // More than 255 failures would wrap to an exit code of zero.
    failed = std::min(failed, 255);
    MPI_Allreduce(MPI_IN_PLACE, &failed, 1, MPI_INT, MPI_MAX, MPI_COMM_WORLD);
    std::cout.rdbuf(console);
    MPI_Finalize();
    return failed;
}

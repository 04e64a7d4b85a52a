#include "equipoise/parallel/communicator.hpp"

#include "equipoise/util/errors.hpp"

#include <cstdlib>
#include <limits>
#include <string>
#include <utility>

namespace equipoise::parallel {

void check(int code, const char* call) {
    if (code == MPI_SUCCESS) {
        return;
    }
    char text[MPI_MAX_ERROR_STRING] = {};
    int length = 0;
    MPI_Error_string(code, text, &length);
    throw InternalError(std::string(call) + ": " +
                        std::string(text, static_cast<std::size_t>(length)));
}

namespace {

int count_of(std::size_t size) {
    ensure(size <= static_cast<std::size_t>(std::numeric_limits<int>::max()),
           "an MPI message holds at most 2^31 - 1 elements");
    return static_cast<int>(size);
}

template <class T>
T reduce(const Communicator& comm, T value, MPI_Datatype type, MPI_Op operation) {
    T result{};
    check(MPI_Allreduce(&value, &result, 1, type, operation, comm.handle()), "MPI_Allreduce");
    return result;
}

} // namespace

Communicator::Communicator(MPI_Comm comm) : comm_(comm) {
    check(MPI_Comm_rank(comm_, &rank_), "MPI_Comm_rank");
    check(MPI_Comm_size(comm_, &size_), "MPI_Comm_size");
}

void Communicator::barrier() const {
    check(MPI_Barrier(comm_), "MPI_Barrier");
}

std::string Communicator::broadcast(const std::string& text) const {
    auto length = static_cast<std::int64_t>(text.size());
    check(MPI_Bcast(&length, 1, MPI_INT64_T, 0, comm_), "MPI_Bcast");
    std::string result = text;
    result.resize(static_cast<std::size_t>(length));
    check(MPI_Bcast(result.data(), count_of(result.size()), MPI_CHAR, 0, comm_), "MPI_Bcast");
    return result;
}

void Communicator::broadcast(std::span<double> values) const {
    check(MPI_Bcast(values.data(), count_of(values.size()), MPI_DOUBLE, 0, comm_), "MPI_Bcast");
}

void Communicator::broadcast(std::span<std::int64_t> values) const {
    check(MPI_Bcast(values.data(), count_of(values.size()), MPI_INT64_T, 0, comm_), "MPI_Bcast");
}

bool Communicator::any(bool value) const {
    return reduce(*this, value ? 1 : 0, MPI_INT, MPI_MAX) != 0;
}

std::int64_t Communicator::sum(std::int64_t value) const {
    return reduce(*this, value, MPI_INT64_T, MPI_SUM);
}

std::int64_t Communicator::max(std::int64_t value) const {
    return reduce(*this, value, MPI_INT64_T, MPI_MAX);
}

std::int64_t Communicator::min(std::int64_t value) const {
    return reduce(*this, value, MPI_INT64_T, MPI_MIN);
}

double Communicator::max(double value) const {
    return reduce(*this, value, MPI_DOUBLE, MPI_MAX);
}

double Communicator::min(double value) const {
    return reduce(*this, value, MPI_DOUBLE, MPI_MIN);
}

void Communicator::max(std::span<double> values) const {
    check(MPI_Allreduce(MPI_IN_PLACE, values.data(), count_of(values.size()), MPI_DOUBLE, MPI_MAX,
                        comm_),
          "MPI_Allreduce");
}

void Communicator::sum(std::span<std::int64_t> values) const {
    check(MPI_Allreduce(MPI_IN_PLACE, values.data(), count_of(values.size()), MPI_INT64_T, MPI_SUM,
                        comm_),
          "MPI_Allreduce");
}

void Communicator::sum_reals(std::span<double> values) const {
    check(MPI_Allreduce(MPI_IN_PLACE, values.data(), count_of(values.size()), MPI_DOUBLE, MPI_SUM,
                        comm_),
          "MPI_Allreduce");
}

std::string Communicator::first_text(const std::string& text) const {
    const int owner = reduce(*this, text.empty() ? size_ : rank_, MPI_INT, MPI_MIN);
    if (owner == size_) {
        return {};
    }
    auto length = static_cast<std::int64_t>(text.size());
    check(MPI_Bcast(&length, 1, MPI_INT64_T, owner, comm_), "MPI_Bcast");
    std::string result = text;
    result.resize(static_cast<std::size_t>(length));
    check(MPI_Bcast(result.data(), count_of(result.size()), MPI_CHAR, owner, comm_), "MPI_Bcast");
    return result;
}

PendingSum::PendingSum(const Communicator& comm, std::span<std::int64_t> values) {
    check(MPI_Iallreduce(MPI_IN_PLACE, values.data(), count_of(values.size()), MPI_INT64_T, MPI_SUM,
                         comm.handle(), &request_),
          "MPI_Iallreduce");
}

PendingSum::PendingSum(PendingSum&& other) noexcept
    : request_(std::exchange(other.request_, MPI_REQUEST_NULL)) {}

PendingSum& PendingSum::operator=(PendingSum&& other) noexcept {
    std::swap(request_, other.request_);
    return *this;
}

PendingSum::~PendingSum() {
    if (request_ != MPI_REQUEST_NULL) {
        // An exception unwinds past a sum that is under way: it must end before its buffer does.
        MPI_Wait(&request_, MPI_STATUS_IGNORE);
    }
}

void PendingSum::wait() {
    check(MPI_Wait(&request_, MPI_STATUS_IGNORE), "MPI_Wait");
}

bool PendingSum::test() {
    int arrived = 0;
    check(MPI_Test(&request_, &arrived, MPI_STATUS_IGNORE), "MPI_Test");
    return arrived != 0;
}

std::string mpi_version() {
    char text[MPI_MAX_LIBRARY_VERSION_STRING] = {};
    int length = 0;
    check(MPI_Get_library_version(text, &length), "MPI_Get_library_version");
    const std::string whole(text, static_cast<std::size_t>(length));
    return whole.substr(0, whole.find(','));
}

Environment::Environment(int& argc, char**& argv) {
    // FUNNELED: one thread per rank; PETSc and HDF5 ask for no more.
    int provided = 0;
    check(MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided), "MPI_Init_thread");
    check(MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
}

Environment::~Environment() {
    MPI_Finalize();
}

void Environment::abort(int exit_code) {
    MPI_Abort(MPI_COMM_WORLD, exit_code);
    std::abort();
}

} // namespace equipoise::parallel

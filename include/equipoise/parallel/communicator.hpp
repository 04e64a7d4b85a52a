#pragma once

#include <mpi.h>

#include <cstdint>
#include <span>
#include <string>

/// MPI with every return code checked.
namespace equipoise::parallel {

/// Throws InternalError with MPI's own words unless `code` is MPI_SUCCESS.
void check(int code, const char* call);

/// A value that stands for a group of ranks: cheap to copy, never owns or frees the MPI_Comm.
class Communicator {
  public:
    explicit Communicator(MPI_Comm comm);
    static Communicator world() { return Communicator(MPI_COMM_WORLD); }

    [[nodiscard]] MPI_Comm handle() const noexcept { return comm_; }
    [[nodiscard]] int rank() const noexcept { return rank_; }
    [[nodiscard]] int size() const noexcept { return size_; }
    [[nodiscard]] bool is_root() const noexcept { return rank_ == 0; }

    void barrier() const;
    /// Root's text on every rank.
    [[nodiscard]] std::string broadcast(const std::string& text) const;
    void broadcast(std::span<double> values) const;
    void broadcast(std::span<std::int64_t> values) const;
    /// True on every rank when it is true on any.
    [[nodiscard]] bool any(bool value) const;
    [[nodiscard]] std::int64_t sum(std::int64_t value) const;
    [[nodiscard]] std::int64_t max(std::int64_t value) const;
    [[nodiscard]] std::int64_t min(std::int64_t value) const;
    [[nodiscard]] double max(double value) const;
    [[nodiscard]] double min(double value) const;
    /// Largest values, in place.
    void max(std::span<double> values) const;
    /// Sums of integers, in place: exact, so independent of the number of ranks.
    void sum(std::span<std::int64_t> values) const;
    /// Sums of doubles, in place: the last digits depend on the number of ranks. For what is
    /// compared and reported, never for a state.
    void sum_reals(std::span<double> values) const;
    /// The first non-empty text by rank order, on every rank ("" when all are empty).
    [[nodiscard]] std::string first_text(const std::string& text) const;

  private:
    MPI_Comm comm_;
    int rank_ = 0;
    int size_ = 1;
};

/// One sum of integers under way (MPI_Iallreduce). The buffer must live until wait() returns.
class PendingSum {
  public:
    PendingSum() = default;
    PendingSum(const Communicator& comm, std::span<std::int64_t> values);
    PendingSum(const PendingSum&) = delete;
    PendingSum& operator=(const PendingSum&) = delete;
    PendingSum(PendingSum&& other) noexcept;
    PendingSum& operator=(PendingSum&& other) noexcept;
    ~PendingSum();

    void wait();
    /// Lets MPI make progress; true when the sum has arrived.
    bool test();

  private:
    MPI_Request request_ = MPI_REQUEST_NULL;
};

/// "Open MPI v4.1.4": the library the program runs with.
std::string mpi_version();

/// MPI from here to the end of the object's life. An exception that leaves main on one rank must
/// end all of them: call abort() then.
class Environment {
  public:
    Environment(int& argc, char**& argv);
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;
    ~Environment();
    /// Ends every rank of the job at once with the exit code.
    [[noreturn]] static void abort(int exit_code);
};

} // namespace equipoise::parallel

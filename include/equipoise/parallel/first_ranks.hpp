#pragma once

#include "equipoise/parallel/communicator.hpp"
#include "equipoise/util/errors.hpp"

#include <exception>
#include <string>
#include <vector>

namespace equipoise::parallel {

/// The communicator of the first `count` ranks of another one, owned. On the other ranks handle()
/// is MPI_COMM_NULL and member() false.
class FirstRanks {
  public:
    FirstRanks(const Communicator& all, int count); ///< collective over `all`
    FirstRanks(const FirstRanks&) = delete;
    FirstRanks& operator=(const FirstRanks&) = delete;
    ~FirstRanks();

    [[nodiscard]] bool member() const noexcept { return comm_ != MPI_COMM_NULL; }
    [[nodiscard]] MPI_Comm handle() const noexcept { return comm_; }

    /// Runs `body` on the first ranks, where it fails on all or none; the others wait for it and
    /// fail with them, by an InputError or NumericsError of the same words.
    template <class Body>
    void together(const Body& body) const {
        std::exception_ptr failure;
        bool input = false;
        std::string words;
        if (member()) {
            try {
                body();
            } catch (const std::exception& error) {
                failure = std::current_exception();
                words = error.what();
                input = dynamic_cast<const InputError*>(&error) != nullptr;
            }
        }
        if (count_ < all_.size()) {
            const bool failed = all_.broadcast(failure ? "failed" : "") == "failed";
            words = all_.broadcast(words);
            input = all_.any(input);
            if (failed && !failure && input) {
                throw InputError({{{}, words, ""}});
            }
            if (failed && !failure) {
                throw NumericsError(words);
            }
        }
        if (failure) {
            std::rethrow_exception(failure);
        }
    }
    /// Rank 0's values on the ranks beyond the first ones too. The lengths must agree.
    [[nodiscard]] std::vector<double> shared(std::vector<double> values) const;

  private:
    Communicator all_;
    int count_;
    MPI_Comm comm_ = MPI_COMM_NULL;
};

} // namespace equipoise::parallel

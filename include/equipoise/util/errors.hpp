#pragma once

#include <stdexcept>
#include <string>
#include <vector>

/// The four ways in which a run can fail. Each maps to one exit code of the program (see
/// docs/configuration): bad input 2, numerics 3, file system 4; anything else is a bug and ends
/// with 1.
namespace equipoise {

/// Where a configuration value was written: a file and line, or the command line, or a default.
struct Origin {
    std::string file;  ///< path of the file, "command line", or "default"
    int line = 0;      ///< 1-based line in the file; 0 where there is none
    std::string key;   ///< full key, as in "population.e.drift"
    std::string value; ///< the text that the user gave
};

/// One mistake in the input: where it is, what is wrong with it, and what to do about it.
struct Problem {
    Origin origin;
    std::string message; ///< what is wrong
    std::string remedy;  ///< what is allowed, or what to change

    /// "file:line: key = value: message; remedy" in one line.
    [[nodiscard]] std::string text() const;
};

/// Bad input: found before any work or output starts. Holds every problem found, not only the
/// first.
class InputError : public std::runtime_error {
  public:
    explicit InputError(std::vector<Problem> problems);
    [[nodiscard]] const std::vector<Problem>& problems() const noexcept { return problems_; }

  private:
    std::vector<Problem> problems_;
};

/// The numerics failed: a non-finite state, no balanced state, a solver that diverged.
class NumericsError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// The file system failed: no space, no permission, a damaged file.
class FileSystemError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// A broken promise inside the program: please report it.
class InternalError : public std::logic_error {
  public:
    using std::logic_error::logic_error;
};

/// Throws InternalError with `what` unless `condition` holds. For promises between our own parts
/// only.
void ensure(bool condition, const char* what);

} // namespace equipoise

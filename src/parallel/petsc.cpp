#include "equipoise/parallel/petsc.hpp"

#include "equipoise/util/errors.hpp"

#include <fmt/format.h>

#include <utility>

namespace equipoise::parallel {

namespace {

/// What PETSc said where the last error arose, kept for the exception.
std::string& last_words() {
    static std::string words;
    return words;
}

/// Keeps the words of an error's origin and prints nothing.
PetscErrorCode keep_words(MPI_Comm, int line, const char* function, const char* file,
                          PetscErrorCode code, PetscErrorType type, const char* message, void*) {
    if (type == PETSC_ERROR_INITIAL) {
        last_words() = fmt::format("{} ({} at {}:{})", message == nullptr ? "" : message,
                                   function == nullptr ? "" : function, file, line);
    }
    return code;
}

} // namespace

void check_petsc(PetscErrorCode code, std::string_view call) {
    if (code == 0) {
        return;
    }
    const char* text = nullptr;
    PetscErrorMessage(code, &text, nullptr);
    std::string words = std::move(last_words());
    last_words().clear();
    throw InternalError(
        fmt::format("{}: {}: {}", call, text == nullptr ? "unknown PETSc error" : text, words));
}

std::vector<std::string> split_options(std::string_view options) {
    std::vector<std::string> words;
    std::string word;
    bool inside = false;
    char quote = '\0';
    for (const char c : options) {
        if (quote != '\0') {
            if (c == quote) {
                quote = '\0';
            } else {
                word += c;
            }
        } else if (c == '\'' || c == '"') {
            quote = c;
            inside = true;
        } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
            if (inside) {
                words.push_back(std::move(word));
                word.clear();
            }
            inside = false;
        } else {
            word += c;
            inside = true;
        }
    }
    if (inside) {
        words.push_back(std::move(word));
    }
    return words;
}

std::string petsc_version() {
    PetscInt major = 0;
    PetscInt minor = 0;
    PetscInt subminor = 0;
    check_petsc(PetscGetVersionNumber(&major, &minor, &subminor, nullptr), "PetscGetVersionNumber");
    return fmt::format("PETSc {}.{}.{}", major, minor, subminor);
}

PetscEnvironment::PetscEnvironment(const Communicator& comm, std::string_view options) {
    std::vector<std::string> words = split_options(options);
    // Signals are the driver's: PETSc must not take SIGTERM from it.
    words.insert(words.begin(), {"equipoise", "-no_signal_handler"});
    std::vector<char*> pointers;
    for (std::string& word : words) {
        pointers.push_back(word.data());
    }
    pointers.push_back(nullptr);
    int count = static_cast<int>(words.size());
    char** arguments = pointers.data();
    PETSC_COMM_WORLD = comm.handle();
    check_petsc(PetscInitialize(&count, &arguments, nullptr, nullptr), "PetscInitialize");
    check_petsc(PetscPushErrorHandler(keep_words, nullptr), "PetscPushErrorHandler");
}

PetscEnvironment::~PetscEnvironment() {
    PetscPopErrorHandler();
    PetscFinalize();
}

} // namespace equipoise::parallel

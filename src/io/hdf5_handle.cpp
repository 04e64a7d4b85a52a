#include "equipoise/io/hdf5_handle.hpp"

#include "equipoise/util/errors.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>

namespace equipoise::io {

namespace {

/// The innermost message of HDF5's error stack is the one that says what happened.
herr_t keep_innermost(unsigned /*n*/, const H5E_error2_t* error, void* text) {
    if (error->desc != nullptr && error->desc[0] != '\0') {
        *static_cast<std::string*>(text) = error->desc;
    }
    return 0;
}

/// Of a call that failed, HDF5's own words do not always have the system's; but the last error of
/// the system may be an old one that has nothing to do with it.
std::string words_of_system(int code) {
    switch (code) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
    case EIO:
    case EROFS:
    case EACCES:
        return std::string(": ") + std::strerror(code);
    default:
        return {};
    }
}

} // namespace

void fail_hdf5(const char* call, const std::string& file) {
    const int code = errno;
    std::string reason;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_DOWNWARD, keep_innermost, &reason);
    H5Eclear2(H5E_DEFAULT);
    reason = reason.substr(0, reason.find(": time = ")); // and lengths, and addresses
    throw FileSystemError(fmt::format(
        "{}: {}{} ({})", file, reason.empty() ? "HDF5 failed" : reason, words_of_system(code),
        std::string(call).substr(0, std::string(call).find('('))));
}

SilentErrors::SilentErrors() {
    H5Eget_auto2(H5E_DEFAULT, &function_, &data_);
    H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

SilentErrors::~SilentErrors() {
    H5Eset_auto2(H5E_DEFAULT, function_, data_);
}

} // namespace equipoise::io

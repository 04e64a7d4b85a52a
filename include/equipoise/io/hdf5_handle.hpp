#pragma once

#include <hdf5.h>

#include <string>
#include <utility>

/// HDF5's identifiers as objects: closed once, moved, never copied.
namespace equipoise::io {

/// Throws FileSystemError with the call, the file and HDF5's own words.
[[noreturn]] void fail_hdf5(const char* call, const std::string& file);

/// HDF5 calls return something negative on failure.
template <class Result>
Result check_hdf5(Result result, const char* call, const std::string& file) {
    if (result < 0) {
        fail_hdf5(call, file);
    }
    return result;
}

/// EQUIPOISE_HDF5(file, H5Dopen(...)): the call's value, checked, with the call as written in the
/// error.
#define EQUIPOISE_HDF5(file, call) ::equipoise::io::check_hdf5(call, #call, file)

template <herr_t (*Close)(hid_t)>
class Handle {
  public:
    Handle() = default;
    explicit Handle(hid_t id) : id_(id) {}
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, H5I_INVALID_HID)) {}
    Handle& operator=(Handle&& other) noexcept {
        std::swap(id_, other.id_);
        return *this;
    }
    ~Handle() { reset(); }

    [[nodiscard]] hid_t id() const noexcept { return id_; }
    /// Gives the identifier up: the caller closes it, and sees the status.
    [[nodiscard]] hid_t release() noexcept { return std::exchange(id_, H5I_INVALID_HID); }
    /// Closes now; the status of closing is lost, so flush first where it matters.
    void reset() noexcept {
        if (id_ >= 0) {
            Close(std::exchange(id_, H5I_INVALID_HID));
        }
    }

  private:
    hid_t id_ = H5I_INVALID_HID;
};

using FileHandle = Handle<H5Fclose>;
using GroupHandle = Handle<H5Gclose>;
using DatasetHandle = Handle<H5Dclose>;
using SpaceHandle = Handle<H5Sclose>;
using TypeHandle = Handle<H5Tclose>;
using PropertiesHandle = Handle<H5Pclose>;
using AttributeHandle = Handle<H5Aclose>;
using ObjectHandle = Handle<H5Oclose>;

/// Switches off HDF5's own printing while it lives: errors travel as exceptions.
class SilentErrors {
  public:
    SilentErrors();
    SilentErrors(const SilentErrors&) = delete;
    SilentErrors& operator=(const SilentErrors&) = delete;
    ~SilentErrors();

  private:
    H5E_auto2_t function_ = nullptr;
    void* data_ = nullptr;
};

} // namespace equipoise::io

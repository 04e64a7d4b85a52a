#pragma once

#include "equipoise/io/hdf5_handle.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <string>
#include <type_traits>
#include <vector>

/// A file read by HDF5 alone, by this process, without the program's own reader.
class ReadBack {
  public:
    explicit ReadBack(const std::string& path)
        : file_(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT)) {
        REQUIRE(file_.id() >= 0);
    }

    [[nodiscard]] std::vector<hsize_t> shape(const std::string& dataset) const {
        const equipoise::io::DatasetHandle handle = open(dataset);
        const equipoise::io::SpaceHandle space(H5Dget_space(handle.id()));
        std::vector<hsize_t> extents(
            static_cast<std::size_t>(H5Sget_simple_extent_ndims(space.id())));
        H5Sget_simple_extent_dims(space.id(), extents.data(), nullptr);
        return extents;
    }

    template <class Value>
    [[nodiscard]] std::vector<Value> values(const std::string& dataset) const {
        std::size_t size = 1;
        for (const hsize_t extent : shape(dataset)) {
            size *= extent;
        }
        std::vector<Value> result(size);
        const equipoise::io::DatasetHandle handle = open(dataset);
        const hid_t type = std::is_same_v<Value, double> ? H5T_NATIVE_DOUBLE : H5T_NATIVE_INT64;
        REQUIRE(H5Dread(handle.id(), type, H5S_ALL, H5S_ALL, H5P_DEFAULT, result.data()) >= 0);
        return result;
    }
    [[nodiscard]] std::vector<double> reals(const std::string& dataset) const {
        return values<double>(dataset);
    }

    [[nodiscard]] std::string text(const std::string& object, const std::string& name) const {
        const equipoise::io::AttributeHandle attribute(
            H5Aopen_by_name(file_.id(), object.c_str(), name.c_str(), H5P_DEFAULT, H5P_DEFAULT));
        REQUIRE(attribute.id() >= 0);
        const equipoise::io::TypeHandle type(H5Aget_type(attribute.id()));
        char* data = nullptr;
        REQUIRE(H5Aread(attribute.id(), type.id(), &data) >= 0);
        const std::string result = data;
        H5free_memory(data);
        return result;
    }

    [[nodiscard]] std::int64_t whole(const std::string& name) const {
        const equipoise::io::AttributeHandle attribute(
            H5Aopen_by_name(file_.id(), "/", name.c_str(), H5P_DEFAULT, H5P_DEFAULT));
        REQUIRE(attribute.id() >= 0);
        std::int64_t value = -1;
        REQUIRE(H5Aread(attribute.id(), H5T_NATIVE_INT64, &value) >= 0);
        return value;
    }

    [[nodiscard]] equipoise::io::DatasetHandle open(const std::string& dataset) const {
        equipoise::io::DatasetHandle handle(H5Dopen2(file_.id(), dataset.c_str(), H5P_DEFAULT));
        REQUIRE(handle.id() >= 0);
        return handle;
    }

  private:
    equipoise::io::FileHandle file_;
};

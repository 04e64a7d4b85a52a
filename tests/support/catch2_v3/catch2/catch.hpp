// Lets the tests, written for Catch2 2, build with Catch2 3, which has no catch.hpp.
#pragma once

#include <catch2/catch_all.hpp>

using Catch::Approx;

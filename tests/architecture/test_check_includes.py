"""Protects the check itself: each planted include must be found, and each allowed one must pass."""

import tempfile
import unittest
from pathlib import Path

import check_includes

FORBIDDEN = [
    ("src/util/a.cpp", '#include "equipoise/parallel/communicator.hpp"'),
    ("include/equipoise/model/a.hpp", '#include "equipoise/domain/domain.hpp"'),
    ("include/equipoise/model/a.hpp", '#include "equipoise/parallel/communicator.hpp"'),
    ("src/random/a.cpp", '#include "equipoise/config/config.hpp"'),
    ("src/network/a.cpp", '#include "equipoise/kinetic/grid.hpp"'),
    ("src/kinetic/a.cpp", '#include "equipoise/field/field.hpp"'),
    ("src/field/a.cpp", '#include "equipoise/network/step.hpp"'),
    ("src/io/a.cpp", '#include "equipoise/balance/balance.hpp"'),
    ("src/diagnostics/a.cpp", '#include "equipoise/io/file.hpp"'),
    ("src/io/a.cpp", '#include "equipoise/driver/clock.hpp"'),
    ("src/network/a.cpp", '  #  include "equipoise/driver/clock.hpp"'),
    ("src/network/a.cpp", "#include <mpi.h>"),
    ("src/driver/a.cpp", "#include <mpi.h>"),
    ("src/model/a.cpp", "#include <petscvec.h>"),
    ("src/network/a.cpp", "#include <petscts.h>"),
    ("src/network/a.cpp", "#include <fftw3.h>"),
    ("src/kinetic/a.cpp", "#include <hdf5.h>"),
    ("src/driver/a.cpp", "#include <hdf5_hl.h>"),
    ("src/driver/a.cpp", "#include <H5Fpublic.h>"),
    ("src/network/a.cpp", '#include "../kinetic/grid.hpp"'),
    ("src/network/a.cpp", '#include "equipoise/nowhere/a.hpp"'),
    ("src/network/a.cpp", "#include <equipoise/util/errors.hpp>"),
    ("src/nowhere/a.cpp", "#include <vector>"),
    ("src/a.cpp", "#include <vector>"),
]
ALLOWED = [
    ("src/parallel/a.cpp", "#include <mpi.h>"),
    ("src/parallel/a.cpp", "#include <petscsys.h>"),
    ("src/io/a.cpp", "#include <hdf5.h>"),
    ("src/balance/a.cpp", "#include <fftw3.h>"),
    ("src/kinetic/a.cpp", "#include <petscts.h>"),
    ("src/network/a.cpp", '#include "equipoise/util/errors.hpp"'),
    ("src/network/a.cpp", '#include "equipoise/parallel/exact_sum.hpp"'),
    ("src/driver/a.cpp", '#include "equipoise/field/field.hpp"'),
    ("src/network/a.cpp", '#include "own.hpp"'),
    ("src/network/a.cpp", "// #include <mpi.h>\n/*\n#include <hdf5.h>\n*/"),
]


class CheckIncludes(unittest.TestCase):
    def found(self, place, text):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, place)
            path.parent.mkdir(parents=True)
            path.write_text("#pragma once\n" + text + "\n")
            return check_includes.problems(Path(folder))

    def test_forbidden(self):
        for place, text in FORBIDDEN:
            with self.subTest(place=place, text=text):
                found = self.found(place, text)
                self.assertEqual(len(found), 1, found)
                self.assertIn(place, found[0])

    def test_line_number(self):
        self.assertIn("src/util/a.cpp:3:", self.found("src/util/a.cpp", "/* mpi.h */\n#include <mpi.h>")[0])

    def test_allowed(self):
        for place, text in ALLOWED:
            with self.subTest(place=place, text=text):
                self.assertEqual(self.found(place, text), [])

    def test_nobody_includes_driver(self):
        for module in check_includes.ARROWS:
            if module != "driver":
                self.assertNotIn("driver", check_includes.visible(module))

    def test_an_empty_tree_is_an_error(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertTrue(check_includes.problems(Path(folder)))


if __name__ == "__main__":
    unittest.main()

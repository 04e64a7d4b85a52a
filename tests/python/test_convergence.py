"""Protects postprocess convergence: a study in the documented layout, made here by h5py, is tabled and drawn."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import h5py
import matplotlib.image
import numpy as np

PROGRAM = Path(os.environ["EQUIPOISE_SOURCE"], "postprocess", "equipoise_post")
sys.path.insert(0, str(PROGRAM.parent))
from equipoise_post import convergence  # noqa: E402

VERMILION, BLUE = (0xD5, 0x5E, 0x00), (0x00, 0x72, 0xB2)
SIZES = np.array([1000, 4000, 16000])
CONFIG = "[populations]\nnames = e PV\n[population.e]\nsign = excitatory\n[population.PV]\nsign = inhibitory\n"


def write(path, predicted):
    with h5py.File(path, "w") as file:
        file.attrs["title"] = "a study"
        file.attrs["config"] = CONFIG
        group = file.create_group("convergence")
        group["population"] = ["e", "PV"]
        group["size"] = SIZES
        for name, exponent in (("mean", -0.625), ("variance", -0.5)):
            error = np.array([[1.0], [0.5]]) * SIZES**exponent
            group[f"{name}_error"] = error
            group[f"{name}_independent"] = 2 * error
            group[f"{name}_exponent"] = [exponent, exponent]
            group[f"{name}_exponent_interval"] = [[exponent - 0.0625, exponent + 0.03125]] * 2
            if predicted:
                group[f"{name}_predicted"] = 1.1 * error
                group[f"{name}_predicted_exponent"] = [exponent + 0.125] * 2


class Convergence(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name, "a.h5")

    def run_program(self, *arguments):
        return subprocess.run([sys.executable, str(PROGRAM), "convergence", str(self.path), *map(str, arguments)],
                              capture_output=True, text=True, timeout=100, check=False)

    def test_table_and_picture(self):
        for predicted, shown in ((True, "-0.500"), (False, "-")):
            write(self.path, predicted)
            picture = self.path.with_name("p.png")
            done = self.run_program("-o", picture)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            rows = [line.split() for line in done.stdout.splitlines()]
            self.assertEqual(rows[1], ["mean", "e", "-0.625", "[-0.688,", "-0.594]", shown])
            self.assertEqual(rows[4][:3], ["variance", "PV", "-0.500"])
            pixels = matplotlib.image.imread(picture)[..., :3]
            for colour in (VERMILION, BLUE):
                self.assertLess(np.abs(pixels - np.array(colour) / 255).max(axis=-1).min(), 0.02, "a population is not drawn")

    def test_fit(self):
        """The drawn line is the fit: an exact power is met, and errors off by a factor lie on both sides."""
        errors = 3.0 * SIZES**-0.5
        np.testing.assert_allclose(convergence.fitted(SIZES, errors, -0.5), errors)
        np.testing.assert_allclose(convergence.fitted(SIZES, errors * [2.0, 0.25, 2.0], -0.5), errors)

    def test_another_file(self):
        h5py.File(self.path, "w").close()
        done = self.run_program()
        self.assertEqual(done.returncode, 2)
        self.assertIn("has no group convergence", done.stderr)
        self.assertNotIn("Traceback", done.stderr)


if __name__ == "__main__":
    unittest.main()

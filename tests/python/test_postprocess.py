"""Protects postprocess/: files in the documented layout, made here by h5py, must be read, drawn and tabled."""

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
CONFIG = """# equipoise 0.1.0
[run]
title = a test
[domain]
kind = {kind}
length = {length}
[populations]
names = e PV
[population.e]
sign = excitatory
neurons = 800
drive = 0.1 + 5%
[population.PV]
sign = inhibitory
neurons = 200
"""
TIMES = 21


def write(path, kind, bins=0):
    length = "2 3" if kind == "torus" else "2"
    time = np.linspace(0.0, 5.0, TIMES)
    mean = np.stack([np.exp(-time), 1.0 - np.exp(-time)], axis=1)
    variance = 0.5 + 0.25 * mean
    with h5py.File(path, "w") as file:
        file.attrs["title"] = "a test"
        file.attrs["config"] = CONFIG.format(kind=kind, length=length)
        group = file.create_group("network")
        group["time"], group["mean"], group["variance"] = time, mean, variance
        if bins:
            shape = np.cos(np.linspace(0, 2 * np.pi, bins, endpoint=False))
            group["profile_mean"] = mean[:, :, None] + shape
            group["profile_variance"] = variance[:, :, None] + 0.1 * shape


def plot(*arguments):
    return subprocess.run([sys.executable, str(PROGRAM), "plot", *map(str, arguments)], capture_output=True, text=True,
                          timeout=100, check=False)


class Plot(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def check(self, kind, bins=0):
        source, picture, pdf = (self.folder / name for name in ("a.h5", "a.png", "a.pdf"))
        write(source, kind, bins)
        done = plot(source, "-o", picture, "-o", pdf)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr, "")
        pixels = matplotlib.image.imread(picture)
        self.assertGreater(pixels[..., :3].std(), 0.02, "the picture is blank")
        self.assertTrue(pdf.read_bytes().startswith(b"%PDF"))
        return done.stdout, pixels

    def test_point(self):
        table, pixels = self.check("point")
        lines = table.splitlines()
        self.assertEqual(lines[1].split(), ["network", "e", "800", "0", "1.00000", "0.75000", "5", "0.00674", "0.50168"])
        self.assertEqual(lines[2].split(), ["network", "PV", "200", "0", "0.00000", "0.50000", "5", "0.99326", "0.74832"])
        # The excitatory population's colour (vermilion) and the inhibitory one's (blue) are both drawn.
        for colour in ((0xD5, 0x5E, 0x00), (0x00, 0x72, 0xB2)):
            distance = np.abs(pixels[..., :3] - np.array(colour) / 255).max(axis=-1)
            self.assertLess(distance.min(), 0.02, colour)

    def test_ring(self):
        _, plain = self.check("point")
        _, pixels = self.check("ring", bins=16)
        self.assertGreater(pixels.shape[0], plain.shape[0], "no maps over position")

    def test_torus(self):
        _, plain = self.check("point")
        _, pixels = self.check("torus", bins=16)
        self.assertGreater(pixels.shape[0], plain.shape[0], "no maps over position")

    def test_default_name(self):
        source = self.folder / "b.h5"
        write(source, "point")
        self.assertEqual(plot(source).returncode, 0)
        self.assertTrue((self.folder / "b.png").exists())

    def test_bad_files(self):
        absent = self.folder / "absent.h5"
        empty = self.folder / "empty.h5"
        h5py.File(empty, "w").close()
        for path in (absent, empty):
            done = plot(path)
            self.assertEqual(done.returncode, 2, done)
            self.assertIn(str(path), done.stderr)
            self.assertNotIn("Traceback", done.stderr)


if __name__ == "__main__":
    unittest.main()

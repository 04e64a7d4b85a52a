"""Protects the reading of files larger than memory: parts of at most a stated size, which make up the whole."""

import subprocess
import sys
import unittest

import h5py
import numpy as np
from synthetic import PROGRAM, FolderTest, write

from equipoise_post import compare, maps, slices
from equipoise_post.reader import Output


class Hyperslabs(FolderTest):
    def setUp(self):
        super().setUp()
        self.file = h5py.File(self.folder / "a.h5", "w")
        self.addCleanup(self.file.close)
        self.random = np.random.default_rng(1)
        self.addCleanup(setattr, slices, "BUFFER", slices.BUFFER)

    def dataset(self, *shape):
        return self.file.create_dataset("x", data=self.random.normal(size=shape))

    def test_tiles(self):
        """Every element once, no part above the buffer, and no more parts than needed where a record fits."""
        for shape in ((7,), (5, 3), (4, 3, 10), (3, 2, 5, 6), (0, 3)):
            for buffer in (8, 40, 100, 10**6):
                count = np.zeros(shape, dtype=int)
                parts = list(slices.hyperslabs(shape, 8, buffer))
                for where in parts:
                    self.assertLessEqual(count[where].size * 8, buffer)
                    count[where] += 1
                self.assertTrue((count == 1).all(), (shape, buffer))
        self.assertEqual(len(list(slices.hyperslabs((10, 4), 8, 3 * 32))), 4)

    def test_averages(self):
        """The same whether read at once or in parts smaller than a row."""
        dataset = self.dataset(6, 2, 5, 7)
        for buffer in (slices.BUFFER, 24):
            slices.BUFFER = buffer
            np.testing.assert_allclose(slices.averages(dataset), dataset[:].mean(axis=(2, 3)), rtol=1e-13)
            np.testing.assert_allclose(slices.average_of_record(dataset, 4), dataset[4].mean(axis=1), rtol=1e-13)
            np.testing.assert_allclose(slices.average_of_record(dataset, 4, slice(3, 4)), dataset[4, :, 3], rtol=1e-13)

    def test_thinned(self):
        dataset = self.dataset(25, 2, 24)
        self.addCleanup(setattr, slices, "MOST_POINTS", slices.MOST_POINTS)
        slices.MOST_POINTS = 10
        np.testing.assert_array_equal(slices.thinned(dataset, 1), dataset[::3, 1, ::3])
        np.testing.assert_array_equal(slices.thinned_plane(dataset, 7, 0, (2, 12)), dataset[7, 0].reshape(2, 12)[:, ::2])

    def test_densities_in_parts(self):
        """The reader's densities, of the field's Gaussians too, do not depend on the buffer."""
        path = self.folder / "b.h5"
        write(path, "ring", 16, ("kinetic", "field"))
        with Output(path) as output:
            y, whole = output.density("kinetic", 1, None)
            gaussian = output.density("field", 10, y)[1]
            slices.BUFFER = 200
            np.testing.assert_allclose(output.density("kinetic", 1, None)[1], whole, rtol=1e-13)
            np.testing.assert_allclose(output.density("field", 10, y)[1], gaussian, rtol=1e-13)
            self.assertEqual(maps.image_of(output, "kinetic", 0, 0, None)[0].shape, (12, 21))

    def test_comparison_in_parts(self):
        paths = [self.folder / name for name in ("b.h5", "c.h5")]
        for path, shift in zip(paths, (0.0, 0.01)):
            write(path, "ring", 16, ("kinetic",), shift)
        with Output(paths[0]) as first, Output(paths[1]) as second:
            whole = compare.Study([first, second], "kinetic", "mean").differences[0]
            slices.BUFFER = 24
            parts = compare.Study([first, second], "kinetic", "mean").differences[0]
        np.testing.assert_array_equal(parts.largest, whole.largest)
        np.testing.assert_allclose(parts.root_mean_square, whole.root_mean_square, rtol=1e-13)


PEAK = """
import resource, sys
sys.argv = sys.argv[1:]
sys.path.insert(0, sys.argv[0] + "/..")
from equipoise_post import style
from equipoise_post.command import main
style.PARAMETERS["savefig.dpi"] = 20  # so that pixels do not outweigh what is read
status = main(sys.argv[1:])
print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
sys.exit(status)
"""


class LargeFile(FolderTest):
    """A file of 37 times the buffer is drawn with little more memory than a small one."""

    def peak(self, path):
        done = subprocess.run([sys.executable, "-c", PEAK, PROGRAM, "plot", path, "-o", self.folder / "p.png", "--show",
                               "series", "maps", "densities", "density-maps"],
                              capture_output=True, text=True, timeout=350, check=False)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return int(done.stdout.split()[-1])

    def test_memory(self):
        small, large = self.folder / "small.h5", self.folder / "large.h5"
        for path, sites in ((small, 200), (large, 160000)):
            write(path, "ring", 16, ("kinetic",))
            with h5py.File(path, "a") as file:
                group = file["kinetic"]
                for name, shape, value in (("mean", (21, 2, sites), 1.0), ("variance", (21, 2, sites), 0.5),
                                           ("density", (3, 2, sites, 67), 1 / 8)):
                    del group[name]
                    # Chunks that were never written are all of the fill value: the file is large, the disk not used.
                    group.create_dataset(name, shape, chunks=(1, 1, min(sites, 20000), *shape[3:]), fillvalue=value, dtype="f8")
                del group["x"], group["y"]
                group["x"], group["y"] = np.arange(sites) * 2.0 / sites, np.linspace(-4.0, 4.0, 67)
        with h5py.File(large) as file:
            size = sum(file[f"kinetic/{name}"].size * 8 for name in ("mean", "variance", "density"))
        self.assertGreater(size, 37 * slices.BUFFER)
        more = self.peak(large) - self.peak(small)
        self.assertLess(more, 5 * slices.BUFFER)


if __name__ == "__main__":
    unittest.main()

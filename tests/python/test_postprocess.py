"""Protects postprocess/: files in the documented layout, made here by h5py, must be read, drawn and tabled."""

import tempfile
import unittest
from pathlib import Path

import h5py
import matplotlib.image
import numpy as np
from synthetic import BLUE, NEURONS, VERMILION, add_ensemble, count_colour, has_colour, run, write

from equipoise_post import layout, maps, style
from equipoise_post.reader import Output


def plot(*arguments):
    return run("plot", *arguments)


class Plot(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def check(self, kind, bins=0, solvers=(), more=()):
        source, picture = self.folder / "a.h5", self.folder / "a.png"
        write(source, kind, bins, solvers)
        done = plot(source, "-o", picture, *more)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(done.stderr, "")
        pixels = matplotlib.image.imread(picture)
        self.assertGreater(pixels[..., :3].std(), 0.02, "the picture is blank")
        return done.stdout, pixels

    def assert_rows(self, pixels, rows):
        """Title and legend are lower than a row of panels."""
        self.assertEqual(int(pixels.shape[0] / style.PARAMETERS["savefig.dpi"] / layout.PANEL_HEIGHT), rows)

    def test_point(self):
        pdf = self.folder / "a.pdf"
        table, pixels = self.check("point", more=("-o", pdf))
        self.assertTrue(pdf.read_bytes().startswith(b"%PDF"))
        self.assert_rows(pixels, 1)
        lines = table.splitlines()
        self.assertEqual(lines[1].split(), ["network", "e", "800", "0", "1.00000", "0.75000", "5", "0.00674", "0.50168"])
        self.assertEqual(lines[2].split(), ["network", "PV", "200", "0", "0.00000", "0.50000", "5", "0.99326", "0.74832"])
        # The excitatory population's colour (vermilion) and the inhibitory one's (blue) are both drawn.
        for colour in (VERMILION, BLUE):
            self.assertTrue(has_colour(pixels, colour), colour)

    def test_maps(self):
        """The network alone: over time, and a row of maps for each population."""
        for kind in ("ring", "torus"):
            self.assert_rows(self.check(kind, bins=16)[1], 3)

    def test_limits(self):
        """With limits beside the network: also densities, and maps of mean and variance of every solver."""
        for kind, solvers, rows in (("point", ("kinetic",), 2), ("ring", ("kinetic",), 6), ("torus", ("kinetic", "field"), 10)):
            table, pixels = self.check(kind, 0 if kind == "point" else 16, solvers)
            self.assert_rows(pixels, rows)
            self.assertIn(["kinetic", "PV"], [line.split()[:2] for line in table.splitlines()])
            self.assertIn("largest difference in the mean is 1.2 standard errors", table)

    def test_ensemble(self):
        """A band about the mean of several networks, and none about a single one."""
        band = np.array(BLUE) * style.BAND_ALPHA + 255 * (1 - style.BAND_ALPHA)
        table, pixels = self.check("point")
        edges = count_colour(pixels, band)  # smoothed edges of lines have it too
        add_ensemble(self.folder / "a.h5")
        done = plot(self.folder / "a.h5", "-o", self.folder / "a.png")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertGreater(count_colour(matplotlib.image.imread(self.folder / "a.png"), band), 10 * edges + 1000)
        self.assertIn("network: means of 3", done.stdout)
        first, mean = (float(text.splitlines()[2].split()[4]) for text in (table, done.stdout))
        self.assertAlmostEqual(mean - first, 0.25, places=5)

    def test_one_column(self):
        _, pixels = self.check("point", solvers=("kinetic",), more=("--columns", "1"))
        self.assert_rows(pixels, 4)
        self.assertEqual(pixels.shape[1], int(style.COLUMN_WIDTH * style.PARAMETERS["savefig.dpi"]))

    def test_choice(self):
        """What to show, when and where."""
        more = ("--show", "densities", "--columns", "1", "--position", "0.3", "--times", "0", "2.5", "5")
        self.assert_rows(self.check("ring", 16, ("kinetic",), more)[1], 3)
        bad = plot(self.folder / "a.h5", "--position", "1", "2")
        self.assertEqual(bad.returncode, 2, bad.stderr)
        self.assertIn("--position needs 1", bad.stderr)

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


class Reader(unittest.TestCase):
    """What is drawn is computed here: where a picture cannot show that it is right."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = Path(folder.name, "a.h5")

    def open(self, kind, **more):
        write(self.path, kind, 16 if kind != "point" else 0, ("kinetic", "field"), **more)
        output = Output(self.path)
        self.addCleanup(output.file.close)
        return output

    def test_errors(self):
        output = self.open("ring")
        series = output.series("kinetic")
        np.testing.assert_allclose(series.mean, output.series("network").mean - 0.01, atol=1e-14)
        mean_error, _ = output.standard_errors("kinetic", series)
        np.testing.assert_allclose(mean_error, np.sqrt(series.variance / NEURONS))
        output.file.close()
        with h5py.File(self.path, "a") as file:
            del file["comparison"]
        with Output(self.path) as bare:
            mean_error, variance_error = bare.standard_errors("kinetic", series)
            np.testing.assert_allclose(mean_error, np.sqrt(series.variance / NEURONS))
            np.testing.assert_allclose(variance_error, series.variance * np.sqrt(2 / NEURONS))
            self.assertIsNone(bare.largest_in_errors("kinetic", "mean"))

    def test_variance_in_the_networks_sense(self):
        """The limit's variance comes from the comparison, which counts what no mode carries as the network does."""
        output = self.open("ring")
        output.file.close()
        with h5py.File(self.path, "a") as file:
            file["comparison/network_kinetic/variance_difference"][:] = 0.125
        with Output(self.path) as changed:
            np.testing.assert_allclose(changed.series("kinetic").variance, changed.series("network").variance - 0.125)

    def test_ensemble(self):
        """Averages are means over the networks, and the limit is seen from there."""
        output = self.open("ring")
        single = output.series("network")
        self.assertEqual(output.realisations, 1)
        output.file.close()
        add_ensemble(self.path)
        with h5py.File(self.path, "a") as file:
            file["comparison/network_kinetic/variance_difference"][:] = 0.125
        with Output(self.path) as output:
            self.assertEqual(output.realisations, 3)
            np.testing.assert_allclose(output.series("network").mean, single.mean + 0.25)
            np.testing.assert_allclose(output.series("kinetic").variance, single.variance + 0.5 - 0.125)
            np.testing.assert_array_equal([np.unique(error) for error in output.measured_errors()], [[1 / 32], [1 / 16]])

    def test_lattice(self):
        output = self.open("torus")
        lattice = output.lattice("kinetic", 24)
        self.assertEqual(lattice.shape, (4, 6))
        site = lattice.nearest((1.1, 0.4))
        self.assertEqual((output.file["kinetic/x1"][site], output.file["kinetic/x2"][site]), (1.0, 0.5))
        self.assertEqual(output.lattice("network", 16).shape, (4, 4))

    def test_densities(self):
        output = self.open("ring")
        y, kinetic = output.density("kinetic", 1, None)
        np.testing.assert_allclose(kinetic[0], output.file["kinetic/density"][1, 0].mean(axis=0))
        np.testing.assert_allclose(output.density("kinetic", 1, None, [0.5])[1][1], output.file["kinetic/density"][1, 1, 3])
        # The field's Gaussians have the file's variances, here the kinetic ones.
        np.testing.assert_allclose(output.density("field", 10, y)[1], kinetic)

    def test_cell_across_the_seam(self):
        """Sites at 0, 1, ..: the first one's cell is half at either end."""
        image = np.arange(4.0)[:, None]
        closed, ends = maps.closed(image, np.arange(4.0), 4.0)
        np.testing.assert_array_equal(closed[:, 0], [0, 1, 2, 3, 0])
        self.assertEqual(ends, (-0.5, 4.5))
        closed, ends = maps.closed(image, np.arange(4.0) + 0.5, 4.0)
        self.assertEqual((len(closed), ends), (4, (0.0, 4.0)))

    def test_uniform_field(self):
        """Rounding is not drawn."""
        lower, upper = maps.span(2.0 + 1e-13 * np.arange(5))
        self.assertLess(1e-13 * 5 / (upper - lower), 1e-6)
        self.assertEqual(maps.span(np.array([1.0, np.nan, 3.0])), (1.0, 3.0))
        self.assertEqual(maps.span(np.full(3, np.nan)), (0.0, 1.0))


class Compare(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.files = [self.folder / name for name in ("a.h5", "b.h5", "c.h5")]
        for path, shift in zip(self.files, (0.0, 0.01, -0.03)):
            write(path, "ring", 16, ("kinetic",), shift)

    def test_table(self):
        picture, pdf = self.folder / "p.png", self.folder / "p.pdf"
        done = run("compare", *self.files, "-o", picture, "-o", pdf)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        rows = [line.split() for line in done.stdout.splitlines()[2:6]]
        # A shift of s t is largest at the end, s t_end; its mean square over 21 equal steps 0 .. 5 is s^2 25 (41/120).
        for row, (name, shift) in zip(rows, (("e", 0.01), ("PV", 0.01), ("e", 0.03), ("PV", 0.03))):
            self.assertEqual(row[:2], [name, "21"])
            np.testing.assert_allclose([float(value) for value in row[2:5]],
                                       [5 * shift, 5.0, shift * np.sqrt(25 * 41 / 120)], rtol=1e-4)
        pixels = matplotlib.image.imread(picture)
        for colour in (VERMILION, BLUE):
            self.assertTrue(has_colour(pixels, colour), colour)
        self.assertTrue(pdf.read_bytes().startswith(b"%PDF"))

    def test_fields(self):
        """A limit's field: the largest difference over positions; and the default name of the picture."""
        with h5py.File(self.files[1], "a") as file:
            file["kinetic/mean"][7, 1, 5] += 2.0
        done = run("compare", *self.files[:2], "--solver", "kinetic")
        self.assertEqual(done.returncode, 0, done.stderr)
        row = done.stdout.splitlines()[3].split()
        np.testing.assert_allclose([float(row[2]), float(row[3])], [2.0 + 0.01 * 1.75, 1.75], rtol=1e-4)
        self.assertTrue((self.folder / "a.compare_mean.png").exists())

    def test_equal(self):
        done = run("compare", self.files[0], self.files[0], "-q", "variance", "-o", self.folder / "p.png")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(float(done.stdout.splitlines()[2].split()[2]), 0.0)

    def test_refusals(self):
        point = self.folder / "point.h5"
        write(point, "point", 8)
        apart = self.folder / "apart.h5"
        write(apart, "ring", 16)
        with h5py.File(apart, "a") as file:
            file["network/time"][:] += 0.01
        for words, message in (((self.files[0],), "two or more"),
                               ((*self.files, "-q", "nothing"), "has no nothing over time"),
                               ((self.files[0], point, "-q", "profile_mean"), "cannot be compared"),
                               ((self.files[0], apart), "no output time in common"),
                               ((self.files[0], point, "-s", "kinetic"), "has no group kinetic")):
            done = run("compare", *words)
            self.assertEqual(done.returncode, 2, done)
            self.assertIn(message, done.stderr)
            self.assertNotIn("Traceback", done.stderr)


def write_phases(path, shape):
    """A file as equipoise stability writes it: attracting below the diagonal, oscillating above, one point lost."""
    values = [np.linspace(0.0, 1.0 + axis, count) for axis, count in enumerate(shape)]
    total = sum(np.meshgrid(*values, indexing="ij"))
    phase = np.where(total < 0.5 * total.max(), 1, 2)
    phase[(0,) * len(shape)] = 0
    with h5py.File(path, "w") as file:
        file.attrs["title"] = "a scan"
        for number, axis in enumerate(values):
            file[f"parameter_{number + 1}"] = axis
            file[f"parameter_{number + 1}"].attrs["long_name"] = f"coupling.e.i.kernel:{number}"
        file["phase"] = phase.astype(np.int64)
        file["phase"].attrs["flag_meanings"] = "none attracting oscillating unstable singular"
        file["largest_real_part"] = np.where(phase == 0, np.nan, total - 0.5 * total.max())
        file["frequency"] = np.where(phase == 0, np.nan, 1.0 + total)


class PhaseDiagram(unittest.TestCase):
    """A phase diagram shows each phase that occurs in its colour, where it is, and no other."""

    GREEN, ORANGE, RED = (0x00, 0x9E, 0x73), (0xE6, 0x9F, 0x00), (0xD5, 0x5E, 0x00)

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def draw(self, shape):
        source, picture = self.folder / "a.h5", self.folder / "a.png"
        write_phases(source, shape)
        done = run("phase-diagram", source, "-o", picture)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn(f"picture: {picture}", done.stdout)
        return done.stdout, matplotlib.image.imread(picture)

    def test_two_parameters(self):
        table, pixels = self.draw((12, 9))
        self.assertIn("none: 1 of 108 points", table)
        self.assertTrue(has_colour(pixels, self.GREEN))
        self.assertTrue(has_colour(pixels, self.ORANGE))
        self.assertFalse(has_colour(pixels, self.RED))
        # Both parameters grow to the right and upwards: attracting is left and below.
        centres = []
        for colour in (self.GREEN, self.ORANGE):
            where = np.argwhere(np.abs(pixels[..., :3] - np.array(colour) / 255).max(axis=-1) < 0.02)
            centres.append(where[where[:, 0] > pixels.shape[0] // 5].mean(axis=0))  # without the legend
        self.assertGreater(centres[0][0], centres[1][0])
        self.assertLess(centres[0][1], centres[1][1])

    def test_one_parameter(self):
        table, pixels = self.draw((15,))
        self.assertIn("none: 1 of 15 points", table)
        self.assertTrue(has_colour(pixels, self.GREEN))  # of the legend
        self.assertTrue(has_colour(pixels, self.ORANGE))
        self.assertTrue(has_colour(pixels, np.array(self.ORANGE) * 0.35 + 255 * 0.65))  # the ground
        self.assertFalse(has_colour(pixels, self.RED))

    def test_other_files_are_refused(self):
        source = self.folder / "a.h5"
        write(source, "point")
        for path in (source, self.folder / "absent.h5"):
            done = run("phase-diagram", path)
            self.assertEqual(done.returncode, 2)
            self.assertIn(path.name, done.stderr)
            self.assertNotIn("Traceback", done.stderr)


if __name__ == "__main__":
    unittest.main()

"""Protects the pictures of densities: maps p(x, y) and animations show what is in the file, at the times that are asked
for."""

import argparse
import shutil
import unittest

import h5py
import numpy as np
from PIL import Image
from synthetic import BLUE, VERMILION, FolderTest, has_colour, run, write

from equipoise_post import animation, densities, layout, style
from equipoise_post.reader import Output, OutputError


def frames(path):
    """(number, height, width, 3) of a GIF, from 0 to 1."""
    with Image.open(path) as image:
        pictures = []
        for number in range(image.n_frames):
            image.seek(number)
            pictures.append(np.asarray(image.convert("RGB")) / 255.0)
    return np.array(pictures)


class Densities(FolderTest):
    def setUp(self):
        super().setUp()
        self.path = self.folder / "a.h5"

    def open(self, kind, solvers=("kinetic",)):
        write(self.path, kind, 0 if kind == "point" else 16, solvers)
        output = Output(self.path)
        self.addCleanup(output.file.close)
        return output

    def test_maps(self):
        """The image of a panel is the file's density, and the times are the nearest that there are."""
        output = self.open("ring")
        choice = argparse.Namespace(times=[0.1, 4.0], position=None)
        rows = densities.map_rows(output, output.populations(), choice)
        self.assertEqual([len(row) for row in rows], [2, 2, 2, 2])  # times and populations; network and limit
        with layout.plt.rc_context(style.PARAMETERS), layout.drawn("", rows, [], 2) as figure:
            axes = [axis for axis in figure.axes if axis.images]
            titles = [axis.get_title() for axis in axes]
            self.assertEqual([title.split("$t$ = ")[1] for title in titles], ["0"] * 4 + ["5"] * 4)
            of_kinetic = titles.index("density of PV: kinetic, $t$ = 5")
            image = axes[of_kinetic].images[0].get_array()
            # Sites stand at 0, 1/6, ...: the first is closed around the seam.
            np.testing.assert_allclose(image[:, :-1], output.file["kinetic/density"][2, 1].T)
            np.testing.assert_array_equal(image[:, -1], image[:, 0])
            # One scale for all solvers of a row, from zero.
            self.assertEqual({axis.images[0].get_clim() for axis in axes[6:]}, {axes[of_kinetic].images[0].get_clim()})
            self.assertEqual(axes[of_kinetic].images[0].get_clim()[0], 0.0)

    def test_point(self):
        """Curves: the frames are the recorded times; both populations and the network's dots move."""
        output = self.open("point", ("kinetic", "field"))
        with h5py.File(self.folder / "moving.h5", "w") as file:
            for name in output.file:
                output.file.copy(name, file)
            file.attrs.update(output.file.attrs)
            y = file["kinetic/y"][:]
            for record, centre in enumerate((-2.0, 0.0, 2.0)):
                file["kinetic/density"][record] = np.exp(-4.0 * (y - centre)**2)
        target = self.folder / "a.gif"
        done = run("plot", self.folder / "moving.h5", "--show", "densities", "--animation", target)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn(f"animation of 3 frames: {target}", done.stdout)
        pictures = frames(target)
        self.assertEqual(len(pictures), 3)
        where = []
        for picture in pictures:
            self.assertTrue(has_colour(picture, BLUE))
            near = np.abs(picture[picture.shape[0] // 4:] - np.array(BLUE) / 255).max(axis=-1) < 0.1
            where.append(np.argwhere(near)[:, 1].mean())
        self.assertLess(where[0] + 50, where[1])
        self.assertLess(where[1] + 50, where[2])

    def test_ring(self):
        """Maps, unless a position is given: then curves, with the colours of the populations."""
        output = self.open("ring")
        for position, curves in ((None, False), ([0.5], True)):
            target = self.folder / "a.gif"
            self.assertEqual(animation.save(output, output.populations(), target, position), 3)
            pictures = frames(target)
            self.assertEqual(len(pictures), 3)
            self.assertEqual(has_colour(pictures[0], VERMILION), curves)
            self.assertGreater(np.abs(pictures[2] - pictures[0]).max(), 0.1)

    def test_refusals(self):
        output = self.open("ring")
        populations = output.populations()
        for path, position, message in (("a.avi", None, ".gif or .mp4"), ("a.gif", [1.0, 2.0], "--position needs 1")):
            with self.assertRaisesRegex(OutputError, message):
                animation.save(output, populations, self.folder / path, position)
        if shutil.which("ffmpeg"):
            animation.save(output, populations, self.folder / "a.mp4", None)
            self.assertIn(b"ftyp", (self.folder / "a.mp4").read_bytes()[:16])
        else:
            with self.assertRaisesRegex(OutputError, "needs the program ffmpeg"):
                animation.save(output, populations, self.folder / "a.mp4", None)
        bare = self.folder / "bare.h5"
        write(bare, "point")
        with Output(bare) as without, self.assertRaisesRegex(OutputError, "density_interval"):
            animation.save(without, without.populations(), self.folder / "a.gif", None)


if __name__ == "__main__":
    unittest.main()

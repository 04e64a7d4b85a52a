"""Protects what is drawn and said of the eigenvalues of J."""

import argparse
import unittest

import matplotlib.colors
import numpy as np
from synthetic import NEURONS, FolderTest, write, write_stability

from equipoise_post import layout, stability, style
from equipoise_post.reader import Output

CASES = {  # kind: real parts, imaginary parts
    "attracting": ([-0.25, -0.25, -3.0], [0.9, -0.9, 0.0]),
    "oscillating": ([0.0, 0.0, -1.0], [1.0, -1.0, 0.0]),
    "unstable": ([0.5, 0.5, -1.0], [2.0, -2.0, 0.0]),
    "singular": ([0.0, -1.0], [0.0, 0.0]),
}


class Eigenvalues(FolderTest):
    def open(self, real, imaginary):
        path = self.folder / f"{len(list(self.folder.iterdir()))}.h5"
        write(path, "point")
        write_stability(path, real, imaginary)
        output = Output(path)
        self.addCleanup(output.file.close)
        return output

    def test_classes(self):
        for kind, values in CASES.items():
            self.assertEqual(stability.classify(*map(np.array, values)), kind)
        # Rounding is neither growth nor a pair on the axis; a weak mode's decay is no rounding.
        self.assertEqual(stability.classify(np.array([1e-12, -1.0]), np.array([1.0, 0.0])), "oscillating")
        self.assertEqual(stability.classify(np.array([-1e-6, -1.0]), np.array([0.0, 0.0])), "attracting")

    def test_words(self):
        """With the rates and frequencies that belong to n neurons in the first population."""
        root = np.sqrt(NEURONS[0])
        for kind, expected in (("attracting", ("attracts", f"rate {0.25 * root:.4g}", "n = 800")),
                               ("oscillating", (f"about {root / (2 * np.pi):.4g} per unit", f"period {2 * np.pi / root:.4g}")),
                               ("unstable", (f"grow at the rate {0.5 * root:.4g}", f"about {root / np.pi:.4g}")),
                               ("singular", ("singular",))):
            text = stability.story(self.open(*CASES[kind]).spectrum(), 800)
            for word in expected:
                self.assertIn(word, text)

    def test_change(self):
        """Loss of balance on the way is told with its time."""
        real = np.full((21, 1), -0.5)
        real[8:] = 0.5
        text = stability.story(self.open(real, [0.0]).spectrum(), 800)
        self.assertIn("At t = 0: attracting; unstable from t = 2.", text)

    def test_plane(self):
        """All records' eigenvalues in the plane, coloured by their time; the last ones ringed."""
        real = np.linspace(-1.0, -0.2, 21)[:, None] * np.array([1.0, 1.0])
        output = self.open(real, [0.7, -0.7])
        rows = stability.rows(output, output.populations(), argparse.Namespace())
        with layout.plt.rc_context(style.PARAMETERS), layout.drawn("", rows, [], 2) as figure:
            points, rings = figure.axes[0].collections
            np.testing.assert_allclose(points.get_offsets(), np.stack([real.ravel(), np.tile([0.7, -0.7], 21)], axis=1))
            np.testing.assert_allclose(points.get_array(), np.repeat(output.file["network/time"][:], 2))
            np.testing.assert_allclose(rings.get_offsets(), [[-0.2, 0.7], [-0.2, -0.7]])
            self.assertIn("attracting", figure.axes[1].get_title())
            axis_at_zero = [line for line in figure.axes[0].lines if list(line.get_xdata()) == [0.0, 0.0]]
            self.assertEqual(len(axis_at_zero), 1)
            self.assertNotIn(matplotlib.colors.to_hex(axis_at_zero[0].get_color()), style.EXCITATORY + style.INHIBITORY)

    def test_none(self):
        """A network without coupling has no eigenvalues, and older files no group."""
        path = self.folder / "b.h5"
        write(path, "point")
        with Output(path) as output:
            self.assertEqual(stability.rows(output, output.populations(), argparse.Namespace()), [])


if __name__ == "__main__":
    unittest.main()

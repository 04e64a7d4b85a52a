"""Protects the command figures: what it runs, what it draws, and that the numbers in the corners are those of the files."""

import unittest

import h5py
import matplotlib.image
import numpy as np
from program import MPIEXEC, PROGRAM, SOURCE, ProgramTest
from synthetic import BLUE, VERMILION, FolderTest, has_colour, run, write

from equipoise_post import frequency, layout, paper, program, style
from equipoise_post.reader import Output, OutputError


class Frequency(unittest.TestCase):
    """A damped oscillation under noise, integrated exactly: dx = A x dt + dW for two populations and two phases."""

    STEP, RATE, OMEGA = 0.02, 2.0, 2.0 * np.pi * 3.0

    def path(self, seed, records):
        random = np.random.default_rng(seed)
        turn = self.OMEGA * self.STEP
        decay = np.exp(-self.RATE * self.STEP)
        # In coordinates in which A turns and shrinks, noise of equal size in both stays so; a fixed mixture of them is seen.
        step = decay * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
        x = np.zeros((records, 2, 2))
        noise = np.sqrt(1.0 - decay**2) * random.normal(size=x.shape)
        for k in range(1, records):
            x[k] = step @ x[k - 1] + noise[k]
        return np.arange(records) * self.STEP, np.einsum("ab,tbp->tap", np.array([[1.0, 0.4], [0.0, 0.7]]), x)

    def test_estimate(self):
        """Unbiased within four errors of 40 seeds' average, and the stated errors are those of the seeds: their ratio is
        within a factor of 1.5 (chi-squared of 39 degrees: 2e-4 outside)."""
        found = np.array([frequency.estimate(*self.path(seed, 2000)) for seed in range(40)])
        values, errors = found.T
        spread = values.std(ddof=1)
        self.assertLess(abs(values.mean() - 3.0), 4 * spread / np.sqrt(40))
        self.assertLess(spread, 0.06)
        self.assertTrue(1 / 1.5 < np.sqrt(np.mean(errors**2)) / spread < 1.5, f"{errors} {spread}")

    def test_nothing_oscillates(self):
        random = np.random.default_rng(1)
        x = np.zeros((1000, 2, 2))
        for k in range(1, 1000):
            x[k] = np.array([[0.9, 0.0], [0.3, 0.5]]) @ x[k - 1] + random.normal(size=(2, 2))
        self.assertTrue(np.isnan(frequency.estimate(np.arange(1000) * 0.1, x)).all())

    def test_power(self):
        """A pure wave's power is at its frequency, and integrates to its mean square."""
        time = np.arange(4000) * 0.01
        at, power = frequency.power(time, np.stack([np.cos(2 * np.pi * 7.0 * time), np.sin(2 * np.pi * 7.0 * time)], axis=1))
        self.assertAlmostEqual(at[power.argmax()], 7.0, delta=at[1])
        self.assertAlmostEqual(power.sum() * at[1], 0.5, delta=0.005)


class Reuse(FolderTest):
    """An output file stands for a run only when it is of the same settings."""

    def setUp(self):
        super().setUp()
        self.path, self.input = self.folder / "a.h5", self.folder / "a.ini"
        write(self.path, "point")
        self.input.write_text("[run]\ntitle = a test\n[population.e]\nneurons = 8e2 # as many\n[domain]\nkind=point\n",
                              encoding="utf-8")

    def test_difference(self):
        self.assertEqual(program.difference(self.path, self.input, []), "")
        self.assertEqual(program.difference(self.path, self.input, ["--run.output=elsewhere.h5"]), "")
        self.assertIn("population.e.neurons = 800, not 100",
                      program.difference(self.path, self.input, ["--population.e.neurons=100"]))
        self.assertIn("run.t_end = None", program.difference(self.path, self.input, ["--run.t_end=3"]))
        self.assertIn("missing", program.difference(self.folder / "b.h5", self.input, []))
        with h5py.File(self.path, "a") as file:
            file.attrs["complete"] = 0
        self.assertIn("did not end", program.difference(self.path, self.input, []))

    def test_functions(self):
        """Parameters that the program completes are no difference; other values, names and places are."""
        for wanted, found, same in (("tanh(slope=1)", "tanh(slope=1, height=1)", True),
                                    ("tanh( slope = 1.0 )", "tanh(slope=1, height=1)", True),
                                    ("tanh(slope=2)", "tanh(slope=1, height=1)", False),
                                    ("cosine(4, 4)", "cosine(4, 4)", True), ("cosine(4)", "cosine(4, 4)", False),
                                    ("cosine(0.5, 2)", "cosine(2, 0.5)", False), ("linear(slope=1)", "tanh(slope=1)", False),
                                    ("0.1*cos(2*pi*x)", "0.1*cos(2*pi*x)", True), ("network  kinetic", "network kinetic", True)):
            self.assertEqual(program.same(wanted, found), same, (wanted, found))

    def test_program(self):
        self.refuse("no such program", "figures", "-o", self.folder, "--only", "1", "--program", self.folder / "absent")
        self.refuse("--mpiexec PATH", "figures", "-o", self.folder, "--only", "1", "--program", PROGRAM, "--ranks", "2",
                    "--mpiexec", self.folder / "absent")


def corner_texts(figure):
    return [axis.get_title(loc="right") for axis in figure.axes if axis.get_title(loc="right")]


class Drawing(FolderTest):
    def test_averages(self):
        """The corner's numbers are the file's; the limit is solid, the network dotted, in the colours of the populations;
        the difference is drawn in standard errors."""
        path = self.folder / "a.h5"
        write(path, "point", 0, ("kinetic",))
        drawing = paper.Averages("variance", "variance", "words")
        with Output(path) as output, h5py.File(path) as file:
            title, rows, legend, heights = drawing.panels([output])
            with layout.plt.rc_context(style.PARAMETERS), layout.drawn(title, rows, legend, 1, heights) as figure:
                self.assertEqual(corner_texts(figure), ["largest |network − limit|: e 1.2, PV 0.5 s.e."])
                upper, lower = figure.axes
                lines = {(line.get_color(), line.get_linestyle() == "-"): line.get_ydata() for line in upper.lines}
                for index, colour in enumerate((style.EXCITATORY[0], style.INHIBITORY[0])):
                    np.testing.assert_array_equal(lines[colour, False], file["network/variance"][:, index])
                    np.testing.assert_allclose(lines[colour, True], file["kinetic/variance"][:, index, 0], atol=1e-14)
                pair = file["comparison/network_kinetic"]
                drawn = [line.get_ydata() for line in lower.lines if line.get_color() == style.INHIBITORY[0]]
                np.testing.assert_allclose(drawn[0], (pair["variance_difference"][:] / pair["variance_error"][:])[1:, 1])
            self.assertLess(figure.get_figwidth(), 3.6)  # a column
        bare = self.folder / "b.h5"
        write(bare, "point")
        with Output(bare) as output, self.assertRaisesRegex(OutputError, "no comparison"):
            drawing.corner([output])


class Command(ProgramTest):
    """The paper's own configurations, made small, through the built program."""

    def setUp(self):
        super().setUp()
        self.input, self.output = self.folder / "input", self.folder / "figures"
        self.input.mkdir()
        for number in range(1, 6):
            text = (SOURCE / "input" / f"figure{number}.ini").read_text(encoding="utf-8")
            for old, new in (("neurons = 40000", "neurons = 400"), ("neurons = 10000", "neurons = 400"),
                             ("t_end = 5", "t_end = 0.5"), ("time_step = 0.0005", "time_step = 0.002")):
                text = text.replace(old, new)
            (self.input / f"figure{number}.ini").write_text(text, encoding="utf-8")

    def figures(self, *words, expect=0):
        done = run("figures", "-o", self.output, "--input", self.input, *words)
        self.assertEqual(done.returncode, expect, done.stderr)
        return done

    def test_all(self):
        lines = self.figures("--program", PROGRAM).stdout.splitlines()
        corners = {int(line.split()[1][:-1]): line for line in lines if line.startswith("figure ")}
        self.assertEqual(list(corners), [1, 2, 3, 4, 5])
        for number, quantity in ((1, "mean"), (2, "variance"), (3, "mean"), (4, "variance")):
            with h5py.File(self.output / f"figure{number}.h5") as file:
                pair = file["comparison/network_kinetic"]
                in_errors = np.abs(pair[f"{quantity}_difference"][1:] / pair[f"{quantity}_error"][1:]).max(axis=0)
            self.assertIn(f"e {in_errors[0]:.1f}, i {in_errors[1]:.1f} s.e.", corners[number])
        for n in (100, 500):
            with h5py.File(self.output / f"figure5_n{n}.h5") as file:
                predicted = np.sqrt(n) / (2 * np.pi)  # eigenvalues +-i
                self.assertAlmostEqual(file["stability/frequency"][0, 0], predicted, places=6)
                self.assertEqual(file["network/time"][-1], 40.0)
            words = corners[5].split(f"n = {n}: ")[1].split()
            measured, error = float(words[0]), float(words[2])
            self.assertIn(f"predicted {predicted:.2f}", corners[5])
            self.assertLess(abs(measured - predicted), 5 * error)
            self.assertLess(error, 0.1)
        for number in range(1, 6):
            pixels = matplotlib.image.imread(self.output / f"figure{number}.png")
            self.assertEqual(pixels.shape[1], int(style.COLUMN_WIDTH * style.PARAMETERS["savefig.dpi"]))
            for colour in (VERMILION, BLUE):
                self.assertTrue(has_colour(pixels, colour), number)
            self.assertTrue((self.output / f"figure{number}.pdf").read_bytes().startswith(b"%PDF"))
        # Again, and nothing needs to run; after a change of the configuration it does.
        absent = ("--program", self.folder / "absent")
        self.assertNotIn("running", self.figures(*absent).stdout)
        self.figures(*absent, "--only", "1", "3")
        path = self.input / "figure3.ini"
        path.write_text(path.read_text(encoding="utf-8").replace("neurons = 400", "neurons = 300"), encoding="utf-8")
        self.figures(*absent, "--only", "1")
        self.assertIn("absent: no such program", self.figures(*absent, "--only", "3", expect=2).stderr)

    def test_documented_numbers(self):
        """The paper's own sizes: what docs/paper.md says is what comes out."""
        documented = (SOURCE / "docs" / "paper.md").read_text(encoding="utf-8").splitlines()
        done = run("figures", "-o", self.output, "--program", PROGRAM, "--ranks", "2", "--mpiexec", MPIEXEC)
        self.assertEqual(done.returncode, 0, done.stderr)
        lines = [line for line in done.stdout.splitlines() if line.startswith("figure ")]
        self.assertEqual(len(lines), 5)
        for line in lines:
            self.assertIn(line, documented)

    def test_failing_run(self):
        """The program's own message reaches the user."""
        path = self.input / "figure1.ini"
        path.write_text(path.read_text(encoding="utf-8").replace("neurons = 400", "neurons = -1"), encoding="utf-8")
        done = self.figures("--program", PROGRAM, "--only", "1", expect=2)
        self.assertIn("population.e.neurons", done.stderr)
        self.assertNotIn("Traceback", done.stderr)


if __name__ == "__main__":
    unittest.main()

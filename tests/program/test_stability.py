"""Protects equipoise stability: the analytic boundaries of two populations with linear gains, results that do not
depend on the ranks, the ways to name a parameter, and what is refused."""

import unittest

import h5py
import numpy as np
from program import ProgramTest, configuration

NONE, ATTRACTING, OSCILLATING, UNSTABLE = range(4)
NEURONS = 400
CONSTANT = ((0.5, 4.0), (1.0, 1.0))  # ((c_ee, c_ei), (c_ie, c_ii)) of mode 0
WAVE = ((0.8, 4.0), (2.0, 1.0))  # of mode 1


def linear_ring():
    """Populations e and i on a ring, gains of slope 1, kernels of a constant and one wave."""
    sections = {"domain": {"kind": "ring"}}
    for name in "ei":
        sections[f"population.{name}"] = {"neurons": str(NEURONS), "drive": "0"}
    for a, target in enumerate("ei"):
        for b, source in enumerate("ei"):
            sections[f"coupling.{target}.{source}"] = {"kernel": f"cosine({CONSTANT[a][b]}, {WAVE[a][b]})",
                                                       "gain": "linear(slope=1)"}
    return configuration(sections)


def tanh_point():
    """The shared configuration, its drive a number."""
    return configuration({"population.e": {"drive": "0.1"}})


def leading(strengths, norm):
    """The leading eigenvalue of norm ((ee, -ei), (ie, -ii)) by trace and determinant."""
    (ee, ei), (ie, ii) = strengths
    half_trace = 0.5 * norm * (ee - ii)
    determinant = norm**2 * (ei * ie - ee * ii)
    root = np.sqrt(complex(half_trace**2 - determinant))
    return complex(half_trace + root.real, abs(root.imag))


def expected(constant, wave):
    """Phase and eigenvalue: the modes 1 (norm 1) and cos, sin (norm 1/2) do not mix."""
    first = max(leading(constant, 1.0), leading(wave, 0.5), key=lambda value: value.real)
    if first.real < 0.0:
        return ATTRACTING, first
    return (OSCILLATING if first.imag > 0.0 else UNSTABLE), first


class Stability(ProgramTest):
    def scan(self, *scans, more=(), ranks=None, sections=None, name="a.h5"):
        path = self.write(sections or linear_ring())
        words = [word for scan in scans for word in ("--scan", scan)]
        self.printed = self.equipoise("stability", path, *words, *more, "-o", name, ranks=ranks).stdout
        self.assertIn(f"phase diagram: {name}", self.printed)
        with h5py.File(self.folder / name) as file:
            self.assertEqual(file["phase"].attrs["flag_meanings"].split(),
                             ["none", "attracting", "oscillating", "unstable", "singular"])
            return {key: (dataset[()], dataset.attrs["long_name"]) for key, dataset in file.items()}

    def test_two_parameters_follow_trace_and_determinant_of_each_mode(self):
        # The values keep off the boundaries, where rounding decides.
        file = self.scan("coupling.e.e.kernel:1=0.105:2.955:20", "coupling.e.i.kernel:1=0.113:3.013:25")
        for number, argument in ((1, "coupling.e.e.kernel:1"), (2, "coupling.e.i.kernel:1")):
            self.assertEqual(file[f"parameter_{number}"][1], argument)
        x, y = file["parameter_1"][0], file["parameter_2"][0]
        np.testing.assert_allclose(x, np.linspace(0.105, 2.955, 20), rtol=1e-14)
        phase = file["phase"][0]
        self.assertEqual(phase.shape, (20, 25))
        self.assertEqual(phase.dtype, np.int64)
        for i, ee in enumerate(x):
            for j, ei in enumerate(y):
                code, value = expected(CONSTANT, ((ee, ei), WAVE[1]))
                self.assertEqual(phase[i, j], code, (ee, ei))
                self.assertAlmostEqual(file["largest_real_part"][0][i, j], value.real, delta=1e-9)
                # a real pair that rounding splits has |Im| of the root of it
                self.assertAlmostEqual(file["imaginary_part"][0][i, j], value.imag, delta=1e-7)
                self.assertAlmostEqual(file["frequency"][0][i, j], np.sqrt(NEURONS) * value.imag / (2 * np.pi), delta=1e-6)
        for code in (ATTRACTING, OSCILLATING, UNSTABLE):
            self.assertGreater((phase == code).sum(), 20)
        # The boundary of the wave's trace, c_ee = c_ii, is met between two neighbours.
        crossing = np.flatnonzero(np.diff(phase[:, -1]))
        self.assertEqual(len(crossing), 1)
        self.assertLess(x[crossing[0]], 1.0)
        self.assertGreater(x[crossing[0] + 1], 1.0)
        # The map on the terminal: a line for each value of the second parameter, the largest first.
        lines = [line.split("|")[1] for line in self.printed.splitlines() if "|" in line]
        symbols = {ATTRACTING: "-", OSCILLATING: "~", UNSTABLE: "+"}
        self.assertEqual(lines, ["".join(symbols[code] for code in column) for column in phase.T[::-1]])

    def test_one_parameter_by_the_name_of_an_argument(self):
        # Slope g of all of e onto e: c_ee = g (0.5, 0.8); the wave's trace vanishes at g = 1.25, the constant's at 2.
        file = self.scan("coupling.e.e.gain:slope=0.51:2.01:16")
        slope, phase = file["parameter_1"][0], file["phase"][0]
        np.testing.assert_array_equal(phase, np.where(slope < 1.25, ATTRACTING, OSCILLATING))
        for text in ("coupling.e.e.gain:slope", "0.51 .. 1.21", "attracting", "1.31 .. 2.01", "oscillating"):
            self.assertIn(text, self.printed)

    def test_two_arguments_of_one_function_and_an_override(self):
        file = self.scan("coupling.e.e.kernel:0=0.31:1.51:5", "coupling.e.e.kernel:1=0.23:1.63:4",
                         more=("--coupling.i.i.kernel=cosine(1.25, 0.9)",))
        for i, constant in enumerate(file["parameter_1"][0]):
            for j, wave in enumerate(file["parameter_2"][0]):
                code, value = expected(((constant, 4.0), (1.0, 1.25)), ((wave, 4.0), (2.0, 0.9)))
                self.assertEqual(file["phase"][0][i, j], code)
                self.assertAlmostEqual(file["largest_real_part"][0][i, j], value.real, delta=1e-9)

    def test_a_lost_state_is_a_result(self):
        # tanh gains of height 1: i's input to e is C_ei = 1 at most, so a drive beyond 1 cannot be balanced.
        file = self.scan("population.e.drive=0.1:2.1:5", sections=tanh_point())
        phase = file["phase"][0]
        self.assertEqual(phase[0], ATTRACTING)
        np.testing.assert_array_equal(phase[-2:], [NONE, NONE])
        for key in ("largest_real_part", "imaginary_part", "frequency"):
            np.testing.assert_array_equal(np.isnan(file[key][0]), phase == NONE)

    def test_frequency_is_that_of_the_size_at_the_point(self):
        file = self.scan("population.e.neurons=400:1600:4")
        value = expected(CONSTANT, WAVE)[1]
        np.testing.assert_allclose(file["frequency"][0],
                                   np.sqrt([400, 800, 1200, 1600]) * value.imag / (2 * np.pi), rtol=1e-9)

    def test_ranks_do_not_matter(self):
        # Drives keep off 1, where the gain saturates and rounding decides.
        scans = ("population.e.drive=0.15:1.35:5", "coupling.e.i.gain:slope=0.5:2:3")
        one = self.scan(*scans, sections=tanh_point())
        self.assertEqual(len(np.unique(one["phase"][0])), 2)  # a NaN travels too
        for ranks in (2, 3):
            other = self.scan(*scans, sections=tanh_point(), ranks=ranks, name=f"{ranks}.h5")
            self.assertEqual(one.keys(), other.keys())
            for key, (values, _) in one.items():
                self.assertEqual(values.tobytes(), other[key][0].tobytes(), (key, ranks))

    def test_what_is_refused(self):
        path = self.write(linear_ring())
        for scans, words in (
                ((), ("--scan",)),
                (("population.e.drve=0:1:3",), ("drve", "did you mean drive")),
                (("domain.kind=0:1:3",), ("domain.kind is ring", "not a number")),
                (("coupling.e.e.gain=0:1:3",), ("linear(slope=1)", "coupling.e.e.gain:0", "slope")),
                (("coupling.e.e.gain:slop=0:1:3",), ("no argument slop", "slope")),
                (("coupling.e.e.kernel:2=0:1:3",), ("no argument 2", "0, 1")),
                (("population.e.drive:0=0:1:3",), ("no argument 0",)),
                (("population.e.drive",), ("KEY=FROM:TO:STEPS",)),
                (("population.e.drive=0:1",), ("KEY=FROM:TO:STEPS",)),
                (("population.e.drive=a:1:3",), ("FROM",)),
                (("population.e.drive=0:nan:3",), ("TO",)),
                (("population.e.drive=0:1:1",), ("STEPS", "2 to")),
                (("population.e.drive=0:1:2.5",), ("STEPS", "2 to")),
                (("population.e.drive=1:1:3",), ("starts where it ends",)),
                (("population.e.noise:sigma=-1:1:3",), ("constant(sigma=-1)", ">= 0")),
                (("population.e.neurons=10:11:3",), ("10.5", "whole number")),
                (("population.e.drive=0:1:3",) * 2, ("given twice",)),
                (("population.e.drive=0:1:3", "population.i.drive=0:1:3", "run.t_end=1:2:3"), ("3 times",))):
            with self.subTest(scans):
                done = self.equipoise("stability", path, *(f"--scan={scan}" for scan in scans), expect=2)
                for word in words:
                    self.assertIn(word, done.stderr)
        done = self.equipoise("check", path, "--scan", "population.e.drive=0:1:3", expect=2)
        self.assertIn("stability only", done.stderr)
        self.assertEqual([p.name for p in self.folder.iterdir()], ["a.ini"])

    def test_bad_scan_is_told_once_by_several_ranks(self):
        done = self.equipoise("stability", self.write(linear_ring()), "--scan", "population.e.drve=0:1:3", ranks=3,
                              expect=2)
        self.assertEqual(done.stderr.count("error: "), 1)

    def test_points_that_do_not_go_together_are_refused_alike_on_all_ranks(self):
        # Each parameter alone is fine with the other as configured; an output interval beyond t_end is not.
        path = self.write(linear_ring())
        done = self.equipoise("stability", path, "--scan", "run.t_end=0.1:0.2:2", "--scan",
                              "run.output_interval=0.05:0.2:4", "-o", "b.h5", ranks=3, expect=2)
        self.assertIn("output_interval", done.stderr)
        self.assertEqual(done.stderr.count("error: "), 1)
        self.assertEqual(list(self.folder.glob("b.h5*")), [])

    def test_no_folder_to_write_to(self):
        self.equipoise("stability", self.write(linear_ring()), "--scan", "population.e.drive=0:1:3", "-o",
                       "absent/a.h5", expect=4)

    def test_default_file(self):
        self.equipoise("stability", self.write(linear_ring(), "mine.ini"), "--scan", "population.e.drive=0:1:3")
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["mine.ini", "mine_stability.h5"])


if __name__ == "__main__":
    unittest.main()

"""Protects equipoise converge: exponents that the theory knows, the same bits on every number of ranks, the groups of ranks,
and bad input."""

import unittest

import h5py
import numpy as np
from program import SOURCE, ProgramTest, configuration

STUDY = ("--sizes", "200,400,...,1600", "--realisations", "6")
UNCOUPLED = {
    "run": {"t_end": "4", "output_interval": "0.2", "seed": "3"},
    "population.e": {"drive": "0", "mean": "0", "variance": "0.5"},
    "population.i": {"drive": "0", "mean": "0", "variance": "0.25"},
    "coupling.e.i": {"kernel": None, "gain": None},
    "coupling.i.e": {"kernel": None, "gain": None},
    "coupling.i.i": {"kernel": None, "gain": None},
}


def without_empty(sections):
    return {name: keys for name, keys in sections.items() if keys}


def datasets(path):
    """Name and content of every dataset of numbers below /convergence."""
    with h5py.File(path) as file:
        group = file["convergence"]
        return {name: group[name][()] for name in group if group[name].dtype.kind in "fi"}


class Converge(ProgramTest):
    def assert_exponents(self, found, name, exponents, wider):
        """wider: by how much the interval of 95 % becomes one of 99.9 %, so that a right program fails once in 1000."""
        fitted = found[f"{name}_exponent"]
        half = np.diff(found[f"{name}_exponent_interval"])[:, 0] / 2
        np.testing.assert_allclose(found[f"{name}_exponent_interval"].mean(axis=1), fitted, rtol=1e-12)
        self.assertLess((np.abs(fitted - exponents) / half).max(), wider, f"{name}: {fitted} +- {half}")
        self.assertLess(half.max(), 0.12, "the interval says nothing")

    def test_independent_neurons(self):
        """Both errors fall like n^(-1/2), and are those of independent neurons. Four exponents, each outside once in 1000
        times. An error comes from 20 realisations of some 4 independent times: 8 %, and 30 % are allowed."""
        path = self.write(without_empty(configuration(UNCOUPLED)))
        text = self.equipoise("converge", path, "--sizes", "200,400,...,3200", "--realisations", "20", "-o", "a.h5").stdout
        self.assertIn("field solver", text)
        found = datasets(self.folder / "a.h5")
        np.testing.assert_array_equal(found["size"], [200, 400, 800, 1600, 3200])
        for name in ("mean", "variance"):
            self.assert_exponents(found, name, -0.5, 3.883 / 2.093)  # Student's t, 19 degrees of freedom
            np.testing.assert_allclose(found[f"{name}_predicted"], found[f"{name}_independent"], rtol=0.02)
            np.testing.assert_allclose(found[f"{name}_error"], found[f"{name}_independent"], rtol=0.3)

    def test_balanced_network(self):
        """The network of figure 3: the variance's error falls like n^(-1/2), the mean's faster, as the theory says."""
        self.equipoise("converge", SOURCE / "input" / "figure3.ini", "--sizes", "500,2000,...,8000", "--realisations", "10",
                       "-o", "a.h5", "--run.t_end=10", "--run.seed=2", "--population.e.variance=0.5",
                       "--population.i.variance=0.5")
        found = datasets(self.folder / "a.h5")
        wider = 4.781 / 2.262  # Student's t, 9 degrees of freedom
        self.assert_exponents(found, "variance", -0.5, wider)
        self.assert_exponents(found, "mean", found["mean_predicted_exponent"], wider)
        self.assertLess(found["mean_predicted_exponent"].max(), -0.55)
        np.testing.assert_allclose(found["mean_error"], found["mean_predicted"], rtol=0.25)
        self.assertLess((found["mean_error"] / found["mean_independent"]).max(), 0.75)

    def test_same_bits_on_any_number_of_ranks(self):
        """Groups of one and more ranks: 6 realisations on 1, 2 and 3 ranks, 2 realisations on 3 ranks. Kinetic limit."""
        path = self.write(configuration({"population.e": {"drift": "cubic(a0=0, a1=-1, a3=0.1)", "neurons": "5000"}}))
        for realisations, many in (("6", (2, 3)), ("2", (3,))):
            reference = None
            for ranks in (1, *many):
                text = self.equipoise("converge", path, "--sizes", "500,4000", "--realisations", realisations, "-o", "a.h5",
                                      ranks=ranks).stdout
                self.assertIn("kinetic solver", text)
                groups = min(ranks, int(realisations))
                self.assertIn(f"{realisations} realisations of each size in {groups} group", text)
                found = datasets(self.folder / "a.h5")
                reference = reference or found
                self.assertEqual(sorted(found), sorted(reference))
                for name, values in found.items():
                    self.assertEqual(values.tobytes(), reference[name].tobytes(), f"{name} on {ranks} ranks")

    def test_a_realisation_is_a_run(self):
        """Sizes in the configured proportions, seed + realisation, output times from t_end / 4 on."""
        path = self.write(configuration())
        self.equipoise("converge", path, *STUDY, "-o", "a.h5", "--run.t_end=0.4")
        found = datasets(self.folder / "a.h5")
        self.equipoise("run", path, "--run.t_end=0.4", "--run.output=b.h5", "--run.seed=9", "--population.e.neurons=800",
                       "--population.i.neurons=480", "--run.solvers=network kinetic")
        with h5py.File(self.folder / "b.h5") as file:
            late = file["network/time"][:] >= 0.1 - 1e-9
            self.assertEqual(late.sum(), 7)
            for name in ("mean", "variance"):
                # The study's limit is the field's, which agrees with the kinetic one to about 1e-5.
                difference = file[f"network/{name}"][late] - file[f"kinetic/{name}"][late][:, :, 0]
                np.testing.assert_allclose(np.sqrt(found[f"{name}_square"][:, 2, 2]),
                                           np.sqrt((difference**2).mean(axis=0)), rtol=2e-2)
                np.testing.assert_allclose(found[f"{name}_error"], np.sqrt(found[f"{name}_square"].mean(axis=2)), rtol=1e-14)

    def test_bad_input(self):
        path = self.write(configuration())
        for words, message in ((("--sizes", "100,400"), "--realisations"),
                               (("--realisations", "4"), "--sizes"),
                               (("--sizes", "100", "--realisations", "4"), "2 to 64 sizes"),
                               (("--sizes", "400,100", "--realisations", "4"), "ascending"),
                               (("--sizes", "100,...,400", "--realisations", "4"), "..."),
                               (("--sizes", "100,many", "--realisations", "4"), "not a number"),
                               (("--sizes", "100,400", "--realisations", "1"), "out of range"),
                               ((*STUDY, "--run.t_end=-1"), "t_end"),
                               ((*STUDY, "--network.sites=7"), "sites")):
            done = self.equipoise("converge", path, *words, "-o", "a.h5", expect=2)
            self.assertIn(message, done.stderr, words)
        self.assertIn("converge only", self.equipoise("run", path, "--sizes", "100,400", expect=2).stderr)
        self.assertEqual([p.name for p in self.folder.iterdir()], ["a.ini"])

    def test_a_failing_network_ends_all_groups(self):
        """On one rank of three the error is met first; all end with the exit code of the numerics."""
        path = self.write(configuration({"network": {"scheme": "explicit", "time_step": "0.05"}},
                                        *({f"coupling.{pair}": {"gain": "linear(slope=1)"}} for pair in ("e.i", "i.e", "i.i"))))
        done = self.equipoise("converge", path, "--sizes", "100,1000000", "--realisations", "3", "--run.t_end=4",
                              "-o", "a.h5", ranks=3, expect=3, timeout=200)
        self.assertEqual(done.stderr.count("error:"), 1, done.stderr)
        self.assertFalse((self.folder / "a.h5").exists())


if __name__ == "__main__":
    unittest.main()

"""Protects run.realisations: every realisation has the bits of a single run with its seed, on any number of ranks and after
a restart; statistics across them are those of numpy, and as far apart as the finite-size theory says."""

import json
import unittest

import h5py
import numpy as np
from program import ProgramTest, configuration
from test_ranks import RANDOM, RECORD_ALL, RING, network_datasets
from test_restart import DIRECTORY

FOUR = {"run": {"realisations": "4"}}
KINETIC = {"run": {"solvers": "network kinetic"}}
CONSTANT = {"population.e": {"drive": "0.1"}}  # in time, as the finite-size theory needs it
QUANTITIES = ("mean", "variance", "mean_modes", "balance", "input")
KEPT = QUANTITIES[:3]  # of each realisation


def ensemble_datasets(path):
    return network_datasets(path, "ensemble")


class Ensemble(ProgramTest):
    def same(self, first, second, what=""):
        for read in (network_datasets, ensemble_datasets):
            expected, found = read(first), read(second)
            self.assertEqual(sorted(found), sorted(expected))
            self.assertEqual([key for key in expected if found[key] != expected[key]], [], what)

    def singles(self, path, count):
        """Output files of runs with the seeds of the realisations."""
        files = [self.folder / f"single{r}.h5" for r in range(count)]
        for r, file in enumerate(files):
            self.equipoise("run", path, "--run.realisations=1", f"--run.seed={7 + r}", f"--run.output={file}")
        return files

    def test_a_realisation_is_a_single_run(self):
        for name, changes in (("point", ()), ("random", (RING, RANDOM))):
            path = self.write(configuration(RECORD_ALL, FOUR, *changes, CONSTANT), f"{name}.ini")
            text = self.equipoise("run", path, ranks=2).stdout
            self.assertEqual("no prediction: random positions" in text, name == "random", text)
            singles = self.singles(path, 4)
            self.assertEqual(network_datasets(self.folder / f"{name}.h5"), network_datasets(singles[0]))
            values = {quantity: [] for quantity in QUANTITIES}
            for single in singles:
                with h5py.File(single) as file:
                    for quantity in QUANTITIES:
                        values[quantity].append(file[f"network/{quantity}"][:])
            with h5py.File(self.folder / f"{name}.h5") as file:
                group = file["ensemble"]
                np.testing.assert_array_equal(group["time"][:], file["network/time"][:])
                self.assertEqual([seed.decode() for seed in group["realisation"][:]], ["7", "8", "9", "10"])
                for quantity in KEPT:
                    self.assertEqual(group[f"realisations/{quantity}"][:].tobytes(),
                                     np.stack(values[quantity], axis=1).tobytes(), quantity)
                for quantity in QUANTITIES:
                    mean, deviation = np.mean(values[quantity], axis=0), np.std(values[quantity], axis=0, ddof=1)
                    for ending, expected in (("", mean), ("_deviation", deviation), ("_error", deviation / 2.0)):
                        np.testing.assert_allclose(group[quantity + ending][:], expected, rtol=1e-12, atol=1e-15,
                                                   err_msg=quantity + ending)
                # The second half of five records is from the third on.
                for quantity in ("mean", "variance"):
                    np.testing.assert_allclose(group[f"measured_{quantity}_deviation"][:],
                                               np.sqrt((group[f"{quantity}_deviation"][2:]**2).mean(axis=0)), rtol=1e-12)
                self.assertEqual(np.isnan(group["predicted_mean_deviation"][:]).all(), name == "random")

    def test_same_bits_on_any_number_of_ranks(self):
        """The three realisations beyond the first in 1, 2, 3 groups of a rank, and in groups of 2, 1, 1 ranks."""
        path = self.write(configuration(RECORD_ALL, FOUR, RING, {"network": {"sites": "50"}}))
        for ranks in (1, 2, 3, 4):
            self.equipoise("run", path, f"--run.output=on{ranks}.h5", ranks=ranks)
            self.same(self.folder / "on1.h5", self.folder / f"on{ranks}.h5", f"{ranks} ranks")

    def test_restart_at_an_output_time(self):
        path = self.write(configuration(RECORD_ALL, FOUR, KINETIC, {"checkpoint": {"directory": "saved", "keep": "10",
                                                                                   "interval_time": "0.1"}}))
        self.equipoise("run", path, "--run.output=split.h5", ranks=1)
        whole = self.folder / "whole.h5"
        whole.write_bytes((self.folder / "split.h5").read_bytes())
        for ranks in (3, 2):
            self.equipoise("restart", self.folder / "saved" / "checkpoint_1.h5", ranks=ranks)
            self.same(whole, self.folder / "split.h5", f"{ranks} ranks")
            with h5py.File(whole) as one, h5py.File(self.folder / "split.h5") as two:
                for name in ("mean_difference", "mean_largest_in_errors", "variance_rms"):
                    np.testing.assert_allclose(two["comparison/network_kinetic"][name][:],
                                               one["comparison/network_kinetic"][name][:], rtol=1e-9, atol=1e-12)

    def test_restart_between_output_times(self):
        """Checkpoints at every look at the clock: with realisations at different steps, and with all realisations ahead of
        the kinetic solver. A piece is 4e6 neuron-steps, so 500 steps here: an output interval of each realisation. So many
        realisations and cells keep both parts of an interval busy for several looks, five of which come in a second."""
        path = self.write(configuration(KINETIC, {"run": {"realisations": "100", "t_end": "10", "output_interval": "5"},
                                                  "kinetic": {"cells": "20000", "time_step": "0.01"},
                                                  "checkpoint": {"directory": "saved", "interval_minutes": "0.0001",
                                                                 "keep": "1000"}}))
        self.equipoise("run", path, "--run.output=split.h5")
        whole = self.folder / "whole.h5"
        whole.write_bytes((self.folder / "split.h5").read_bytes())
        apart, ahead = [], []
        for file in sorted((self.folder / "saved").glob("checkpoint_*.h5"), key=lambda f: int(f.stem.split("_")[1])):
            with h5py.File(file) as checkpoint:
                steps, first = checkpoint["integers/ensemble/steps"][:], checkpoint["integers/network/step"][0]
                if (steps != steps[0]).any():
                    apart.append(file)
                elif first == steps[0] and first % 500 == 0 and checkpoint["reals/clock"][0] < 0.01 * first - 1.0:
                    ahead.append(file)
        for files, ranks in ((apart[-1:], 3), (apart[:1], 2), (ahead[:1], 2)):
            self.assertTrue(files, "no such checkpoint")
            self.equipoise("restart", files[0], ranks=ranks)
            self.same(whole, self.folder / "split.h5", files[0].name)
            with h5py.File(whole) as one, h5py.File(self.folder / "split.h5") as two:
                self.assertEqual(len(two["comparison/network_kinetic/time"]), 3)
                for name in ("mean_difference", "variance_largest_in_errors"):
                    np.testing.assert_allclose(two["comparison/network_kinetic"][name][:],
                                               one["comparison/network_kinetic"][name][:], rtol=1e-9, atol=1e-12)

    def test_a_chain_of_stops(self):
        """The file `stop` is there before each start: every part makes one step of the first realisation and stops."""
        path = self.write(configuration(RECORD_ALL, FOUR, DIRECTORY, {"run": {"t_end": "0.1"}}))
        self.equipoise("run", path, "--run.output=whole.h5", "--checkpoint.directory=none", ranks=2)
        (self.folder / "saved").mkdir()
        for part, ranks in enumerate((2, 1, 3)):
            (self.folder / "saved" / "stop").touch()
            command = ("run", path, "--run.output=split.h5") if part == 0 else ("restart", "saved")
            self.equipoise(*command, ranks=ranks, expect=75)
        self.equipoise("restart", "saved", ranks=2)
        self.same(self.folder / "whole.h5", self.folder / "split.h5")

    def test_the_mean_is_compared_with_the_limit(self):
        path = self.write(configuration(FOUR, KINETIC))
        text = self.equipoise("run", path).stdout
        self.assertIn("4 networks - kinetic", text)
        self.singles(path, 1)
        with h5py.File(self.folder / "a.h5") as file, h5py.File(self.folder / "single0.h5") as single:
            pair, alone = (of["comparison/network_kinetic"] for of in (file, single))
            for quantity in ("mean", "variance"):
                np.testing.assert_array_equal(file[f"kinetic/{quantity}"][:], single[f"kinetic/{quantity}"][:])
                limit = single[f"network/{quantity}"][:] - alone[f"{quantity}_difference"][:]
                np.testing.assert_allclose(pair[f"{quantity}_difference"][:], file[f"ensemble/{quantity}"][:] - limit,
                                           atol=1e-14)
                np.testing.assert_allclose(pair[f"{quantity}_error"][:], alone[f"{quantity}_error"][:] / 2.0, rtol=1e-14)

    def test_deviations_are_those_of_the_finite_size_theory(self):
        """100 networks at one time in the stationary state: 99 s^2 / predicted^2 is chi-square with 99 degrees of freedom.
        Four two-sided bounds of 1e-4 each: a right program fails 4 times in 10000, were the seed not fixed. Independent
        neurons would fail: their means are twice as far apart."""
        below, above = 53.4, 163.4  # chi-square of 99 degrees of freedom: 0.5e-4 lie below, 0.5e-4 above
        small = {f"population.{name}": {"neurons": "1000", "drift": "linear(tau=1)", "drive": drive, "mean": "0",
                                        "variance": "0.5"} for name, drive in (("e", "0.1"), ("i", "0"))}
        path = self.write(configuration(small, {"run": {"realisations": "100", "t_end": "5", "output_interval": "5"}}))
        text = self.equipoise("run", path, ranks=2).stdout
        self.assertIn("between realisations", text)
        with h5py.File(self.folder / "a.h5") as file:
            group = file["ensemble"]
            for quantity in ("mean", "variance"):
                predicted = group[f"predicted_{quantity}_deviation"][:]
                statistic = 99.0 * (group[f"realisations/{quantity}"][-1].std(axis=0, ddof=1) / predicted)**2
                self.assertTrue(((statistic > below) & (statistic < above)).all(), f"{quantity}: {statistic}")
            np.testing.assert_allclose(group["predicted_mean_deviation"][:]**2,
                                       np.diag(file["stability/predicted_covariance"][:]), rtol=1e-12)
            independent = np.sqrt(group["variance"][-1] / 1000)
            self.assertGreater((99.0 * (independent / group["predicted_mean_deviation"][:])**2).min(), above)

    def test_a_failing_realisation_ends_all_groups(self):
        """States leave the gains' range in the seed 12, before they do in others."""
        narrow = {f"coupling.{pair}": {"gain": 'expression("tanh(z)", from=-3.2, to=3.2)'} for pair in ("e.i", "i.e", "i.i")}
        stationary = {"population.e": {"variance": "0.5"}, "population.i": {"variance": "0.25"}}
        path = self.write(configuration(FOUR, narrow, stationary, {"run": {"t_end": "2", "seed": "9"}}))
        for ranks in (1, 3):
            done = self.equipoise("run", path, ranks=ranks, expect=3)
            self.assertEqual(done.stderr.count("error:"), 1, done.stderr)
            self.assertIn("realisation 3 (seed 12), time 0.91, population e", done.stderr)
            with h5py.File(self.folder / "a.h5.partial") as file:
                np.testing.assert_allclose(file["ensemble/time"][:], np.arange(19) * 0.05, atol=1e-12)
        self.equipoise("run", path, "--run.realisations=2")

    def test_timing_counts_all_realisations(self):
        self.equipoise("run", self.write(configuration(FOUR)), "--timing", "t.json", ranks=2)
        problem = json.loads((self.folder / "t.json").read_text())["problem"]
        self.assertEqual((problem["realisations"], problem["network_steps"], problem["neurons"]), (4, 80, 8000))

    def test_memory(self):
        """A network is eight blocks of 1024 neurons, 1/16 MiB; on two ranks the first is five blocks on the fullest."""
        path = self.write(configuration())
        for realisations, ranks, states in ((1, 1, 1.0), (400, 1, 400.0), (401, 2, 200.625)):
            text = self.equipoise("check", path, f"--run.realisations={realisations}", ranks=ranks).stdout
            self.assertIn(f"Memory: about {states / 16.0:.1f} MiB", text)

    def test_what_is_refused(self):
        path = self.write(configuration(FOUR, DIRECTORY))
        for words, message in ((("--run.realisations=0",), "from 1 to"),
                               (("--run.realisations=many",), "not a number"),
                               (("--run.solvers=kinetic",), "run.solvers")):
            for command in ("run", "check"):
                done = self.equipoise(command, path, *words, expect=2)
                self.assertIn("run.realisations", done.stderr)
                self.assertIn(message, done.stderr)
        self.assertEqual([p.name for p in self.folder.iterdir()], ["a.ini"])
        self.equipoise("run", path, "--run.t_end=0.05")
        done = self.equipoise("restart", "saved", "--run.t_end=0.1", "--run.realisations=5", expect=2)
        self.assertIn("as many networks as before", done.stderr)


if __name__ == "__main__":
    unittest.main()

"""Protects the promise that a run can be stopped anywhere and continued on any number of ranks: the output of whole and
split runs is the same bit for bit (the kinetic solver's on the same number of ranks, else to 1e-11)."""

import os
import signal
import subprocess
import time
import unittest

import h5py
import numpy as np
from program import MPIEXEC, PROGRAM, ProgramTest, configuration
from test_ranks import EXPLICIT, GMRES, PAIRS, RECORD_ALL, RING, SINGLE, TORUS, network_datasets

KINETIC = {"run": {"solvers": "network kinetic field"}, "field": {"sites": "70"},
           "kinetic": {"sites": "24", "cells": "100", "density_interval": "0.1"}}
DIRECTORY = {"checkpoint": {"directory": "saved"}}
LONG = {"run": {"t_end": "100000", "output_interval": "1"}}


def kinetic_datasets(path):
    with h5py.File(path) as file:
        found = {name: file["kinetic"][name][()] for name in ("time", "mean", "variance", "density", "input", "density_time")}
        found.update({f"field {name}": file["field"][name][()] for name in ("time", "mean", "variance", "input")})
        found.update({f"stability {name}": file["stability"][name][()] for name in ("real", "imaginary")})
        return found


class Restart(ProgramTest):
    def split(self, name, changes, first, second):
        """The first half on `first` ranks, the second half on `second`; returns whole and split output."""
        path = self.write(configuration(RECORD_ALL, DIRECTORY, *changes), f"{name}.ini")
        self.equipoise("run", path, "--run.output=whole.h5", ranks=first)
        folder = f"{name}_{first}_{second}"
        self.equipoise("run", path, "--run.output=split.h5", "--run.t_end=0.1", f"--checkpoint.directory={folder}",
                       ranks=first)
        self.equipoise("restart", folder, "--run.t_end=0.2", ranks=second)
        return self.folder / "whole.h5", self.folder / "split.h5"

    def same_network(self, whole, split):
        first, second = network_datasets(whole), network_datasets(split)
        self.assertEqual(sorted(first), sorted(second))
        self.assertEqual([key for key in first if first[key] != second[key]], [])

    def test_point(self):
        for ranks in ((2, 2), (1, 3)):
            self.same_network(*self.split("point", (), *ranks))
        self.same_network(*self.split("explicit", (EXPLICIT,), 3, 2))
        self.same_network(*self.split("single", (SINGLE,), 2, 1))

    def test_more_ranks_than_blocks_of_neurons(self):
        small = {f"population.{name}": {"neurons": "1500"} for name in "ei"}
        self.same_network(*self.split("few", (small,), 6, 2))

    def test_ring(self):
        for ranks in ((3, 2), (4, 1)):
            self.same_network(*self.split("ring", (RING, {"network": {"sites": "50"}}), *ranks))
        self.same_network(*self.split("explicit", (RING, EXPLICIT), 1, 3))

    def test_torus(self):
        self.same_network(*self.split("torus", (TORUS, {"network": {"sites": "10 10"}}), 4, 1))
        self.same_network(*self.split("gmres", (TORUS, GMRES), 2, 3))
        self.same_network(*self.split("explicit", (TORUS, EXPLICIT, {"network": {"sites": "10 10"}}), 2, 2))

    def test_kinetic(self):
        for ranks in ((2, 2), (1, 3), (3, 2)):
            whole, split = self.split("kinetic", (RING, KINETIC), *ranks)
            self.same_network(whole, split)
            first, second = kinetic_datasets(whole), kinetic_datasets(split)
            for key, values in first.items():
                if ranks[0] == ranks[1]:
                    np.testing.assert_array_equal(second[key], values, err_msg=key)
                else:
                    np.testing.assert_allclose(second[key], values, rtol=1e-11, atol=1e-11, err_msg=key)
            with h5py.File(whole) as one, h5py.File(split) as two:
                for name in ("mean_difference", "mean_largest", "variance_rms", "kolmogorov_smirnov"):
                    np.testing.assert_allclose(two["comparison/network_kinetic"][name][:],
                                               one["comparison/network_kinetic"][name][:], rtol=1e-10, atol=1e-11)

    def test_covariances(self):
        """Of the network, on any number of ranks; of the field, whose state they are part of."""
        pairs = {**PAIRS, "run": {"solvers": "network field"}, "field": {"sites": "70"}}
        whole, split = self.split("pairs", (RING, pairs, {"network": {"sites": "50"}}), 2, 3)
        self.same_network(whole, split)
        with h5py.File(whole) as one, h5py.File(split) as two:
            for name in ("network/covariance", "field/covariance", "field/mean"):
                np.testing.assert_array_equal(two[name][:], one[name][:], err_msg=name)
            for name in ("covariance_difference", "covariance_largest_in_errors", "mean_predicted_error",
                         "mean_largest_in_predicted_errors"):
                np.testing.assert_allclose(two["comparison/network_field"][name][:],
                                           one["comparison/network_field"][name][:], rtol=1e-9, atol=1e-12, err_msg=name)
        done = self.equipoise("restart", "pairs_2_3", "--run.t_end=0.3", "--covariance.i.e.value=0.5", expect=2)
        self.assertIn("covariance.i.e.value = 0.5: cannot change at a restart", done.stderr)

    def test_a_chain_of_stops_gives_one_seamless_output(self):
        """The file `stop` is there before each start, so that every part makes one step and stops."""
        path = self.write(configuration(RECORD_ALL, RING, KINETIC, DIRECTORY))
        self.equipoise("run", path, "--run.output=whole.h5", ranks=2)
        saved = self.folder / "saved"
        for file in saved.iterdir():
            file.unlink()
        for part, ranks in enumerate((2, 1, 3, 2)):
            (saved / "stop").touch()
            command = ("run", path, "--run.output=split.h5") if part == 0 else ("restart", "saved")
            done = self.equipoise(*command, ranks=ranks, expect=75)
            self.assertIn("equipoise restart saved", done.stdout)
            self.assertFalse((saved / "stop").exists())
            self.assertTrue((self.folder / "split.h5.partial").exists())
            with h5py.File(self.folder / "split.h5.partial") as file:
                self.assertEqual(file["network/time"][0], 0.0)
        self.equipoise("restart", "saved", ranks=2)
        self.same_network(self.folder / "whole.h5", self.folder / "split.h5")
        with h5py.File(self.folder / "split.h5") as file, h5py.File(self.folder / "whole.h5") as whole:
            self.assertEqual(file.attrs["complete"], 1)
            np.testing.assert_array_equal(file["stability/measured_covariance"][:],
                                          whole["stability/measured_covariance"][:])
        self.assertFalse((self.folder / "split.h5.partial").exists())

    def test_records_newer_than_the_checkpoint_are_dropped(self):
        """A killed run: its output is ahead of its last checkpoint."""
        path = self.write(configuration(RECORD_ALL, {"checkpoint": {"directory": "saved", "interval_time": "0.1"}}))
        self.equipoise("run", path, "--run.output=whole.h5", ranks=2)
        first = self.folder / "saved" / "checkpoint_1.h5"
        self.assertTrue(first.exists(), list((self.folder / "saved").iterdir()))
        self.equipoise("restart", first, ranks=2)  # the complete file goes back to t = 0.1 and on
        self.same_network(self.folder / "whole.h5", self.folder / "whole.h5")
        with h5py.File(self.folder / "whole.h5") as file:
            np.testing.assert_allclose(file["network/time"][:], np.linspace(0, 0.2, 5), atol=1e-12)

    def test_a_new_output_begins_at_the_checkpoint(self):
        path = self.write(configuration(DIRECTORY))
        self.equipoise("run", path, "--run.t_end=0.1")
        self.equipoise("restart", "saved", "--run.t_end=0.2", "--run.output=new.h5")
        with h5py.File(self.folder / "new.h5") as file:
            np.testing.assert_allclose(file["network/time"][:], [0.15, 0.2], atol=1e-12)

    def test_what_cannot_change(self):
        self.equipoise("run", self.write(configuration(DIRECTORY)))
        for change, reason in (("population.e.neurons=6000", "states"), ("run.seed=8", "random numbers"),
                               ("network.normals=single", "random numbers"),
                               ("network.time_step=0.005", "model"), ("network.traces=2", "run.output"),
                               ("network.balance_solver=krylov", "run.output"),
                               ("run.t_end=0.1", "t = 0.2 already"), ("run.t_ent=3", "did you mean")):
            done = self.equipoise("restart", "saved", f"--{change}", expect=2)
            self.assertIn(reason, done.stderr)
            self.assertIn(change.split("=")[0], done.stderr)

    def test_a_damaged_checkpoint_is_told_and_the_older_one_is_used(self):
        path = self.write(configuration(RECORD_ALL, {"checkpoint": {"directory": "saved", "interval_time": "0.1"}}))
        self.equipoise("run", path, "--run.output=whole.h5")
        newest = max((self.folder / "saved").glob("checkpoint_*.h5"), key=lambda file: int(file.stem.split("_")[1]))
        reference = network_datasets(self.folder / "whole.h5")
        content = bytearray(newest.read_bytes())
        content[len(content) // 2] ^= 4
        newest.write_bytes(content)
        done = self.equipoise("restart", "saved")
        self.assertIn(newest.name, done.stderr)
        self.assertEqual(network_datasets(self.folder / "whole.h5"), reference)
        self.equipoise("info", newest, expect=2)
        for file in (self.folder / "saved").glob("checkpoint_*.h5"):
            file.write_bytes(b"nothing")
        self.equipoise("restart", "saved", expect=2)
        self.equipoise("restart", "nowhere", expect=2)

    def test_info_of_a_checkpoint(self):
        self.equipoise("run", self.write(configuration(DIRECTORY)))
        newest = next((self.folder / "saved").glob("checkpoint_*.h5"))
        text = self.equipoise("info", newest).stdout
        for word in ("checkpoint", "0.1.0", "neurons = 5000"):
            self.assertIn(word, text)


class Stopping(ProgramTest):
    """Signals and the wall time: exit 75 with a valid checkpoint, wherever they arrive."""

    def start(self, *arguments, ranks=2):
        command = [MPIEXEC, "-n", str(ranks), PROGRAM, "run", self.write(configuration(LONG, DIRECTORY)), "--quiet",
                   *arguments]
        return subprocess.Popen(command, cwd=self.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def wait_for_output(self):
        for _ in range(500):
            if (self.folder / "a.h5.partial").exists():
                return
            time.sleep(0.02)
        self.fail("the run did not start")

    def rank_of(self, launcher):
        for _ in range(500):
            children = subprocess.run(["pgrep", "-P", str(launcher.pid)], capture_output=True, text=True, check=False)
            if children.stdout.split():
                return int(children.stdout.split()[0])
            time.sleep(0.02)
        self.fail("no rank was started")

    def check_stopped(self, process):
        output, errors = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 75, output + errors)
        self.assertIn("equipoise restart saved", output)
        self.equipoise("info", max((self.folder / "saved").glob("checkpoint_*.h5")))
        with h5py.File(self.folder / "a.h5.partial") as file:
            records = file["network/time"][:]
        np.testing.assert_allclose(records, np.arange(len(records)), atol=1e-9)
        end = len(records) + 1
        self.equipoise("restart", "saved", f"--run.t_end={end}", ranks=1)
        with h5py.File(self.folder / "a.h5") as file:
            np.testing.assert_allclose(file["network/time"][:], np.arange(end + 1), atol=1e-9)

    def test_user_signal_to_the_launcher(self):
        process = self.start()
        self.wait_for_output()
        process.send_signal(signal.SIGUSR1)
        self.check_stopped(process)

    def test_termination_of_one_rank(self):
        process = self.start()
        self.wait_for_output()
        os.kill(self.rank_of(process), signal.SIGTERM)
        self.check_stopped(process)

    def test_two_signals_in_a_row(self):
        process = self.start()
        rank = self.rank_of(process)
        self.wait_for_output()
        for _ in range(2):
            os.kill(rank, signal.SIGTERM)
            os.kill(rank, signal.SIGUSR1)
        self.check_stopped(process)

    def test_wall_time(self):
        self.check_stopped(self.start("--limits.walltime_minutes=0.05"))

    def test_without_checkpoints(self):
        process = self.start("--checkpoint.directory=none")
        self.wait_for_output()
        process.send_signal(signal.SIGUSR1)
        output, _ = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 143)
        self.assertIn("checkpoint.directory = none", output)

    def test_a_dead_rank_ends_the_job(self):
        process = self.start()
        rank = self.rank_of(process)
        self.wait_for_output()
        time.sleep(1.0)  # the first records are flushed
        os.kill(rank, signal.SIGKILL)
        process.communicate(timeout=20)
        self.assertNotIn(process.returncode, (0, 75))
        with h5py.File(self.folder / "a.h5.partial") as file:  # what was flushed is there
            self.assertEqual(file["network/time"][0], 0.0)


if __name__ == "__main__":
    unittest.main()

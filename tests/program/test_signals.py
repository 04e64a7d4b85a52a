"""Protects the promise that a run which is asked to stop, by SIGTERM or SIGUSR1 to a rank or by SIGUSR1 to the launcher, at
any moment after the program has begun, ends with exit 75 and a valid checkpoint, or with 0 when it is done; and that a
restart then gives the bits of a run that was left alone. SIGTERM to the launcher ends with Open MPI's own exit code and
leaves the same (docs/restart.md)."""

import os
import random
import signal
import time
import unittest

import h5py
from program import configuration
from running import RunningTest, checkpoints_in
from test_ranks import network_datasets

SEED = 3
# One to three seconds; every time unit a record with a snapshot, and often a checkpoint.
FINITE = {"run": {"t_end": "40", "output_interval": "0.5"}, "network": {"snapshot_interval": "0.5"},
          "population.e": {"neurons": "50000"},
          "checkpoint": {"directory": "saved", "interval_minutes": "0", "interval_time": "3"}}


def listens(process, number):
    """Whether the process has a handler of its own for the signal."""
    with open(f"/proc/{process}/status", encoding="utf-8") as file:
        caught = next(line for line in file if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) >> (number - 1) & 1)


class Signals(RunningTest):
    def setUp(self):
        super().setUp()
        self.moments = random.Random(SEED)
        self.path = self.write(configuration(FINITE))
        self.saved = self.folder / "saved"

    @property
    def expected(self):
        """The bits of a run that is left alone."""
        whole = self.folder / "whole.h5"
        if not whole.exists():
            self.equipoise("run", self.path, f"--run.output={whole.name}", "--checkpoint.directory=none", ranks=2)
        return network_datasets(whole)

    def start_anew(self, *arguments, launcher_words=()):
        for path in (*self.saved.glob("*"), *self.folder.glob("a.h5*")):
            path.unlink()
        return self.start("run", self.path, "--quiet", *arguments, launcher_words=launcher_words)

    def send(self, target, number):
        """False when it came too late."""
        try:
            os.kill(target, number)
        except ProcessLookupError:
            return False
        return True

    def check_stopped(self, run, codes=(75,)):
        """It ended with one of the codes; 75: and goes on to the bits of a run that was left alone."""
        code = run.wait()
        self.assertIn(code, codes, run.text)
        if code == 75:
            self.assertIn("equipoise restart saved", run.text)
            self.equipoise("info", checkpoints_in(self.saved)[-1])
            with h5py.File(self.folder / "a.h5.partial") as file:
                self.assertEqual(file["network/time"][0], 0.0)
            done = self.equipoise("restart", "saved", ranks=self.moments.randint(1, 3))
            self.assertNotIn("warning", done.stderr)
        self.assertFalse((self.folder / "a.h5.partial").exists())
        found = network_datasets(self.folder / "a.h5")
        self.assertEqual([key for key in found if found[key] != self.expected[key]], [])

    def test_at_the_start(self):
        """As soon as the program has set its handlers, which is the first thing it does."""
        for number in (signal.SIGTERM, signal.SIGUSR1):
            for rank in (0, 1):
                with self.subTest(signal=number.name, rank=rank):
                    run = self.start_anew()
                    target = run.processes()[rank]
                    run.wait_until(lambda: listens(target, number), "a handler")
                    self.send(target, number)
                    self.check_stopped(run)
        with self.subTest("SIGUSR1 to the launcher"):
            run = self.start_anew()
            run.wait_until(lambda: all(listens(rank, signal.SIGUSR1) for rank in run.processes()), "handlers")
            run.launcher.send_signal(signal.SIGUSR1)
            self.check_stopped(run)

    def test_during_output(self):
        """Most of the time of this run is output; the moments are anywhere in it."""
        for number, of_launcher in ((signal.SIGTERM, False), (signal.SIGUSR1, False), (signal.SIGUSR1, True)):
            with self.subTest(signal=number.name, launcher=of_launcher):
                run = self.start_anew("--checkpoint.interval_time=0")
                run.wait_until((self.folder / "a.h5.partial").exists, "the output")
                time.sleep(self.moments.uniform(0, 0.2))
                self.send(run.launcher.pid if of_launcher else self.moments.choice(run.processes()), number)
                self.check_stopped(run)

    def test_during_a_checkpoint(self):
        for number, of_launcher in ((signal.SIGTERM, False), (signal.SIGUSR1, True)):
            with self.subTest(signal=number.name, launcher=of_launcher):
                run = self.start_anew()
                ranks = run.processes()
                run.wait_until(lambda: any(self.saved.glob("checkpoint_*.h5.partial")), "a checkpoint is being written")
                self.send(run.launcher.pid if of_launcher else self.moments.choice(ranks), number)
                self.check_stopped(run)

    def test_two_in_a_row(self):
        """The second while the run is stopping, at its first or its last."""
        for pause in (0.0, 0.01, 0.05):
            with self.subTest(pause=pause):
                run = self.start_anew()
                rank = self.moments.choice(run.processes())
                run.wait_until((self.folder / "a.h5.partial").exists, "the output")
                for target, number in ((rank, signal.SIGTERM), (run.launcher.pid, signal.SIGUSR1), (rank, signal.SIGTERM)):
                    self.send(target, number)
                    time.sleep(pause)
                self.check_stopped(run)

    def test_near_the_end(self):
        """Too late to stop the run, or not: both are in order."""
        begin = time.monotonic()
        self.assertEqual(self.start_anew().wait(), 0)
        seconds = time.monotonic() - begin
        for part in (0.9, 0.95, 1.0):
            with self.subTest(part=part):
                begin = time.monotonic()
                run = self.start_anew()
                ranks = run.processes()
                time.sleep(max(0.0, part * seconds - (time.monotonic() - begin)))
                self.send(ranks[0], signal.SIGTERM)
                self.check_stopped(run, (0, 75))

    def test_termination_of_the_launcher(self):
        """Open MPI sends SIGTERM on to the ranks after odls_base_sigkill_timeout seconds, kills them after as many more, and
        ends with 1, whatever they do. They stop in order where that is time enough."""
        run = self.start_anew("--run.t_end=100000", launcher_words=("--mca", "odls_base_sigkill_timeout", "8"))
        run.wait_until(lambda: checkpoints_in(self.saved), "the first checkpoint")
        run.launcher.send_signal(signal.SIGTERM)
        self.assertEqual(run.wait(), 1, run.text)
        self.assertIn("equipoise restart saved", run.text)
        self.check_restart(self.path, self.saved, self.folder / "a.h5", 2)


if __name__ == "__main__":
    unittest.main()

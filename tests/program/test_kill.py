"""Protects the promise that nothing is lost when a run is killed (SIGKILL to a rank or to the launcher) at any moment: its
output file opens and holds every record up to the last flush, the restart succeeds on any number of ranks, and the final
result has the bits of a run that was left alone.

Half of the kills are aimed into the writing of a checkpoint; the others fall at random moments from the start of the
processes to the end of the run, which flushes its output so often that many of them fall into a flush. Not part of the
tests that ctest runs, until the rate at which a kill inside a flush damages an output is known: run it by hand with
`--kills 200`, in the environment that `ctest -V -R program.restart` shows."""

import argparse
import collections
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import unittest

import h5py
import numpy as np
from program import MPIEXEC, PROGRAM, ProgramTest, configuration
from test_ranks import RECORD_ALL, RING, network_datasets

KILLS = 12
SEED = 20
RUN = {"run": {"t_end": "1", "output_interval": "0.02"}, "network": {"sites": "50"},
       "checkpoint": {"directory": "saved", "interval_time": "0.1", "interval_minutes": "0"}}
KINETIC = {"run": {"solvers": "network kinetic"}, "kinetic": {"sites": "24", "cells": "40", "density_interval": "0.1"}}
MOST_SECONDS_TO_DIE = 20.0


def ranks_of(launcher):
    """Process ids of the ranks: the program's processes among the launcher's children."""
    found = subprocess.run(["pgrep", "-P", str(launcher.pid), "-x", os.path.basename(PROGRAM)[:15]], capture_output=True,
                           text=True, check=False)
    return [int(word) for word in found.stdout.split()]


def is_alive(process):
    try:
        with open(f"/proc/{process}/stat", encoding="utf-8") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def datasets_of(path):
    """Every dataset of the solvers, as network_datasets gives them."""
    found = network_datasets(path)
    with h5py.File(path) as file:
        if "kinetic" in file:
            for name in ("time", "mean", "variance", "density", "input", "density_time"):
                found["kinetic/" + name] = file["kinetic"][name][()].tobytes()
    return found


class Kill(ProgramTest):
    def setUp(self):
        super().setUp()
        self.moments = random.Random(SEED)
        self.table = collections.defaultdict(collections.Counter)
        self.saved = self.folder / "saved"
        self.partial = self.folder / "a.h5.partial"

    def clear(self):
        shutil.rmtree(self.saved, ignore_errors=True)
        for path in self.folder.glob("a.h5*"):
            path.unlink()

    def undisturbed(self, path, ranks):
        """Its datasets, how long it took and how long one of its checkpoints took."""
        self.clear()
        begin = time.monotonic()
        self.equipoise("run", path, ranks=ranks)
        seconds = time.monotonic() - begin
        with h5py.File(self.folder / "a.h5") as file:
            self.times = file["network/time"][()]
            self.growing = {name: item[()] for name, item in file["network"].items()
                            if isinstance(item, h5py.Dataset) and item.maxshape[:1] == (None,)}
        return datasets_of(self.folder / "a.h5"), seconds

    def start(self, path, ranks):
        return subprocess.Popen([MPIEXEC, "-n", str(ranks), PROGRAM, "run", path, "--quiet"], cwd=self.folder,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def wait_for_checkpoint(self, launcher, sequence):
        """Until the temporary file of the checkpoint is there, or the run has ended."""
        name = self.saved / f"checkpoint_{sequence}.h5.partial"
        later = self.saved / f"checkpoint_{sequence}.h5"
        while launcher.poll() is None and not name.exists() and not later.exists():
            time.sleep(0.0002)

    def kill(self, launcher, victim, alone):
        """Kills and waits until all is dead; false: the run had ended before."""
        ranks = ranks_of(launcher)
        target = self.moments.choice(ranks) if victim == "rank" and ranks else launcher.pid
        if launcher.poll() is not None:
            return False
        try:
            os.kill(target, signal.SIGKILL)
        except ProcessLookupError:
            return False
        launcher.wait(timeout=MOST_SECONDS_TO_DIE)
        end = time.monotonic() + MOST_SECONDS_TO_DIE
        while any(is_alive(rank) for rank in ranks):
            self.assertLess(time.monotonic(), end, f"a rank outlives the killed {victim}")
            time.sleep(0.01)
        self.assertTrue(alone or launcher.returncode != 75)
        return launcher.returncode != 0

    def newest_checkpoint(self):
        files = {int(path.stem.split("_")[1]): path for path in self.saved.glob("checkpoint_*.h5")}
        return files[max(files)] if files else None

    def check_output(self, newest, row):
        """It opens, its records are a beginning of the undisturbed run's, and at least the checkpoint's."""
        output = self.partial if self.partial.exists() else self.folder / "a.h5"  # killed after the last renaming
        if not output.exists():
            self.assertIsNone(newest)
            row["before the output"] += 1
            return
        try:
            with h5py.File(output) as file:
                found = {name: file["network"][name][()] for name in self.growing}
        except (OSError, RuntimeError, KeyError) as error:
            row["output does not open"] += 1
            print(f"    the output does not open: {error}", file=sys.stderr)
            shutil.copy(self.partial, "/tmp/kill_bad_output.h5")
            return
        for name, values in found.items():
            np.testing.assert_array_equal(values, self.growing[name][:len(values)], err_msg=name)
        if newest is not None:
            with h5py.File(newest) as file:
                names = bytes(file["texts/output/datasets"][()]).decode().split()
                counts = dict(zip(names, file["integers/output/records"][()]))
            for name, values in found.items():
                self.assertGreaterEqual(len(values), counts["/network/" + name], name)

    def go_on(self, path, ranks, newest, row):
        """To the end, from the newest checkpoint or from the start where there is none yet."""
        if newest is None:
            done = self.equipoise("restart", "saved", ranks=ranks, expect=2)
            self.assertRegex(done.stderr, "holds no checkpoint|no such file or folder")
            row["before the first checkpoint"] += 1
            self.equipoise("run", path, ranks=ranks)
        else:
            row["restarts"] += 1
            self.equipoise("restart", "saved", ranks=ranks)

    def one(self, path, ranks, then, aim, seconds, expected):
        """One kill and what follows; false: it came too late."""
        self.clear()
        victim = self.moments.choice(("rank", "launcher"))
        launcher = self.start(path, ranks)
        begin = time.monotonic()
        if aim == "checkpoint":
            self.wait_for_checkpoint(launcher, self.moments.randint(1, 9))
            delay = self.moments.uniform(0, 0.02)
        else:
            delay = self.moments.uniform(0, seconds)
        time.sleep(delay)
        if not self.kill(launcher, victim, True):
            return False
        row = self.table[aim, victim]
        row["kills"] += 1
        row["temporary file left"] += any(self.saved.glob("*.partial"))
        newest = self.newest_checkpoint()
        said = f"kill of the {victim} of {ranks} ranks, {aim}, {time.monotonic() - begin:.4f} s"
        with self.subTest(said):
            self.check_output(newest, row)
            self.go_on(path, then, newest, row)
            found = datasets_of(self.folder / "a.h5")
            self.assertEqual(sorted(found), sorted(expected))
            self.assertEqual([key for key in found if found[key] != expected[key]], [])
            row["same bits"] += 1
        return True

    def test_killed(self):
        cases = ((RING,), (RING, KINETIC))
        for case, changes in enumerate(cases):
            path = self.write(configuration(RECORD_ALL, RUN, *changes))
            kinetic = len(changes) > 1
            expected, seconds = self.undisturbed(path, 2)
            kills = KILLS // 3 if kinetic else KILLS - KILLS // 3
            made = 0
            while made < kills:
                # The kinetic solver's bits are those of the same number of ranks.
                ranks, then = (2, 2) if kinetic else (self.moments.randint(2, 3), self.moments.randint(1, 3))
                made += self.one(path, ranks, then, "checkpoint" if made % 2 else "random", seconds, expected)
        self.print_table()

    def print_table(self):
        columns = ("kills", "before the output", "before the first checkpoint", "temporary file left", "output does not open",
                   "restarts", "same bits")
        print("| moment | killed | " + " | ".join(columns) + " |")
        print("|---" * (len(columns) + 2) + "|")
        for (aim, victim), row in sorted(self.table.items()):
            print(f"| {aim} | {victim} | " + " | ".join(str(row[column]) for column in columns) + " |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--seed", type=int, default=SEED)
    options, rest = parser.parse_known_args()
    KILLS, SEED = options.kills, options.seed
    unittest.main(argv=[sys.argv[0], *rest])

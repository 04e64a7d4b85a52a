"""Protects the promise that nothing is lost when a run is killed (SIGKILL to a rank or to the launcher) at any moment: its
output file opens and holds every record up to the last flush, the restart succeeds on any number of ranks, and the final
result has the bits of a run that was left alone.

Half of the kills fall into the writing of a checkpoint: they come while its temporary file is there, and count when they
leave it, or hit the launcher, whose ranks may live long enough to finish it. The others fall at random moments, from the
start of the processes to the end of the run or while it records. Some of the restarts are killed too, and restarted. What a kill can do to an
output, at every moment of a flush, is the matter of tests/mpi/output_kill. The tests run a short form;
docs/restart.md shows what 200 kills found, and how to run them."""

import argparse
import collections
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
import unittest
from pathlib import Path

import h5py
import numpy as np
from program import MPIEXEC, PROGRAM, ProgramTest, configuration
from running import ranks_of
from test_ranks import RECORD_ALL, RING, network_datasets

KILLS = 8
SECONDS = 30.0  # after which no other kill is begun, for each case; at least two are made
SEED = 20
CHECKPOINTS = 6
RUN = {"run": {"t_end": "0.6", "output_interval": "0.02"}, "network": {"sites": "50"},
       "checkpoint": {"directory": "saved", "interval_time": "0.1", "interval_minutes": "0"}}
KINETIC = {"run": {"solvers": "network kinetic"}, "kinetic": {"sites": "24", "cells": "40", "density_interval": "0.1"}}
AIMS = ("random", "checkpoint", "recording", "checkpoint")
MOST_SECONDS_TO_DIE = 60.0  # on a machine that is busy
RESTARTS_KILLED = 0.25


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
        self.launchers_stuck = 0
        self.table = collections.defaultdict(collections.Counter)
        self.saved = self.folder / "saved"
        self.partial = self.folder / "a.h5.partial"

    def clear(self):
        shutil.rmtree(self.saved, ignore_errors=True)
        for path in self.folder.glob("a.h5*"):
            path.unlink()

    def undisturbed(self, path, ranks):
        """Its datasets and how long it took."""
        self.clear()
        begin = time.monotonic()
        launcher = self.start("run", path, ranks, stdout=subprocess.PIPE)
        self.wait_for(launcher, self.partial)
        recording = time.monotonic()
        told, _ = launcher.communicate(timeout=100)
        self.assertEqual(launcher.returncode, 0)
        seconds = time.monotonic() - begin
        self.recording_seconds = time.monotonic() - recording
        checkpoints = re.search(r"(\d+) checkpoints? of .* MB, ([\d.]+) s in all", told)
        self.checkpoint_seconds = float(checkpoints[2]) / int(checkpoints[1])
        with h5py.File(self.folder / "a.h5") as file:
            self.growing = {name: item[()] for name, item in file["network"].items()
                            if isinstance(item, h5py.Dataset) and item.maxshape[:1] == (None,)}
        return datasets_of(self.folder / "a.h5"), seconds

    def start(self, command, target, ranks, stdout=subprocess.DEVNULL):
        return subprocess.Popen([MPIEXEC, "-n", str(ranks), PROGRAM, command, target, "--quiet"], cwd=self.folder,
                                stdout=stdout, stderr=subprocess.DEVNULL, text=True)

    @staticmethod
    def wait_for(launcher, *paths):
        """Until one of the files is there, or the run has ended."""
        while launcher.poll() is None and not any(path.exists() for path in paths):
            time.sleep(0.0002)

    def kill(self, launcher, victim):
        """Kills and waits until all is dead. "": the run had ended before; else "writing" a checkpoint, or "computing"."""
        ranks = ranks_of(launcher)
        target = self.moments.choice(ranks) if victim == "rank" and ranks else launcher.pid
        if launcher.poll() is not None:
            return ""
        writing = self.writes_checkpoint()
        try:
            os.kill(target, signal.SIGKILL)
        except ProcessLookupError:  # it has come to its end
            launcher.wait(timeout=MOST_SECONDS_TO_DIE)
            return ""
        end = time.monotonic() + MOST_SECONDS_TO_DIE
        while any(is_alive(rank) for rank in ranks_of(launcher) + ranks):
            self.assertLess(time.monotonic(), end, f"a rank outlives the killed {victim}")
            time.sleep(0.01)
        try:
            launcher.wait(timeout=MOST_SECONDS_TO_DIE)
        except subprocess.TimeoutExpired:
            # Open MPI 4.1.4 can wait for itself at its end (PMIx_server_finalize) when a rank died while others started.
            self.launchers_stuck += 1
            launcher.kill()
            launcher.wait()
        self.assertNotEqual(launcher.returncode, 75)
        if launcher.returncode == 0:
            return ""
        return "writing" if writing and (target == launcher.pid or self.writes_checkpoint()) else "computing"

    def writes_checkpoint(self):
        return any(self.saved.glob("checkpoint_*.h5.partial"))

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
        with h5py.File(output) as file:
            found = {name: file["network"][name][()] for name in self.growing}
            datasets = []
            file.visititems(lambda name, item: datasets.append(item) if isinstance(item, h5py.Dataset) else None)
            for item in datasets:
                self.assertEqual(item[()].shape, item.shape)
        for name, values in found.items():
            np.testing.assert_array_equal(values, self.growing[name][:len(values)], err_msg=name)
        if newest is not None:
            with h5py.File(newest) as file:
                names = bytes(file["texts/output/datasets"][()]).decode().split()
                counts = dict(zip(names, file["integers/output/records"][()]))
            for name, values in found.items():
                self.assertGreaterEqual(len(values), counts["/network/" + name], name)

    def go_on(self, path, ranks, newest, seconds, row):
        """To the end, from the newest checkpoint or from the start where there is none yet."""
        if newest is None:
            done = self.equipoise("restart", "saved", ranks=ranks, expect=2)
            self.assertRegex(done.stderr, "holds no checkpoint|no such file or folder")
            row["before the first checkpoint"] += 1
            self.equipoise("run", path, ranks=ranks)
            return
        if self.moments.random() < RESTARTS_KILLED:
            launcher = self.start("restart", "saved", ranks)
            time.sleep(self.moments.uniform(0, seconds))
            if self.kill(launcher, self.moments.choice(("rank", "launcher"))):
                row["restarts killed"] += 1
        row["restarts"] += 1
        self.equipoise("restart", "saved", ranks=ranks)

    def one(self, path, ranks, then, aim, seconds, expected):
        """One kill and what follows; false: it came too late."""
        self.clear()
        victim = self.moments.choice(("rank", "launcher"))
        launcher = self.start("run", path, ranks)
        begin = time.monotonic()
        if aim == "checkpoint":
            name = self.saved / f"checkpoint_{self.moments.randint(1, CHECKPOINTS - 1)}.h5"
            self.wait_for(launcher, Path(f"{name}.partial"), name)
            time.sleep(self.moments.uniform(0, self.checkpoint_seconds))
        elif aim == "recording":
            self.wait_for(launcher, self.partial)
            time.sleep(self.moments.uniform(0, self.recording_seconds))
        else:
            time.sleep(self.moments.uniform(0, seconds))
        killed = self.kill(launcher, victim)
        if not killed or (aim == "checkpoint" and killed != "writing"):
            return False
        row = self.table[aim, victim]
        row["kills"] += 1
        row["in the writing of a checkpoint"] += killed == "writing"
        newest = self.newest_checkpoint()
        said = f"kill of the {victim} of {ranks} ranks, {aim}, {time.monotonic() - begin:.4f} s"
        with self.subTest(said):
            try:
                self.check_output(newest, row)
                self.go_on(path, then, newest, seconds, row)
                found = datasets_of(self.folder / "a.h5")
                self.assertEqual(sorted(found), sorted(expected))
                self.assertEqual([key for key in found if found[key] != expected[key]], [])
            except Exception as error:
                print(f"{said}: {error!r}", file=sys.stderr, flush=True)  # not only after the last of many kills
                raise
            row["same bits"] += 1
        return True

    def test_killed(self):
        cases = ((RING,), (RING, KINETIC))
        for case, changes in enumerate(cases):
            path = self.write(configuration(RECORD_ALL, RUN, *changes))
            kinetic = len(changes) > 1
            expected, seconds = self.undisturbed(path, 2)
            kills = KILLS // 3 if kinetic else KILLS - KILLS // 3
            made = tried = 0
            begin = time.monotonic()
            while made < kills and (made < 2 or time.monotonic() - begin < SECONDS):
                tried += 1
                self.assertLess(tried, 10 + 4 * kills, "kills come too late")
                # The kinetic solver's bits are those of the same number of ranks.
                ranks, then = (2, 2) if kinetic else (self.moments.randint(2, 3), self.moments.randint(1, 3))
                one = self.one(path, ranks, then, AIMS[made % len(AIMS)], seconds, expected)
                made += one
                if one and made % 20 == 0:
                    self.print_table()
        self.print_table()

    def print_table(self):
        columns = ("kills", "in the writing of a checkpoint", "before the output", "before the first checkpoint", "restarts",
                   "restarts killed", "same bits")
        print("| moment | killed | " + " | ".join(columns) + " |")
        print("|---" * (len(columns) + 2) + "|")
        for (aim, victim), row in sorted(self.table.items()):
            print(f"| {aim} | {victim} | " + " | ".join(str(row[column]) for column in columns) + " |", flush=True)
        if self.launchers_stuck:
            print(f"after {self.launchers_stuck} kills the launcher did not end, though no rank was left")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--kills", type=int, default=KILLS)
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    options, rest = parser.parse_known_args()
    KILLS, SEED, SECONDS = options.kills, options.seed, options.seconds
    unittest.main(argv=[sys.argv[0], *rest])

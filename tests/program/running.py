"""Runs that something happens to: what the tests that signal, fill disks and take folders away share."""

import os
import re
import subprocess
import threading
import time

from program import MPIEXEC, PROGRAM, ProgramTest
from test_ranks import network_datasets

MOST_SECONDS = 120  # that anything is waited for: the machine may be busy


def ranks_of(launcher):
    """Process ids of the ranks: the program's processes among the launcher's children."""
    found = subprocess.run(["pgrep", "-P", str(launcher.pid), "-x", os.path.basename(PROGRAM)[:15]], capture_output=True,
                           text=True, check=False)
    return [int(word) for word in found.stdout.split()]


class Run:
    """The program under its launcher, its output kept as it comes."""

    def __init__(self, folder, arguments, ranks, launcher_words=()):
        self.ranks = ranks
        self.text = ""
        self.launcher = subprocess.Popen([MPIEXEC, *launcher_words, "-n", str(ranks), PROGRAM, *map(str, arguments)],
                                         cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        for line in self.launcher.stdout:
            self.text += line

    def wait_until(self, happened, what):
        """Until happened() is true; AssertionError when the run ends or too much time passes before."""
        end = time.monotonic() + MOST_SECONDS
        while not happened():
            if self.launcher.poll() is not None:
                raise AssertionError(f"the run ended before {what}: exit {self.launcher.returncode}\n{self.text}")
            if time.monotonic() > end:
                raise AssertionError(f"not in {MOST_SECONDS} s: {what}\n{self.text}")
            time.sleep(0.005)

    def processes(self):
        """Process ids of all ranks, once they are there."""
        self.wait_until(lambda: len(ranks_of(self.launcher)) == self.ranks, "all ranks are there")
        return ranks_of(self.launcher)

    def wait(self):
        """The launcher's exit code, when all is over."""
        code = self.launcher.wait(timeout=MOST_SECONDS)
        self.reader.join(timeout=MOST_SECONDS)
        self.launcher.stdout.close()
        return code


def checkpoints_in(folder):
    """Paths, the newest last."""
    return sorted(folder.glob("checkpoint_*.h5"), key=lambda path: int(path.stem.split("_")[1]))


class RunningTest(ProgramTest):
    def start(self, *arguments, ranks=2, launcher_words=()):
        run = Run(self.folder, arguments, ranks, launcher_words)

        def end():
            if run.launcher.poll() is None:
                run.launcher.kill()
                run.wait()
        self.addCleanup(end)
        return run

    def check_restart(self, config, saved, output, ranks):
        """The newest checkpoint in the folder `saved` is valid, and from it the run goes on, for some output times, to the
        bits of a run that was left alone."""
        info = self.equipoise("info", checkpoints_in(saved)[-1]).stdout
        reached = float(re.search(r"^reached +([0-9.]+)", info, re.MULTILINE)[1])
        end = f"--run.t_end={int(reached) + 4}"
        self.equipoise("restart", saved, end, ranks=ranks)
        self.equipoise("run", config, end, "--run.output=whole.h5", "--checkpoint.directory=none", ranks=ranks)
        found, expected = network_datasets(output), network_datasets(self.folder / "whole.h5")
        self.assertEqual(sorted(found), sorted(expected))
        self.assertEqual([key for key in found if found[key] != expected[key]], [])
        self.assertFalse(output.with_name(output.name + ".partial").exists())

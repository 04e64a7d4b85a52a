"""Protects the network's results and its clock where sums over the ranks take long (bench/delayed_sum.cpp holds them back):
the same bits as without a delay, on 1 to 4 ranks and after a restart, while noise is drawn ahead; and the wait that is left,
as the timing record tells it."""

import json
import os
import subprocess
import sys
import unittest

from program import MPIEXEC, PROGRAM, SOURCE, ProgramTest, configuration

DELAYED = sys.argv.pop(1)
sys.path.insert(0, str(SOURCE / "tests/program"))
from test_ranks import EXPLICIT, RECORD_ALL, RING, network_datasets  # noqa: E402

DIRECTORY = {"checkpoint": {"directory": "saved"}}
STEPS = 20


class DelayedSum(ProgramTest):
    def run_delayed(self, *arguments, microseconds, ranks, program=DELAYED):
        subprocess.run([MPIEXEC, "-n", str(ranks), program, *map(str, arguments)], cwd=self.folder, check=True, timeout=300,
                       stdout=subprocess.DEVNULL, env={**os.environ, "SUM_DELAY_MICROSECONDS": str(microseconds)})

    def same_network(self, first, second):
        first, second = (network_datasets(self.folder / file) for file in (first, second))
        self.assertEqual(sorted(first), sorted(second))
        self.assertEqual([key for key in first if first[key] != second[key]], [])

    def test_the_same_bits(self):
        for name, changes in (("point", ()), ("ring", (RING, {"network": {"sites": "50"}})), ("explicit", (EXPLICIT,))):
            path = self.write(configuration(RECORD_ALL, *changes), f"{name}.ini")
            self.run_delayed("run", path, "--run.output=plain.h5", microseconds=0, ranks=1, program=PROGRAM)
            # Some blocks ahead on some ranks, all of them on all.
            for microseconds, ranks in ((1, 1), (3, 2), (1000, 2), (5, 3), (50, 4)):
                with self.subTest(name=name, microseconds=microseconds, ranks=ranks):
                    self.run_delayed("run", path, "--run.output=delayed.h5", microseconds=microseconds, ranks=ranks)
                    self.same_network("plain.h5", "delayed.h5")

    def test_the_same_bits_after_a_restart(self):
        path = self.write(configuration(RECORD_ALL, DIRECTORY))
        self.run_delayed("run", path, "--run.output=whole.h5", microseconds=0, ranks=1, program=PROGRAM)
        self.run_delayed("run", path, "--run.output=split.h5", "--run.t_end=0.1", microseconds=200, ranks=3)
        self.run_delayed("restart", "saved", "--run.t_end=0.2", microseconds=5, ranks=2)
        self.same_network("whole.h5", "split.h5")

    def test_what_is_not_hidden_is_counted_as_waiting(self):
        """Of 0.02 s, against which the noise of 8 blocks is nothing. So the delay is there, too."""
        path = self.write(configuration())
        for ranks in (1, 2):
            self.run_delayed("run", path, "--timing=timing.json", microseconds=20000, ranks=ranks)
            record = json.loads((self.folder / "timing.json").read_text(encoding="utf-8"))
            self.assertEqual(record["problem"]["network_steps"], STEPS)
            phases = record["phase_seconds"]
            for spread in ("min", "max"):
                self.assertGreater(phases["allreduce_wait"][spread] + phases["noise"][spread], STEPS * 0.02)
            self.assertGreater(phases["allreduce_wait"]["min"], phases["noise"]["max"])


if __name__ == "__main__":
    unittest.main()

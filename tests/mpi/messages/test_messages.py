"""Protects the number and the size of the messages of a time step: those that a run really sends (counted by
count_messages.cpp) are those of the performance model (bench/scaling_model.py, docs/scaling.md), on 1 to 16 ranks. A network
step is one sum over all ranks, whatever the number of neurons; nothing is sent from rank to rank."""

import json
import os
import re
import subprocess
import sys
import unittest
from collections import Counter

from program import MPIEXEC, SOURCE, ProgramTest, configuration

COUNTED = sys.argv.pop(1)
sys.path.insert(0, str(SOURCE / "bench"))
import scaling_model  # noqa: E402

RANKS = (2, 5, 16)
RING = {"domain": {"kind": "ring"},
        "coupling.e.i": {"kernel": "cosine(1, 0.5)"}, "coupling.i.e": {"kernel": "cosine(1, 0.5)"},
        "coupling.i.i": {"kernel": "cosine(0.5, 0.2)"}}
EXPLICIT = {"network": {"scheme": "explicit", "time_step": "0.01"}}
KINETIC = {"run": {"solvers": "kinetic"}, "kinetic": {"sites": "16", "cells": "40", "time_step": "0.01"}}


class Messages(ProgramTest):
    def counted(self, path, t_end, ranks):
        """What each rank has sent, {(operation, bytes): calls} on communicators of all ranks, and what was computed."""
        subprocess.run([MPIEXEC, "-n", str(ranks), COUNTED, "run", path, f"--run.t_end={t_end}",
                        f"--run.output_interval={t_end}", "--checkpoint.directory=none", "--quiet", "--timing",
                        "timing.json"], cwd=self.folder, check=True, timeout=300, stdout=subprocess.DEVNULL,
                       env={**os.environ, "MESSAGE_COUNTS": str(self.folder / "counts")})
        every = []
        for rank in range(ranks):
            lines = (line.split() for line in (self.folder / f"counts.{rank}").read_text().splitlines())
            every.append(Counter({(name, int(size)): int(calls) for name, of, size, calls in lines if int(of) == ranks}))
        return every, json.loads((self.folder / "timing.json").read_text())["problem"]

    def of_steps(self, path, first, second, ranks):
        """The messages of the steps between two end times, which are the same on every rank, and what these steps were;
        what both runs do at their beginning and end drops out."""
        (short, less), (long, more) = (self.counted(path, t_end, ranks) for t_end in (first, second))
        for before, after in zip(short, long):
            after.subtract(before)
        every = [{kind: calls for kind, calls in after.items() if calls} for after in long]
        self.assertEqual([one for one in every if one != every[0]], [])
        done = {name: value - less[name] if name.endswith(("_steps", "_iterations")) else value
                for name, value in more.items()}
        return every[0], scaling_model.Problem.of({"problem": done})

    def test_a_network_step_is_one_sum(self):
        for name, changes, all_ranks in (("ring", (RING,), (1, *RANKS)), ("point", (), (2,)),
                                         ("explicit", (EXPLICIT,), (2,))):
            path = self.write(configuration(*changes))
            for ranks in all_ranks:
                with self.subTest(name=name, ranks=ranks):
                    sent, steps = self.of_steps(path, 0.1, 0.4, ranks)
                    self.assertEqual(steps.network_steps, 30)
                    (model,) = steps.network_messages()
                    self.assertEqual(model.calls, 1)
                    self.assertEqual(sent, {("Iallreduce", model.bytes): 30})

    def test_the_sum_does_not_grow_with_the_network(self):
        sizes = []
        for neurons in (1000, 100000):
            path = self.write(configuration({"population.e": {"neurons": str(neurons)}}))
            sent, problem = self.counted(path, 0.01, 2)
            sizes.append({size for name, size in sent[0] if name == "Iallreduce"})
            self.assertIn(problem["message_bytes"], sizes[-1])
        self.assertEqual(sizes[0], sizes[1])

    def test_a_kinetic_step_sends_what_the_model_says(self):
        known = re.search(r"PETSc 3\.18", self.equipoise("--version").stdout)
        more_modes = {"coupling.e.i": {"kernel": "cosine(1, 0.5, 0.1)"}}
        one_mode = {"domain": {"kind": "ring"}}
        for name, changes, all_ranks in (("few modes", (RING,), RANKS), ("more modes", (RING, more_modes), (2,)),
                                         ("one mode", (one_mode,), (3,))):
            path = self.write(configuration(KINETIC, *changes))
            for ranks in all_ranks:  # on one rank PETSc has no messages
                with self.subTest(name=name, ranks=ranks):
                    # Whole numbers of looks at the spectrum.
                    sent, steps = self.of_steps(path, 0.16, 0.48, ranks)
                    self.assertEqual(steps.kinetic_steps, 32)
                    model = {(one.name, one.bytes): 32 * one.calls for one in steps.kinetic_messages()}
                    if not known:  # another PETSc may take its norms in another way: these are small
                        sent, model = ({kind: calls for kind, calls in of.items() if kind[1] > 16} for of in (sent, model))
                    self.assertEqual(sorted(sent), sorted(model))
                    for kind, calls in sent.items():
                        self.assertAlmostEqual(calls, model[kind], msg=kind)


if __name__ == "__main__":
    unittest.main()

"""Protects the timing record (--timing): it names every phase, its phases do not overlap, its counts of work are exact, on
one rank and on two, and after a stop and a restart it counts what that attempt has done."""

import json
import re
import unittest

from program import SOURCE, ProgramTest, configuration

PHASES = ("noise", "update", "moments", "allreduce_wait", "balance", "kinetic_assembly", "kinetic_solve",
          "kinetic_moments", "kinetic_rest", "field", "output", "checkpoint")
# 8000 neurons and 40 steps; 6 sites, 2 populations, 50 cells and 20 steps.
ALL = {"run": {"solvers": "network kinetic field", "t_end": "0.4", "output_interval": "0.1"},
       "domain": {"kind": "ring"}, "kinetic": {"sites": "6", "cells": "50", "time_step": "0.02"},
       "field": {"sites": "6", "time_step": "0.02"}}
STEPS, CELL_UPDATES = 40, 6 * 2 * 50 * 20


class Timing(ProgramTest):
    def record(self, *arguments, ranks, expect=0):
        self.equipoise(*arguments, "--timing", "timing.json", ranks=ranks, expect=expect)
        return json.loads((self.folder / "timing.json").read_text(encoding="utf-8"))

    def check_phases(self, record, used):
        phases = record["phase_seconds"]
        self.assertEqual(tuple(phases), PHASES)
        for name, spread in phases.items():
            self.assertLessEqual(0.0, spread["min"], name)
            # The mean is a sum of as many terms as ranks, divided: rounding may take it past an equal least and most.
            self.assertLessEqual(spread["min"], spread["mean"] * (1.0 + 1e-14), name)
            self.assertLessEqual(spread["mean"], spread["max"] * (1.0 + 1e-14), name)
            self.assertEqual(spread["max"] > 0.0, name in used, f"{name}: {spread}")
        self.assertLessEqual(sum(spread["mean"] for spread in phases.values()), record["wall_seconds"])

    def check_rates(self, record):
        phases = record["phase_seconds"]
        for work, rate, names in (("neuron_steps", "neuron_steps_per_second", PHASES[:5]),
                                  ("cell_updates", "cell_updates_per_second", PHASES[5:9])):
            # The slowest rank's seconds: between the mean and the sum of the phases' largest.
            if not record[work]:
                self.assertEqual(record[rate], 0)
                continue
            self.assertLessEqual(record[rate], record[work] / sum(phases[name]["mean"] for name in names) * 1.000001)
            self.assertGreaterEqual(record[rate], record[work] / sum(phases[name]["max"] for name in names) * 0.999999)

    def test_every_solver_on_one_rank_and_on_two(self):
        path = self.write(configuration(ALL, {"checkpoint": {"directory": "saved"}}))  # then there is one at the end
        for ranks in (1, 2):
            with self.subTest(ranks=ranks):
                record = self.record("run", path, ranks=ranks)
                self.assertEqual((record["record"], record["format"], record["ranks"]), ("equipoise timing", 1, ranks))
                self.check_phases(record, set(PHASES))
                self.check_rates(record)
                self.assertEqual(record["neuron_steps"], 8000 * STEPS)
                self.assertEqual(record["cell_updates"], CELL_UPDATES)
                problem = record["problem"]
                self.assertEqual(problem["population_neurons"], {"e": 5000, "i": 3000})
                self.assertEqual((problem["network_steps"], problem["kinetic_steps"], problem["field_steps"]), (40, 20, 20))
                self.assertGreaterEqual(problem["kinetic_newton_iterations"], 20)
                self.assertEqual(sum(record["hosts"].values()), ranks)
                self.assertRegex(record["commit"], r"^[0-9a-f]{7,40}|unknown")
                processor = record["processor_seconds"]
                self.assertLess(0.0, processor["min"])
                # One thread for each rank, and perhaps one of the MPI library's own that waits.
                self.assertLessEqual(processor["max"], 2.0 * record["wall_seconds"] + 0.05)
                memory = record["peak_memory_bytes"]
                self.assertTrue(2**20 < memory["min"] <= memory["mean"] * (1 + 1e-14), memory)
                self.assertLessEqual(memory["mean"], memory["max"] * (1 + 1e-14))

    def test_a_rank_without_sites_waits(self):
        path = self.write(configuration(ALL, {"run": {"solvers": "kinetic"}, "domain": {"kind": "point"},
                                              "kinetic": {"sites": None}, "field": {"sites": None}}))
        record = self.record("run", path, ranks=2)
        self.check_phases(record, set(PHASES[5:9]) | {"output"})
        self.assertEqual(record["cell_updates"], CELL_UPDATES // 6)
        self.assertEqual((record["neuron_steps"], record["neuron_steps_per_second"]), (0, 0))
        for name in ("kinetic_assembly", "kinetic_solve", "kinetic_moments"):
            self.assertEqual(record["phase_seconds"][name]["min"], 0.0, name)
        self.assertGreater(record["phase_seconds"]["kinetic_rest"]["min"], 0.0)

    def test_after_a_stop_and_a_restart_each_attempt_counts_its_own_work(self):
        for solver, ranks in ((solver, ranks) for solver in ("network", "kinetic") for ranks in (1, 2)):
            with self.subTest(solver=solver, ranks=ranks):
                path = self.write(configuration(ALL, {"run": {"solvers": solver}}))
                work = {"network": ("neuron_steps", 8000, STEPS), "kinetic": ("cell_updates", CELL_UPDATES // 20, 20)}
                name, per_step, steps = work[solver]
                phases = set(PHASES[:5] if solver == "network" else PHASES[5:9]) | {"output", "checkpoint"}
                folder = self.folder / f"{solver}_{ranks}"
                folder.mkdir()
                (folder / "stop").touch()  # seen at the first step
                first = self.record("run", path, f"--checkpoint.directory={folder}", ranks=ranks, expect=75)
                self.assertEqual(first[name], per_step)
                self.check_phases(first, phases)
                second = self.record("restart", folder, ranks=ranks)
                self.assertEqual(second[name], per_step * (steps - 1))
                self.check_phases(second, phases)
                self.check_rates(second)

    def test_a_record_that_cannot_be_written_is_refused_before_the_run(self):
        path = self.write(configuration())
        done = self.equipoise("run", path, "--timing", "no/such/folder/a.json", expect=4)
        self.assertIn("no/such/folder", done.stderr)
        self.assertFalse((self.folder / "a.h5").exists())

    def test_the_document_explains_every_member(self):
        record = self.record("run", self.write(configuration(ALL)), ranks=None)
        text = (SOURCE / "docs/scaling.md").read_text(encoding="utf-8")
        names = [*record, *record["problem"], *record["phase_seconds"]]
        self.assertEqual([name for name in names if not re.search(rf"`{name}`", text)], [])


if __name__ == "__main__":
    unittest.main()

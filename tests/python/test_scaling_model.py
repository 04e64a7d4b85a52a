"""Protects the performance model (bench/scaling_model.py): it gives back what its constants were taken from, divides work
by ranks in whole blocks and sites, and charges messages by latency and bandwidth once they outlast the noise drawn ahead."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from dataclasses import replace
from pathlib import Path

SOURCE = Path(os.environ["EQUIPOISE_SOURCE"])
sys.path.insert(0, str(SOURCE / "bench"))
import scaling_model as model  # noqa: E402

BLOCK = 1024
NETWORK = {"title": "a test", "populations": 2, "modes": 1, "product_modes": 1, "gains": 2, "unknowns": 2,
           "population_neurons": {"e": 600 * BLOCK, "i": 400 * BLOCK}, "network_scheme": "balanced", "network_sites": 1,
           "neurons": 1000 * BLOCK, "network_steps": 100, "message_bytes": 88}
KINETIC = {"kinetic_lines": 12, "kinetic_cells": 100, "kinetic_steps": 16, "kinetic_newton_iterations": 32}
SECONDS = {"noise": 2.0, "update": 1.0, "moments": 3.0, "allreduce_wait": 0.0, "balance": 0.1, "kinetic_assembly": 0.8,
           "kinetic_solve": 0.4, "kinetic_moments": 0.2, "kinetic_rest": 0.2, "field": 0.0, "output": 0.5,
           "checkpoint": 0.25}


def record(ranks=1, **problem):
    phases = {name: {"min": s / ranks, "mean": s / ranks, "max": s / ranks} for name, s in SECONDS.items()}
    return {"record": "equipoise timing", "format": 1, "ranks": ranks,
            "wall_seconds": (sum(SECONDS.values()) + 0.05) / ranks, "problem": {**NETWORK, **KINETIC, **problem},
            "phase_seconds": phases, "neuron_steps_per_second": 1e7,
            "cell_updates_per_second": 1e6, "peak_memory_bytes": {"min": 1.0, "mean": 1.0, "max": 1.0}}


class Model(unittest.TestCase):
    def setUp(self):
        self.problem = model.Problem.of(record())
        self.constants = model.Constants.of([record()])
        self.machine = model.Machine(1e-6, 1e10)

    def predict(self, ranks, problem=None, machine=None):
        return model.predict(problem or self.problem, self.constants, machine or self.machine, ranks)

    def test_one_rank_gives_back_the_record(self):
        parts = self.predict(1)
        self.assertAlmostEqual(parts["neurons"], 6.0)
        self.assertAlmostEqual(parts["balance"], 0.1)
        self.assertAlmostEqual(parts["cells"], 1.6)
        self.assertAlmostEqual(parts["apart"], 0.8)
        self.assertAlmostEqual(sum(parts.values()), record()["wall_seconds"])

    def test_blocks_are_whole(self):
        self.assertEqual([self.problem.blocks(ranks) for ranks in (1, 2, 3, 999, 1000, 5000)], [1000, 500, 334, 2, 1, 1])
        parts = self.predict(3)
        self.assertAlmostEqual(parts["neurons"] + parts["uneven blocks"], 6.0 * 334 / 1000)
        parts = self.predict(5000)
        self.assertAlmostEqual(parts["neurons"] + parts["uneven blocks"], 6.0 / 1000)

    def test_a_line_is_not_split(self):
        self.assertEqual(self.problem.sites, 6)
        for ranks, most in ((2, 3), (4, 2), (6, 1), (600, 1)):
            parts = self.predict(ranks)
            self.assertAlmostEqual(parts["cells"] + parts["uneven sites"], 1.6 * most / 6)

    def test_the_program_draws_as_much_ahead_as_the_model_says(self):
        header = (SOURCE / "include/equipoise/network/solver.hpp").read_text(encoding="utf-8")
        self.assertIn(f"ahead_limit = {model.AHEAD};", header)

    def test_the_sum_waits_only_beyond_the_noise_drawn_ahead(self):
        self.assertEqual(self.predict(1024, machine=model.Machine(1e-7, 1e10))["wait for the sum"], 0.0)
        slow = model.Machine(1.0, 88.0)  # 2 s in each of 10 rounds of 100 steps
        ahead = 100 * BLOCK * self.constants.noise  # a block for each rank
        self.assertAlmostEqual(self.predict(1024, machine=slow)["wait for the sum"], 2000.0 - ahead)
        ahead = 100 * model.AHEAD * BLOCK * self.constants.noise  # no more
        self.assertAlmostEqual(self.predict(2, machine=slow)["wait for the sum"], 200.0 - ahead)

    def test_kinetic_messages_stop_growing_at_as_many_ranks_as_sites(self):
        at = [self.predict(ranks)["kinetic messages"] for ranks in (1, 2, 6, 600)]
        self.assertEqual(at[0], 0.0)
        self.assertAlmostEqual(at[2], 3.0 * at[1])
        self.assertEqual(at[3], at[2])
        calls = sum(one.calls for one in self.problem.kinetic_messages())
        self.assertAlmostEqual(calls, 5 + 5 * 2 + 4 / 16)
        self.assertAlmostEqual(self.predict(2, machine=model.Machine(1.0, 1e300))["kinetic messages"], 16 * calls)

    def test_what_a_run_is_bound_by(self):
        self.assertEqual(model.bound(self.predict(1)), "neurons")
        self.assertEqual(model.bound(self.predict(100, machine=model.Machine(1.0, 1e10))), "kinetic messages")
        only_network = replace(self.problem, kinetic_lines=0)
        self.assertEqual(model.bound(self.predict(10**5, only_network, model.Machine(1.0, 1e10))), "wait for the sum")

    def test_constants_do_not_depend_on_the_ranks_of_the_records(self):
        constants = model.Constants.of([record(ranks=2)])
        for name in ("noise", "update", "moments", "assembly", "solve", "kinetic_moments", "rest"):
            self.assertAlmostEqual(getattr(constants, name) / getattr(self.constants, name), 1.0)

    def test_on_a_busy_machine_the_processor_counts(self):
        wall = record()["wall_seconds"]
        for share, factor in ((0.95, 1.0), (0.25, 0.25)):
            busy = {**record(), "processor_seconds": dict.fromkeys(("min", "mean", "max"), share * wall)}
            constants = model.Constants.of([busy])
            for name in ("noise", "balance", "assembly", "apart"):
                self.assertAlmostEqual(getattr(constants, name) / getattr(self.constants, name), factor)

    def test_more_neurons_and_sites(self):
        other = self.problem.scaled(neurons=10 * self.problem.neurons, sites=60)
        self.assertEqual((other.neurons, other.sites, other.blocks(1)), (10000 * BLOCK, 60, 10000))
        self.assertEqual(other.network_messages(), self.problem.network_messages())
        longer = self.problem.scaled(steps=1000)
        self.assertEqual((longer.network_steps, longer.kinetic_steps, longer.kinetic_newton_iterations), (1000, 160, 320))
        self.assertAlmostEqual(self.predict(4, longer)["neurons"], 10.0 * self.predict(4)["neurons"])
        self.assertEqual(self.predict(4, longer)["apart"], self.predict(4)["apart"])

    def program(self, folder, *words):
        return subprocess.run([sys.executable, SOURCE / "bench/scaling_model.py", folder, *words], capture_output=True,
                              text=True, timeout=100, check=False)

    def test_the_program(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(self.program(folder).returncode, 2)
            for ranks in (1, 2):
                Path(folder, f"{ranks}.json").write_text(json.dumps(record(ranks)))
            picture = Path(folder, "a.png")
            done = self.program(folder, "--neurons", "1000000000", "--steps", "5000", "-o", picture)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertTrue(picture.read_bytes().startswith(b"\x89PNG"))
            self.assertEqual(done.stdout.count("PREDICTED by the model, not measured"), 2)
            self.assertIn("1e+09 neurons, 5000 steps", done.stdout)
            measured = done.stdout.split("beside the measurements")[1].split("PREDICTED")[0].splitlines()
            self.assertEqual([line.split()[0] for line in measured[2:4]], ["1", "2"])
            self.assertAlmostEqual(float(measured[2].split()[5]), 1.0, places=2)


if __name__ == "__main__":
    unittest.main()

"""Protects what is shipped: each configuration in input/ is accepted and runs a few steps on few neurons."""

import configparser
import math
import unittest

import h5py
import numpy as np
from program import SOURCE, ProgramTest

INPUTS = sorted((SOURCE / "input").glob("*.ini")) + sorted((SOURCE / "input" / "examples").glob("*.ini"))


class Inputs(ProgramTest):
    def test_all_are_here(self):
        names = {path.name for path in INPUTS}
        self.assertLessEqual({f"figure{k}.ini" for k in range(1, 6)}, names)
        self.assertLessEqual({f"{name}.ini" for name in (
            "expression_gain", "fast_tracking", "loss_of_balance", "measured_curve", "paradoxical_ring", "ring_gaussian", "sheet",
            "three_populations")}, names)

    def test_check_accepts(self):
        for path in INPUTS:
            with self.subTest(path=path.name):
                self.equipoise("check", path)

    def test_a_few_steps(self):
        for path in INPUTS:
            with self.subTest(path=path.name):
                given = configparser.ConfigParser(interpolation=None)
                given.optionxform = str
                given.read(path)
                step = float(given["network"]["time_step"])
                names = given["populations"]["names"].split()
                # About 2000 neurons, shared equally by the sites.
                sites = math.prod(map(int, given["network"].get("sites", "0").split())) or 1
                neurons = -(-2000 // sites) * sites
                self.equipoise("run", path, f"--run.t_end={20 * step:.12g}", f"--run.output_interval={10 * step:.12g}",
                               *(f"--population.{name}.neurons={neurons}" for name in names), "--run.output=a.h5", ranks=2)
                with h5py.File(self.folder / "a.h5") as file:
                    self.assertEqual(file["network/mean"].shape, (3, len(names)))
                    self.assertTrue(np.isfinite(file["network/mean"][:]).all())


if __name__ == "__main__":
    unittest.main()

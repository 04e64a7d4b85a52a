"""Protects against silent changes of results: each input of input/verification gives the means, variances and first modes
stored beside it. The tolerance leaves room for another C library's exp and sqrt in set-up, not for another algorithm: a
single neuron's noise drawn differently would show at 1e-4.

A change that is meant is recorded by running this script with --update, and told in CHANGELOG.md."""

import csv
import os
import sys
import unittest

import h5py
import numpy as np
from program import SOURCE, ProgramTest

FOLDER = SOURCE / "input" / "verification"
TOLERANCE = 1e-10
MODES = 5  # recorded modes stored, at most
UPDATE = bool(os.environ.get("EQUIPOISE_UPDATE_BASELINES"))


def table(path):
    """Names and values of the stored quantities: time, then mean, variance and modes of each population."""
    with h5py.File(path) as file:
        network = file["network"]
        names = [name.decode() if isinstance(name, bytes) else str(name) for name in network["population"][:]]
        columns = {"time": network["time"][:]}
        for index, name in enumerate(names):
            columns[f"mean {name}"] = network["mean"][:, index]
            columns[f"variance {name}"] = network["variance"][:, index]
            for mode in range(1, min(MODES, network["mean_modes"].shape[2])):
                columns[f"mode {mode} {name}"] = network["mean_modes"][:, index, mode]
    return list(columns), np.stack(list(columns.values()), axis=1)


class Baselines(ProgramTest):
    def check(self, name):
        self.equipoise("run", FOLDER / f"{name}.ini", "--run.output=out.h5", "--quiet", ranks=2)
        names, values = table(self.folder / "out.h5")
        stored = FOLDER / f"{name}.csv"
        if UPDATE:
            with stored.open("w", newline="", encoding="utf-8") as file:
                writer = csv.writer(file)
                writer.writerow(names)
                writer.writerows([[repr(float(value)) for value in row] for row in values])
        with stored.open(encoding="utf-8") as file:
            rows = list(csv.reader(file))
        self.assertEqual(rows[0], names)
        np.testing.assert_allclose(values, np.array(rows[1:], dtype=float), rtol=0, atol=TOLERANCE)

    def test_point(self):
        self.check("point")

    def test_ring(self):
        self.check("ring")

    def test_torus(self):
        self.check("torus")


if __name__ == "__main__":
    if "--update" in sys.argv:
        sys.argv.remove("--update")
        UPDATE = True
    unittest.main()

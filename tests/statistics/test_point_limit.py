"""Protects the agreement of network and kinetic limit where nothing is Gaussian: cubic drift, multiplicative noise, tanh gains
at a point, n = 10^6. At 30 times until t = 3, means and variances differ by less than 4.5 standard errors of independent
neurons (over the 120 differences, if they were independent: odds of a false alarm below 0.001). The seed is fixed, and the
network's bits do not depend on the machine. The limit's own values are held to a reference by the kinetic tests."""

import unittest

import h5py
from program import SOURCE, ProgramTest

CONFIGURATION = SOURCE / "bench" / "input" / "multiplicative_point.ini"


class PointLimit(ProgramTest):
    def test_a_million_neurons(self):
        self.equipoise("run", CONFIGURATION, "--run.solvers=network kinetic", "--population.e.neurons=1000000",
                       "--population.i.neurons=1000000", "--run.t_end=3", "--run.output_interval=0.1",
                       "--network.time_step=0.005", "--run.output=a.h5", "--quiet", timeout=500)
        with h5py.File(self.folder / "a.h5") as file:
            pair = file["comparison/network_kinetic"]
            for quantity in ("mean", "variance"):
                self.assertGreater(pair[f"{quantity}_error"][1:].min(), 1e-4)  # that of a million neurons
                self.assertLess(pair[f"{quantity}_error"][1:].max(), 3e-3)
                self.assertLess(pair[f"{quantity}_largest_in_errors"][:].max(), 4.5, quantity)


if __name__ == "__main__":
    unittest.main()

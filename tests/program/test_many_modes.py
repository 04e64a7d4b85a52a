"""Protects runs with many modes: GMRES on J as an operator gives what the factorised matrix gives, brings the network into
balance, says what it took, and ends with a remedy where it does not converge; `check` stays quick."""

import json
import unittest

import h5py
import numpy as np
from program import ProgramTest, configuration

WIDE = 5      # waves in each direction: 11 x 11 modes, 242 unknowns, more than are factorised by default
WIDEST = 11   # 23 x 23 modes, 1058 unknowns, more than all eigenvalues are computed for


def torus(waves, **network):
    def kernel(strength):
        def line(first):
            return "cosine(" + ", ".join(f"{first * 0.9 ** m:.6f}" for m in range(waves + 1)) + ")"
        return f"product({line(strength)}, {line(1.0)})"

    population = {"neurons": "102400", "mean": "0.3 + 0.2*cos(2*pi*x1)*cos(4*pi*x2)", "variance": "1"}
    return configuration({
        "run": {"t_end": "0.2", "output_interval": "0.1"},
        "domain": {"kind": "torus", "length": "1 1"},
        "population.e": {**population, "drive": "0.3 + 0.1*cos(2*pi*x1)*cos(2*pi*x2)"},
        "population.i": {**population, "drive": "0.1"},
        "coupling.e.i": {"kernel": kernel(1.0), "gain": "tanh(slope=1)"},
        "coupling.i.e": {"kernel": kernel(1.0), "gain": "tanh(slope=1)"},
        "coupling.i.i": {"kernel": kernel(0.5), "gain": "tanh(slope=1)"},
        "network": {"time_step": "0.02", "sites": "32 32", "bins": "16", **network},
    })


class ManyModes(ProgramTest):
    def test_gmres_and_the_matrix_give_the_same_network(self):
        runs = {}
        for solver in ("auto", "dense"):
            path = self.write(torus(WIDE, balance_solver=solver), f"{solver}.ini")
            words = self.equipoise("run", path, f"--run.output={solver}.h5", "--timing", f"{solver}.json").stdout
            runs[solver] = self.folder / f"{solver}.h5"
            self.assertEqual("balance by GMRES to 1e-12: " in words, solver == "auto", words)
            problem = json.loads((self.folder / f"{solver}.json").read_text())["problem"]
            self.assertEqual(problem["unknowns"], 242)
            self.assertEqual("balance_iterations" in problem, solver == "auto")
            if solver == "auto":
                self.assertTrue(10 <= problem["balance_iterations"] <= 300, problem)
                self.assertEqual(problem["balance_tolerance"], 1e-12)
        with h5py.File(runs["auto"]) as gmres, h5py.File(runs["dense"]) as dense:
            for name in ("mean", "variance", "mean_modes", "balance", "profile_mean"):
                np.testing.assert_allclose(gmres["network"][name][:], dense["network"][name][:], rtol=0, atol=1e-11,
                                           err_msg=name)
            self.assertNotIn("balance_iterations", dense["network"])
            self.assertEqual(gmres["network"].attrs["balance_tolerance"], 1e-12)
            iterations = gmres["network/balance_iterations"][:]
            self.assertEqual(iterations[0], 0)  # no step yet
            self.assertTrue(np.all(iterations[1:] >= 2) and np.all(iterations[1:] <= 30), iterations)
            # Into balance: what is left is h / sqrt(n), a few hundredths at most, where 0.1 and more was.
            left = np.abs(gmres["network/balance"][:]).max(axis=(1, 2))
            self.assertGreater(left[0], 0.1)
            self.assertLess(left[-1], 0.01)

    def test_no_convergence_is_a_numerical_failure_with_a_remedy(self):
        path = self.write(torus(WIDE, balance_iterations="1"))
        done = self.equipoise("run", path, expect=3)
        for words in ("time 0.02: the balance's iteration (GMRES, 242 unknowns) has not converged", "after 1 iterations",
                      "network.balance_iterations", "network.balance_solver = dense"):
            self.assertIn(words, done.stderr)

    def test_check_and_run_bound_the_eigenvalues(self):
        path = self.write(torus(WIDEST, time_step="0.1"))
        words = self.equipoise("check", path, timeout=60).stdout
        self.assertIn("of J with E[G'] averaged over the domain: 1058 unknowns are too many for all of J", words)
        self.assertIn("moved onto balance: not computed for 1058 unknowns", words)
        self.equipoise("run", path, "--run.output=wide.h5", timeout=60)
        with h5py.File(self.folder / "wide.h5") as file:
            self.assertEqual(file["stability/real"].shape, (1, 1058))
            self.assertLess(file["stability/real"][:].max(), 0.0)
            source = file["stability"].attrs["source"]
            self.assertEqual(source.decode() if isinstance(source, bytes) else source, "initial state, uniform part of J")


if __name__ == "__main__":
    unittest.main()

#!/usr/bin/env python3
"""The kinetic benchmark's problems by a plain method of lines with SciPy: the time to a given error of v and K.

What a scientist would write: central finite volumes in y, the balance constraint solved for h once differentiated in
time (index reduction), scipy.integrate.solve_ivp with each of its methods that can take the size. Prints JSON: for each
run its processor time in seconds (initial state and solution, without imports) and its largest error.
Usage: kinetic_scipy.py [--repetitions N] [--quick]
"""
import argparse
import json
import os
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # one core, as the program it is compared with

import numpy as np  # noqa: E402 (after the number of threads)
import scipy  # noqa: E402
from scipy.integrate import solve_ivp  # noqa: E402


class Problem:
    """Populations e and i with tanh gains: rows of arrays are populations."""

    modes = 1  # 1: constant; 3: constant, cos, sin

    def __init__(self, cells, sites, half_range):
        self.cells, self.sites = cells, sites
        self.dy = 2 * half_range / cells
        self.y = -half_range + (np.arange(cells) + 0.5) * self.dy
        x = np.arange(sites) / sites
        self.x = x
        self.phi = np.array([np.ones(sites), np.cos(2 * np.pi * x), np.sin(2 * np.pi * x)])[: self.modes]
        self.sign = np.array([1.0, -1.0])

    def unpack(self, u):
        v = u[: 2 * self.sites].reshape(2, self.sites)
        p = u[2 * self.sites:].reshape(2, self.sites, self.cells)
        return v, p

    def residual(self, v, p):
        """r by (population, mode): drive and the mean of G."""
        gain = (np.tanh(v[..., None] + self.y) * p).sum(-1) * self.dy
        moment = gain @ self.phi.T / self.sites  # (source, mode)
        return self.drive + np.einsum("b,abp,bp->ap", self.sign, self.coupling, moment)

    def jacobian(self, slope):
        """J of the multipliers for E[G'] by (population, site)."""
        overlap = np.einsum("px,bx,qx->bpq", self.phi, slope, self.phi) / self.sites
        n = 2 * self.modes
        return np.einsum("b,abp,bpq->apbq", self.sign, self.coupling, overlap).reshape(n, n)

    def initial(self):
        v = self.initial_mean()
        p = np.exp(-self.y**2 / (2 * self.variance[:, None, None])) * np.ones((2, self.sites, 1))
        p /= p.sum(-1, keepdims=True) * self.dy
        for _ in range(50):  # onto the manifold by Newton's method
            r = self.residual(v, p)
            if abs(r).max() < 1e-13:
                break
            slope = ((1 - np.tanh(v[..., None] + self.y) ** 2) * p).sum(-1) * self.dy
            change = np.linalg.solve(self.jacobian(slope), r.ravel()).reshape(2, -1)
            v = v - change @ self.phi
        return np.concatenate([v.ravel(), p.ravel()])

    def rate(self, _, u):
        v, p = self.unpack(u)
        z = v[..., None] + self.y
        drift = self.drift(z)
        mean_drift = (drift * p).sum(-1) * self.dy
        # The product averaged to the faces keeps E[y] and the equation of K exact on the grid.
        carried = (drift - mean_drift[..., None]) * p
        flux = 0.5 * (carried[..., 1:] + carried[..., :-1]) - np.diff(0.5 * self.noise_squared(z) * p) / self.dy
        dp = np.zeros_like(p)
        dp[..., :-1] -= flux / self.dy
        dp[..., 1:] += flux / self.dy
        gain = np.tanh(z)
        slope = ((1 - gain**2) * p).sum(-1) * self.dy
        change = (slope * mean_drift + (gain * dp).sum(-1) * self.dy) @ self.phi.T / self.sites
        b = np.einsum("b,abp,bp->ap", self.sign, self.coupling, change)
        h = np.linalg.solve(self.jacobian(slope), -b.ravel()).reshape(2, -1)
        return np.concatenate([(mean_drift + h @ self.phi).ravel(), dp.ravel()])

    def observe(self, u):
        """What references give: averages over the sites of v, of v cos on the ring, and of K."""
        v, p = self.unpack(u)
        modes = (v @ self.phi[:min(self.modes, 2)].T / self.sites).ravel()
        return np.concatenate([modes, (self.y**2 * p).sum(-1).mean(-1) * self.dy])


class MultiplicativePoint(Problem):
    variance = np.array([1.0, 0.5])
    drive = np.array([[0.15], [0.05]])
    coupling = np.array([[0.4, 1.0], [1.0, 0.6]])[..., None]
    half_range = 8.0
    sites_used = 1
    methods = ("LSODA", "BDF", "Radau")  # explicit ones take 28000 evaluations at 200 cells
    reference = {0.5: (0.07306, 0.22269, 0.60592, 0.35152), 3.0: (0.06898, 0.21420, 0.44451, 0.27721)}

    def initial_mean(self):
        return np.zeros((2, 1))

    def drift(self, z):
        return np.stack([0.1 - 0.2 * z[0] - 0.4 * z[0] ** 3, -1.2 * z[1]])

    def noise_squared(self, z):
        return np.stack([0.5 + 0.3 * z[0] ** 2, 0.6 + 0.2 * z[1] ** 2])


class Ring(Problem):
    modes = 3
    variance = np.array([1.0, 2.0])
    drive = np.array([[0.6, 0.15, 0.0], [0.2, 0.1, 0.0]])  # coefficients of 1, cos, sin
    # c_m cos(2 pi m d) = c_m (cos cos + sin sin)
    coupling = np.array([[[0.5, 0.4, 0.4], [2, 1, 1]], [[1.5, 1, 1], [1, 0.8, 0.8]]])
    half_range = 10.0
    sites_used = 16
    methods = ("RK23", "RK45", "DOP853")  # the implicit ones would need a dense Jacobian of all sites
    # By the neural field, exact here, to 1e-9 (kinetic_step.cpp).
    reference = {0.5: (0.116335378, 0.043436876, 0.517546912, 0.273606071, 0.570158020, 0.675752903),
                 1.5: (0.103391331, 0.038323699, 0.407873372, 0.215325350, 0.353855206, 0.187648936)}

    def initial_mean(self):
        turn = 2 * np.pi * self.x
        return np.array([0.3 + 0.5 * np.cos(2 * turn) + 0.3 * np.cos(turn),
                         0.2 + 0.4 * np.sin(turn) + 0.3 * np.cos(3 * turn)])

    def drift(self, z):
        return np.stack([-z[0], -z[1] / 0.8])

    def noise_squared(self, z):
        return np.array([0.64, 0.36])[:, None, None] * np.ones_like(z)


def run(problem_class, cells, method, tolerance):
    start = time.process_time()
    problem = problem_class(cells, problem_class.sites_used, problem_class.half_range)
    times = sorted(problem.reference)
    solution = solve_ivp(problem.rate, (0.0, times[-1]), problem.initial(), method=method, t_eval=times,
                         rtol=tolerance, atol=tolerance * 1e-2)
    seconds = time.process_time() - start
    if not solution.success:
        return None
    errors = np.max([abs(problem.observe(solution.y[:, k]) - problem.reference[t]) for k, t in enumerate(times)], axis=0)
    return {"seconds": seconds, "error": float(errors.max()), "error_v": float(errors[:-2].max()),  # the last are K's
            "evaluations": int(solution.nfev)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repetitions", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="the smallest sizes only, to see that it runs")
    options = parser.parse_args()
    results = []
    for name, problem in (("multiplicative_point", MultiplicativePoint), ("ring", Ring)):
        for method in problem.methods:
            for cells in (50,) if options.quick else (200, 300, 400):
                for tolerance in (1e-4,) if options.quick else (1e-4, 1e-6):
                    runs = [run(problem, cells, method, tolerance) for _ in range(options.repetitions)]
                    if all(runs):
                        results.append({"problem": name, "method": method, "cells": cells, "tolerance": tolerance,
                                        "seconds": [r["seconds"] for r in runs], "error": runs[0]["error"],
                                        "error_v": runs[0]["error_v"], "evaluations": runs[0]["evaluations"]})
    print(json.dumps({"scipy": scipy.__version__, "numpy": np.__version__, "runs": results}, indent=1))


if __name__ == "__main__":
    main()

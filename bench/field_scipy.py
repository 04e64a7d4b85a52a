#!/usr/bin/env python3
"""The field benchmark's problem with SciPy: the time to a given error of v and K on a ring of many sites.

What a scientist would write: the same reduced equations as the field solver (means and variances at the sites, the balance
constraint solved for h once differentiated in time; a Gaussian closure for cubic drifts), all sites at once in numpy,
scipy.integrate.solve_ivp by an explicit method, a multistep one and an implicit one. The last two get the linear drifts' part
of the Jacobian, a diagonal: a dense one of all sites would not fit. Expectations by the trapezoidal rule, which needs the
fewest nodes for tanh. Prints JSON: for each run its processor time in seconds and its largest error.
Usage: field_scipy.py [--sites S] [--repetitions N] [--quick] [--reference]
"""
import argparse
import json
import os
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # one core, as the program it is compared with

import numpy as np  # noqa: E402 (after the number of threads)
import scipy.sparse  # noqa: E402
from scipy.integrate import solve_ivp  # noqa: E402

SIGN = np.array([1.0, -1.0])
DECAY = np.array([[1.0], [1 / 0.8]])
NOISE = np.array([[0.64], [0.36]])
DRIVE = np.array([[0.6, 0.15, 0.0], [0.2, 0.1, 0.0]])  # coefficients of 1, cos, sin
# c_m cos(2 pi m d) = c_m (cos cos + sin sin)
COUPLING = np.array([[[0.5, 0.4, 0.4], [2, 1, 1]], [[1.5, 1, 1], [1, 0.8, 0.8]]])
TIMES = (0.5, 1.5)


class Ring:
    def __init__(self, sites, problem, spacing=0.32, reach=6.6):
        # Drifts -z/tau - cubic z^3.
        self.cubic = np.array([[0.2], [0.1]]) if problem == "cubic_drift" else np.zeros((2, 1))
        turn = 2 * np.pi * np.arange(sites) / sites
        self.sites = sites
        self.phi = np.array([np.ones(sites), np.cos(turn), np.sin(turn)])
        nodes = np.arange(-int(reach / spacing), int(reach / spacing) + 1) * spacing
        weights = np.exp(-nodes**2 / 2)
        self.nodes, self.weights = nodes, weights / weights.sum()
        wave = 0.3 * np.sin(turn) if problem != "one_variance" else 0.0 * turn
        self.start = np.array([0.3 + 0.5 * np.cos(2 * turn) + 0.3 * np.cos(turn),
                               0.2 + 0.4 * np.sin(turn) + 0.3 * np.cos(3 * turn), 1 + wave, 2 + 0 * wave])

    def gains(self, v, k):
        """E[G], E[G'], E[G''] for G = tanh, by (population, site)."""
        deviation = np.sqrt(k)
        sums = np.zeros((3, *v.shape))
        for node, weight in zip(self.nodes, self.weights):
            gain = np.tanh(v + node * deviation)
            slope = 1 - gain**2
            sums[0] += weight * gain
            sums[1] += weight * slope
            sums[2] -= 2 * weight * gain * slope
        return sums

    def combine(self, values):
        """Of values by (source, site): (target, mode)."""
        return np.einsum("b,abp,bp->ap", SIGN, COUPLING, values @ self.phi.T / self.sites)

    def jacobian(self, slope):
        overlap = np.einsum("px,bx,qx->bpq", self.phi, slope, self.phi, optimize=True) / self.sites
        return np.einsum("b,abp,bpq->apbq", SIGN, COUPLING, overlap).reshape(6, 6)

    def initial(self):
        v, k = self.start[:2].copy(), self.start[2:]
        for _ in range(50):  # onto the manifold by Newton's method
            gain, slope, _ = self.gains(v, k)
            residual = DRIVE + self.combine(gain)
            if abs(residual).max() < 1e-14:
                break
            v -= np.linalg.solve(self.jacobian(slope), residual.ravel()).reshape(2, 3) @ self.phi
        return np.concatenate([v, k]).ravel()

    def rate(self, _, u):
        v, k = u.reshape(2, 2, self.sites)
        _, slope, curvature = self.gains(v, k)
        drift = -DECAY * v
        dk = NOISE - 2 * DECAY * k
        if self.cubic.any():
            drift -= self.cubic * v * (v * v + 3 * k)
            dk -= 6 * self.cubic * k * (v * v + k)
        b = self.combine(slope * drift + 0.5 * curvature * dk)
        h = np.linalg.solve(self.jacobian(slope), -b.ravel()).reshape(2, 3)
        return np.concatenate([drift + h @ self.phi, dk]).ravel()

    def local_jacobian(self, _time, _u):
        return scipy.sparse.diags(-np.concatenate([DECAY, 2 * DECAY]).repeat(self.sites, axis=1).ravel(), format="csc")

    def local_band(self, _time, _u):
        return -np.concatenate([DECAY, 2 * DECAY]).repeat(self.sites, axis=1).reshape(1, -1)

    def observe(self, u):
        """What the program is compared in: averages of v, v cos, v sin and of K, by population."""
        v, k = u.reshape(2, 2, self.sites)
        return np.concatenate([(v @ self.phi.T / self.sites).ravel(), k.mean(axis=1)])

    def solve(self, method, tolerance):
        settings = {"LSODA": {"jac": self.local_band, "lband": 0, "uband": 0},
                    "Radau": {"jac": self.local_jacobian}}.get(method, {})
        return solve_ivp(self.rate, (0.0, TIMES[-1]), self.initial(), method=method, t_eval=TIMES, rtol=tolerance,
                         atol=tolerance, **settings)


def reference(sites, problem):
    """At the times, by the highest method at a tolerance far below all others and twice the nodes."""
    ring = Ring(sites, problem, spacing=0.16, reach=7.5)
    solution = ring.solve("DOP853", 1e-13)
    return [ring.observe(solution.y[:, k]) for k in range(len(TIMES))]


def run(sites, problem, method, tolerance, wanted):
    start = time.process_time()
    ring = Ring(sites, problem)
    solution = ring.solve(method, tolerance)
    seconds = time.process_time() - start
    if not solution.success:
        return None
    error = max(float(abs(ring.observe(solution.y[:, k]) - wanted[k]).max()) for k in range(len(TIMES)))
    return {"seconds": seconds, "error": error, "evaluations": int(solution.nfev)}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sites", type=int, default=10000)
    parser.add_argument("--repetitions", type=int, default=1)
    parser.add_argument("--quick", action="store_true", help="few sites and one tolerance, to see that it runs")
    parser.add_argument("--reference", action="store_true", help="print the reference values only")
    options = parser.parse_args()
    sites = 100 if options.quick else options.sites
    results = []
    for name in ("one_variance", "varying_variance", "cubic_drift"):
        # The solution is smooth: more sites than this change nothing.
        wanted = reference(min(sites, 200), name)
        if options.reference:
            print(name, [[float(f"{value:.13g}") for value in row] for row in wanted])
            continue
        for method in ("DOP853", "LSODA", "Radau"):
            for tolerance in (1e-8,) if options.quick else (1e-6, 3e-7, 1e-7, 3e-8, 1e-8, 3e-9, 1e-9):
                runs = [run(sites, name, method, tolerance, wanted) for _ in range(options.repetitions)]
                if all(runs):
                    results.append({"problem": name, "method": method, "sites": sites, "tolerance": tolerance,
                                    "seconds": [one["seconds"] for one in runs], "error": runs[0]["error"],
                                    "evaluations": runs[0]["evaluations"]})
    if not options.reference:
        print(json.dumps({"scipy": scipy.__version__, "numpy": np.__version__, "runs": results}, indent=1))


if __name__ == "__main__":
    main()

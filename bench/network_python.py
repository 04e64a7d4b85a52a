#!/usr/bin/env python3
"""Figure 3's network by Euler-Maruyama in Python, the network benchmark's yardsticks: NumPy and Brian2, on one core.

Both take the model and the step of bench/figure3.hpp. NumPy: arrays of float64 worked on in place, the generator's own
normals. Brian2: a NeuronGroup each, compiled by Cython at runtime, the averages by a network operation. Prints JSON: for
each size the processor time in seconds per step of each repetition (without imports and compilation).
Usage: network_python.py numpy|brian2 [--repetitions N] [--sizes N...]
"""
import argparse
import json
import os
import sys
import time

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"  # one core, as the program it is compared with

import numpy as np  # noqa: E402 (after the number of threads)

MEAN, VARIANCE = (0.0826, 0.2089), (1.0, 2.0)  # of populations e, i at the start


def inputs(gain_e, gain_i, n):
    return np.sqrt(n) * (0.1 - gain_i), np.sqrt(n) * (gain_e - 0.5 * gain_i)


def time_step(n):
    return 0.2 / np.sqrt(n)  # Euler-Maruyama is stable


def initial_states(n):
    generator = np.random.default_rng(1)
    return [mean + np.sqrt(variance) * generator.standard_normal(n) for mean, variance in zip(MEAN, VARIANCE)]


class NumPy:
    def __init__(self, n):
        self.n, self.dt = n, time_step(n)
        self.generator = np.random.default_rng(2)
        self.z = initial_states(n)
        self.scratch = np.empty(n)
        self.gains = [np.tanh(z).mean() for z in self.z]

    def run(self, steps):
        for _ in range(steps):
            for a, (z, push) in enumerate(zip(self.z, inputs(*self.gains, self.n))):
                z *= 1.0 - self.dt
                z += self.dt * push
                self.generator.standard_normal(out=self.scratch)
                self.scratch *= np.sqrt(self.dt)
                z += self.scratch
                self.gains[a] = np.tanh(z, out=self.scratch).mean()


class Brian2:
    def __init__(self, n):
        import brian2
        brian2.prefs.codegen.target = "cython"
        brian2.BrianLogger.log_level_error()
        self.brian2 = brian2
        brian2.defaultclock.dt = time_step(n) * brian2.second
        brian2.seed(2)
        model = "dz/dt = (-z + push) / second + xi / sqrt(second) : 1\npush : 1 (shared)\ngain : 1"
        groups = [brian2.NeuronGroup(n, model, method="euler") for _ in MEAN]
        for group, z in zip(groups, initial_states(n)):
            group.z = z
            group.gain = np.tanh(z)
            group.run_regularly("gain = tanh(z)", when="end")

        @brian2.network_operation(when="start")
        def couple():
            self.gains = [group.variables["gain"].get_value().mean() for group in groups]
            for group, push in zip(groups, inputs(*self.gains, n)):
                group.push = push

        self.network = brian2.Network(groups, couple)
        self.dt = time_step(n)
        self.run(2)  # compiles

    def run(self, steps):
        self.network.run(steps * self.dt * self.brian2.second)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("by", choices=("numpy", "brian2"))
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 1_000_000])
    options = parser.parse_args()
    results = {}
    for n in options.sizes:
        network = {"numpy": NumPy, "brian2": Brian2}[options.by](n)
        steps = max(3, 2_000_000 // n)
        network.run(steps)
        results[n] = []
        for _ in range(options.repetitions):
            start = time.process_time()
            network.run(steps)
            results[n].append((time.process_time() - start) / steps)
        if not (abs(network.gains[1] - 0.1) < 0.1 and abs(network.gains[0] - 0.05) < 0.1):
            sys.exit(f"{options.by}: the averages {network.gains} are not near balance: it computes something else")
    print(json.dumps(results))


if __name__ == "__main__":
    main()

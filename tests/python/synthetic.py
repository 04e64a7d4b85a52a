"""Files in the documented layout, made by h5py, and running the post-processing on them: what the tests here share."""

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import h5py
import numpy as np

PROGRAM = Path(os.environ["EQUIPOISE_SOURCE"], "postprocess", "equipoise_post")
sys.path.insert(0, str(PROGRAM.parent))

CONFIG = """# equipoise 0.1.0
[run]
title = a test
[domain]
kind = {kind}
length = {length}
[populations]
names = e PV
[population.e]
sign = excitatory
neurons = 800
drive = 0.1 + 5%
[population.PV]
sign = inhibitory
neurons = 200
"""
TIMES = 21


NEURONS = np.array([800.0, 200.0])


def write_limits(file, kind, solvers):
    """/kinetic or /field as the driver writes them, and the comparison with the network: the limit lies 0.01 below."""
    network = file["network"]
    shape = {"point": (1,), "ring": (12,), "torus": (4, 6)}[kind]
    sites = int(np.prod(shape))
    y = (np.arange(40) + 0.5) * 0.2 - 4.0
    for solver in solvers:
        group = file.create_group(solver)
        group["time"] = network["time"][:]
        wave = np.cos(np.arange(sites) * 2 * np.pi / sites) if sites > 1 else np.zeros(1)
        group["mean"] = network["mean"][:][:, :, None] - 0.01 + wave
        group["variance"] = np.repeat(network["variance"][:][:, :, None], sites, axis=2)
        if kind == "torus":
            group["x"] = np.arange(sites, dtype=float)
            group["x1"], group["x2"] = (axis.ravel() for axis in np.meshgrid(np.arange(4) * 0.5, np.arange(6) * 0.5,
                                                                            indexing="ij"))
        else:
            group["x"] = np.arange(sites) * 2.0 / sites
        if solver == "kinetic":
            group["y"], group["density_time"] = y, network["time"][::10]
            variance = group["variance"][::10][..., None]
            group["density"] = np.exp(-0.5 * y**2 / variance) / np.sqrt(2 * np.pi * variance)
        pair = file.create_group(f"comparison/network_{solver}")
        pair["time"] = network["time"][:]
        for name in ("mean", "variance"):
            pair[f"{name}_difference"] = network[name][:] - group[name][:].mean(axis=2)
            pair[f"{name}_error"] = np.sqrt(network["variance"][:] / NEURONS)
            pair[f"{name}_largest"] = np.abs(pair[f"{name}_difference"][1:]).max(axis=0)
            pair[f"{name}_rms"] = np.sqrt(np.mean(pair[f"{name}_difference"][1:]**2, axis=0))
            pair[f"{name}_largest_in_errors"] = np.array([1.25, 0.5])
    network["y"], network["density_time"] = y, network["time"][::10]
    bins = network["profile_mean"].shape[2] if "profile_mean" in network else 1
    network["density"] = np.full((3, 2, bins, 40), 1.0 / 8.0)


def write(path, kind, bins=0, solvers=(), shift=0.0):
    length = "2 3" if kind == "torus" else "2"
    time = np.linspace(0.0, 5.0, TIMES)
    mean = np.stack([np.exp(-time), 1.0 - np.exp(-time)], axis=1) + shift * time[:, None]
    variance = 0.5 + 0.25 * mean
    with h5py.File(path, "w") as file:
        file.attrs["title"] = "a test"
        file.attrs["config"] = CONFIG.format(kind=kind, length=length)
        group = file.create_group("network")
        group["time"], group["mean"], group["variance"] = time, mean, variance
        if bins:
            shape = np.cos(np.linspace(0, 2 * np.pi, bins, endpoint=False))
            group["profile_mean"] = mean[:, :, None] + shape
            group["profile_variance"] = variance[:, :, None] + 0.1 * shape
        if solvers:
            write_limits(file, kind, solvers)


def write_stability(path, real, imaginary):
    """/stability over the network's times; real, imaginary: of the eigenvalues, the same at all times or (T, eigenvalue)."""
    with h5py.File(path, "a") as file:
        group = file.create_group("stability")
        group["time"] = file["network/time"][:]
        for name, values in (("real", real), ("imaginary", imaginary)):
            group[name] = np.broadcast_to(np.asarray(values, dtype=float), (TIMES, np.shape(values)[-1]))
        group["frequency"] = np.sqrt(NEURONS[0]) * np.abs(group["imaginary"][:]) / (2 * np.pi)
        group["predicted_covariance"] = np.diag([4e-6, 9e-6])
        group["measured_covariance"] = np.diag([1e-6, 16e-6])


def add_ensemble(path):
    """/ensemble of three networks, of which that of /network is the first; the others lie above it."""
    with h5py.File(path, "a") as file:
        network, group = file["network"], file.create_group("ensemble")
        group["realisation"] = ["1", "2", "3"]
        group["time"] = network["time"][:]
        for name, shift in (("mean", 0.25), ("variance", 0.5)):
            group[name] = network[name][:] + shift
            group[f"{name}_error"] = np.full(network[name].shape, 0.125 * shift)


def run(*arguments):
    return subprocess.run([sys.executable, str(PROGRAM), *map(str, arguments)], capture_output=True, text=True,
                          timeout=600, check=False)


def count_colour(pixels, colour):
    return (np.abs(pixels[..., :3] - np.array(colour) / 255).max(axis=-1) < 0.02).sum()


def has_colour(pixels, colour):
    return count_colour(pixels, colour) > 0


VERMILION, BLUE = (0xD5, 0x5E, 0x00), (0x00, 0x72, 0xB2)


class FolderTest(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def draw(self, *arguments):
        """What a command prints; it must end well and complain of nothing."""
        done = run(*arguments)
        self.assertEqual((done.returncode, done.stderr), (0, ""), arguments)
        return done.stdout

    def refuse(self, message, *arguments):
        """The command must end with 2, with this message and without a trace."""
        done = run(*arguments)
        self.assertEqual(done.returncode, 2, done)
        self.assertIn(message, done.stderr)
        self.assertNotIn("Traceback", done.stderr)

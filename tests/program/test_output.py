"""Protects the output file's layout, which scripts outside the project rely on, and that xarray opens every group."""

import unittest

import h5py
import numpy as np
import xarray
from program import ProgramTest, configuration
from test_ranks import RECORD_ALL, RING, TORUS

ROOT_ATTRIBUTES = {"title", "equipoise_version", "commit", "config", "seed", "ranks", "created"}


class OutputFile(ProgramTest):
    def run_and_open(self, *changes):
        self.equipoise("run", self.write(configuration(RECORD_ALL, *changes)), ranks=2)
        file = h5py.File(self.folder / "a.h5")
        self.addCleanup(file.close)
        return file

    def check_layout(self, file, times=5):
        self.assertLessEqual(ROOT_ATTRIBUTES, set(file.attrs))
        self.assertEqual(file.attrs["title"], "a small network")
        self.assertEqual(int(file.attrs["seed"]), 7)
        self.assertEqual(file.attrs["ranks"], 2)
        network = file["network"]
        np.testing.assert_allclose(network["time"][:], np.linspace(0.0, 0.2, times), atol=1e-12)
        for name in ("mean", "variance"):
            self.assertEqual(network[name].shape, (times, 2))
            self.assertTrue(np.isfinite(network[name][:]).all())
        modes = network["mean_modes"].shape[2]
        for name in ("mean_modes", "balance", "input"):
            self.assertEqual(network[name].shape, (times, 2, modes), name)

        def visit(name, item):
            if isinstance(item, h5py.Dataset):
                for attribute in ("units", "long_name"):
                    self.assertIn(attribute, item.attrs, f"{name} has no {attribute}")
                if not h5py.h5ds.is_scale(item.id):
                    for axis, dimension in enumerate(item.dims):
                        self.assertEqual(len(dimension), 1, f"axis {axis} of {name} has no dimension scale")

        file.visititems(visit)

    def open_by_xarray(self, path):
        groups = []
        with h5py.File(path) as file:
            file.visititems(lambda name, item: groups.append(name) if isinstance(item, h5py.Group) else None)
        for group in groups:
            with xarray.open_dataset(path, group=group, engine="h5netcdf") as data:
                data.load()
        with xarray.open_dataset(path, group="network", engine="h5netcdf") as data:
            self.assertEqual(data["mean"].dims, ("time", "population"))
            return data.load()

    def test_point(self):
        file = self.run_and_open()
        self.check_layout(file)
        data = self.open_by_xarray(self.folder / "a.h5")
        np.testing.assert_array_equal(data["mean"].values, file["network/mean"][:])
        self.assertEqual(data["mean"].sizes["population"], 2)

    def test_ensemble(self):
        file = self.run_and_open({"run": {"realisations": "3"}})
        self.check_layout(file)
        self.open_by_xarray(self.folder / "a.h5")
        with xarray.open_dataset(self.folder / "a.h5", group="ensemble", engine="h5netcdf") as data:
            self.assertEqual(data["mean_error"].dims, ("time", "population"))
            self.assertEqual(data["input_deviation"].dims, ("time", "population", "mode"))
            self.assertEqual(list(data["realisation"].values), ["7", "8", "9"])
        with xarray.open_dataset(self.folder / "a.h5", group="ensemble/realisations", engine="h5netcdf") as data:
            self.assertEqual(data["mean"].dims, ("time", "realisation", "population"))
            self.assertEqual(data["mean_modes"].dims, ("time", "realisation", "population", "mode"))

    def test_ring(self):
        file = self.run_and_open(RING)
        self.check_layout(file)
        network = file["network"]
        for name in ("profile_mean", "profile_variance"):
            self.assertEqual(network[name].shape, (5, 2, 16))
        # Equal shares of neurons in each bin: the profile's average is the population's mean.
        np.testing.assert_allclose(network["profile_mean"][:].mean(axis=2), network["mean"][:], atol=2e-3)
        self.open_by_xarray(self.folder / "a.h5")

    def test_torus(self):
        file = self.run_and_open(TORUS)
        self.check_layout(file)
        self.assertEqual(file["network/profile_mean"].shape, (5, 2, 16))
        self.open_by_xarray(self.folder / "a.h5")

    def test_density_counts_every_neuron(self):
        """The histogram integrates to one in y, up to the neurons outside its range, of which there are none here."""
        file = self.run_and_open({"network": {"density_range": "-12 12"}})
        density = file["network/density"]
        self.assertEqual(density.shape[1:3], (2, 1))
        self.assertEqual(density.shape[3], 64)
        np.testing.assert_allclose(density[:].sum(axis=3) * 24.0 / 64, 1.0, atol=1e-12)

    def test_first_output_is_the_initial_state(self):
        """Means are projected onto the balance; the variance at t = 0 is the one asked for, to sampling error."""
        network = self.run_and_open()["network"]
        for index, (variance, neurons) in enumerate(((1.0, 5000), (2.0, 3000))):
            error = variance * np.sqrt(2.0 / neurons)
            self.assertLess(abs(network["variance"][0, index] - variance), 4.5 * error)

    def test_snapshots_hold_every_neuron(self):
        """The mean over a snapshot is the recorded mean at its time."""
        file = self.run_and_open()
        snapshots = file["network/snapshots"]
        states = {}
        snapshots.visititems(lambda name, item: states.update({name: item}) if isinstance(item, h5py.Dataset) else None)
        for index, neurons in enumerate((5000, 3000)):
            state = next(item for item in states.values() if item.ndim == 2 and item.shape[1] == neurons)
            self.assertEqual(state.shape[0], 3)
            np.testing.assert_allclose(state[:].mean(axis=1), file["network/mean"][[0, 2, 4], index], atol=1e-12)


if __name__ == "__main__":
    unittest.main()

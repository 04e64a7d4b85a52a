"""Protects a run with network and kinetic limit side by side: what is written, what is promised of it, and what is said."""

import unittest

import h5py
import numpy as np
import xarray
from program import ProgramTest, configuration
from test_ranks import PAIRS, RING, TORUS

BOTH = {"run": {"solvers": "network kinetic"}, "network": {"density_interval": "0.1", "bins": "16"},
        "kinetic": {"cells": "120", "density_interval": "0.1"}}
SITES = {"kinetic": {"sites": "24"}}
TORUS_SITES = {"kinetic": {"sites": "15 16"}}
KINETIC = ("mean", "variance", "skewness", "kurtosis")


class Kinetic(ProgramTest):
    def run_and_open(self, *changes, ranks=2, name="a"):
        path = self.write(configuration(BOTH, *changes), f"{name}.ini")
        self.printed = self.equipoise("run", path, f"--run.output={name}.h5", ranks=ranks).stdout
        file = h5py.File(self.folder / f"{name}.h5")
        self.addCleanup(file.close)
        return file

    def check(self, file, sites):
        kinetic = file["kinetic"]
        np.testing.assert_allclose(kinetic["time"][:], file["network/time"][:], atol=1e-12)
        for name in KINETIC:
            self.assertEqual(kinetic[name].shape, (5, 2, sites), name)
        density = kinetic["density"]
        self.assertEqual(density.shape, (3, 2, sites, 120))
        self.assertGreaterEqual(density[:].min(), 0.0)
        dy = np.diff(kinetic["y"][:2])[0]
        np.testing.assert_allclose(density[:].sum(axis=3) * dy, 1.0, atol=1e-12)
        np.testing.assert_allclose((density[:] * kinetic["y"][:]).sum(axis=3) * dy, 0.0, atol=1e-10)
        self.assertLess(kinetic["mass_error"][:].max(), 1e-12)
        self.assertLess(kinetic["centre_error"][:].max(), 1e-10)
        self.assertLess(kinetic["balance_error"][:].max(), 1e-10)
        for group in ("kinetic", "comparison/network_kinetic"):
            with xarray.open_dataset(file.filename, group=group, engine="h5netcdf") as data:
                data.load()
        pair = file["comparison/network_kinetic"]
        self.assertEqual(pair["mean_difference"].shape, (5, 2))
        np.testing.assert_allclose(pair["mean_difference"][:], file["network/mean"][:] - kinetic["mean_modes"][:, :, 0],
                                   atol=1e-14)
        largest = np.abs(pair["mean_difference"][1:]).max(axis=0)
        np.testing.assert_allclose(pair["mean_largest"][:], largest)
        self.assertTrue((pair["kolmogorov_smirnov"][-1] < 2 * pair["kolmogorov_smirnov_critical"][-1]).all(),
                        pair["kolmogorov_smirnov"][-1])
        for word in ("network - kinetic", "mean of e", "variance of i", "agree"):
            self.assertIn(word, self.printed)

    def test_point(self):
        self.check(self.run_and_open(), sites=1)

    def test_ring(self):
        self.check(self.run_and_open(RING, SITES), sites=24)

    def test_torus(self):
        file = self.run_and_open(TORUS, TORUS_SITES)
        self.check(file, sites=240)
        np.testing.assert_allclose(file["kinetic/x2"][:16], np.arange(16) * 2.0 / 16)

    def test_ranks_agree(self):
        """More ranks than sites too."""
        for name, changes, counts in (("ring", (RING, SITES), (1, 2, 3, 4)), ("point", (), (1, 3))):
            with self.subTest(name=name):
                files = [self.run_and_open(*changes, ranks=ranks, name=f"{name}{ranks}") for ranks in counts]
                for file in files[1:]:
                    for dataset in KINETIC:
                        np.testing.assert_allclose(file["kinetic"][dataset][:], files[0]["kinetic"][dataset][:], rtol=1e-11,
                                                   atol=1e-12, err_msg=f"{name} {dataset}")
                    np.testing.assert_array_equal(file["network/mean"][:], files[0]["network/mean"][:])

    def test_field_beside_both(self):
        """Linear drift and constant noise: the field is exact, and differs from the kinetic solution by the grid's error."""
        file = self.run_and_open(RING, SITES, {"run": {"solvers": "network kinetic field"}, "field": {"sites": "24"}},
                                 ranks=3)
        field = file["field"]
        self.assertEqual(field.attrs["closure"], "exact")
        np.testing.assert_allclose(field["time"][:], file["network/time"][:], atol=1e-12)
        for name in ("mean", "variance"):
            self.assertEqual(field[name].shape, (5, 2, 24))
            np.testing.assert_allclose(field[name][:], file["kinetic"][name][:], atol=0.02)
        self.assertLess(field["balance_error"][:].max(), 1e-10)
        self.assertEqual(sorted(file["comparison"]), ["kinetic_field", "network_field", "network_kinetic"])
        pair = file["comparison/kinetic_field"]
        self.assertNotIn("mean_error", pair)  # neither samples
        np.testing.assert_allclose(pair["variance_difference"][:], file["kinetic/variance"][:].mean(axis=2)
                                   - field["variance"][:].mean(axis=2), atol=2e-3)
        for word in ("neural field", "closure exact", "kinetic - field", "balance at t = 0.2"):
            self.assertIn(word, self.printed)
        stability = file["stability"]
        self.assertEqual(stability.attrs["source"], "kinetic")
        self.assertEqual(stability["real"].shape[0], 5)
        self.assertTrue((np.diff(stability["real"][:], axis=1) <= 1e-12).all(), "by descending real part")
        np.testing.assert_allclose(stability["frequency"][:], np.sqrt(5000) * np.abs(stability["imaginary"][:])
                                   / (2 * np.pi), rtol=1e-12)
        with xarray.open_dataset(file.filename, group="field", engine="h5netcdf") as data:
            data.load()

    def test_covariances_of_network_and_field(self):
        """K_ei = 0.9 exp(-(1/tau_e + 1/tau_i) t), tau = 1 and 0.5; the kinetic solver has densities of single neurons only."""
        file = self.run_and_open(RING, SITES, PAIRS, {"run": {"solvers": "network kinetic field"}, "field": {"sites": "24"}})
        time = file["field/time"][:]
        self.assertEqual([name.decode() for name in file["network/pair"][:]], ["e i"])
        self.assertEqual(file["network/covariance"].shape, (5, 1))
        self.assertEqual(file["field/covariance"].shape, (5, 1, 24))
        exact = 0.9 * np.exp(-3 * time)
        np.testing.assert_allclose(file["field/covariance"][:], exact[:, None, None] * np.ones((1, 1, 24)), atol=1e-8)
        self.assertNotIn("covariance", file["kinetic"])
        self.assertNotIn("covariance_error", file["comparison/network_kinetic"])
        pair = file["comparison/network_field"]
        error = np.sqrt((file["field/variance"][:].prod(axis=1).mean(axis=1) + exact**2) / 5000)  # products of Gaussians
        np.testing.assert_allclose(pair["covariance_error"][:, 0], error, rtol=1e-6)
        # Four records, correlated: beyond 4.5 errors with odds of 3e-5.
        self.assertLess((np.abs(file["network/covariance"][:, 0] - exact) / error).max(), 4.5)
        self.assertIn("covariance of e i", self.printed)
        for group in ("network", "field", "comparison/network_field"):
            with xarray.open_dataset(file.filename, group=group, engine="h5netcdf") as data:
                data.load()
        done = self.equipoise("check", self.write(configuration(PAIRS, {"run": {"solvers": "kinetic"}}), "only.ini"))
        self.assertIn("covariances have no effect", done.stdout + done.stderr)

    def test_errors_predicted_beside_those_of_independent_neurons(self):
        """In the stationary state the balance keeps means far nearer to the limit than independent neurons would be, and
        theory says how near: the root mean square over records in predicted errors is 1, two-sided."""
        settled = {"run": {"solvers": "network field", "t_end": "40", "output_interval": "0.1"},
                   "population.e": {"drive": "0.1", "variance": "0.5"}, "population.i": {"mean": "0.1", "variance": "0.25"}}
        path = self.write(configuration(settled))
        self.printed = self.equipoise("run", path, "--quiet").stdout
        with h5py.File(self.folder / "a.h5") as file:
            pair = file["comparison/network_field"]
            predicted, error, difference = (pair[f"mean_{name}"][20:] for name in ("predicted_error", "error", "difference"))
            self.assertTrue((predicted < 0.6 * error).all(), (predicted[0], error[0]))
            # 380 records, correlated over about 0.05 and by the shift that the distance of the limits is.
            rms = np.sqrt((difference**2 / predicted**2).mean(axis=0))
            self.assertTrue((np.abs(np.log(rms)) < np.log(1.4)).all(), rms)
            np.testing.assert_allclose(pair["mean_largest_in_predicted_errors"][:],
                                       np.nanmax(np.abs(pair["mean_difference"][1:] / pair["mean_predicted_error"][1:]), axis=0))
            self.assertIn("stationary state", pair.attrs["predicted_errors"])
        self.assertIn("predicted", self.printed)
        # A drive in time has no stationary state: no predicted errors, and it says why.
        file = self.run_and_open({"run": {"solvers": "network field"}})
        self.assertTrue(np.isnan(file["comparison/network_field/mean_predicted_error"][:]).all())
        self.assertTrue(np.isnan(file["comparison/network_field/mean_largest_in_predicted_errors"][:]).all())
        self.assertIn("depends on time", file["comparison/network_field"].attrs["predicted_errors"])

    def test_field_of_a_nonlinear_drift_says_that_it_is_approximate(self):
        file = self.run_and_open({"run": {"solvers": "kinetic field"},
                                  "population.e": {"drift": "cubic(a0=0, a1=-1, a3=0.2)"}})
        self.assertEqual(file["field"].attrs["closure"], "gaussian")
        self.assertIn("closure approximate", self.printed)
        difference = np.abs(file["comparison/kinetic_field/variance_difference"][1:, 0]).max()
        self.assertGreater(difference, 1e-4)
        self.assertLess(difference, 0.1)

    def test_fluctuations_of_the_means_beside_their_prediction(self):
        """Two-sided: 200 records, correlated over about 0.05 in time, leave the deviation uncertain by less than 12 %;
        a factor of 1.6 has odds below 1e-4. Independent neurons would fluctuate several times as much."""
        path = self.write(configuration({"run": {"t_end": "40", "output_interval": "0.1"},
                                         "population.e": {"drive": "0.1", "variance": "0.5"},
                                         "population.i": {"mean": "0.1", "variance": "0.25"}}))
        self.printed = self.equipoise("run", path, "--quiet").stdout
        self.assertIn("fluctuations of means", self.printed)
        with h5py.File(self.folder / "a.h5") as file:
            stability = file["stability"]
            predicted, measured = (np.sqrt(np.diag(stability[f"{name}_covariance"][:]))
                                   for name in ("predicted", "measured"))
        self.assertTrue((predicted < 0.5 * np.sqrt(np.array([0.5, 0.25]) / np.array([5000, 3000]))).all(), predicted)
        self.assertTrue((np.abs(np.log(measured / predicted)) < np.log(1.6)).all(), (measured, predicted))
        text = self.equipoise("check", path).stdout
        self.assertIn("Fluctuations of the recorded means", text)

    def test_alone_on_output_times_that_are_no_multiples_of_the_networks_step(self):
        file = self.run_and_open({"run": {"solvers": "kinetic", "output_interval": "0.07"}})
        np.testing.assert_allclose(file["kinetic/time"][:], [0.0, 0.07, 0.14, 0.2], atol=1e-14)
        self.assertNotIn("network", file)
        self.assertNotIn("comparison", file)

    def test_options_for_petsc(self):
        path = self.write(configuration({"run": {"solvers": "kinetic"}}))
        printed = self.equipoise("run", path, "--petsc", "-kinetic_ts_monitor -kinetic_snes_monitor -log_view",
                                 ranks=2).stdout
        for word in ("TS dt", "SNES Function norm", "Kinetic", "KineticSolve"):
            self.assertIn(word, printed)
        done = self.equipoise("run", self.write(configuration()), "--petsc", "-log_view")
        self.assertIn("--petsc", done.stderr)

    def test_too_few_sites_are_bad_input(self):
        path = self.write(configuration(BOTH, RING, {"kinetic": {"sites": "5"}}))
        done = self.equipoise("run", path, expect=2)
        self.assertIn("kinetic.sites = 5", done.stderr)
        self.assertEqual([p.name for p in self.folder.iterdir()], ["a.ini"])

    def test_a_range_that_is_too_small(self):
        """The variance grows from 0.5 to 4.5: mass reaches the ends of the range."""
        path = self.write(configuration({"run": {"solvers": "kinetic", "t_end": "3"}, "kinetic": {"range": "-7 7"},
                                         "population.e": {"noise": "constant(sigma=3)", "variance": "0.5"},
                                         "population.i": {"variance": "0.5"}}))
        done = self.equipoise("run", path, expect=3)
        for word in ("population e", "kinetic.range", "a.h5.partial"):
            self.assertIn(word, done.stderr)
        with h5py.File(self.folder / "a.h5.partial") as file:
            self.assertGreater(file["kinetic/time"].shape[0], 1)

    def test_a_range_too_small_for_the_initial_density_is_bad_input(self):
        path = self.write(configuration({"run": {"solvers": "kinetic"}, "kinetic": {"range": "-7 7"}}))
        for ranks in (1, 3):  # with ranks that own no site
            done = self.equipoise("run", path, ranks=ranks, expect=2)
            for word in ("a.ini:", "kinetic.range = -7 7", "population i", "auto"):
                self.assertIn(word, done.stderr)

    def test_no_balanced_state(self):
        """The drive of e pushes up, and only e itself, excitatory, could push back."""
        path = self.write(configuration({"run": {"solvers": "kinetic"}, "population.e": {"drive": "3"}}))
        done = self.equipoise("run", path, expect=3)
        self.assertRegex(done.stderr, "population|mode")


if __name__ == "__main__":
    unittest.main()

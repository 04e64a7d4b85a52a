"""Protects the promise that results do not depend on the number of ranks: every dataset of /network has the same bits on
1, 2, 3 and 4 ranks. Populations of several blocks and different sizes, so that ranks hold unequal parts."""

import unittest

import h5py
from program import ProgramTest, configuration

RECORD_ALL = {"network": {"bins": "16", "snapshot_interval": "0.1", "density_interval": "0.1", "traces": "3",
                          "trace_interval": "0.02"}}
RING = {
    "domain": {"kind": "ring", "length": "2"},
    "population.e": {"drive": "0.1 + 0.05*cos(pi*x)*cos(t)", "mean": "0.1*cos(pi*x)"},
    "coupling.e.i": {"kernel": "gaussian(strength=1, width=0.2)"},
    "coupling.i.e": {"kernel": "gaussian(strength=1, width=0.2)"},
    "coupling.i.i": {"kernel": "gaussian(strength=0.5, width=0.2)"},
}
TORUS = {
    "domain": {"kind": "torus", "length": "1 2"},
    "population.e": {"drive": "0.1 + 0.05*cos(2*pi*x1)*cos(pi*x2)", "mean": "0.1*cos(2*pi*x1)"},
    "coupling.e.i": {"kernel": "gaussian(strength=1, width=0.3)"},
    "coupling.i.e": {"kernel": "gaussian(strength=1, width=0.3)"},
    "coupling.i.i": {"kernel": "gaussian(strength=0.5, width=0.3)"},
}
# Neurons of e and i in pairs: five blocks of each, dealt alike to the ranks.
PAIRS = {"population.i": {"neurons": "5000"}, "covariance.i.e": {"value": "0.9"}}
EXPLICIT = {"network": {"scheme": "explicit", "time_step": "0.002"}}
SINGLE = {"network": {"normals": "single"}}
# Sums by site, and the balance by GMRES.
GMRES = {"network": {"sites": "10 10", "balance_solver": "krylov"}}
RANDOM = {"network": {"positions": "random"}}


def network_datasets(path, group="network"):
    """Name, shape, type and bytes of every dataset below /network, or another group."""
    found = {}

    def visit(name, item):
        if isinstance(item, h5py.Dataset):
            content = item[()]
            # Texts of variable length are held as objects, whose bytes are addresses.
            value = content.tolist() if content.dtype.hasobject else content.tobytes()
            found[name] = (item.shape, str(item.dtype), value)

    with h5py.File(path) as file:
        file[group].visititems(visit)
    return found


class Ranks(ProgramTest):
    def same_bits(self, name, *changes, extra=()):
        path = self.write(configuration(RECORD_ALL, *changes), f"{name}.ini")
        reference = None
        for ranks in (1, 2, 3, 4):
            self.equipoise("run", path, f"--run.output={name}.h5", ranks=ranks)
            datasets = network_datasets(self.folder / f"{name}.h5")
            if reference is None:
                reference = datasets
                for expected in ("time", "mean", "variance", "mean_modes", "balance", "input", *extra):
                    self.assertIn(expected, datasets)
                continue
            self.assertEqual(sorted(datasets), sorted(reference))
            different = [key for key in datasets if datasets[key] != reference[key]]
            self.assertEqual(different, [], f"{name}: differs between 1 and {ranks} ranks")

    def test_point(self):
        self.same_bits("balanced")
        self.same_bits("explicit", EXPLICIT)
        self.same_bits("pairs", PAIRS)
        self.same_bits("single", SINGLE)

    def test_ring(self):
        self.same_bits("balanced", RING, {"network": {"sites": "50"}})
        self.same_bits("explicit", RING, EXPLICIT, {"network": {"sites": "0"}})
        self.same_bits("random", RING, RANDOM)

    def test_torus(self):
        self.same_bits("balanced", TORUS, {"network": {"sites": "10 10"}})
        self.same_bits("gmres", TORUS, GMRES, extra=("balance_iterations",))
        self.same_bits("explicit", TORUS, EXPLICIT, {"network": {"sites": "10 10"}})
        self.same_bits("random", TORUS, RANDOM)


if __name__ == "__main__":
    unittest.main()

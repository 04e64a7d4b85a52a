"""Protects the sidecar for ParaView: every reference leads to a dataset of the output file, every hyperslab lies inside it and
holds one value for each point of its grid, and what a reader of XDMF sees is what the file holds."""

import unittest
import xml.etree.ElementTree as xml

import h5py
import numpy as np
from program import ProgramTest, configuration
from test_ranks import RING, TORUS

BOTH = {"run": {"t_end": "0.1", "solvers": "network kinetic", "title": "R&D <\"e\" against 'i'>"},
        "network": {"density_interval": "0.1", "bins": "16", "density_cells": "20"},
        "kinetic": {"cells": "40", "density_interval": "0.1"}}
MESHES = {"2DRectMesh": ("VXVY", 2), "3DRectMesh": ("VXVYVZ", 3)}


def integers(text):
    return [int(word) for word in text.split()]


class Xdmf(ProgramTest):
    def collections(self, *changes, name="a", ranks=2):
        """Runs, and returns the sidecar's collections: {name: [(time, coordinates fastest first, {attribute: values})]}."""
        path = self.write(configuration(BOTH, *changes))
        self.equipoise("run", path, f"--run.output={name}.h5", ranks=ranks)
        self.file = h5py.File(self.folder / f"{name}.h5")
        self.addCleanup(self.file.close)
        root = xml.parse(self.folder / f"{name}.xdmf").getroot()
        self.assertEqual(root.tag, "Xdmf")
        (domain,) = root
        self.assertEqual(domain.get("Name"), self.file.attrs["title"])
        result = {}
        for collection in domain:
            self.assertEqual((collection.get("GridType"), collection.get("CollectionType")), ("Collection", "Temporal"))
            self.assertNotIn(collection.get("Name"), result)
            result[collection.get("Name")] = [self.grid(grid) for grid in collection]
        return result

    def grid(self, grid):
        topology = grid.find("Topology")
        geometry = grid.find("Geometry")
        kind, rank = MESHES[topology.get("TopologyType")]
        self.assertEqual(geometry.get("GeometryType"), kind)
        shape = integers(topology.get("Dimensions"))
        coordinates = [self.values(item) for item in geometry]
        self.assertEqual(len(shape), rank)
        self.assertEqual([len(values) for values in coordinates], shape[::-1])
        attributes = {}
        for attribute in grid.findall("Attribute"):
            (item,) = attribute
            self.assertEqual(integers(item.get("Dimensions")), shape)
            attributes[attribute.get("Name")] = self.values(item).reshape(shape)
        return float(grid.find("Time").get("Value")), coordinates, attributes

    def values(self, item):
        """What a reader of XDMF finds for a DataItem."""
        extents = integers(item.get("Dimensions"))
        if item.get("ItemType") == "HyperSlab":
            selection, source = item
            self.assertEqual(source.get("Format"), "HDF")
            whole = self.values(source)
            start, stride, count = np.reshape(integers(selection.text), integers(selection.get("Dimensions")))
            self.assertEqual(len(start), whole.ndim)
            self.assertTrue((start >= 0).all() and (start + stride * (count - 1) < whole.shape).all())
            values = whole[tuple(slice(a, a + b * c, b) for a, b, c in zip(start, stride, count))].ravel()
        elif item.get("Format") == "HDF":
            name, path = item.text.strip().rsplit(":", 1)
            self.assertEqual(self.folder / name, self.folder / self.file.filename)
            dataset = self.file[path]
            self.assertEqual(list(dataset.shape), extents)
            self.assertEqual((item.get("NumberType"), dataset.dtype), ("Float", f"<f{item.get('Precision')}"))
            return dataset[()]
        else:
            values = np.array([float(word) for word in item.text.split()])
        self.assertEqual(values.size, np.prod(extents))
        return values

    def check(self, collections, name, path, population, time="time"):
        """A collection's attribute holds the population's values of a dataset, at the dataset's times."""
        dataset = self.file[path]
        grids = collections[name]
        np.testing.assert_allclose([time for time, _, _ in grids], self.file[path.rsplit("/", 1)[0]][time][()])
        for record, (_, _, attributes) in enumerate(grids):
            values = attributes[path.rsplit("/", 1)[1]]
            np.testing.assert_array_equal(values.ravel(), dataset[record, population].ravel())
        return grids[0]

    def test_point(self):
        found = self.collections(name="a & b")
        for solver in ("network", "kinetic"):
            for index, population in enumerate("ei"):
                _, (y, _), _ = self.check(found, f"{solver} {population} (y; density_time)", f"{solver}/density", index, "density_time")
                np.testing.assert_array_equal(y, self.file[f"{solver}/y"])
        self.assertEqual(len(found), 4, found.keys())  # profiles over a single bin are no fields

    def test_ring(self):
        found = self.collections(RING, {"kinetic": {"sites": "24"}})
        for index, population in enumerate("ei"):
            for solver, axis, names in (("network", "bin", ("profile_mean", "profile_variance")),
                                        ("kinetic", "x", ("mean", "variance", "skewness", "kurtosis"))):
                for name in names:
                    _, (x, zero), attributes = self.check(found, f"{solver} {population} ({axis})", f"{solver}/{name}", index)
                    np.testing.assert_array_equal(x, self.file[f"{solver}/{axis}"])
                    np.testing.assert_array_equal(zero, [0.0])
                    self.assertEqual(sorted(attributes), sorted(names))
                _, (y, x), _ = self.check(found, f"{solver} {population} ({axis}, y; density_time)", f"{solver}/density", index,
                                          "density_time")
                np.testing.assert_array_equal(y, self.file[f"{solver}/y"])
                np.testing.assert_array_equal(x, self.file[f"{solver}/{axis}"])
        self.assertFalse([name for name in found if "mode" in name], "modes are no positions")

    def test_torus(self):
        found = self.collections(TORUS, {"kinetic": {"sites": "8 15"}})
        for index, population in enumerate("ei"):
            for solver, (one, two), name in (("network", ("bin_x1", "bin_x2"), "profile_mean"),
                                             ("kinetic", ("x1", "x2"), "mean")):
                _, (x2, x1), attributes = self.check(found, f"{solver} {population} ({one}, {two})", f"{solver}/{name}", index)
                # Point by point: the grid's coordinates are those that the file gives to the value's site.
                grid1, grid2 = np.meshgrid(x1, x2, indexing="ij")
                np.testing.assert_array_equal(grid1.ravel(), self.file[f"{solver}/{one}"])
                np.testing.assert_array_equal(grid2.ravel(), self.file[f"{solver}/{two}"])
                self.assertEqual(attributes[name].shape, grid1.shape)
                _, (y, _, _), _ = self.check(found, f"{solver} {population} ({one}, {two}, y; density_time)", f"{solver}/density", index,
                                             "density_time")
                np.testing.assert_array_equal(y, self.file[f"{solver}/y"])
        self.assertEqual([len(values) for values in found["kinetic e (x1, x2)"][0][1]], [15, 8])

    def test_many_records(self):
        """Of more than 1000 records equally spaced ones are taken."""
        found = self.collections(RING, {"run": {"output_interval": "0.0001", "t_end": "0.11", "solvers": "network"},
                                        "network": {"time_step": "0.0001", "density_interval": "0", "bins": "4"},
                                        "population.e": {"neurons": "8"}, "population.i": {"neurons": "8"}}, ranks=1)
        times = [time for time, _, _ in found["network e (bin)"]]
        np.testing.assert_allclose(times, self.file["network/time"][::2])

    def test_no_fields(self):
        path = self.write(configuration())
        self.equipoise("run", path, "--run.output=b.h5")
        self.assertFalse((self.folder / "b.xdmf").exists())
        self.assertFalse(list(self.folder.glob("*.partial")))


if __name__ == "__main__":
    unittest.main()

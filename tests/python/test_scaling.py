"""Protects postprocess' scaling: records made here after a known law T(R) must give its speed-ups and coefficients, and
what is extrapolated must be marked, or refused where the records do not bear it."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import matplotlib.image
import numpy as np

POST = Path(os.environ["EQUIPOISE_SOURCE"], "postprocess")
sys.path.insert(0, str(POST))
from equipoise_post import scaling  # noqa: E402
from equipoise_post.reader import OutputError  # noqa: E402


def record(ranks, wall, neurons=1000, **more):
    shares = {"noise": 0.5, "update": 0.125, "allreduce_wait": 0.25}
    return {"record": "equipoise timing", "format": 1, "ranks": ranks, "wall_seconds": wall,
            "problem": {"title": "a test", "neurons": neurons, "network_steps": 10},
            "phase_seconds": {name: {"min": 0.0, "mean": share * wall, "max": wall} for name, share in shares.items()},
            "neuron_steps_per_second": 1e7 * ranks, "cell_updates_per_second": 0.0,
            "peak_memory_bytes": {"min": 1.0, "mean": 2.0, "max": 2.0**20 * ranks}, **more}


def strong(counts, repeats=1):
    return [record(ranks, 8.0 / ranks + 0.5 + 0.25 * np.log(ranks)) for ranks in counts for _ in range(repeats)]


class Scaling(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def scaling(self, records, *words, expect=0):
        for index, content in enumerate(records):
            (self.folder / f"{index:03}.json").write_text(json.dumps(content), encoding="utf-8")
        done = subprocess.run([sys.executable, POST / "equipoise_post", "scaling", self.folder, *words],
                              capture_output=True, text=True, timeout=100, check=False)
        self.assertEqual(done.returncode, expect, done.stderr)
        return done

    def test_strong_scaling(self):
        study = scaling.Study(strong((1, 2, 4, 8)))
        self.assertEqual(study.kind, "strong")
        expected = 8.5 / study.seconds
        np.testing.assert_allclose(study.speed_up, expected)
        np.testing.assert_allclose(study.efficiency, expected / [1, 2, 4, 8])
        fit = study.fit()
        np.testing.assert_allclose((fit.a, fit.b, fit.c), (8.0, 0.5, 0.25), rtol=1e-9)

    def test_weak_scaling(self):
        study = scaling.Study([record(ranks, 2.0 + 0.5 * np.log(ranks), neurons=1000 * ranks) for ranks in (1, 2, 4, 8)])
        self.assertEqual(study.kind, "weak")
        np.testing.assert_allclose(study.efficiency, 2.0 / (2.0 + 0.5 * np.log([1, 2, 4, 8])))
        fit = study.fit()
        np.testing.assert_allclose((fit.a, fit.b, fit.c), (0.0, 2.0, 0.5), rtol=1e-9, atol=1e-12)

    def test_coefficients_are_never_negative(self):
        fit = scaling.Study([record(ranks, 8.0 / ranks - 0.1) for ranks in (1, 2, 4, 8)]).fit()
        self.assertTrue(min(fit.a, fit.b, fit.c) >= 0.0 < fit.a)

    def test_medians_and_shares(self):
        study = scaling.Study([record(1, wall) for wall in (1.0, 2.0, 9.0)] + [record(2, 1.0)])
        self.assertEqual((study.seconds[0], study.least[0], study.most[0]), (2.0, 1.0, 9.0))
        np.testing.assert_allclose((study.speed_up, study.speed_up_of_least), ((1.0, 2.0), (1.0, 1.0)))
        names, shares = study.phases()
        self.assertEqual(names, ["noise", "update", "allreduce_wait", "other"])
        np.testing.assert_allclose(shares, [[0.5, 0.125, 0.25, 0.125]] * 2)

    def test_a_busy_machine_is_told(self):
        free, busy = ({"min": share, "mean": share, "max": share} for share in (0.95, 0.3))
        records = [record(1, 1.0, processor_seconds=free), record(2, 1.0, processor_seconds=busy)]
        self.assertIn("BUSY MACHINE: on 2 ranks", self.scaling(records).stdout)
        records[1]["processor_seconds"] = free
        self.assertNotIn("BUSY", self.scaling(records).stdout)
        self.assertNotIn("BUSY", self.scaling(strong((1, 2))).stdout)

    def test_two_numbers_of_ranks_are_not_extrapolated(self):
        output = self.scaling(strong((1, 2), repeats=3)).stdout
        self.assertIn("no extrapolation", output)
        self.assertNotIn("EXTRAPOLATED", output)
        done = self.scaling([], "--extrapolate", "64", expect=2)
        self.assertIn("4 or more numbers of ranks", done.stderr)

    def test_pictures_and_the_marked_extrapolation(self):
        paths = [self.folder / "a.png", self.folder / "a.pdf"]
        output = self.scaling(strong((1, 2, 4, 8)), "--extrapolate", "32", *(f"-o{path}" for path in paths)).stdout
        beyond = output.split("EXTRAPOLATED by the fit, not measured")[1]
        rows = [line.split() for line in beyond.splitlines() if line[:1] == " "][1:]
        self.assertEqual([row[0] for row in rows], ["16", "32"])
        self.assertAlmostEqual(float(rows[0][1]), 8.0 / 16 + 0.5 + 0.25 * np.log(16), places=3)
        image = matplotlib.image.imread(paths[0])
        self.assertGreater(np.ptp(image), 0.5)
        self.assertTrue(paths[1].read_bytes().startswith(b"%PDF"))

    def test_what_does_not_belong_together_is_refused(self):
        for records, words in (([record(1, 1.0), record(1, 1.0, neurons=5)], "several problems"),
                               ([record(1, 1.0), record(2, 1.0, neurons=1500)], "work per rank"),
                               ([record(1, 1.0, format=2)], "format 2"), ([{"benchmarks": []}], "no timing records")):
            for path in self.folder.glob("*.json"):
                path.unlink()
            self.assertIn(words, self.scaling(records, expect=2).stderr)
        (self.folder / "broken.json").write_text("{")
        with self.assertRaises(OutputError):
            scaling.read(self.folder)


if __name__ == "__main__":
    unittest.main()

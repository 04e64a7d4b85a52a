"""Protects the tables of bench/cores: efficiencies and ratios are medians of those within a repetition, per neuron and core."""

import os
import sys
import unittest
from pathlib import Path

SOURCE = Path(os.environ["EQUIPOISE_SOURCE"])
sys.path.insert(0, str(SOURCE / "bench"))
import cores  # noqa: E402

# Seconds of a step in three repetitions, the second of them on a machine that is half as fast.
SMALL = {"alone": [0.2, 0.4, 0.2], "together": [0.1, 0.25, 0.125], "apart": [0.1, 0.2, 0.1],
         "alone_delayed": [0.3, 0.6, 0.2], "together_delayed": [0.1, 0.25, 0.125],
         "copy_alone": [0.02, 0.04, 0.01], "copy_apart": [0.01, 0.02, 0.01]}
# Twice as many neurons, 1.5 times as long.
LARGE = {way: [1.5 * s for s in seconds] for way, seconds in SMALL.items() if way != "alone_delayed"}


class Tables(unittest.TestCase):
    def test_efficiency(self):
        (row,) = cores.scaling_rows({1000: SMALL}, 2)
        self.assertEqual(row[:4], [1000, "2e+05 (2e+05)", "2.5e+05 (2e+05)", "2e+05 (2e+05)"])
        # 0.2 / (2 * 0.1) = 1, 0.4 / (2 * 0.25) = 0.8, 0.2 / (2 * 0.125) = 0.8, of the shortest 0.2 / (2 * 0.1) = 1.
        self.assertEqual(row[4:], ["0.800 (1.000)", "0.800 (1.000)"])

    def test_delay_by_neurons_on_a_rank(self):
        rows = cores.delay_rows({1000: SMALL, 2000: LARGE}, 2)
        self.assertEqual([row[:2] for row in rows], [[1000, 1], [1000, 2]])
        self.assertEqual([row[-1] for row in rows], ["1.500 (1.000)", "1.000 (1.000)"])
        self.assertEqual(rows[1][2:4], ["1.88e+05", "1.88e+05"])  # of the network of 2000 on both ranks

    def test_sizes_are_compared_by_neuron(self):
        rows = cores.size_rows({1000: SMALL, 2000: LARGE}, 2)
        self.assertEqual([row[0:3] + [row[4]] for row in rows],
                         [[1000, "0.008", 1, "1.000 (1.000)"], [1000, "0.008", 2, "1.000 (1.000)"],
                          [2000, "0.016", 1, "0.750 (0.750)"], [2000, "0.016", 2, "0.750 (0.750)"]])
        self.assertEqual([row[6] for row in rows], ["10.000 (20.000)", "12.500 (10.000)"] * 2)


if __name__ == "__main__":
    unittest.main()

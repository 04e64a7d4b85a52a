#!/usr/bin/env python3
"""The network's step on one core and on several at once: runs network_cores, prints tables with medians of ratios, writes
JSON. Started by bench/cores and bench/run; docs/performance.md explains the tables."""
import argparse
import json
import operator
import os
import pathlib
import shutil
import statistics
import subprocess
import sys

from report import ENVIRONMENT, number, processor, table

SPREAD_OVER_RANKS = ("together", "apart", "copy_apart")
NEURONS = (100000, 200000, 1000000, 2000000, 200000000)  # in all, of both populations
BYTES_A_NEURON = 40  # of all networks and copies that are there at the same time


def ratio(these, those, factor=1.0):
    """Median over the repetitions of factor * this / that, in brackets of the shortest times."""
    return f"{factor * statistics.median(map(operator.truediv, these, those)):.3f} ({factor * min(these) / min(those):.3f})"


def nanoseconds(neurons, ways, way, ranks):
    """Of a core for a neuron-step: median, in brackets the least."""
    factor = 1e9 / neurons * (ranks if way in SPREAD_OVER_RANKS else 1)
    return f"{factor * statistics.median(ways[way]):.3g} ({factor * min(ways[way]):.3g})"


def scaling_rows(sizes, ranks):
    return [[neurons, *[nanoseconds(neurons, ways, way, ranks) for way in ("alone", "together", "apart")],
             ratio(ways["alone"], ways["together"], 1 / ranks), ratio(ways["apart"], ways["together"])]
            for neurons, ways in sizes.items()]


def delay_rows(sizes, ranks):
    """As many neurons on each rank, on one rank and on all."""
    rows = []
    for neurons in sizes:
        for on, way in {1: "alone", ranks: "together"}.items():
            ways = sizes.get(on * neurons, {})
            if ranks * neurons in sizes and f"{way}_delayed" in ways:
                step, delayed = ways[way], ways[f"{way}_delayed"]
                rows.append([neurons, on, *[number(1e6 * statistics.median(one)) for one in (step, delayed)],
                             ratio(delayed, step)])
    return rows


def size_rows(sizes, ranks):
    """By size; cost against that of the smallest one in the same repetition."""
    smallest = min(sizes)
    return [[neurons, number(8 * neurons / 1e6), cores, nanoseconds(neurons, ways, way, ranks),
             ratio(ways[way], sizes[smallest][way], smallest / neurons),
             nanoseconds(neurons, ways, copy, ranks), ratio(ways[way], ways[copy])]
            for neurons, ways in sizes.items()
            for cores, way, copy in ((1, "alone", "copy_alone"), (ranks, "together", "copy_apart"))]


def print_tables(measured):
    ranks = measured["ranks"]
    sizes = {int(neurons): ways for neurons, ways in measured["sizes"].items()}
    table(f"Network: one step on {ranks} cores; ns of a core for a neuron-step",
          ["neurons in all", "alone on one core", f"together on {ranks}", f"apart: {ranks} runs of a part each, at once",
           "efficiency", "efficiency against apart"], scaling_rows(sizes, ranks))
    microseconds = 1e6 * measured["delay"]
    rows = delay_rows(sizes, ranks)
    if rows:
        table(f"Network: a step whose sum over the ranks arrives {microseconds:g} us later, us",
              ["neurons a rank", "ranks", "step", "step, delayed", "delayed / not"], rows)
    large = {neurons: ways for neurons, ways in sizes.items() if neurons >= 1000000} or sizes
    table("Network: a step by size, on one core and on all at once; ns of a core for a neuron-step",
          ["neurons in all", "MB of states", "cores", "step", f"it / {min(large)} neurons", "memory copy", "it / memory copy"],
          size_rows(large, ranks))


def available_memory():
    """Bytes; boundless where the system does not tell."""
    try:
        lines = pathlib.Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return float("inf")
    return next((1024 * int(line.split()[1]) for line in lines if line.startswith("MemAvailable")), float("inf"))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=pathlib.Path, required=True, help="folder of the benchmark programs")
    parser.add_argument("--output", type=pathlib.Path, help="JSON file; default: cores.json beside the folder")
    parser.add_argument("--ranks", type=int, default=2)
    parser.add_argument("--repetitions", type=int, default=21)
    parser.add_argument("--delay", type=float, default=50.0, help="microseconds by which sums arrive later")
    parser.add_argument("--neurons", type=lambda text: [int(one) for one in text.split(",")], default=NEURONS,
                        help="in all, comma-separated; default: up to 2 x 10^8, which takes 8 GB")
    parser.add_argument("--quick", action="store_true", help="small sizes once, to see that all runs")
    options = parser.parse_args()
    launcher = shutil.which("mpiexec")
    if launcher is None or (os.cpu_count() or 1) < options.ranks:
        print(f"\nSkipped: the network on {options.ranks} cores (it needs mpiexec and as many cores)")
        return
    if options.quick:
        options.neurons, options.repetitions = NEURONS[:2], 1
    fitting = [neurons for neurons in options.neurons if 1.1 * BYTES_A_NEURON * neurons < available_memory()]
    for neurons in sorted(set(options.neurons) - set(fitting)):
        print(f"\nSkipped: {neurons} neurons (they take {BYTES_A_NEURON * neurons / 1e9:.3g} GB; there is less)")
    command = [launcher, "-n", str(options.ranks), str(options.programs / "network_cores"), "--delay", str(options.delay),
               "--repetitions", str(options.repetitions), "--neurons", ",".join(map(str, fitting)),
               "--neuron-steps", "1e6" if options.quick else "1e7"]
    report = {"processor": processor(), "cores": os.cpu_count(), "load_before": os.getloadavg()}
    done = subprocess.run(command, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"network_cores ended with {done.returncode}")
    report.update(json.loads(done.stdout), load_after=os.getloadavg())
    print(f"\n{report['processor']}, {report['cores']} cores, load average {report['load_before'][0]:.1f} before and "
          f"{report['load_after'][0]:.1f} after. Time by the clock on the wall; medians of "
          f"{options.repetitions} repetitions, in brackets of the shortest times.")
    print_tables(report)
    output = options.output or options.programs.parent / "cores.json"
    output.write_text(json.dumps(report, indent=1) + "\n")
    print(f"\nAll measurements: {output}")


if __name__ == "__main__":
    main()

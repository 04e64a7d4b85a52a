#!/usr/bin/env python3
"""Runs the benchmark programs, prints tables with medians and ratios, writes JSON. Started by bench/run."""
import argparse
import json
import os
import pathlib
import platform
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
# The problem, the error that is asked for and of what, and under which name results hold it.
KINETIC_ERROR = [("multiplicative_point", 1e-4, "v and K", "error"), ("ring", 1e-4, "v", "error_v"), ("ring", 1e-4, "v and K", "error")]
FIELD_ERROR = [(name, 1e-8, "v and K", "error") for name in ("one_variance", "varying_variance", "cubic_drift")]

# Open MPI starts a single process anywhere, as root too.
ENVIRONMENT = dict(os.environ, OMPI_ALLOW_RUN_AS_ROOT="1", OMPI_ALLOW_RUN_AS_ROOT_CONFIRM="1",
                   OMPI_MCA_hwloc_base_binding_policy="none", OMPI_MCA_plm_rsh_agent="/bin/false", OMP_NUM_THREADS="1")


def measure(program, *arguments, clock="cpu_time"):
    """Runs a Google Benchmark program; {name: {"seconds": [...], "rate": [...], counters: medians}}."""
    with tempfile.TemporaryDirectory() as folder:
        out = pathlib.Path(folder) / "out.json"
        subprocess.run([program, f"--benchmark_out={out}", "--benchmark_out_format=json", *arguments], check=True,
                       env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        data = json.loads(out.read_text())
    results = {}
    scale = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}
    for row in data["benchmarks"]:
        if row.get("error_occurred"):
            sys.exit(f"{program}: {row['name']}: {row['error_message']}")
        if row.get("run_type") != "iteration":
            continue
        name = row["run_name"].split("/iterations:")[0]
        one = results.setdefault(name, {"seconds": [], "counters": {}})
        one["seconds"].append(row[clock] * scale[row["time_unit"]])
        for key in ("items_per_second", "assembly", "solve", "moments", "newton", "error", "error_v", "tolerance", "steps",
                    "bytes_per_second", "interval", "gmres", "doubles"):
            if key in row:
                one["counters"].setdefault(key, []).append(row[key])
    for one in results.values():
        one["median_seconds"] = statistics.median(one["seconds"])
        one["counters"] = {key: statistics.median(values) for key, values in one["counters"].items()}
    return results


def table(title, header, rows):
    widths = [max(len(str(row[i])) for row in [header, *rows]) for i in range(len(header))]
    print(f"\n{title}\n")
    for row in (header, ["-" * width for width in widths], *rows):
        print("| " + " | ".join(str(cell).ljust(width) for cell, width in zip(row, widths)) + " |")


def number(value):
    return f"{value:.3g}"


def run_python_network(by, sizes, repetitions):
    """The yardsticks of network_python.py, in the form of measure(); {} where the Python has no such module."""
    done = subprocess.run([sys.executable, "-W", "ignore", HERE / "network_python.py", by, "--repetitions", str(repetitions),
                           "--sizes", *sizes], env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        if "No module named" in done.stderr:
            print(f"\nSkipped: the network by {by} (no such module in {sys.executable})")
            return {}
        sys.exit(f"network_python.py {by}: {done.stderr}")
    results = {}
    for n, seconds in json.loads(done.stdout).items():
        median = statistics.median(seconds)
        results[f"yardstick/{by}/{n}"] = {"seconds": seconds, "median_seconds": median,
                                          "counters": {"items_per_second": 2 * int(n) / median}}
    return results


def modes_tables(results):
    """Cost by the number of modes: of a ring, with a position for each neuron and with few sites; of a torus."""
    def cost(name):
        return 1e9 / results[name]["counters"]["items_per_second"]

    waves = sorted({int(name.split(":")[1].split("/")[0].split("_")[0]) for name in results if "ring_waves:" in name})
    sizes = [n for n in ("10000", "1000000") if f"solver/point/{n}" in results]
    cases = [(own, n) for own in ("", "_250_sites") for n in sizes]
    rows = []
    for m in waves:
        row = [m]
        for sites, n in cases:
            of = f"solver/ring_waves:{m}{sites}/{n}"
            row += [number(cost(of)), number(cost(of) / cost(f"solver/point/{n}"))]
        rows.append([*row, number(results[f"solver/ring_waves:{m}/{sizes[0]}"]["counters"]["gmres"])])
    header = ["cosine modes M"]
    for sites, n in cases:
        header += [f"ns, n = {n}, {'250 sites' if sites else 'own positions'}", "it / point"]
    table("Network on a ring: ns per neuron-step by the number of modes, one core", [*header, "GMRES iterations, n = 10000"], rows)

    torus, point = "solver/torus_33x33_modes_256x256_sites/6553600", "solver/point/6553600"
    if torus in results:
        table("Network on a torus: 1089 modes, 2178 unknowns, 65536 sites of 100 neurons in each of 2 populations, one core",
              ["", "ns per neuron-step", "it / point", "GMRES iterations"],
              [[name, number(cost(name)), number(cost(name) / cost(point)), number(results[name]["counters"]["gmres"])]
               for name in (torus, point)])


def network_table(results):
    results = {name: one for name, one in results.items() if "ring_waves:" not in name}
    for n in ("10000", "1000000", "100000000"):
        cost = {name.rsplit("/", 1)[0]: 1e9 / one["counters"]["items_per_second"] for name, one in results.items()
                if name.endswith(f"/{n}")}
        if not cost:
            continue
        spread = {name.rsplit("/", 1)[0]: (min(one["seconds"]) / one["median_seconds"],
                                           max(one["seconds"]) / one["median_seconds"])
                  for name, one in results.items() if name.endswith(f"/{n}")}
        yardsticks = [("yardstick/plain_loop", "plain loop / it"), ("yardstick/numpy", "NumPy / it"),
                      ("yardstick/brian2", "Brian2 / it"), ("yardstick/bare_kernel", "it / bare kernel"),
                      ("yardstick/memory_copy", "it / memory copy")]
        rows = []
        for name, ns in sorted(cost.items()):
            row = [name, number(ns), number(1e3 / ns), f"{spread[name][0]:.2f} .. {spread[name][1]:.2f}"]
            for yardstick, words in yardsticks:
                if yardstick not in cost:
                    row.append("not measured")
                else:
                    ratio = ns / cost[yardstick]
                    row.append(number(1 / ratio if words.endswith("/ it") else ratio))
            rows.append(row)
        table(f"Network: a time step, {n} neurons in each of 2 populations, one core",
              ["", "ns per neuron-step", "10^6 neuron-steps/s", "min .. max / median", *[w for _, w in yardsticks]], rows)


def draw_table(results):
    rows = [[name.split("/")[1], number(1e9 / one["counters"]["items_per_second"])]
            for name, one in sorted(results.items()) if name.startswith("draw/")]
    table("Normals as the network draws them, by network.normals, one core", ["", "ns per normal"], rows)


def measure_by_instructions(programs, repetitions, *arguments):
    """Steps and normals by AVX-512 and as a processor without it computes them, one program after the other in each round:
    {name: {"avx512": [...], "avx2": [...]}}, ns per neuron-step or normal."""
    results = {}
    for _ in range(repetitions):
        for by, program in (("avx512", "network_step"), ("avx2", "network_step_avx2")):
            for name, one in measure(programs / program, *arguments).items():
                results.setdefault(name, {}).setdefault(by, []).append(1e9 / one["counters"]["items_per_second"])
    return results


def instructions_table(results):
    rows = []
    for name, ns in sorted(results.items()):
        ratios = [narrow / wide for wide, narrow in zip(ns["avx512"], ns["avx2"])]
        rows.append([name, number(statistics.median(ns["avx512"])), number(statistics.median(ns["avx2"])),
                     number(statistics.median(ratios)), f"{min(ratios):.2f} .. {max(ratios):.2f}"])
    table("Network: a time step (neurons in each of 2 populations) and normals by instruction set, one core",
          ["", "AVX-512: ns per neuron-step or normal", "AVX2", "AVX2 / AVX-512", "min .. max"], rows)


def step_tables(results):
    rows = []
    for name, one in results.items():
        if not name.startswith("step/"):
            continue
        sites, cells = (int(part.split(":")[1]) for part in name.split("/")[1:])
        yardstick = results[name.replace("step/", "tridiagonal/")]["median_seconds"]
        counters = one["counters"]
        shares = [counters[key] for key in ("assembly", "solve", "moments")]
        later = results[name.replace("step/", "step_later/")]
        rows.append([sites, cells, number(one["median_seconds"] * 1e3), number(counters["items_per_second"] / 1e6),
                     number(1e9 / counters["items_per_second"]), *[f"{100 * share:.0f} %" for share in shares],
                     f"{100 * (1 - sum(shares)):.0f} %", number(counters["newton"]), number(one["median_seconds"] / yardstick),
                     number(1e9 / later["counters"]["items_per_second"]), number(later["counters"]["newton"]),
                     number(later["median_seconds"] / yardstick)])
    rows.sort()
    header = ["sites", "cells", "ms per step", "10^6 cell-updates/s", "ns per cell-update", "assembly", "solve", "moments",
              "PETSc, rest", "Newton iterations", "step / tridiagonal batch", "later: ns per cell-update", "Newton iterations",
              "step / tridiagonal batch"]
    table("Kinetic: a fixed time step on the ring, 2 populations; cost by sites and cells, of the first 25 steps and of 25 "
          "after 200", header, rows)
    if "memory" in results:
        doubles = results["memory"]["counters"]["doubles"]
        print(f"\nKinetic: memory, {8 * doubles:.0f} bytes = {number(doubles)} doubles for a cell")
    else:
        print("\nSkipped: the kinetic solver's memory (this C library has no mallinfo2)")


def solve_table(title, targets, size, results, scipy):
    """The cheapest settings of each side that reach the error asked; size: what the settings of SciPy call it."""
    rows = []
    for problem, target, of, key in targets:
        ours = [(one["median_seconds"], one["counters"][key], name.split("/", 2)[2]) for name, one in results.items()
                if name.startswith(f"solve/{problem}/") and one["counters"][key] <= target]
        theirs = [(statistics.median(run["seconds"]), run[key],
                   f"{run['method']}, {size}:{run[size]}, tolerance:{run['tolerance']:g}")
                  for run in (scipy or {"runs": []})["runs"] if run["problem"] == problem and run[key] <= target]
        best = min(ours, default=None)
        rival = min(theirs, default=None)
        for who, row in (("equipoise", best), ("SciPy", rival)):
            rows.append([problem, of, number(target), who] + ([number(row[0] * 1e3), number(row[1]), row[2]] if row else
                                                          ["not reached" if scipy or who != "SciPy" else "no SciPy", "", ""]) +
                        [number(rival[0] / best[0]) if who == "equipoise" and best and rival else ""])
    table(title + ": time to a given error, the whole solve, the cheapest settings tried that reach it",
          ["problem", "error of", "asked", "by", "ms", "error", "settings", "SciPy / it"], rows)


def checkpoint_table(results):
    rows = []
    for name, one in results.items():
        if not name.startswith("checkpoint/"):
            continue
        seconds = one["median_seconds"]
        plain, copy = (results[name.replace("checkpoint/", f"{yardstick}/")]["median_seconds"]
                       for yardstick in ("write_and_sync", "memory_copy"))
        rows.append([name.split("/")[1].split(":")[1], number(seconds), number(one["counters"]["bytes_per_second"] / 1e9),
                     f"{min(one['seconds']) / seconds:.2f} .. {max(one['seconds']) / seconds:.2f}",
                     number(seconds / plain), number(seconds / copy),
                     f"{100 * seconds / (seconds + one['counters']['interval']):.2g} %"])
    header = ["neurons", "seconds", "GB/s", "min .. max / median", "it / write + fsync", "it / memory copy",
              "of the run, at the default interval"]
    table("Checkpoints: one rank, wall time, written durably and verified", header, rows)


def run_scipy(script, arguments):
    try:
        import scipy  # noqa: F401 (only whether it is there)
    except ImportError:
        print("\nSkipped: the comparison with SciPy (Debian package python3-scipy, Spack package py-scipy, not found)")
        return None
    done = subprocess.run([sys.executable, HERE / script, *arguments], check=True, env=ENVIRONMENT,
                          stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout)


def processor():
    try:
        lines = pathlib.Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.processor())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--programs", type=pathlib.Path, required=True, help="folder of the benchmark programs")
    parser.add_argument("--output", type=pathlib.Path, help="JSON file; default: benchmarks.json beside the folder")
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--quick", action="store_true", help="small sizes once, to see that all runs")
    options = parser.parse_args()
    repetitions = 1 if options.quick else options.repetitions
    # Interleaved at random: a busy spell of the machine meets all of them.
    common = [f"--benchmark_repetitions={repetitions}", "--benchmark_enable_random_interleaving=true",
              f"--benchmark_min_time={0.001 if options.quick else 0.05}"]

    report = {"processor": processor(), "cores": os.cpu_count(), "repetitions": repetitions,
              "load_before": os.getloadavg()}
    network = measure(options.programs / "network_step", *common, *(["--benchmark_filter=^draw|/10000$"] * options.quick))
    sizes = ["10000"] if options.quick else ["10000", "1000000"]
    for by in ("numpy", "brian2"):
        network.update(run_python_network(by, sizes, min(repetitions, 5)))
    report["network_step"] = network
    if any("bare_kernel" in name for name in network):
        report["network_by_instructions"] = measure_by_instructions(
            options.programs, repetitions, f"--benchmark_filter=^draw/|^solver/point(_single_normals)?/({'|'.join(sizes)})$",
            f"--benchmark_min_time={0.001 if options.quick else 0.05}")
    else:
        print("\nSkipped: the step by AVX2 beside AVX-512, which this processor does not have")
    step_filter = "^memory|^(step|step_later|tridiagonal)/sites:" + ("16/" if options.quick else "")
    report["kinetic_step"] = measure(options.programs / "kinetic_step", *common, f"--benchmark_filter={step_filter}")
    solves = [f"--benchmark_repetitions={1 if options.quick else 3}",
              f"--benchmark_filter=^solve.*cells:{'50' if options.quick else ''}"]
    report["kinetic_solve"] = measure(options.programs / "kinetic_step", *solves)
    report["kinetic_scipy"] = run_scipy("kinetic_scipy.py", ["--quick"] if options.quick else [])
    sites = 100 if options.quick else 10000
    report["field_solve"] = measure(options.programs / "field_solve", solves[0], f"--benchmark_filter=/sites:{sites}(/|$)")
    report["field_scipy"] = run_scipy("field_scipy.py", ["--quick"] if options.quick else [])
    # Its folder is on the disk that is measured.
    report["checkpoint"] = measure(options.programs / "checkpoint", f"--benchmark_repetitions={repetitions}",
                                   f"--benchmark_filter=neurons:{'1000000/' if options.quick else ''}", clock="real_time")
    report["load_after"] = os.getloadavg()

    print(f"\n{report['processor']}, {report['cores']} cores, load average {report['load_before'][0]:.1f} before and "
          f"{report['load_after'][0]:.1f} after. Processor time of one thread, medians of {repetitions} repetitions.")
    network_table(network)
    draw_table(network)
    if "network_by_instructions" in report:
        instructions_table(report["network_by_instructions"])
    modes_tables(network)
    step_tables(report["kinetic_step"])
    solve_table("Kinetic", KINETIC_ERROR, "cells", report["kinetic_solve"], report["kinetic_scipy"])
    solve_table("Field, ring of 10^4 sites", FIELD_ERROR, "sites", report["field_solve"], report["field_scipy"])
    checkpoint_table(report["checkpoint"])
    output = options.output or options.programs.parent / "benchmarks.json"
    output.write_text(json.dumps(report, indent=1) + "\n")
    print(f"\nAll measurements: {output}")


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Predicts a run's time on 1 to 10^5 ranks from timing records of a few (equipoise run --timing), by the model of
docs/scaling.md: work in proportion to the neurons and cells of the rank that has most, and messages whose number and
size are known (tests/mpi/messages counts them). The network between the nodes is two numbers, latency and bandwidth.

    /usr/bin/python3 bench/scaling_model.py FOLDER [--latency S] [--bandwidth B] [--neurons N] [--sites S] [-o PICTURE]

The constants are those of the records on the fewest ranks; records on more ranks are compared with the prediction.
"""

import argparse
import math
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "postprocess"))
from equipoise_post import scaling, style  # noqa: E402
from equipoise_post.reader import OutputError  # noqa: E402

BLOCK = 1024  # neurons: what a rank holds is a number of whole blocks
AHEAD = 128  # blocks whose noise is drawn while the sum is under way, at most (NetworkSolver::ahead_limit)
STABILITY = 16  # steps of the kinetic solver between looks at the spectrum of J


@dataclass(frozen=True)
class Messages:
    """Calls of one collective operation, and what each rank hands over in each."""

    name: str
    calls: float
    bytes: float


@dataclass(frozen=True)
class Problem:
    """What is computed; the members are those of a timing record."""

    populations: int
    modes: int
    product_modes: int
    gains: int
    unknowns: int
    population_neurons: dict
    neurons: int = 0
    network_scheme: str = "balanced"
    network_sites: int = 1
    network_steps: int = 0
    kinetic_lines: int = 0
    kinetic_cells: int = 0
    kinetic_steps: int = 0
    kinetic_newton_iterations: int = 0

    @classmethod
    def of(cls, record):
        return cls(**{name: record["problem"][name] for name in cls.__dataclass_fields__ if name in record["problem"]})

    @property
    def sites(self):
        """Of the kinetic solver."""
        return self.kinetic_lines // self.populations

    def scaled(self, neurons=None, sites=None, steps=None):
        """The same with other numbers of neurons in all, of sites, and of steps of whichever solver makes more."""
        other = self
        if steps:
            factor = steps / max(self.network_steps, self.kinetic_steps)
            names = ("network_steps", "kinetic_steps", "kinetic_newton_iterations")
            other = replace(other, **{name: round(factor * getattr(self, name)) for name in names})
        if neurons and self.neurons:
            sizes = {name: round(n * neurons / self.neurons) for name, n in self.population_neurons.items()}
            other = replace(other, population_neurons=sizes, neurons=sum(sizes.values()))
        if sites and self.kinetic_lines:
            other = replace(other, kinetic_lines=sites * self.populations)
        return other

    # ---- network ----

    def blocks(self, ranks=1):
        """On the rank that has most: whole blocks, shared out to within one."""
        return math.ceil(sum(math.ceil(n / BLOCK) for n in self.population_neurons.values()) / ranks)

    def network_messages(self):
        """Of a time step: exact sums of two integers for each moment, faults by population, what is asked of the run."""
        moments = self.gains * (self.modes + (self.product_modes if self.network_scheme == "balanced" else 0))
        return [Messages("Iallreduce", 1, 8 * (2 * moments + self.populations + 1))]

    def network_bytes(self):
        """Read and written by a time step in main memory, for each neuron: its state. All else stays in the caches."""
        return 16

    def network_flops(self):
        """Additions, multiplications, divisions and roots of a time step for each neuron, as counted in the source: a
        normal of Box and Muller, an exact Ornstein-Uhlenbeck step with its kick, tanh with its slope and the moments of
        each gain; where neurons have positions of their own, sine, cosine and the modes."""
        moments = 2 * (self.modes + self.product_modes)
        flops = 41 + 4 + self.gains / self.populations * (48 + moments)
        if self.network_sites == 0:
            flops += 39 + 6 * self.product_modes / 2 + 2 * self.modes
        return flops

    # ---- kinetic ----

    def kinetic_members(self, ranks):
        """Ranks that have sites: a line of cells is never split."""
        return min(ranks, self.sites)

    def kinetic_cells_of(self, ranks):
        """Cells of the rank that has most."""
        return math.ceil(self.sites / self.kinetic_members(ranks)) * self.populations * self.kinetic_cells

    def kinetic_messages(self, newton=None):
        """Of a fixed time step with so many Newton iterations (default: the run's mean), all of them collective: lines
        know of one another through the moments only, and there are no halos. PETSc has none of its own (3.18). Where a
        step is so long that the balance must be mended after the last iteration, there is an average of slopes more; near
        a stationary state the balance is not looked at again, which saves one of gains."""
        if newton is None:
            newton = self.kinetic_newton_iterations / self.kinetic_steps
        look = 1.0 / STABILITY  # at the spectrum
        averages = newton + 1.0 + look  # of gains: in every iteration, and for the balance at the end
        slopes = newton + look
        kinds = (
            ("Allreduce", 8 * self.gains, averages + slopes),  # the largest of each gain, which sets the sums' grid
            ("Allreduce", 16 * self.gains * self.modes, averages),
            ("Allreduce", 16 * self.gains * self.product_modes, slopes),
            ("Allreduce", 8, newton + 1.0),  # the change of means, requests to stop
            ("Allreduce", 24, 1.0), ("Allreduce", 4, 1.0),  # error, lines that undershoot; is all sound?
        )
        calls = {}
        for name, size, count in kinds:
            calls[name, size] = calls.get((name, size), 0.0) + count
        return [Messages(name, count, size) for (name, size), count in calls.items()]

    def kinetic_flops(self):
        """Of a Newton iteration, for each cell, as counted in the source."""
        gains = self.gains / self.populations
        return 86 + 41 + 50 * gains


@dataclass(frozen=True)
class Machine:
    """latency: seconds of the shortest message between two ranks; bandwidth: bytes per second of a link."""

    latency: float
    bandwidth: float

    def collective(self, messages, ranks):
        """Seconds of a sum or broadcast over all ranks: as many rounds as a binary tree is high."""
        rounds = math.ceil(math.log2(ranks)) if ranks > 1 else 0
        return messages.calls * rounds * (self.latency + messages.bytes / self.bandwidth)


@dataclass(frozen=True)
class Constants:
    """Seconds, from timing records on `ranks` ranks; each the median over the records."""

    noise: float = 0.0  # of a neuron-step
    update: float = 0.0
    moments: float = 0.0
    balance: float = 0.0  # of a network step
    assembly: float = 0.0  # of a cell and Newton iteration
    solve: float = 0.0
    kinetic_moments: float = 0.0
    rest: float = 0.0
    apart: float = 0.0  # of a run: output, checkpoints, start

    @classmethod
    def of(cls, records):
        """records: on one number of ranks. What a rank has waited for others is not among the constants. Where other work
        had the processors too, seconds are those of the processor, taken from all phases alike."""
        problem, ranks = Problem.of(records[0]), records[0]["ranks"]
        share = processor_share(records)
        share = share if share < scaling.LEAST_PROCESSOR_SHARE else 1.0

        def median(name):
            return share * float(np.median([r["phase_seconds"][name]["mean"] for r in records]))

        def per(amount, name):
            return median(name) / amount if amount else 0.0

        neuron_steps = problem.neurons * problem.network_steps / ranks
        iterations = problem.kinetic_newton_iterations
        cells = problem.kinetic_lines * problem.kinetic_cells * iterations / ranks
        steps = [name for name in records[0]["phase_seconds"] if name not in ("output", "checkpoint")]
        apart = share * float(np.median([r["wall_seconds"] - sum(r["phase_seconds"][name]["mean"] for name in steps)
                                         for r in records]))
        return cls(per(neuron_steps, "noise"), per(neuron_steps, "update"), per(neuron_steps, "moments"),
                   per(problem.network_steps, "balance"), per(cells, "kinetic_assembly"), per(cells, "kinetic_solve"),
                   per(cells, "kinetic_moments"), per(cells, "kinetic_rest"), max(0.0, apart))

    @property
    def neuron(self):
        return self.noise + self.update + self.moments

    @property
    def cell(self):
        return self.assembly + self.solve + self.kinetic_moments + self.rest


def processor_share(records):
    """Of the wall time on the rank that used most, median; 1 where the records do not say."""
    return float(np.median([r["processor_seconds"]["max"] / r["wall_seconds"] if "processor_seconds" in r else 1.0
                            for r in records]))


# What a prediction is made of; the words name what a run is bound by.
PARTS = ("neurons", "uneven blocks", "wait for the sum", "balance", "cells", "uneven sites", "kinetic messages", "apart")


def predict(problem, constants, machine, ranks):
    """Seconds of a run by part, on so many ranks."""
    seconds = dict.fromkeys(PARTS, 0.0)
    seconds["apart"] = constants.apart
    if problem.neurons:
        steps, blocks = problem.network_steps, problem.blocks(ranks)
        even = problem.neurons / ranks * constants.neuron
        # A rank holds at least one block, if it holds any, and no block has more neurons than its population.
        held = min(blocks * BLOCK, problem.neurons) * constants.neuron
        total = sum(machine.collective(messages, ranks) for messages in problem.network_messages())
        hidden = min(blocks, AHEAD) * BLOCK * constants.noise
        seconds["neurons"] = steps * even
        seconds["uneven blocks"] = steps * max(0.0, held - even)
        seconds["wait for the sum"] = steps * max(0.0, total - hidden)
        seconds["balance"] = steps * constants.balance
    if problem.kinetic_lines:
        iterations = problem.kinetic_newton_iterations
        even = problem.kinetic_lines * problem.kinetic_cells / ranks * constants.cell
        members = problem.kinetic_members(ranks)
        seconds["cells"] = iterations * even
        seconds["uneven sites"] = iterations * (problem.kinetic_cells_of(ranks) * constants.cell - even)
        seconds["kinetic messages"] = problem.kinetic_steps * sum(machine.collective(messages, members)
                                                                   for messages in problem.kinetic_messages())
    return seconds


def predicted(problem, constants, machine, all_ranks):
    return [predict(problem, constants, machine, ranks) for ranks in all_ranks]


def bound(seconds):
    """The part that takes most, of those that more ranks do not shorten, where these take more than half; else the
    work itself."""
    work = seconds["neurons"] + seconds["cells"]
    others = {part: value for part, value in seconds.items() if part not in ("neurons", "cells")}
    if work >= sum(others.values()):
        return "neurons" if seconds["neurons"] >= seconds["cells"] else "cells"
    return max(others, key=others.get)


def table(problem, constants, machine, all_ranks):
    parts = [part for part in PARTS if any(s[part] > 0.0 for s in predicted(problem, constants, machine, all_ranks))]
    lines = [f"{'ranks':>8} {'wall':>10} {'speed-up':>9} {'efficiency':>10} " + " ".join(f"{part:>16}" for part in parts)
             + "  bound by"]
    one = sum(predict(problem, constants, machine, 1).values())
    for ranks, seconds in zip(all_ranks, predicted(problem, constants, machine, all_ranks)):
        wall = sum(seconds.values())
        lines.append(f"{ranks:8d} {wall:10.4g} {one / wall:9.4g} {one / wall / ranks:10.3f} "
                     + " ".join(f"{seconds[part]:16.3g}" for part in parts) + f"  {bound(seconds)}")
    return "\n".join(lines)


def comparison(study, constants, machine):
    """The model beside what was measured, number of ranks by number of ranks."""
    lines = [f"{'ranks':>8} {'measured':>10} {'least':>10} {'processor':>10} {'model':>10} {'model / measured':>16} "
             f"{'model / least':>13} {'model / processor':>17}"]
    processor = study.processor()
    for i, (ranks, records) in enumerate(study.by_ranks.items()):
        model = sum(predict(Problem.of(records[0]), constants, machine, ranks).values())
        lines.append(f"{ranks:8d} {study.seconds[i]:10.4g} {study.least[i]:10.4g} {processor[i]:10.4g} {model:10.4g} "
                     f"{model / study.seconds[i]:16.3f} {model / study.least[i]:13.3f} {model / processor[i]:17.3f}")
    return "\n".join(lines)


def describe(problem, constants, machine):
    lines = [f"machine: latency {machine.latency:.3g} s, bandwidth {machine.bandwidth:.3g} B/s"]
    if problem.neurons:
        (message,) = problem.network_messages()
        flops = problem.network_flops()
        lines += [
            f"network: noise {1e9 * constants.noise:.3g} ns, update {1e9 * constants.update:.3g} ns, moments "
            f"{1e9 * constants.moments:.3g} ns a neuron-step; balance {1e6 * constants.balance:.3g} us a step",
            f"  about {flops:.0f} flops and {problem.network_bytes()} bytes a neuron-step: "
            f"{1e-9 * flops / constants.neuron:.3g} Gflop/s, {1e-9 * problem.network_bytes() / constants.neuron:.3g} GB/s",
            f"  messages a step: 1 sum over all ranks of {message.bytes:.0f} bytes"]
    if problem.kinetic_lines:
        messages = problem.kinetic_messages()
        flops = problem.kinetic_flops()
        lines += [
            f"kinetic: assembly {1e9 * constants.assembly:.3g} ns, solve {1e9 * constants.solve:.3g} ns, moments "
            f"{1e9 * constants.kinetic_moments:.3g} ns, rest {1e9 * constants.rest:.3g} ns a cell and Newton iteration; "
            f"{problem.kinetic_newton_iterations / problem.kinetic_steps:.3g} iterations a step",
            f"  about {flops:.0f} flops a cell and iteration: {1e-9 * flops / constants.cell:.3g} Gflop/s",
            f"  messages a step: {sum(m.calls for m in messages):.1f} collective, "
            f"{sum(m.calls * m.bytes for m in messages):.0f} bytes from each rank"]
    return "\n".join(lines)


def draw(curves, study, measured, path):
    """curves: {label: (ranks, walls)}. measured: whether the first of them is of the records' problem and steps."""
    with scaling.plt.rc_context(style.PARAMETERS):
        figure, axis = scaling.plt.subplots(figsize=(1.4 * style.COLUMN_WIDTH, 2.8))
        for (label, (ranks, walls)), colour in zip(curves.items(), scaling.COLOURS[::3]):
            axis.plot(ranks, walls[0] / np.asarray(ranks), color="0.8", linewidth=1.0)
            axis.plot(ranks, walls, color=colour, linestyle=":", label=f"{label}: PREDICTED")
        if measured:
            axis.plot(study.ranks, study.seconds, "o", color=scaling.COLOURS[0], markersize=4, label="measured")
        axis.set_xscale("log")
        axis.set_yscale("log")
        axis.set_xlabel("ranks $R$")
        axis.set_ylabel("wall time (s)")
        axis.legend()
        figure.savefig(path)
        scaling.plt.close(figure)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", help="timing records of one problem (jobscripts/strong_scaling.sh) or of one amount of "
                        "work per rank (weak_scaling.sh)")
    parser.add_argument("--latency", type=float, default=2e-6, metavar="S", help="seconds of the shortest message between "
                        "two nodes (%(default)s)")
    parser.add_argument("--bandwidth", type=float, default=1e10, metavar="B", help="bytes per second of a link "
                        "(%(default)s)")
    parser.add_argument("--largest", type=int, default=100000, metavar="RANKS", help="(%(default)s)")
    parser.add_argument("--neurons", type=int, metavar="N", help="also predict a network of N neurons in all")
    parser.add_argument("--sites", type=int, metavar="S", help="also predict a kinetic lattice of S sites")
    parser.add_argument("--steps", type=int, metavar="T", help="predict runs of T steps (default: as in the "
                        "records), so that what belongs to no step weighs as in a long run")
    parser.add_argument("-o", "--output", metavar="PICTURE", help="PNG or PDF, by its ending")
    arguments = parser.parse_args()
    try:
        study = scaling.Study(scaling.read(arguments.folder))
    except OutputError as error:
        parser.exit(2, f"{error}\n")
    machine = Machine(arguments.latency, arguments.bandwidth)
    records = next(iter(study.by_ranks.values()))
    problem, constants = Problem.of(records[0]), Constants.of(records)
    all_ranks = [10**k * m for k in range(6) for m in (1, 2, 5)]
    all_ranks = [ranks for ranks in all_ranks if ranks <= arguments.largest]
    print(f"constants: medians over {len(records)} records, ranks: {records[0]['ranks']}")
    if processor_share(records) < scaling.LEAST_PROCESSOR_SHARE:
        print(f"BUSY MACHINE: the processes had a processor for {processor_share(records):.0%} of the time: constants are "
              "in seconds of the processor")
    print(describe(problem, constants, machine))
    print("\nthe model beside the measurements\n" + comparison(study, constants, machine))
    problems = {"this problem": problem.scaled(steps=arguments.steps)}
    if arguments.neurons or arguments.sites:
        words = [f"{n:g} {what}" for n, what in ((arguments.neurons, "neurons"), (arguments.sites, "sites")) if n]
        problems[", ".join(words)] = problem.scaled(arguments.neurons, arguments.sites, arguments.steps)
    curves = {}
    for label, one in problems.items():
        steps = max(one.network_steps, one.kinetic_steps)
        print(f"\nPREDICTED by the model, not measured: {label}, {steps} steps\n"
              + table(one, constants, machine, all_ranks))
        curves[label] = (all_ranks, [sum(seconds.values()) for seconds in predicted(one, constants, machine, all_ranks)])
    if arguments.output:
        draw(curves, study, study.strong and not arguments.steps, arguments.output)
        print(f"picture: {arguments.output}")


if __name__ == "__main__":
    main()

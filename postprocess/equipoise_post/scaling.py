"""scaling: speed-up, efficiency, phases and a model fit from a folder of timing records (equipoise run --timing)."""

import itertools
import json
from dataclasses import dataclass
from pathlib import Path

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from equipoise_post import style
from equipoise_post.reader import OutputError

EXAMPLE = "python3 postprocess/equipoise_post scaling records/ -o scaling.pdf"
RECORD, FORMAT = "equipoise timing", 1
WORK = ("neurons", "network_steps", "kinetic_lines", "kinetic_cells")  # what makes two problems of the same size
LEAST_FOR_EXTRAPOLATION = 4  # numbers of ranks: one more than the model's coefficients
LEAST_PROCESSOR_SHARE = 0.8  # of the wall time, below which a study was disturbed by other work
COLOURS = ("#0072B2", "#56B4E9", "#009E73", "#D55E00", "#E69F00", "#F0E442", "#CC79A7", "#666666", "#000000")


def add_arguments(parser):
    parser.add_argument("folder", help="folder of timing records (*.json), as strong_scaling.sh and weak_scaling.sh leave")
    parser.add_argument("-o", "--output", action="append", help="picture to write, PNG or PDF by its ending; may be "
                        "given more than once (default: FOLDER/scaling.png)")
    parser.add_argument("--extrapolate", type=int, metavar="RANKS", help="draw and table the fitted model up to so many "
                        "ranks (needs 4 or more numbers of ranks; default: 16 times the largest)")


def run(arguments):
    study = Study(read(arguments.folder))
    paths = arguments.output or [str(Path(arguments.folder, "scaling.png"))]
    fit = study.fit()
    beyond = study.beyond(fit, arguments.extrapolate)
    with plt.rc_context(style.PARAMETERS):
        figure = draw(study, fit, beyond)
        for path in paths:
            figure.savefig(path)
        plt.close(figure)
    print(table(study, fit, beyond))
    for path in paths:
        print(f"picture: {path}")


def load(path, strangers=False):
    """A timing record; of JSON of another program None if strangers are allowed."""
    try:
        record = json.loads(Path(path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise OutputError(f"{path}: {error}") from error
    if not isinstance(record, dict) or record.get("record") != RECORD:
        if strangers:
            return None
        raise OutputError(f"{path}: is no timing record of equipoise run --timing")
    if record.get("format") != FORMAT:
        raise OutputError(f"{path}: a timing record of format {record.get('format')}; this reads format {FORMAT}")
    return record


def read(folder):
    """All timing records of a folder, by file name."""
    records = [load(path, strangers=True) for path in sorted(Path(folder).glob("*.json"))]
    records = [record for record in records if record is not None]
    if not records:
        raise OutputError(f"{folder}: no timing records here (*.json of equipoise run --timing)")
    return records


@dataclass(frozen=True)
class Fit:
    """T(R) = a/R + b + c ln R with coefficients >= 0; those that the data cannot tell are 0 and not in `terms`."""

    a: float
    b: float
    c: float
    terms: str

    def seconds(self, ranks):
        ranks = np.asarray(ranks, dtype=float)
        return self.a / ranks + self.b + self.c * np.log(ranks)


class Study:
    """Records of one problem (strong scaling) or of one amount of work per rank (weak scaling), by number of ranks:
    ranks (R), seconds (R): the median over repeats; least, most (R)."""

    def __init__(self, records):
        self.records = records
        self.by_ranks = {ranks: [r for r in records if r["ranks"] == ranks]
                         for ranks in sorted({r["ranks"] for r in records})}
        sizes = {ranks: {work(r) for r in of} for ranks, of in self.by_ranks.items()}
        if any(len(found) > 1 for found in sizes.values()):
            raise OutputError("these records are of several problems on the same number of ranks: keep each study in a "
                              "folder of its own")
        sizes = {ranks: found.pop() for ranks, found in sizes.items()}
        self.strong = len(set(sizes.values())) == 1
        per_rank = {ranks: total(size) / ranks for ranks, size in sizes.items()}
        first = next(iter(per_rank.values()))
        if not self.strong and any(abs(value / first - 1.0) > 0.01 for value in per_rank.values()):
            raise OutputError("neither the problem nor the work per rank is the same in all these records: " + ", ".join(
                f"{ranks} ranks: {value * ranks:.4g}" for ranks, value in per_rank.items()))
        self.ranks = np.array(list(self.by_ranks))
        walls = [[r["wall_seconds"] for r in of] for of in self.by_ranks.values()]
        self.seconds = np.array([np.median(of) for of in walls])
        self.least, self.most = (np.array([pick(of) for of in walls]) for pick in (min, max))

    @property
    def kind(self):
        return "strong" if self.strong else "weak"

    @property
    def ideal(self):
        """Seconds on as many ranks, were the smallest number's time shared out (strong) or kept (weak)."""
        return self.seconds[0] * (self.ranks[0] / self.ranks if self.strong else np.ones(len(self.ranks)))

    @property
    def speed_up_of_least(self):
        """As speed_up, of the shortest times instead of the medians: what neighbours on the machine disturb least."""
        return self.least[0] / self.least * (self.ranks[0] if self.strong else self.ranks)

    @property
    def efficiency(self):
        return self.ideal / self.seconds

    @property
    def speed_up(self):
        """Against one rank, on which the smallest measured number of ranks is taken to be fully efficient."""
        return self.efficiency * self.ranks

    def phases(self):
        """Names, and mean over ranks as a share of the wall time (R, phase); what no phase has is the last, "other"."""
        names = list(self.records[0]["phase_seconds"])
        shares = np.array([np.median([[r["phase_seconds"][name]["mean"] / r["wall_seconds"] for name in names]
                                      for r in of], axis=0) for of in self.by_ranks.values()])
        other = np.maximum(0.0, 1.0 - shares.sum(axis=1))
        return names + ["other"], np.column_stack([shares, other])

    def rate(self, name):
        return np.array([np.median([r[name] for r in of]) for of in self.by_ranks.values()])

    def processor(self):
        """Seconds of the processor on the rank that used most (R), median over repeats; NaN where records have none."""
        return np.array([np.median([r.get("processor_seconds", {}).get("max", np.nan) for r in of])
                         for of in self.by_ranks.values()])

    def busy(self):
        """The numbers of ranks on which other work, or waits for files, took the processors away."""
        return [str(ranks) for ranks, share in zip(self.ranks, self.processor() / self.seconds)
                if share < LEAST_PROCESSOR_SHARE]

    def memory(self):
        """Largest peak of a rank, bytes (R)."""
        return np.array([max(r["peak_memory_bytes"]["max"] for r in of) for of in self.by_ranks.values()])

    def fit(self):
        """Least squares of relative errors over all records; None for a single number of ranks. Weak scaling has no
        a/R: its work per rank does not change."""
        ranks = np.array([r["ranks"] for r in self.records], dtype=float)
        seconds = np.array([r["wall_seconds"] for r in self.records])
        columns = {"b": np.ones(len(ranks)), "c": np.log(ranks)}
        if self.strong:
            columns = {"a": 1.0 / ranks, **columns}
        if len(self.ranks) < 2:
            return None
        # With two numbers of ranks b and c cannot both be told: a/R + b, or b + c ln R.
        names = list(columns)[:max(2, min(len(columns), len(self.ranks)))]
        best = None
        for count in range(1, len(names) + 1):
            for chosen in itertools.combinations(names, count):
                matrix = np.column_stack([columns[name] for name in chosen]) / seconds[:, None]
                values, *_ = np.linalg.lstsq(matrix, np.ones(len(seconds)), rcond=None)
                error = np.linalg.norm(matrix @ values - 1.0)
                if np.all(values >= 0.0) and (best is None or error < best[0] * (1.0 - 1e-9)):
                    best = (error, dict(zip(chosen, values)))
        return Fit(*(best[1].get(name, 0.0) for name in "abc"), terms=" ".join(names)) if best else None

    def beyond(self, fit, largest):
        """Numbers of ranks, doubling, to which the fit is extrapolated; empty where the data do not bear it."""
        if fit is None or len(self.ranks) < LEAST_FOR_EXTRAPOLATION:
            if largest:
                raise OutputError(f"an extrapolation needs {LEAST_FOR_EXTRAPOLATION} or more numbers of ranks; here are "
                                  f"{len(self.ranks)}")
            return np.array([], dtype=int)
        largest = largest or 16 * int(self.ranks[-1])
        return np.array([int(self.ranks[-1]) * 2**k for k in range(1, 40) if self.ranks[-1] * 2**k <= largest], dtype=int)


def work(record):
    return tuple(record["problem"].get(name, 0) for name in WORK)


def total(size):
    """Neuron steps plus cells: either grows with the ranks in weak scaling; kinetic steps are the solver's own choice."""
    neurons, steps, lines, cells = size
    return neurons * steps + lines * cells if neurons else lines * cells


def draw(study, fit, beyond):
    figure, (first, second, third) = plt.subplots(1, 3, figsize=(2.2 * style.COLUMN_WIDTH, 2.6))
    colour = COLOURS[0]
    ranks = study.ranks
    scale = study.seconds[0]
    of_fit = np.geomspace(ranks[0], ranks[-1], 50)
    of_beyond = np.geomspace(ranks[-1], beyond[-1], 50) if len(beyond) else None
    whole = np.concatenate([ranks, beyond])

    def speed_up(at):
        return (ranks[0] if study.strong else at) * scale / fit.seconds(at)

    first.plot(whole, whole, color="0.6", linewidth=1.0, label="ideal")
    spread = [study.speed_up * (1.0 - study.seconds / study.most), study.speed_up * (study.seconds / study.least - 1.0)]
    first.errorbar(ranks, study.speed_up, yerr=spread, fmt="o", color=colour, markersize=4, label="measured")
    if fit and len(ranks) > 1:
        first.plot(of_fit, speed_up(of_fit), color=colour, label="fit")
    if of_beyond is not None:
        first.plot(of_beyond, speed_up(of_beyond), color=colour, linestyle=":", label="EXTRAPOLATED")
        for axis in (first, second):
            axis.axvspan(ranks[-1], beyond[-1], color="0.93", zorder=0)
    first.set_yscale("log", base=2)
    first.set_ylabel("speed-up" if study.strong else "scaled speed-up")
    first.legend()

    second.plot(whole, np.ones(len(whole)), color="0.6", linewidth=1.0)
    second.plot(ranks, study.efficiency, "o", color=colour, markersize=4)
    if fit and len(ranks) > 1:
        second.plot(of_fit, speed_up(of_fit) / of_fit, color=colour)
    if of_beyond is not None:
        second.plot(of_beyond, speed_up(of_beyond) / of_beyond, color=colour, linestyle=":")
    second.set_ylim(0.0, max(1.1, 1.1 * study.efficiency.max()))
    second.set_ylabel("efficiency")
    for axis in (first, second):
        axis.set_xscale("log", base=2)
        axis.set_xlabel("ranks $R$")
        axis.set_xticks(whole, [str(value) for value in whole])

    names, shares = study.phases()
    bottom = np.zeros(len(ranks))
    shown = [index for index in range(len(names)) if shares[:, index].max() > 0.005]
    for place, index in enumerate(shown):
        third.bar(np.arange(len(ranks)), shares[:, index], bottom=bottom, width=0.7, label=names[index].replace("_", " "),
                  color="0.85" if names[index] == "other" else COLOURS[place % len(COLOURS)])
        bottom += shares[:, index]
    third.set_xticks(np.arange(len(ranks)), [str(value) for value in ranks])
    third.set_xlabel("ranks $R$")
    third.set_ylabel("share of wall time")
    third.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0))
    mark = "  (BUSY MACHINE: the times say little)" if study.busy() else ""
    figure.suptitle(f"{study.kind} scaling: {study.records[0]['problem'].get('title', '')}{mark}", fontsize=8)
    return figure


def table(study, fit, beyond):
    """In text: one line for each number of ranks, the phases' shares, the fit, and what it says of more ranks."""
    names, shares = study.phases()
    shown = [index for index in range(len(names)) if shares[:, index].max() > 0.005]
    lines = [f"{study.kind} scaling, {len(study.records)} records, median over repeats; wall time in seconds",
             f"{'ranks':>8} {'repeats':>7} {'wall':>10} {'least':>10} {'most':>10} {'processor':>10} "
             f"{'speed-up':>9} {'of least':>9} {'efficiency':>10} {'neuron-steps/s':>14} "
             f"{'cell-updates/s':>14} {'MiB/rank':>9}"]
    processor = study.processor()
    rates = [study.rate(name) for name in ("neuron_steps_per_second", "cell_updates_per_second")]
    for i, (ranks, of) in enumerate(study.by_ranks.items()):
        lines.append(f"{ranks:8d} {len(of):7d} {study.seconds[i]:10.4g} {study.least[i]:10.4g} {study.most[i]:10.4g} "
                     f"{processor[i]:10.4g} {study.speed_up[i]:9.3f} {study.speed_up_of_least[i]:9.3f} "
                     f"{study.efficiency[i]:10.3f} "
                     f"{rates[0][i]:14.4g} {rates[1][i]:14.4g} {study.memory()[i] / 2**20:9.1f}")
    if study.busy():
        lines.append(f"BUSY MACHINE: on {', '.join(study.busy())} ranks the processes had a processor for less than "
                     f"{LEAST_PROCESSOR_SHARE:.0%} of the time (other work on the cores, or waits for files): these "
                     "speed-ups say little")
    lines += ["", "shares of the wall time, mean over ranks",
              f"{'ranks':>8} " + " ".join(f"{names[index]:>16}" for index in shown)]
    lines += [f"{ranks:8d} " + " ".join(f"{shares[i, index]:16.3f}" for index in shown)
              for i, ranks in enumerate(study.ranks)]
    if fit:
        model = "T(R) = a/R + b + c ln R" if study.strong else "T(R) = b + c ln R"
        lines += ["", f"fit of {model}, a, b, c >= 0: a = {fit.a:.4g} s, b = {fit.b:.4g} s, c = {fit.c:.4g} s"]
        if "c" not in fit.terms.split():
            lines.append("  two numbers of ranks cannot tell b from c ln R: c is left at 0")
    if len(beyond):
        lines += ["", "EXTRAPOLATED by the fit, not measured", f"{'ranks':>8} {'wall':>10} {'efficiency':>10}"]
        for ranks in beyond:
            seconds = float(fit.seconds(ranks))
            ideal = study.seconds[0] * (study.ranks[0] / ranks if study.strong else 1.0)
            lines.append(f"{ranks:8d} {seconds:10.4g} {ideal / seconds:10.3f}")
    elif fit:
        lines.append(f"no extrapolation: it needs {LEAST_FOR_EXTRAPOLATION} or more numbers of ranks")
    return "\n".join(lines)

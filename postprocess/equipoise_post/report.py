"""report: one HTML file that needs nothing else: configuration, tables, plots, stability in words, timing, warnings."""

import argparse
from contextlib import ExitStack
from pathlib import Path

from equipoise_post import compare, densities, findings, maps, page, scaling, series, stability, style
from equipoise_post.reader import Output, OutputError

EXAMPLE = "python3 postprocess/equipoise_post report output/figure3.h5 --timing output/figure3.json"

# Of each plot: what draws it, and its caption.
PLOTS = {
    "averages": (series.rows, "Averages over the neurons of each population"),
    "modes": (series.mode_rows, "Modes of the mean over position"),
    "maps": (maps.rows, "Mean and variance over position"),
    "densities": (densities.rows, "Densities of the fluctuations y about the mean, averaged over positions"),
    "densities over position": (densities.map_rows, "Densities of the fluctuations over position"),
    "eigenvalues": (stability.rows, "Eigenvalues of J: to the left of the axis perturbations off balance decay"),
}


def add_arguments(parser):
    parser.add_argument("files", nargs="+", metavar="file", help="output files of equipoise run")
    parser.add_argument("-o", "--output", metavar="FILE.html", help="default: the first file's name with this ending")
    parser.add_argument("--timing", action="append", default=[], metavar="FILE.json",
                        help="timing record of equipoise run --timing; may be given more than once")


def run(arguments):
    target = arguments.output or str(Path(arguments.files[0]).with_suffix(".html"))
    records = [scaling.load(path) for path in arguments.timing]
    with ExitStack() as stack:
        outputs = [stack.enter_context(Output(path)) for path in arguments.files]
        title = outputs[0].title or Path(outputs[0].path).name
        heading = title if len(outputs) == 1 else f"{title} and {len(outputs) - 1} more"
        body = [f"<h1>{page.text(heading)}</h1>",
                '<p class="soft">A report on output of Equipoise; everything is in this file.</p>']
        if len(outputs) > 1:
            body += overview(outputs)
        for number, output in enumerate(outputs, start=1):
            body += section(output, number, timings_of(output, records))
        strangers = [record for record in records if not any(belongs(record, output) for output in outputs)]
        if strangers:
            body += ["<h2>Timing of other runs</h2>", *timing(strangers)]
    try:
        Path(target).write_text(page.document(heading, body), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{target}: {error}") from error
    print(f"report: {target}")


def overview(outputs):
    """Of several files: what each is, where to find it, and how far it is from the first."""
    links = "".join(f'<li><a href="#file{number}">{page.text(output.path)}</a>: {page.text(output.title)}</li>'
                    for number, output in enumerate(outputs, start=1))
    body = ["<h2>The files</h2>", f'<nav aria-label="files"><ol>{links}</ol></nav>']
    try:
        for quantity in ("mean", "variance"):
            solver = compare.first_common(outputs)
            study = compare.Study(outputs, solver, quantity)
            rows = [(name, file, times, f"{most:.4e}", f"{at:.4g}", f"{rms:.4e}")
                    for name, times, most, at, rms, file in study.table()]
            body += [page.table(f"{solver}: {quantity}, differences from {outputs[0].path}",
                                ("population", "file", "times", "largest", "at t", "rms"), rows, words=2),
                     page.picture([study.panels()], study.legend(), f"Over time, the {quantity} in each file and its largest "
                                  "difference from the first; numbers are in the table above.",
                                  f"{solver}: {quantity} in each file (left), difference from the first file (right)")]
    except OutputError as error:
        body.append(f"<p>The files cannot be compared with each other: {page.text(error)}</p>")
    return body


def section(output, number, records):
    body = [f'<h2 id="file{number}">{page.text(output.path)}</h2>', f"<p>{page.text(provenance(output))}</p>"]
    warnings = findings.warnings(output)
    if warnings:
        body.append('<div class="warnings"><strong>Warnings</strong><ul>'
                    + "".join(f"<li>{page.text(warning)}</li>" for warning in warnings) + "</ul></div>")
    else:
        body.append("<p>No warnings.</p>")
    body += ["<h3>Summary</h3>", f"<p>{page.text(findings.agreement_in_words(output))}</p>", *summary(output),
             "<h3>Stability</h3>", f"<p>{page.text(findings.stability_in_words(output))}</p>", *fluctuations(output),
             "<h3>Plots</h3>", *plots(output), "<h3>Timing</h3>", *timing(records, output),
             "<h3>Configuration</h3>", f"<pre>{page.text(output.attribute('config'))}</pre>"]
    return body


def provenance(output):
    ranks = output.attribute("ranks", "?")
    return (f"{output.title}. Written by equipoise {output.attribute('equipoise_version', '?')} "
            f"(commit {output.attribute('commit', '?')}) at {output.attribute('created', '?')} on {ranks} "
            f"rank{'' if ranks == '1' else 's'}, seed {output.attribute('seed', '?')}; domain: {output.domain}; solvers: "
            f"{', '.join(output.solvers)}.")


def summary(output):
    rows = [(solver, population, neurons or "–", *(f"{value:.5g}" for value in (*start, *end)))
            for solver, population, neurons, start, end in findings.averages(output)]
    tables = [page.table("Averages at the start and at the end",
                         ("solver", "population", "neurons", "t", "mean", "variance", "t", "mean", "variance"), rows, words=2)]
    rows = [(f"network − {found.limit}", f"{found.quantity} of {found.population}", findings.verdict(found),
             f"{found.in_errors:.1f}", f"{found.largest:.3e}", f"{found.time:.4g}", f"{found.rms:.3e}")
            for found in findings.agreements(output)]
    if rows:
        tables.append(page.table("Largest differences of the network from its limits after t = 0, in standard errors (s.e.) of "
                                 "independent neurons", ("solvers", "quantity", "verdict", "s.e.", "largest", "at t", "rms"),
                                 rows, words=3))
    return tables


def fluctuations(output):
    """Of the population means over time: standard deviations, predicted and measured; empty where the file has none."""
    found = output.fluctuations()
    if found is None:
        return []
    rows = [(population.name, *(f"{value:.3e}" for value in values))
            for population, values in zip(output.populations(), zip(*found))]
    return [page.table("Standard deviations over time of the network's means in the stationary state",
                       ("population", "predicted", "measured"), rows)]


def plots(output):
    """Every plot that the file has data for."""
    populations = output.populations()
    choice = argparse.Namespace(times=None, position=None)
    body = []
    for name, (rows_of, caption) in PLOTS.items():
        rows = [row for row in rows_of(output, populations, choice) if row]
        if not rows or (name == "modes" and output.domain == "point"):  # the only mode there is the average
            continue
        bands = name == "averages" and series.reference(output)
        legend = style.legend(populations, style.labels(output), bands) if name in ("averages", "modes", "densities") else []
        body.append(page.picture(rows, legend, f"{caption}. {alternative(name, output)}", caption + "."))
    return body


def alternative(name, output):
    """What a plot shows, in words."""
    if name == "averages":
        return " ".join(f"{solver}, {population}: mean from {start[1]:.4g} to {end[1]:.4g}, variance from {start[2]:.4g} to "
                        f"{end[2]:.4g}." for solver, population, _, start, end in findings.averages(output))
    if name == "eigenvalues":
        return findings.stability_in_words(output)
    names = ", ".join(population.name for population in output.populations())
    return f"Populations {names}; solvers {', '.join(output.solvers)}."


def belongs(record, output):
    return record["problem"].get("title") == output.title and str(record["ranks"]) == output.attribute("ranks")


def timings_of(output, records):
    return [record for record in records if belongs(record, output)]


def timing(records, output=None):
    if not records:
        return ["<p>No timing record of this run was given; equipoise run --timing FILE.json writes one. The run went on "
                f"{page.text(output.attribute('ranks', 'an unknown number of'))} rank(s).</p>"]
    rows = [(record["problem"].get("title", ""), record["created"], record["ranks"], f"{record['wall_seconds']:.4g}",
             *(f"{record[name]:.3g}" if record[name] else "–"
               for name in ("neuron_steps_per_second", "cell_updates_per_second")),
             f"{record['peak_memory_bytes']['max'] / 2**20:.0f}") for record in records]
    body = [page.table("Wall time", ("run", "written", "ranks", "seconds", "neuron steps per second", "cell updates per second",
                                     "MiB per rank"), rows, words=2)]
    for record in records:
        rows = [(name.replace("_", " "), *(f"{seconds[key]:.4g}" for key in ("min", "mean", "max")),
                 f"{100 * seconds['mean'] / record['wall_seconds']:.1f}")
                for name, seconds in record["phase_seconds"].items() if seconds["max"] > 0.0]
        rest = record["wall_seconds"] - sum(seconds["mean"] for seconds in record["phase_seconds"].values())
        rows.append(("everything else", "–", f"{rest:.4g}", "–", f"{100 * rest / record['wall_seconds']:.1f}"))
        body.append(page.table(f"Seconds in each phase, over {record['ranks']} rank(s)",
                               ("phase", "least", "mean", "most", "% of wall time"), rows))
    return body

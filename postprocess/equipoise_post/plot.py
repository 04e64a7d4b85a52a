"""plot: means, variances and modes over time, fields over position, densities; the network against its limits."""

from pathlib import Path

from equipoise_post import densities, layout, maps, series, style

CHOICES = {"series": series.rows, "modes": series.mode_rows, "maps": maps.rows, "densities": densities.rows}


def add_arguments(parser):
    parser.add_argument("file", help="an output file of equipoise run")
    layout.add_arguments(parser)
    parser.add_argument("--show", nargs="+", choices=CHOICES, default=["series", "maps", "densities"],
                        help="what to draw (default: series maps densities)")
    parser.add_argument("--times", nargs="+", type=float, metavar="T",
                        help="times of the densities and of a torus' maps, the nearest recorded ones are taken "
                        "(default: first and last; of maps: last)")
    parser.add_argument("--position", nargs="+", type=float, metavar="X",
                        help="position of the densities (default: average over positions)")


def run(arguments):
    from equipoise_post.reader import Output

    with Output(arguments.file) as output:
        populations = output.populations()
        rows = [row for name in arguments.show for row in CHOICES[name](output, populations, arguments)]
        layout.save(arguments, Path(arguments.file).with_suffix(".png"), output.title, rows,
                    style.legend(populations, labels(output),
                                 bands="network" in output.solvers and (output.limits or output.realisations > 1)))
        print_table(output, populations)
    layout.print_pictures(arguments, Path(arguments.file).with_suffix(".png"))


def labels(output):
    """What the legend calls the solvers."""
    over_time = f" (over time: mean of {output.realisations})" if output.realisations > 1 else ""
    return {solver: solver + (over_time if solver == "network" else "") for solver in output.solvers}


def print_table(output, populations):
    """One line for each solver and population: values at the start and the end; of several networks their means."""
    width = max(10, *(len(population.name) for population in populations))
    print(f"{'solver':8} {'population':{width}} {'neurons':>10} {'t':>8} {'mean':>10} {'variance':>10} "
          f"{'t':>8} {'mean':>10} {'variance':>10}")
    for solver in output.solvers:
        values = output.series(solver)
        for index, population in enumerate(populations):
            print(f"{solver:8} {population.name:{width}} {population.neurons or '-':>10} "
                  + " ".join(f"{values.time[k]:8.3g} {values.mean[k, index]:10.5f} {values.variance[k, index]:10.5f}"
                             for k in (0, -1)))
    if output.realisations > 1:
        print(f"network: means of {output.realisations}")
    for limit in output.limits:
        for name in ("mean", "variance"):
            largest = output.largest_in_errors(limit, name)
            if largest is not None:
                print(f"network - {limit}: largest difference in the {name} is {largest:.1f} standard errors")

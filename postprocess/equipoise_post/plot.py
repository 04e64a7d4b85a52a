"""plot: means, variances and modes over time, fields over position, densities; the network against its limits."""

from pathlib import Path

from equipoise_post import animation, densities, findings, layout, maps, series, stability, style
from equipoise_post.reader import Output, OutputError

EXAMPLE = ("python3 postprocess/equipoise_post plot output/figure3.h5 -o figure3.png -o figure3.pdf --show series densities "
           "--times 0 1 5")
CHOICES = {"series": series.rows, "modes": series.mode_rows, "maps": maps.rows, "densities": densities.rows,
           "density-maps": densities.map_rows, "eigenvalues": stability.rows}
DEFAULT = ("series", "maps", "densities", "eigenvalues")
LINES = {"series", "modes", "densities"}  # plots whose lines the legend explains


def add_arguments(parser):
    parser.add_argument("file", help="an output file of equipoise run")
    layout.add_arguments(parser)
    parser.add_argument("--show", nargs="+", choices=CHOICES, default=DEFAULT,
                        help="what to draw, where the file has it: means and variances over time, their modes, maps of v and "
                        "K over position, densities p(y), on a ring maps of the densities p(x, y), eigenvalues of J "
                        f"(default: {' '.join(DEFAULT)})")
    parser.add_argument("--times", nargs="+", type=float, metavar="T",
                        help="times of the densities and of a torus' maps, the nearest recorded ones are taken "
                        "(default: first and last; of maps: last)")
    parser.add_argument("--position", nargs="+", type=float, metavar="X",
                        help="position of the densities (default: average over positions)")
    parser.add_argument("--animation", metavar="FILE", help="write the densities over time too, as .gif, or as .mp4 where "
                        "ffmpeg is installed: p(x, y, t) of a ring, else p(y, t)")


def run(arguments):
    default = Path(arguments.file).with_suffix(".png")
    with Output(arguments.file) as output:
        populations = output.populations()
        rows = [row for name in arguments.show for row in CHOICES[name](output, populations, arguments) if row]
        if not rows:
            raise OutputError(f"{output.path}: has nothing of what is to be shown ({' '.join(arguments.show)})")
        bands = "network" in output.solvers and (output.limits or output.realisations > 1)
        legend = style.legend(populations, style.labels(output), bands) if LINES & set(arguments.show) else []
        layout.save(arguments, default, output.title, rows, legend)
        frames = arguments.animation and animation.save(output, populations, arguments.animation, arguments.position)
        print_table(output, populations)
    layout.print_pictures(arguments, default)
    if arguments.animation:
        print(f"animation of {frames} frames: {arguments.animation}")


def print_table(output, populations):
    """One line for each solver and population: values at the start and the end; of several networks their means."""
    width = max(10, *(len(population.name) for population in populations))
    print(f"{'solver':8} {'population':{width}} {'neurons':>10} {'t':>8} {'mean':>10} {'variance':>10} "
          f"{'t':>8} {'mean':>10} {'variance':>10}")
    for solver, name, neurons, *ends in findings.averages(output):
        print(f"{solver:8} {name:{width}} {neurons or '-':>10} "
              + " ".join(f"{time:8.3g} {mean:10.5f} {variance:10.5f}" for time, mean, variance in ends))
    if output.realisations > 1:
        print(f"network: means of {output.realisations}")
    for limit in output.limits:
        for name in ("mean", "variance"):
            largest = output.largest_in_errors(limit, name)
            if largest is not None:
                print(f"network - {limit}: largest difference in the {name} is {largest:.1f} standard errors")

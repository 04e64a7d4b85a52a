"""plot: means and variances over time; on a ring and a torus also over position."""

import math

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
import numpy as np

from equipoise_post import style

MAXIMAL_COLUMNS = 1000  # of a heat map in time: more than the picture has pixels


def add_arguments(parser):
    parser.add_argument("file", help="an output file of equipoise run")
    parser.add_argument("-o", "--output", action="append", help="picture to write, PNG or PDF by its ending; may be "
                        "given more than once (default: the file's name with .png)")


def run(arguments, output):
    from pathlib import Path

    paths = arguments.output or [str(Path(arguments.file).with_suffix(".png"))]
    with plt.rc_context(style.PARAMETERS):
        figure = draw(output)
        for path in paths:
            figure.savefig(path)
        plt.close(figure)
    print_table(output)
    for path in paths:
        print(f"picture: {path}")


def draw(output):
    """The figure: means and variances over time, and below them one row of maps for each population."""
    populations = output.populations()
    solver = output.solvers[0]
    profiles = output.profiles(solver)
    rows = 1 + (len(populations) if profiles else 0)
    figure, axes = plt.subplots(rows, 2, squeeze=False, figsize=(2 * style.COLUMN_WIDTH, 2.4 * rows))
    draw_series(axes[0], output, populations)
    if profiles:
        for index, population in enumerate(populations):
            for axis, dataset, name in zip(axes[index + 1], profiles, ("mean", "variance")):
                draw_profile(figure, axis, output, solver, dataset, index)
                axis.set_title(f"{name} of {population.name}")
    figure.suptitle(output.title, fontsize=9)
    return figure


def draw_series(axes, output, populations):
    palette = style.colours(populations)
    for solver in output.solvers:
        series = output.series(solver)
        for index, population in enumerate(populations):
            label = population.name if len(output.solvers) == 1 else f"{population.name}, {solver}"
            for axis, values in zip(axes, (series.mean, series.variance)):
                axis.plot(series.time, values[:, index], color=palette[index], linestyle=style.LINES[solver], label=label)
    for axis, name in zip(axes, ("mean $v$", "variance $K$")):
        axis.set_xlabel("time $t$")
        axis.set_ylabel(name)
    axes[0].legend()


def draw_profile(figure, axis, output, solver, dataset, population):
    """Ring: time against position. Torus: the two positions, at the last time."""
    time = output.file[f"{solver}/time"]
    lengths = output.lengths
    if output.domain == "ring":
        stride = max(1, math.ceil(dataset.shape[0] / MAXIMAL_COLUMNS))
        image = dataset[::stride, population].T
        extent = (time[0], time[-1], 0.0, lengths[0])
        axis.set_xlabel("time $t$")
        axis.set_ylabel("position $x$")
    else:
        image = square(dataset[-1, population]).T
        extent = (0.0, lengths[0], 0.0, lengths[-1])
        axis.set_xlabel("$x_1$")
        axis.set_ylabel(f"$x_2$ (at $t$ = {time[-1]:g})")
    drawn = axis.imshow(image, origin="lower", aspect="auto", extent=extent, cmap=style.FIELD_MAP,
                        interpolation="nearest")
    figure.colorbar(drawn, ax=axis)


def square(values):
    """The bins or sites of a torus as a table (x1, x2): they are counted with x2 running fastest."""
    values = np.asarray(values)
    if values.ndim == 2:
        return values
    side = math.isqrt(values.size)
    return values.reshape(side, side) if side * side == values.size else values.reshape(-1, 1)


def print_table(output):
    """One line for each solver and population: values at the start and the end."""
    populations = output.populations()
    width = max(10, *(len(population.name) for population in populations))
    print(f"{'solver':8} {'population':{width}} {'neurons':>10} {'t':>8} {'mean':>10} {'variance':>10} "
          f"{'t':>8} {'mean':>10} {'variance':>10}")
    for solver in output.solvers:
        series = output.series(solver)
        for index, population in enumerate(populations):
            print(f"{solver:8} {population.name:{width}} {population.neurons or '-':>10} "
                  + " ".join(f"{series.time[k]:8.3g} {series.mean[k, index]:10.5f} {series.variance[k, index]:10.5f}"
                             for k in (0, -1)))

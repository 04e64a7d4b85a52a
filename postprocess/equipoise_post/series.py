"""Panels over time: population averages of mean and variance with bands of the standard error about the limit; modes."""

from equipoise_post import style

MOST_MODES = 6  # panels


def rows(output, populations, _arguments):
    return [[series_panel(output, populations, "mean", "mean $v$"),
             series_panel(output, populations, "variance", "variance $K$")]]


def series_panel(output, populations, name, label):
    def draw(_figure, axis):
        palette = style.colours(populations)
        for solver in output.solvers:
            series = output.series(solver)
            values = getattr(series, name)
            for index, colour in enumerate(palette):
                axis.plot(series.time, values[:, index], color=colour, **style.line(solver))
            if solver == reference(output):
                errors = output.standard_errors(solver, series)[("mean", "variance").index(name)]
                for index, colour in enumerate(palette):
                    half = style.BAND * errors[:, index]
                    axis.fill_between(series.time, values[:, index] - half, values[:, index] + half, color=colour,
                                      alpha=0.2, linewidth=0)
        axis.set_xlabel("time $t$")
        axis.set_ylabel(label)
        limit = reference(output)
        largest = output.largest_in_errors(limit, name) if limit else None
        if largest is not None:
            axis.set_title(f"largest difference {largest:.1f} s.e.", loc="right")

    return draw


def reference(output):
    """The limit about which the network's error bands are drawn."""
    return output.limits[0] if "network" in output.solvers and output.limits else None


def mode_rows(output, populations, _arguments):
    solvers = [solver for solver in output.solvers if "mean_modes" in output.file[solver]]
    if not solvers:
        return []
    names = output.mode_names(solvers[0])
    panels = [mode_panel(output, solvers, populations, name) for name in names[:MOST_MODES]]
    return [panels]


def mode_panel(output, solvers, populations, name):
    def draw(_figure, axis):
        for solver in solvers:
            if name not in output.mode_names(solver):
                continue
            group = output.file[solver]
            values = group["mean_modes"][:, :, output.mode_names(solver).index(name)]
            for index, colour in enumerate(style.colours(populations)):
                axis.plot(group["time"][:], values[:, index], color=colour, **style.line(solver))
        axis.set_xlabel("time $t$")
        axis.set_ylabel(f"mode {name} of $v$")

    return draw

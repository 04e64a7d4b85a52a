"""Panels over time: population averages of mean and variance with bands of the standard error about the limit, and about
the mean over several networks; modes."""

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
            if errors := errors_of(output, solver, series):
                draw_bands(axis, palette, series.time, values, errors[("mean", "variance").index(name)])
        axis.set_xlabel("time $t$")
        axis.set_ylabel(label)
        limit = reference(output)
        largest = output.largest_in_errors(limit, name) if limit else None
        if largest is not None:
            axis.set_title(f"largest difference {largest:.1f} s.e.", loc="right")

    return draw


def errors_of(output, solver, series):
    """Standard errors (T, population) of mean and variance to be drawn about a solver's lines, or None."""
    if solver == "network":
        return output.measured_errors() if output.realisations > 1 else None
    return output.standard_errors(solver, series) if solver == reference(output) else None


def draw_bands(axis, palette, time, values, errors):
    for index, colour in enumerate(palette):
        half = style.BAND * errors[:, index]
        axis.fill_between(time, values[:, index] - half, values[:, index] + half, color=colour, alpha=style.BAND_ALPHA,
                          linewidth=0)


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
            group, mode = output.averages(solver), output.mode_names(solver).index(name)
            values, palette = group["mean_modes"][:, :, mode], style.colours(populations)
            for index, colour in enumerate(palette):
                axis.plot(group["time"][:], values[:, index], color=colour, **style.line(solver))
            if "mean_modes_error" in group:
                draw_bands(axis, palette, group["time"][:], values, group["mean_modes_error"][:, :, mode])
        axis.set_xlabel("time $t$")
        axis.set_ylabel(f"mode {name} of $v$")

    return draw

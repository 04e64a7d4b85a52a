"""The fluctuations' densities over time, as an animation: p(x, y, t) of a ring, else p(y, t). One record is in memory at a
time."""

import shutil
from pathlib import Path

import numpy as np

from equipoise_post import densities, layout, maps, style
from equipoise_post.reader import OutputError

import matplotlib.pyplot as plt  # after layout, which chooses the backend
from matplotlib.animation import FFMpegWriter, FuncAnimation, PillowWriter

SECONDS = 6.0  # of an animation, unless that makes it too fast or too slow to look at
PIXELS_PER_INCH = 130


def writer_for(path, frames):
    """GIF needs matplotlib alone, MP4 the program ffmpeg."""
    speed = float(np.clip(frames / SECONDS, 2.0, 25.0))
    ending = Path(path).suffix.lower()
    if ending == ".gif":
        return PillowWriter(fps=speed)
    if ending == ".mp4":
        if shutil.which("ffmpeg") is None:
            raise OutputError(f"{path}: an MP4 animation needs the program ffmpeg (Debian package ffmpeg); "
                              "without it, write a .gif")
        return FFMpegWriter(fps=speed)
    raise OutputError(f"{path}: an animation is written as .gif or .mp4")


def save(output, populations, path, position):
    """Returns the number of frames."""
    solvers = densities.solvers_of(output)
    if not solvers:
        raise OutputError(f"{output.path}: has no densities to animate; network.density_interval or "
                          "kinetic.density_interval records them")
    densities.check_position(output, position)
    times = densities.times_of(output, solvers)
    writer = writer_for(path, len(times))
    if output.domain == "ring" and position is None:
        scene = Maps(output, populations, [solver for solver in solvers if solver != "field"], times)
    else:
        scene = Curves(output, populations, solvers, times, None if output.domain == "point" else position)
    with plt.rc_context({**style.PARAMETERS, "savefig.dpi": PIXELS_PER_INCH, "figure.dpi": PIXELS_PER_INCH}):
        with layout.drawn(output.title, scene.rows(), scene.legend(), scene.columns) as figure:
            clock = figure.text(0.99, 0.99, "", ha="right", va="top", fontsize=9)
            figure.canvas.draw()
            figure.set_layout_engine("none")  # panels stay where they are, and frames are drawn faster

            def frame(number):
                scene.show(times[number])
                clock.set_text(f"$t$ = {times[number]:.3g}")

            FuncAnimation(figure, frame, frames=len(times), init_func=lambda: None).save(path, writer=writer)
    return len(times)


class Curves:
    """p(y) of every solver and population in one panel."""

    columns = 1

    def __init__(self, output, populations, solvers, times, position):
        self.output, self.populations, self.solvers, self.position = output, populations, solvers, position
        self.lines = {}
        self.width = self.height = 0.0
        for time in times:  # one pass for the ranges, which stay the same over the frames
            for _, y, values in densities.curves(output, solvers, time, position):
                self.width = max(self.width, densities.visible(y, values))
                self.height = max(self.height, values.max())

    def rows(self):
        def draw(_figure, axis):
            for solver in self.solvers:
                self.lines[solver] = [axis.plot([], [], color=colour, **style.line(solver))[0]
                                      for colour in style.colours(self.populations)]
            densities.label_curves(axis, self.width, self.height)

        return [[draw]]

    def legend(self):
        return style.legend(self.populations, {solver: solver for solver in self.solvers}, bands=False)

    def show(self, time):
        found = {solver: (y, values) for solver, y, values
                 in densities.curves(self.output, self.solvers, time, self.position)}
        for solver, lines in self.lines.items():
            y, values = found.get(solver, ([], [[]] * len(lines)))
            for line, of_population in zip(lines, values):
                line.set_data(y, of_population)


class Maps:
    """p(x, y) of every population (rows) and solver (columns)."""

    def __init__(self, output, populations, solvers, times):
        self.output, self.populations, self.solvers = output, populations, solvers
        self.columns = min(2, len(solvers))
        self.images = {}
        self.first = times[0]
        self.width, self.largest = 0.0, [0.0] * len(populations)
        for time in times:
            for index in range(len(populations)):
                for _, y, values in densities.planes(output, solvers, time, index).values():
                    self.width = max(self.width, densities.visible(y, values.T))
                    self.largest[index] = max(self.largest[index], values.max())

    def rows(self):
        return [[self.panel(solver, index, population) for solver in self.solvers]
                for index, population in enumerate(self.populations)]

    def panel(self, solver, index, population):
        def draw(figure, axis):
            plane = densities.planes(self.output, self.solvers, self.first, index)[solver]
            # One scale for all frames; its square root, so that densities that have spread are still seen.
            image = densities.draw_plane(self.output, axis, plane, self.largest[index], self.width, power=0.5)
            axis.set_title(f"density of {population.name}: {solver}")
            figure.colorbar(image, ax=axis, pad=0.02)
            self.images[solver, index] = image

        return draw

    def legend(self):
        return []

    def show(self, time):
        for index in range(len(self.populations)):
            for solver, (x, _, values) in densities.planes(self.output, self.solvers, time, index).items():
                closed, _ = maps.closed(values.T, x, self.output.lengths[0])
                self.images[solver, index].set_data(closed.T)

"""Eigenvalues of J over a run: panels in the complex plane, and what they say in words (as the program says it)."""

import numpy as np

from equipoise_post import style

TOLERANCE, ROUNDING = 1e-9, 1e-13  # as balance::classify: of the eigenvalue's own size, and of the largest
MOST_RECORDS = 100  # in the plane


def classify(real, imaginary):
    """attracting, oscillating, unstable or singular: of the eigenvalues of one time."""
    size = np.hypot(real, imaginary)
    allowed = TOLERANCE * size + ROUNDING * size.max()
    if (real > allowed).any():
        return "unstable"
    on_axis = real >= -allowed
    if not on_axis.any():
        return "attracting"
    return "singular" if (size[on_axis] <= ROUNDING * size.max()).any() else "oscillating"


def words(spectrum, record, neurons):
    """What the eigenvalues of a record say. neurons: of the first population, or None."""
    real, imaginary, frequency = (values[record] for values in (spectrum.real, spectrum.imaginary, spectrum.frequency))
    root = np.sqrt(neurons) if neurons else np.nan
    size = f" for n = {neurons}" if neurons else ""
    kind = classify(real, imaginary)
    if kind == "attracting":
        return (f"The balanced state attracts: perturbations off balance decay at the rate {-real[0] * root:.4g}{size} "
                f"(sqrt(n) times {-real[0]:.4g}).")
    if kind == "singular":
        return "The balanced state is not determined by the coupling alone: J is singular."
    if kind == "oscillating":
        return (f"No balanced state attracts: the network oscillates at about {frequency[0]:.4g} per unit of time "
                f"(period {1.0 / frequency[0]:.4g}){size}, growing like sqrt(n); an eigenvalue pair of J lies on the "
                "imaginary axis.")
    turning = f", oscillating at about {frequency[0]:.4g} per unit of time" if frequency[0] > 0.0 else ""
    return (f"There is no balanced state that attracts: perturbations off balance grow at the rate {real[0] * root:.4g}{size} "
            f"(sqrt(n) times {real[0]:.4g}){turning}.")


def story(spectrum, neurons):
    """Words on the end of the run, and on the change of kind on the way where there was one."""
    last = len(spectrum.time) - 1
    text = words(spectrum, last, neurons)
    kinds = [classify(*values) for values in zip(spectrum.real, spectrum.imaginary)]
    changes = [f"{kinds[k]} from t = {spectrum.time[k]:g}" for k in range(1, last + 1) if kinds[k] != kinds[k - 1]]
    if changes:
        text = f"At t = {spectrum.time[0]:g}: {kinds[0]}; {'; '.join(changes)}. At the end: {text}"
    return text


def rows(output, _populations, _arguments):
    spectrum = output.spectrum()
    return [] if spectrum is None or spectrum.real.size == 0 else [[plane_panel(spectrum), rate_panel(spectrum)]]


def plane_panel(spectrum):
    def draw(figure, axis):
        records = range(len(spectrum.time))[::max(1, -(-len(spectrum.time) // MOST_RECORDS))]
        time = np.repeat(spectrum.time[records], spectrum.real.shape[1])
        axis.axvline(0.0, color="0.6", linewidth=0.8)
        axis.axhline(0.0, color="0.85", linewidth=0.8)
        points = axis.scatter(spectrum.real[records].ravel(), spectrum.imaginary[records].ravel(), c=time, s=9,
                              cmap=style.FIELD_MAP, linewidths=0, rasterized=True, zorder=2,
                              vmin=spectrum.time[0], vmax=max(spectrum.time[-1], spectrum.time[0] + 1e-12))
        axis.scatter(spectrum.real[-1], spectrum.imaginary[-1], s=34, facecolors="none", edgecolors="k", linewidths=0.9,
                     zorder=3)
        axis.margins(0.12)
        axis.set_xlabel("real part")
        axis.set_ylabel("imaginary part")
        axis.set_title("eigenvalues of $J$ (rings: at the end)")
        figure.colorbar(points, ax=axis, pad=0.02, label="time $t$")

    return draw


def rate_panel(spectrum):
    def draw(_figure, axis):
        axis.axhline(0.0, color="0.6", linewidth=0.8)
        axis.plot(spectrum.time, spectrum.real[:, 0], color="k")
        lower, upper = min(0.0, spectrum.real[:, 0].min()), max(0.0, spectrum.real[:, 0].max())
        room = 0.1 * max(upper - lower, 1e-3)
        axis.set_ylim(lower - room, upper + room)
        axis.set_xlabel("time $t$")
        axis.set_ylabel("largest real part of $J$")
        axis.set_title(f"at the end: {classify(spectrum.real[-1], spectrum.imaginary[-1])}, "
                       f"frequency {spectrum.frequency[-1, 0]:.3g}")

    return draw

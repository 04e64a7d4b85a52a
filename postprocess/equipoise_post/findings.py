"""What an output file says, as rows of tables and as sentences: averages, agreement, and what should not be trusted."""

import numpy as np

from equipoise_post import slices, stability

AGREE, CLOSE = 4.0, 6.0  # standard errors, as the program's table at the end of a run
OUTSIDE = 1e-3  # part of the neurons outside of the histogram's range
AT_THE_EDGE = 1e-6  # mass in the outermost cells of the kinetic solver's range


def averages(output):
    """(solver, population, neurons, (t, mean, variance) at the start, the same at the end)."""
    result = []
    for solver in output.solvers:
        values = output.series(solver)
        for index, population in enumerate(output.populations()):
            result.append((solver, population.name, population.neurons,
                           *((values.time[k], values.mean[k, index], values.variance[k, index]) for k in (0, -1))))
    return result


def agreements(output):
    return [found for limit in output.limits for found in output.agreements(limit)]


def verdict(agreement):
    """As the program's table at the end of a run has it."""
    if agreement.in_errors <= AGREE:
        return "agree"
    if agreement.last_apart < 0.5 * agreement.last_time:
        return f"agree after t = {agreement.last_apart:g}"
    return "close" if agreement.in_errors <= CLOSE else "differ"


def agreement_in_words(output):
    found = agreements(output)
    if not found:
        return "The file holds no comparison of the network with a limit."
    worst = max(found, key=lambda one: one.in_errors)
    where = f"{worst.quantity} of {worst.population} ({worst.limit})"
    verdicts = {verdict(one) for one in found}
    if verdicts == {"agree"}:
        return (f"The network agrees with its limit: the largest difference is {worst.in_errors:.1f} standard errors of "
                f"independent neurons, in the {where}.")
    late = sorted({word for word in verdicts if word.startswith("agree after")})
    if verdicts <= {"agree", *late}:
        return (f"The network agrees with its limit after a start apart from it: the largest difference is "
                f"{worst.in_errors:.1f} standard errors, in the {where}.")
    return f"The network is up to {worst.in_errors:.1f} standard errors from its limit, in the {where}."


def stability_in_words(output):
    spectrum = output.spectrum()
    if spectrum is None or spectrum.real.size == 0:
        return "The file holds no eigenvalues of J: nothing can be said of stability."
    return stability.story(spectrum, output.populations()[0].neurons)


def largest(output, path):
    """Of a dataset's finite values, or None where there is no such dataset or it is empty."""
    if path not in output.file or output.file[path].size == 0:
        return None
    dataset = output.file[path]
    parts = (dataset[where] for where in slices.hyperslabs(dataset.shape, dataset.dtype.itemsize))
    return max(float(np.max(part, initial=-np.inf, where=np.isfinite(part))) for part in parts)


def warnings(output):
    """Sentences, each with what to do about it."""
    result = []
    if not output.complete:
        result.append("The run did not end as it should: the file holds what was written before. equipoise restart continues "
                      "from a checkpoint.")
    for solver in output.solvers:
        series = output.series(solver)
        if not (np.isfinite(series.mean).all() and np.isfinite(series.variance).all()):
            result.append(f"{solver}: there are values that are not finite.")
    for found in agreements(output):
        if verdict(found) == "differ":
            result.append(f"The {found.quantity} of {found.population} differs from the {found.limit} limit by up to "
                          f"{found.in_errors:.1f} standard errors (at t = {found.time:.3g}): the network is too small for "
                          "the limit, its step too large, or the state not balanced.")
    outside = largest(output, "network/density_outside")
    if outside is not None and outside > OUTSIDE:
        result.append(f"Up to {100 * outside:.2g} % of the neurons of a bin lie outside of the histogram's range: widen "
                      "network.density_range.")
    edge = largest(output, "kinetic/boundary_mass")
    if edge is not None and edge > AT_THE_EDGE:
        result.append(f"Up to {edge:.1e} of the kinetic density lies in the outermost cells: widen kinetic.range.")
    spectrum = output.spectrum()
    if ("network" in output.solvers and output.config.get("network", "scheme", fallback="") == "balanced"
            and spectrum is not None and spectrum.real.size):
        kinds = {stability.classify(*values) for values in zip(spectrum.real, spectrum.imaginary)}
        if kinds & {"oscillating", "unstable"}:
            result.append("The balanced scheme assumes a balanced state that attracts, and this one does not all the time: use "
                          "network.scheme = explicit with a step that resolves it.")
    return result

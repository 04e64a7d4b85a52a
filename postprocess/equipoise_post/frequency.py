"""The frequency of a mode that noise excites, with its standard error.

Near a balanced state that does not attract, the modes of the populations, x(t), are a linear system under noise: the best
guess of x(t + s) is B x(t) with B = exp(A s), and an oscillation is a pair of complex eigenvalues of B, whose argument is
2 pi s times its frequency. B is found by least squares, which needs no choice of a window; the error by the jackknife over
blocks of time, each of many correlation times."""

import numpy as np

BLOCKS = 10


def estimate(time, modes):
    """time (T), at equal steps; modes (T, population, phase), the phases (cosine and sine) being independent of each other.
    Returns the frequency and its standard error: NaN where nothing oscillates."""
    step = time[1] - time[0]
    edges = np.linspace(0, len(time), BLOCKS + 1).astype(int)
    products = []
    for begin, end in zip(edges, edges[1:]):
        now, later = modes[begin:end - 1], modes[begin + 1:end]
        products.append((np.einsum("tap,tbp->ab", later, now), np.einsum("tap,tbp->ab", now, now)))
    crossed, squares = (np.array(of) for of in zip(*products))

    def of_blocks(blocks):
        values = np.linalg.eigvals(crossed[blocks].sum(axis=0) @ np.linalg.inv(squares[blocks].sum(axis=0)))
        return np.abs(np.angle(values)).max() / (2.0 * np.pi * step)

    whole = of_blocks(np.arange(BLOCKS))
    without = np.array([of_blocks(np.delete(np.arange(BLOCKS), block)) for block in range(BLOCKS)])
    error = np.sqrt((BLOCKS - 1) * np.mean((without - without.mean())**2))
    return (float(whole), float(error)) if whole > 0.0 else (np.nan, np.nan)


def power(time, values):
    """frequency, power per unit of frequency: the periodogram of values (T, phase), averaged over phases and over
    overlapping windows of an eighth of the time (Welch)."""
    length = len(time) // 8 * 2
    window = np.hanning(length)
    starts = range(0, len(time) - length + 1, length // 2)
    parts = np.array([values[start:start + length] - values[start:start + length].mean(axis=0) for start in starts])
    transformed = np.fft.rfft(parts * window[:, None], axis=1)
    step = time[1] - time[0]
    return np.fft.rfftfreq(length, step), (np.abs(transformed)**2).mean(axis=(0, 2)) * 2.0 * step / (window**2).sum()

"""How sure a result over several seeds is: 95% confidence intervals."""

from dataclasses import dataclass

import numpy as np
from scipy import stats


@dataclass(frozen=True)
class Interval:
    """An estimate and the ends of its 95% confidence interval, arrays of one shape.

    Indexing takes the interval at one place of the arrays; formatting writes a single one.
    """

    estimate: np.ndarray
    low: np.ndarray
    high: np.ndarray

    def __getitem__(self, index):
        return Interval(self.estimate[index], self.low[index], self.high[index])

    def __format__(self, spec):
        return f"{self.estimate:{spec}} [{self.low:{spec}}, {self.high:{spec}}]"

    def map(self, f):
        """Apply an increasing function, such as `np.exp` to the interval of a mean logarithm."""
        return Interval(f(self.estimate), f(self.low), f(self.high))


def mean_interval(values, axis=-1):
    """Return the mean over an axis of independent runs, with Student's t interval.

    Parameters
    ----------
    values : array_like
        One finite number per run.
    axis : int
        The axis of the runs, at least two of them.

    Returns
    -------
    Interval
        Arrays of the shape of `values` without `axis`.

    Raises
    ------
    ValueError
        If there are fewer than two runs, or a value is not finite.

    Examples
    --------
    >>> f"{mean_interval([1.0, 2.0, 3.0]):.1f}"
    '2.0 [-0.5, 4.5]'
    """
    values = np.asarray(values, dtype=float)
    n = _runs(values, axis)
    if not np.isfinite(values).all():
        raise ValueError(f"values must be finite, and {np.sum(~np.isfinite(values))} are not")
    mean = values.mean(axis)
    half = stats.t.ppf(0.975, n - 1) * values.std(axis, ddof=1) / np.sqrt(n)
    return Interval(mean, mean - half, mean + half)


def share_interval(hits, axis=-1):
    """Return the share of runs that did something, with Wilson's interval.

    Parameters
    ----------
    hits : array_like of bool
        One value per run.
    axis : int
        The axis of the runs, at least two of them.

    Returns
    -------
    Interval
        Arrays of the shape of `hits` without `axis`.

    Raises
    ------
    TypeError
        If `hits` are not boolean.
    ValueError
        If there are fewer than two runs.

    Notes
    -----
    Wilson (1927): it stays inside 0 and 1, and does not shrink to a point when all runs agree.

    Examples
    --------
    >>> f"{share_interval([True] * 9 + [False]):.2f}"
    '0.90 [0.60, 0.98]'
    """
    hits = np.asarray(hits)
    if hits.dtype != bool:
        raise TypeError(f"hits must be True or False, not {hits.dtype}")
    n = _runs(hits, axis)
    share, square = hits.mean(axis), stats.norm.ppf(0.975) ** 2
    middle = (share + square / (2 * n)) / (1 + square / n)
    half = np.sqrt(square * (share * (1 - share) / n + square / (4 * n**2))) / (1 + square / n)
    low, high = np.clip([middle - half, middle + half], 0, 1)  # rounding may pass 0
    return Interval(share, low, high)


def _runs(values, axis):
    if values.ndim == 0 or values.shape[axis] < 2:
        raise ValueError(f"an interval needs at least two runs, and the shape is {values.shape}")
    return values.shape[axis]

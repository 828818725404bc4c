"""What a network's numbers say about its health: functions of plain arrays, from any framework.

Arrays have shape (samples, units), or (networks, samples, units): the result keeps the networks
apart. Any other array needs ``axis``, which says where its units are, and all its other axes count
samples: ``axis=1`` for the maps of a convolution in PyTorch's layout (samples, channels, height,
width), ``axis=-1`` in TensorFlow's, and ``axis=-1`` for tokens (samples, tokens, units), which
would else pass for an ensemble. "By layer" means a list with one array (..., samples, units) for
each layer. A masked array raises a TypeError: its mask would be lost.
"""

from math import prod
from numbers import Integral

import numpy as np

OFF, MIXED, ON = -1, 0, 1


def unit_states(z, threshold=0.0, *, axis=None):
    """Tell units that are off for every sample, on for every sample, or mixed.

    Parameters
    ----------
    z : (samples, units), (networks, samples, units) or, with `axis`, any array_like
        Pre-activations; or activations, where a unit at rest is at or below `threshold`.
    threshold : float
        A unit is on for a sample where z > threshold.
    axis : int, optional
        Where the units, or channels, are; every other axis then counts samples.

    Returns
    -------
    (units,) or (networks, units) int array
        `OFF` (−1), `MIXED` (0) or `ON` (1): on these samples, which says nothing of others.

    Raises
    ------
    ValueError
        If `z` holds nan or infinity, has fewer than two axes or no samples, or more than three
        without `axis`; if `axis` is not one of its axes, or `threshold` is not finite.

    >>> unit_states([[-1.0, 2.0, 3.0], [-2.0, -1.0, 1.0]])
    array([-1,  0,  1])
    >>> maps = -np.ones((5, 3, 8, 8))  # samples, channels, height, width
    >>> maps[4, 1, 0, 7] = 1.0  # one place of one image keeps a channel alive
    >>> unit_states(maps, axis=1)
    array([-1,  0, -1])
    >>> unit_states(np.moveaxis(maps, 1, -1), axis=-1)  # samples, height, width, channels
    array([-1,  0, -1])
    >>> tokens = [[[-1.0, -1.0], [-1.0, -1.0]], [[-1.0, -1.0], [-1.0, 1.0]]]
    >>> unit_states(tokens, axis=-1)  # samples, tokens, units
    array([-1,  0])
    """
    if not np.isfinite(threshold):
        raise ValueError(f"threshold must be a finite number, got {threshold!r}")
    on = _samples_by_units(z, axis) > threshold
    return on.all(axis=-2).astype(int) - (~on).all(axis=-2)


def dead_share(z, threshold=0.0, *, axis=None):
    """Share of the units that are off for every sample; `unit_states` says what the arguments mean.

    >>> float(dead_share([[-1.0, 2.0], [-2.0, -1.0]]))
    0.5
    """
    return (unit_states(z, threshold, axis=axis) == OFF).mean(axis=-1)


def dormant_share(a, threshold=0.025, *, axis=None):
    """Share of the units that hardly respond, compared with the others of their layer.

    Where a unit keeps a slope below zero, "off" says little; this is asked of every activation.

    Parameters
    ----------
    a : as for `unit_states`
        Activations of one layer.
    threshold : float
        A unit is dormant if its mean |a| is at most this times the mean of its layer.
    axis : int, optional
        As for `unit_states`.

    Returns
    -------
    float, or (networks,) array

    Raises
    ------
    ValueError
        As for `unit_states`; if `threshold` is negative.

    Notes
    -----
    The score of Sokar and colleagues (2023). All units of a layer without any output are dormant.

    >>> float(dormant_share([[3.0, -0.001, 1.0, 0.0], [1.0, 0.001, -1.0, 0.0]]))
    0.5
    """
    if not (np.isfinite(threshold) and threshold >= 0):
        raise ValueError(f"threshold must be a finite number, not negative, got {threshold!r}")
    size = np.abs(_samples_by_units(a, axis)).mean(axis=-2)
    return (size <= threshold * size.mean(axis=-1, keepdims=True)).mean(axis=-1)


def revivals(states):
    """Count how often each unit came back from being off for every sample.

    Parameters
    ----------
    states : (times, ..., units) int array_like
        `unit_states` at successive times, time first.

    Returns
    -------
    (..., units) int array
        Number of steps from `OFF` to another state; above 0 for a unit that was ever revived.

    >>> revivals([[OFF, OFF], [MIXED, OFF], [OFF, OFF], [ON, OFF]])
    array([2, 0])
    """
    states = np.asarray(states)
    if states.ndim < 2 or not np.isin(states, (OFF, MIXED, ON)).all():
        raise ValueError("states must be (times, ..., units) of -1, 0 and 1, see unit_states")
    off = states == OFF
    return (off[:-1] & ~off[1:]).sum(axis=0)


def zero_share(a, *, axis=None):
    """Share of activations that are exactly 0; `unit_states` says what the arguments mean.

    >>> float(zero_share([[0.0, 2.0], [-0.0, 1e-300]]))
    0.5
    """
    return (_samples_by_units(a, axis) == 0).mean(axis=(-2, -1))


def gradient_size(deltas):
    """Root mean square of the gradient at the units of each layer.

    Parameters
    ----------
    deltas : list of (..., samples, units) array_like
        ∂L/∂a (or ∂L/∂z) by layer.

    Returns
    -------
    (..., layers) array

    Raises
    ------
    ValueError
        If an array holds nan or infinity, has not two or three axes, or is empty.

    >>> gradient_size([[[1.0, -1.0]], [[1.0, 7.0]]])
    array([1., 5.])
    """
    sizes = []
    for delta in _by_layer(deltas):
        top = np.abs(delta).max(axis=(-2, -1), keepdims=True)  # so that no square underflows
        top = np.where(top > 0, top, 1.0)
        sizes.append(top[..., 0, 0] * np.sqrt(((delta / top) ** 2).mean(axis=(-2, -1))))
    return np.stack(sizes, axis=-1)


def activation_moments(a):
    """Mean and variance of the activations of each layer, over its samples and units.

    Parameters
    ----------
    a : list of (..., samples, units) array_like
        Activations (or pre-activations) by layer.

    Returns
    -------
    mean, variance : (..., layers) arrays

    Raises
    ------
    ValueError
        If an array holds nan or infinity, has not two or three axes, or is empty.

    >>> activation_moments([[[1.0, 3.0]], [[-2.0, 2.0]]])
    (array([2., 0.]), array([1., 4.]))
    """
    arrays = _by_layer(a)
    mean = np.stack([array.mean(axis=(-2, -1)) for array in arrays], axis=-1)
    return mean, np.stack([array.var(axis=(-2, -1)) for array in arrays], axis=-1)


def linearity(X, outputs):
    """Share of the variance of a network's outputs that the best linear fit of its inputs explains.

    Parameters
    ----------
    X : (samples, inputs) array_like
    outputs : (..., samples, outputs) array_like
        The outputs for X, before a sigmoid or softmax.

    Returns
    -------
    (...,) array
        R² from 0 to 1; 1 for a network that is linear on these samples, constant ones included.

    Raises
    ------
    ValueError
        If an array holds nan or infinity or has no samples, if the numbers of samples differ, or if
        there are too few samples for a linear fit to miss any of them.

    Notes
    -----
    1 − ‖residual of least squares with intercept‖² / ‖outputs − mean‖², all outputs together.

    >>> X = np.array([[-2.0], [-1.0], [1.0], [2.0]])
    >>> float(linearity(X, 3 * X + 1).round(3)), float(linearity(X, abs(X)).round(3))
    (1.0, 0.0)
    """
    X, outputs = _samples_by_units(X), _samples_by_units(outputs)
    if X.ndim != 2 or len(X) != outputs.shape[-2]:
        raise ValueError(
            f"X must be (samples, inputs) and outputs (..., samples, outputs) with the same "
            f"samples, got {X.shape} and {outputs.shape}"
        )
    if len(X) < X.shape[1] + 2:
        raise ValueError(
            f"{X.shape[1]} inputs need at least {X.shape[1] + 2} samples, got {len(X)}"
        )
    _, exponent = np.frexp(np.abs(outputs).max(axis=(-2, -1), keepdims=True))
    outputs = np.ldexp(outputs, -exponent)  # so that no square underflows
    centred = outputs - outputs.mean(axis=-2, keepdims=True)
    basis, stretch, _ = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
    basis = basis[:, stretch > stretch[0] * len(X) * np.finfo(float).eps]
    residual = centred - basis @ (basis.T @ centred)
    total = (centred**2).sum(axis=(-2, -1))
    # below this the outputs are constant up to rounding
    rounding = (outputs**2).sum(axis=(-2, -1)) * np.finfo(float).eps ** 2 * len(X)
    constant = total <= rounding
    missed = (residual**2).sum(axis=(-2, -1)) / np.where(constant, 1.0, total)
    return np.where(constant, 1.0, np.clip(1 - missed, 0, 1))


def _by_layer(arrays):
    if not len(arrays):
        raise ValueError("there are no layers")
    return [_samples_by_units(array) for array in arrays]


def _samples_by_units(array, axis=None):
    if isinstance(array, np.ma.MaskedArray):
        raise TypeError("the array must not be masked: fill its masked entries, or leave them out")
    array = np.asarray(array, dtype=np.float64)
    shape = array.shape
    if array.ndim < 2:
        raise ValueError(f"need an array of (..., samples, units), got shape {shape}")
    if axis is not None:
        array = _units_last(array, axis)
    elif array.ndim > 3:
        raise ValueError(
            f"an array of shape {shape} has more axes than (networks, samples, units): say where "
            "its units are, axis=1 for (samples, channels, height, width), -1 if last, or, to a "
            "function without axis, give array.reshape(len(array), -1)"
        )
    if 0 in array.shape[-2:]:
        lacks = "samples" if array.shape[-2] == 0 else "units"
        raise ValueError(f"the array has no {lacks}: its shape is {shape}")
    if not np.isfinite(array).all():
        found = "nan" if np.isnan(array).any() else "infinity"
        raise ValueError(
            f"the array holds {found}: the network diverged, or the data are incomplete"
        )
    return array


def _units_last(array, axis):
    whole = isinstance(axis, Integral) and not isinstance(axis, bool)
    if not whole or not -array.ndim <= axis < array.ndim:
        raise ValueError(
            f"axis must be a whole number from 0 to {array.ndim - 1}, or from the end, for shape "
            f"{array.shape}, got {axis!r}"
        )
    array = np.moveaxis(array, axis, -1)
    *others, units = array.shape
    return array.reshape(prod(others), units)  # not -1, which an empty array leaves open

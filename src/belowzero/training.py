"""Losses, and stochastic gradient descent on a whole ensemble of networks at once."""

from collections.abc import Callable
from functools import partial
from numbers import Integral
from typing import NamedTuple

import numpy as np
from threadpoolctl import ThreadpoolController

from .networks import by_seed, one_of, per_network, rounded

BLAS = ThreadpoolController()


class Loss(NamedTuple):
    """A loss of outputs z (n, samples, outputs) and targets of the same shape without n."""

    of: Callable  # (z, y) -> the mean over the samples, (n,), and δ = ∂L/∂z
    correct: Callable | None  # (z, y) -> (n, samples): is the sample classified right?


def _binary(z, y):
    # −log σ(−t) and σ(t) with t = ±z, from one exp(−|t|): right for any z, no constant in the log;
    # written over what is needed no more, as fresh memory takes longer than the sums
    sign = 1 - 2 * y
    t = sign * z
    e = np.abs(t)
    np.exp(np.negative(e, out=e), out=e)
    value = np.log1p(e)
    value += np.maximum(t, 0, out=t)
    t[...] = t > 0
    delta = np.maximum(t, e, out=t)
    e += 1
    delta /= e
    delta *= sign / z.shape[1]
    return value.sum(axis=(1, 2)) / z.shape[1], delta


def _softmax(z, y):
    z = z - z.max(axis=2, keepdims=True)
    e = np.exp(z)
    total = e.sum(axis=2, keepdims=True)
    value = (np.log(total[..., 0]) - (z * y).sum(axis=2)).mean(axis=1)
    return value, (e / total - y) / z.shape[1]


def _squared(z, y):
    error = z - y
    return (error**2).mean(axis=(1, 2)), 2 * error / (z.shape[1] * z.shape[2])


LOSSES = {
    "binary": Loss(_binary, lambda z, y: ((z > 0) == (y > 0))[..., 0]),
    "softmax": Loss(_softmax, lambda z, y: z.argmax(axis=2) == y.argmax(axis=-1)),
    "squared": Loss(_squared, None),
}


class State:
    """What a `record` function is given: lists over layers, as in `belowzero.networks`.

    Attributes
    ----------
    z, a, deltas, weights, biases, alpha : lists of arrays
        Of the networks that have not diverged. They are written over later: copy what is kept.
    """

    def __init__(self, nets, layers, alive, gradients):
        self._nets, self._layers, self._alive, self._gradients = nets, layers, alive, gradients

    def _of(self, arrays):  # only when asked for: a copy of all layers takes long
        return [array[self._alive] for array in arrays]

    z = property(lambda self: self._of(self._layers.z))
    a = property(lambda self: self._of(self._layers.a))
    deltas = property(lambda self: self._of(self._gradients().deltas))
    weights = property(lambda self: self._of(self._nets.weights))
    biases = property(lambda self: self._of(self._nets.biases))
    alpha = property(lambda self: self._of(self._nets.alpha))


class History(NamedTuple):
    """What `train` saw; T recorded steps of n networks."""

    steps: np.ndarray  # (T,) updates made before each record
    loss: np.ndarray  # (n, T), on all samples
    accuracy: np.ndarray | None  # (n, T); None for the squared loss
    diverged: np.ndarray  # (n,) bool: a loss or a parameter became infinite or nan
    record: dict  # name -> (n, T, ...), nan where a network has diverged
    kept: dict  # step -> (n, n_params)


def train(
    net,
    X,
    y,
    *,
    steps,
    lr=0.1,
    loss=None,
    batch_size=None,
    momentum=0.0,
    weight_decay=0.0,
    bias_decay=0.0,
    alpha_decay=0.0,
    seed=0,
    every=None,
    record=None,
    keep=(),
    progress=None,
):
    """Train an ensemble in place by stochastic gradient descent.

    Parameters
    ----------
    net : MLP
        n networks; changed in place. They compute with multiples of their resolution.
    X : (samples, inputs) array_like
    y : array_like
        "binary": (samples,) of 0 and 1; "softmax": (samples,) class numbers; "squared":
        (samples,) or (samples, outputs) numbers.
    steps : int
        Number of updates.
    lr, momentum, weight_decay, bias_decay, alpha_decay : float or (n,) array_like
        Learning rate η; momentum; L2 decay with a switch each for weights, biases and learned α.
    loss : {"binary", "softmax", "squared"}, optional
        Default: "binary" for one output, else "softmax".
    batch_size : int, optional
        Samples an update; default all. Each epoch takes the samples in a new order.
    seed : int or (n,) array_like of int
        Orders the samples: the same seed, the same batches, whatever the other settings.
    every : int or sequence of int, optional
        Record after every so many updates, or after just these; always on all samples. Default:
        every update, or with batches every epoch.
    record : dict of str to callable, optional
        Diagnostics: each is called with a `State` and returns an array whose first axis is the
        networks'.
    keep : sequence of int
        Keep a copy of the parameters after these updates.
    progress : callable, optional
        Called after every update.

    Returns
    -------
    History

    Raises
    ------
    TypeError, ValueError
        For data that do not fit the network and settings out of range.

    Notes
    -----
    g ← ∂L/∂p + decay · p, v ← momentum · v + g, P ← P − η v (the convention of PyTorch). The
    networks compute with p, which is P rounded to a multiple of their resolution. P is kept beside
    it until `train` returns, as in mixed-precision training (Micikevicius et al., 2018), so that no
    update is lost, however small. A sweep of small networks takes up to 5% longer by it.

    >>> from belowzero import MLP
    >>> net = MLP([1, 1], seed=[0, 1])
    >>> history = train(net, [[0.0], [1.0]], [0, 1], steps=100, lr=1.0)
    >>> history.loss.shape, bool((history.loss[:, -1] < history.loss[:, 0]).all())
    ((2, 101), True)
    """
    X, y, loss = _data(net, X, y, loss)
    if not isinstance(steps, Integral) or steps < 0:
        raise ValueError(f"steps must be a non-negative integer, got {steps!r}")
    fits = isinstance(batch_size, Integral) and 1 <= batch_size <= len(X)
    if batch_size is not None and not fits:
        raise ValueError(
            f"batch_size must be a whole number from 1 to {len(X)}, got {batch_size!r}"
        )
    # einsum adds in another order where the ensemble has length one: train it beside a copy
    nets = net[[0, 0]] if net.n == 1 and net.narrow else net
    rates = {"lr": lr, "momentum": momentum, "weight_decay": weight_decay}
    rates |= {"bias_decay": bias_decay, "alpha_decay": alpha_decay}
    *values, seed, _ = per_network(**rates, seed=seed, networks=np.zeros(net.n))
    if len(seed) != net.n:
        raise ValueError(f"one network takes one value of each setting, got {len(seed)}")
    *values, seed = (np.resize(value, nets.n) for value in (*values, seed))
    for name, value in zip(rates, values, strict=True):
        if not (value >= 0).all():
            raise ValueError(f"{name} must not be negative, got {value.min()}")
    lr, *others = (value[:, None] for value in values)
    momentum, *decays = (rate if rate.any() else None for rate in others)
    epoch = -(-len(X) // (batch_size or len(X)))
    history = _empty_history(nets.n, steps_of("every", epoch if every is None else every, steps))
    row = {step: row for row, step in enumerate(history.steps)}
    keep = steps_of("keep", keep, steps)
    batches = _batches(nets, X, y, batch_size, seed) if batch_size else None
    exact = learned = nets.params[:, : nets.n_learned]
    if net.resolution:
        # in units of the resolution; as that is a power of two, no bit changes
        exact, lr = nets.stack(learned) / net.resolution, lr / net.resolution
        learned[...] = rounded(learned, net.resolution)
    velocity = 0.0
    layers = gradients = None  # written over at every step, as fresh memory is slow
    sums = np.min_scalar_type(len(X))  # of correct samples; wider ones take longer

    # one thread: the matrices are small, and results do not depend on the number of cores;
    # no warnings: a network that diverges is reported instead
    with BLAS.limit(limits=1), np.errstate(all="ignore"):
        for step in range(steps + 1):
            if not batches or step in row:
                layers = nets.forward(X, layers)
                value, delta = loss.of(layers.z[-1], y)
            if step in row:
                history.loss[row[step]] = value
                if loss.correct:
                    correct = loss.correct(layers.z[-1], y).view(np.uint8)
                    history.accuracy[row[step]] = correct.sum(axis=1, dtype=sums)
                if record:
                    gradients_now = partial(nets.backward, X, layers, delta)
                    _see(history, row[step], nets, layers, gradients_now, record, net.n)
            if step in keep:
                history.kept[step] = nets.params.copy()
            if step == steps:
                break
            x, target = X, y
            if batches:
                x, target = next(batches)
                layers = nets.forward(x, layers)
                _, delta = loss.of(layers.z[-1], target)
            gradients = nets.backward(x, layers, delta, gradients)
            decayed = nets.weights, nets.biases, nets.alpha if nets.learn_alpha else []
            for arrays, by_array, decay in zip(decayed, gradients, decays, strict=False):
                if decay is not None:
                    for p, g in zip(arrays, by_array, strict=True):
                        g += decay[..., None] * p
            velocity = gradients.flat if momentum is None else momentum * velocity + gradients.flat
            exact -= np.multiply(lr, velocity, out=gradients.flat)
            if net.resolution:
                np.rint(exact, out=learned)
                learned *= net.resolution
            if progress:
                progress()
    net.params[...] = nets.params[: net.n]
    for name in record or {}:  # nothing to see where all had diverged before the first record
        history.record.setdefault(name, np.full(history.loss.shape, np.nan))
    finite = np.isfinite(nets.params).all(axis=1) & np.isfinite(history.loss).all(axis=0)
    return History(
        history.steps,
        history.loss.T[: net.n],
        None if loss.correct is None else history.accuracy.T[: net.n] / len(X),
        ~finite[: net.n],
        {name: np.moveaxis(seen, 1, 0)[: net.n] for name, seen in history.record.items()},
        {step: params[: net.n] for step, params in history.kept.items()},
    )


def _empty_history(n, steps):
    shape = len(steps), n  # time first while it is written
    return History(np.array(steps), np.empty(shape), np.empty(shape), None, {}, {})


def _see(history, row, nets, layers, gradients, record, n):
    """Call the diagnostics on those of the first n networks that have not diverged."""
    alive = np.isfinite(nets.params).all(axis=1)
    alive[n:] = False
    for z in layers.z:
        alive &= np.isfinite(z).all(axis=(1, 2))
    if not alive.any():
        return
    state = State(nets, layers, slice(None) if alive.all() else alive, gradients)
    for name, function in record.items():
        values = np.asarray(function(state))
        if values.shape[:1] != (alive.sum(),):
            raise ValueError(
                f"record {name!r} must return one value (or array) for each of {alive.sum()} "
                f"networks, got shape {values.shape}"
            )
        if name not in history.record:
            history.record[name] = np.full((*history.loss.shape, *values.shape[1:]), np.nan)
        history.record[name][row, alive] = values


def _batches(nets, X, y, size, seed):
    drawn = by_seed(seed, 1)  # not the stream of the first weights
    while True:
        order = drawn(lambda rng: rng.permutation(len(X)))
        for at in range(0, len(X), size):
            pick = order[:, at : at + size]
            yield nets.stack(X[pick]), nets.stack(y[pick])


def steps_of(name, spec, last):
    """Return sorted step numbers: every so many and the last, or just those listed.

    Parameters
    ----------
    name : str
        Of the setting, for the message.
    spec : int or sequence of int
    last : int

    Returns
    -------
    list of int

    Raises
    ------
    ValueError
        For what are no steps from 0 to `last`.
    """
    if np.ndim(spec) == 0:
        if not isinstance(spec, Integral) or spec < 1:
            raise ValueError(f"{name} must be a positive integer or a list of steps, got {spec!r}")
        return sorted({*range(0, last + 1, spec), last})
    if not all(isinstance(step, Integral) and 0 <= step <= last for step in spec):
        raise ValueError(f"{name} must be steps from 0 to {last}, got {list(spec)}")
    return sorted({int(step) for step in spec})


def _data(net, X, y, name):
    """Check the data; return inputs, targets as (samples, outputs), and the loss."""
    outputs = net.sizes[-1]
    name = name or ("binary" if outputs == 1 else "softmax")
    one_of("loss", name, LOSSES)
    X, y = np.asarray(X, dtype=np.float64), np.asarray(y)
    if X.ndim != 2 or X.shape[1] != net.sizes[0]:
        raise ValueError(f"X must have shape (samples, {net.sizes[0]}), got {X.shape}")
    if not len(X):
        raise ValueError(f"X has no samples, its shape is {X.shape}")
    if not np.isfinite(X).all():
        raise ValueError("X must be finite, it holds nan or infinity")
    if name == "binary" and outputs != 1:
        raise ValueError(f"the binary loss needs one output, the network has {outputs}")
    if name == "softmax" and outputs < 2:
        raise ValueError("the softmax loss needs at least two outputs, the network has 1")
    wide = name == "squared" and (y.ndim == 2 or outputs > 1)
    wanted = (len(X), outputs) if wide else (len(X),)
    if y.shape != wanted:
        raise ValueError(f"y must have shape {wanted}, one row for each sample, got {y.shape}")
    if name == "softmax":
        if not np.isin(y, np.arange(outputs)).all():
            raise ValueError(f"y must hold classes 0 to {outputs - 1}, got {np.unique(y)}")
        return X, np.eye(outputs)[y.astype(int)], LOSSES[name]
    if name == "binary" and not np.isin(y, (0, 1)).all():
        raise ValueError(f"y must hold 0 and 1 for the binary loss, got {np.unique(y)}")
    if not np.isfinite(y).all():
        raise ValueError("y must be finite, it holds nan or infinity")
    return X, y.reshape(len(X), outputs).astype(np.float64), LOSSES[name]

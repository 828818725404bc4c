"""Sweeps: train a network for every point of a grid of settings, in one batch.

The grid is cut in chunks, each trained as one ensemble. How it is cut does not show in the result,
not in the last bit.
"""

import os
from dataclasses import dataclass
from itertools import pairwise, product
from math import ceil, isclose
from numbers import Real

import numpy as np
from tqdm.auto import tqdm

from .networks import MLP, one_of, widths
from .training import train

_STRUCTURE = ("activation", "learn_alpha", "init", "resolution")  # one value for each ensemble
_START = ("alpha", "scale", "bias", "seed")
_RATES = ("lr", "momentum", "weight_decay", "bias_decay", "alpha_decay")
_SETTINGS = (*_STRUCTURE, *_START, *_RATES)
_OPTIONS = ("steps", "loss", "batch_size", "every", "record", "keep")
_CHUNK = 2**18  # numbers in the parameters and activations of the networks of a chunk


@dataclass
class Run:
    """What a sweep found: arrays whose first axes are the grid's, in the order given.

    Attributes
    ----------
    axes : dict of str to list
        Name of each swept setting, with its values.
    steps : (T,) array
        Updates made before each record.
    loss, accuracy : (*grid, T) arrays
        On all samples; accuracy is None for the squared loss.
    diverged : (*grid,) bool array
        Whether a loss or a parameter became infinite or nan.
    record : dict of str to (*grid, T, ...) array
        The diagnostics asked for; nan where a network has diverged.
    """

    axes: dict
    steps: np.ndarray
    loss: np.ndarray
    accuracy: np.ndarray | None
    diverged: np.ndarray
    record: dict
    _groups: list  # for each structure: places in the flat grid, MLP, {step: params}

    @property
    def final(self):
        """All trained networks as one `MLP`, in the flat order of the grid."""
        return self.networks()

    def networks(self, step=None, **settings):
        """Some of the networks as one `MLP`, in the flat order of the grid.

        Parameters
        ----------
        step : int, optional
            One of the steps that were kept; default: the end of training.
        **settings
            Values on the axes, ``alpha=0.1, seed=3``; an axis that is not named is taken whole.

        Raises
        ------
        ValueError
            For what is not on the grid or not kept, and for networks of several structures.
        """
        chosen = np.ones(self.diverged.shape, dtype=bool)
        for name, value in settings.items():
            one_of("a setting", name, list(self.axes))
            match = [same(value, other) for other in self.axes[name]]
            if not any(match):
                raise ValueError(f"{name} must be one of {self.axes[name]}, got {value!r}")
            after = chosen.ndim - 1 - list(self.axes).index(name)
            chosen &= np.reshape(match, (-1, *[1] * after))
        found = [group for group in self._groups if chosen.flat[group[0]].any()]
        if len(found) > 1:
            raise ValueError(f"choose one value of each of {_STRUCTURE}: these do not stack")
        places, net, kept = found[0]
        if step is not None:
            one_of("step", step, list(kept))
            net = net.holding(kept[step])
        return net[chosen.flat[places]]


def same(value, other):
    """Whether two values on a grid are one: numbers up to the rounding of np.linspace."""
    if isinstance(value, Real) and isinstance(other, Real):
        return isclose(value, other)
    return value == other


def sweep(sizes, X, y, *, steps, **settings):
    """Train a network for every point of a grid of settings.

    Parameters
    ----------
    sizes, X, y, steps
        As for `MLP` and `train`.
    **settings
        Of `MLP`: activation, alpha, learn_alpha, init, scale, bias, seed, resolution. Of `train`:
        lr, momentum, weight_decay, bias_decay, alpha_decay. Each a value, or a list of values,
        which becomes an axis of the grid, in the order given. And loss, batch_size, every, record
        and keep of `train`, one for the whole sweep.

    Returns
    -------
    Run

    Raises
    ------
    TypeError, ValueError
        As `MLP` and `train`, and for settings that do not exist and axes without a value.

    Notes
    -----
    Networks of one seed start from the same draws and see the same batches, whatever their other
    settings, so they can be compared in pairs.

    >>> X, y = [[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [0, 1, 1, 0]
    >>> run = sweep([2, 4, 1], X, y, steps=20, activation="leaky_relu", alpha=[0, 0.1, 1],
    ...             seed=range(5))
    >>> run.loss.shape, run.networks(alpha=0.1, seed=3).n
    ((3, 5, 21), 1)
    """
    for name in settings:
        if name not in _SETTINGS + _OPTIONS:
            allowed = ", ".join(_SETTINGS + _OPTIONS)
            raise TypeError(f"unknown setting {name!r}; there are {allowed}")
    sizes = widths(sizes)
    options = {"steps": steps} | {n: v for n, v in settings.items() if n in _OPTIONS}
    settings = {n: v for n, v in settings.items() if n in _SETTINGS}
    settings.setdefault("seed", 0)
    axes = {n: list(values) for n, values in settings.items() if np.ndim(values)}
    for name, values in axes.items():
        if not values:
            raise ValueError(f"{name} is an axis without a value")
    shape = tuple(map(len, axes.values()))
    n = int(np.prod(shape))
    place = dict(zip(axes, np.indices(shape).reshape(len(shape), n), strict=True))

    per_network = sum(a * b for a, b in pairwise(sizes))
    per_network += (options.get("batch_size") or len(X)) * sum(sizes)
    largest = max(1, _CHUNK // per_network)
    jobs, chunks = [], []
    for chunk in _chunks(axes, place, n, largest):
        own = {name: np.array(axes[name])[place[name][chunk]] for name in axes}
        own |= {name: axes[name][place[name][chunk[0]]] for name in _STRUCTURE if name in axes}
        if "seed" not in axes:  # an array for at least one setting, to say how many networks
            own["seed"] = np.full(len(chunk), settings["seed"])
        jobs.append((sizes, X, y, settings | own, options))
        chunks.append(chunk)
    return _assemble(axes, chunks, _train_all(jobs, steps))


def _chunks(axes, place, n, largest):
    """Places in the flat grid, cut so that a chunk has one structure and a size that fits."""
    varied = [name for name in _STRUCTURE if name in axes]
    for structure in product(*(range(len(axes[name])) for name in varied)):
        members = np.ones(n, dtype=bool)
        for name, i in zip(varied, structure, strict=True):
            members &= place[name] == i
        members = np.flatnonzero(members)
        yield from np.array_split(members, ceil(len(members) / largest))


def _train_all(jobs, steps):
    # No bar for what takes less than a second, and none in CI, where nobody watches. tqdm is told
    # outright, because in a notebook it forgets its own TQDM_DISABLE.
    silent = bool({"CI", "TQDM_DISABLE"} & os.environ.keys())
    results = []
    with tqdm(total=len(jobs) * steps, delay=1, leave=False, unit="step", disable=silent) as bar:
        for sizes, X, y, settings, options in jobs:
            net = MLP(sizes, **{n: v for n, v in settings.items() if n in _STRUCTURE + _START})
            rates = {n: v for n, v in settings.items() if n in ("seed", *_RATES)}
            history = train(net, X, y, **rates, **options, progress=bar.update)
            results.append((net, history))
    return results


def _assemble(axes, chunks, results):
    shape = tuple(map(len, axes.values()))
    order = np.argsort(np.concatenate(chunks))
    histories = [history for _, history in results]
    accuracy = [history.accuracy for history in histories]

    def grid(parts):
        whole = parts[0] if len(parts) == 1 else np.concatenate(parts)[order]
        return whole.reshape((*shape, *whole.shape[1:]))

    groups = {}
    for chunk, (net, history) in zip(chunks, results, strict=True):
        groups.setdefault((net.activation, net.learn_alpha), []).append((chunk, net, history.kept))
    return Run(
        axes=axes,
        steps=histories[0].steps,
        loss=grid([history.loss for history in histories]),
        accuracy=None if accuracy[0] is None else grid(accuracy),
        diverged=grid([history.diverged for history in histories]),
        record={
            name: grid(_of_one_shape([history.record[name] for history in histories]))
            for name in histories[0].record
        },
        _groups=[_stack(*zip(*group, strict=True)) for group in groups.values()],
    )


def _of_one_shape(parts):
    """Give a chunk that diverged before its first record, all nan, the shape of the others."""
    shape = max((part.shape[2:] for part in parts), key=len)
    return [
        part if part.shape[2:] == shape else np.full((*part.shape[:2], *shape), np.nan)
        for part in parts
    ]


def _stack(chunks, nets, kept):
    places = np.concatenate(chunks)
    order = np.argsort(places)
    params = np.concatenate([net.params for net in nets])[order]
    snapshots = {step: np.concatenate([k[step] for k in kept])[order] for step in kept[0]}
    return places[order], nets[0].holding(params), snapshots

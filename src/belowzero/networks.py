"""Multilayer perceptrons, many at once, with backpropagation written out.

An `MLP` is an ensemble: n networks of one shape that differ in their numbers. The first axis of
every array is the ensemble, so a grid of α × seeds runs through a layer in one operation, and no
operation mixes two networks: each comes out of `train` bit for bit as if it were alone.

Lists over layers are aligned: `weights[l]`, `biases[l]`, `z[l]`, `a[l]` and `deltas[l]` all belong
to layer l, where 0 is the first hidden layer and −1 the output, which is linear (a = z). Networks
too narrow for BLAS (a few units a layer) keep the ensemble as the fastest axis in memory.

Processors add in different orders and differ in the last bit of exp, and training magnifies such a
bit until one network learns and its twin fails. So that every processor finds the same, networks
compute with parameters that are multiples of `RESOLUTION`: a last bit is forgotten before it grows.
"""

from copy import copy
from itertools import pairwise
from math import frexp, prod
from numbers import Integral, Real
from typing import NamedTuple

import numpy as np

from .activations import ACTIVATIONS

# Far above the noise of 64-bit numbers, 10⁻¹⁶, and far below what an experiment could notice.
RESOLUTION = 2.0**-20
INITS = ("he", "he_leaky", "glorot", "lecun", "uniform", "normal")
_NARROW = 16  # largest fan_in · fan_out for which einsum over the ensemble beats BLAS


class Layers(NamedTuple):
    """What a forward pass computes, a list of (n, samples, width) arrays each."""

    z: list  # pre-activations
    a: list  # outputs of the units, f(z); the output layer's a is its z
    slopes: list  # f'(z) of the hidden layers, where f is two straight lines, or else None


class Gradients(NamedTuple):
    """What a backward pass computes; every array has the shape of what it is a derivative by."""

    weights: list
    biases: list
    alpha: list  # empty unless α is learned
    deltas: list  # ∂L/∂a of every layer
    flat: np.ndarray  # weights, biases and α again, as one (n, n_learned) array


class MLP:
    """An ensemble of multilayer perceptrons.

    Parameters
    ----------
    sizes : sequence of int
        Widths from the inputs to the outputs, at least two: [2, 8, 1] has one hidden layer.
    activation : str
        Key of `ACTIVATIONS`, used by every hidden layer.
    alpha : float or (n,) array_like, optional
        Slope parameter, for learned slopes the start; default: the activation's own.
    learn_alpha : {None, "shared", "unit"}
        Whether α is a parameter: not, one per layer, or one per unit.
    init : {"he", "he_leaky", "glorot", "lecun", "uniform", "normal"}
        How weights are drawn, see Notes.
    scale : float or (n,) array_like
        Factor on the standard deviation of `init`: any gain is ``init="lecun", scale=gain``.
    bias : float or (n,) array_like
        Start value of all biases, added to the drawn ones of "uniform".
    seed : int or (n,) array_like of int
        Networks of one seed start from the same draws, whatever their other settings.
    resolution : float or None
        Power of two of which all parameters are multiples, from the first draw and through all of
        `train`, or None for exact ones. A fixed α is a setting and stays as it is.

    Attributes
    ----------
    weights, biases : lists of (n, fan_in, fan_out) and (n, 1, fan_out) arrays
    alpha : list of (n, 1, 1) arrays, or (n, 1, width) if learned per unit; empty if there is none
    params : (n, n_params) array
        All of them, α last. The lists are views of it: write into them to build a network by hand.

    Raises
    ------
    TypeError, ValueError
        For settings that are not of the kinds above, with the value and what is allowed.

    Notes
    -----
    Standard deviation of the weights: "he" √(2 / fan_in) and "he_leaky" √(2 / ((1 + α²) fan_in)),
    He et al. (2015); "lecun" √(1 / fan_in); "glorot" √(2 / (fan_in + fan_out)), uniform, Glorot
    and Bengio (2010); "normal" 1; "uniform" U(±1/√fan_in) for weights and biases, the default of
    PyTorch. Draws come from ``np.random.default_rng(seed)``, layer by layer.

    >>> net = MLP([2, 3, 1], activation="leaky_relu", alpha=[0.0, 0.1], seed=7)
    >>> net.n, net([[1.0, 2.0]]).shape
    (2, (2, 1, 1))
    """

    def __init__(
        self,
        sizes,
        *,
        activation="relu",
        alpha=None,
        learn_alpha=None,
        init="he",
        scale=1.0,
        bias=0.0,
        seed=0,
        resolution=RESOLUTION,
    ):
        self.sizes = widths(sizes)
        one_of("activation", activation, ACTIVATIONS)
        one_of("learn_alpha", learn_alpha, (None, "shared", "unit"))
        one_of("init", init, INITS)
        if resolution is not None and not (
            isinstance(resolution, Real) and frexp(resolution)[0] == 0.5
        ):
            raise ValueError(f"resolution must be a power of two or None, got {resolution!r}")
        self.activation, self.learn_alpha = activation, learn_alpha
        self.resolution = resolution
        function = ACTIVATIONS[activation]
        if alpha is None:
            alpha = function.alpha
        elif function.alpha is None:
            raise ValueError(f"{activation} takes no alpha, got {alpha}")
        if learn_alpha and function.grad_alpha is None:
            learned = [name for name, f in ACTIVATIONS.items() if f.grad_alpha]
            raise ValueError(f"alpha can be learned for {learned}, not for {activation}")
        if init == "he_leaky" and alpha is None:
            raise ValueError(f"init 'he_leaky' needs an activation with alpha, got {activation}")
        alpha, scale, bias, seed = per_network(
            alpha=0.0 if alpha is None else alpha, scale=scale, bias=bias, seed=seed
        )
        if function.alpha is not None:
            function.f(0.0, alpha)  # refuses an alpha that the function cannot take
        self.narrow = max(a * b for a, b in pairwise(self.sizes)) <= _NARROW
        self._bind(self._draw(init, alpha, scale, bias, seed))
        if resolution:
            learned = self.params[:, : self.n_learned]
            learned[...] = rounded(learned, resolution)

    def _draw(self, init, alpha, scale, bias, seed):
        flat = np.zeros((len(seed), self._count(self.learn_alpha == "unit")))
        weights, biases, alphas = self._views(flat)
        drawn, uniform, r = by_seed(seed), init in ("uniform", "glorot"), 3**0.5

        def draws(shape):  # of mean 0 and variance 1
            return drawn(
                lambda rng: rng.uniform(-r, r, shape) if uniform else rng.normal(size=shape)
            )

        for w, b in zip(weights, biases, strict=True):
            fan_in, fan_out = w.shape[1:]
            variance = {
                "he": 2 / fan_in,
                "he_leaky": 2 / ((1 + alpha**2) * fan_in),
                "glorot": 2 / (fan_in + fan_out),
                "lecun": 1 / fan_in,
                "uniform": 1 / (3 * fan_in),
                "normal": 1.0,
            }[init]
            std = (scale * np.sqrt(variance))[:, None, None]
            w[...] = std * draws((fan_in, fan_out))
            b[...] = bias[:, None, None]
            if init == "uniform":
                b += std * draws((1, fan_out))
        for slope in alphas:
            slope[...] = alpha[:, None, None]
        return flat

    def _count(self, per_unit):
        hidden = self.sizes[1:-1] if ACTIVATIONS[self.activation].alpha is not None else ()
        slopes = sum(hidden) if per_unit else len(hidden)
        return sum((i + 1) * o for i, o in pairwise(self.sizes)) + slopes

    def _views(self, flat):
        """Lists of weights, biases and α as views of a flat (n, n_params) array."""
        n, end = flat.shape
        weights, biases, alphas, at = [], [], [], 0
        for i, o in pairwise(self.sizes):
            weights.append(flat[:, at : at + i * o].reshape(n, i, o))
            at += i * o
            biases.append(flat[:, None, at : at + o])
            at += o
        for width in self.sizes[1:-1] if at < end else ():
            own = width if self.learn_alpha == "unit" else 1
            alphas.append(flat[:, None, at : at + own])
            at += own
        return weights, biases, alphas

    def _bind(self, params):
        self.params = self.stack(params)
        self.weights, self.biases, self.alpha = self._views(self.params)

    def _empty(self, *shape):
        # on a cache line, where sums are faster than 16 bytes after it, where NumPy starts arrays
        size = prod(shape)
        memory = np.empty(size + 7)
        start = -memory.ctypes.data % 64 // 8
        return memory[start : start + size].reshape(shape, order="F" if self.narrow else "C")

    def stack(self, array):
        """Copy of an (n, ...) array, laid out in memory as suits these networks."""
        out = self._empty(*array.shape)
        out[...] = array
        return out

    def _product(self, a, b, out=None):
        """Matrix product of each network's own two matrices."""
        if out is None:
            out = self._empty(self.n, a.shape[1], b.shape[2])
        if a.shape[2] == 1:  # no sums
            return np.multiply(a, b, out=out)
        if self.narrow:
            return np.einsum("nsk,nkj->nsj", a, b, out=out)
        return np.matmul(a, b, out=out)

    @property
    def n(self):
        """Number of networks."""
        return len(self.params)

    def __getitem__(self, index):
        """Copy of the networks at `index` (anything that indexes a one-dimensional array)."""
        return self.holding(self.params[np.atleast_1d(np.arange(self.n)[index])])

    def holding(self, params):
        """Networks of the same kind that hold a copy of other (n, n_params) `params`."""
        other = copy(self)
        other._bind(np.asarray(params))
        return other

    def __setstate__(self, state):
        self.__dict__.update(state)
        self._bind(self.params)  # a pickled view comes back as an array of its own

    def __call__(self, X):
        """Outputs (n, samples, outputs) for inputs X, see `forward`."""
        return self.forward(X).a[-1]

    def forward(self, X, out=None):
        """Run inputs through every network.

        Parameters
        ----------
        X : (samples, inputs) or (n, samples, inputs) array_like
            The same samples for all networks, or each its own.
        out : Layers, optional
            What an earlier call of this network returned, to write over: memory in use is faster
            than new. Left alone if it was for another number of samples.

        Returns
        -------
        Layers
        """
        x, alphas = self._inputs(X), self._alphas()
        function = ACTIVATIONS[self.activation]
        if out is None or out.z[0].shape[1] != x.shape[1]:
            shapes = [(self.n, x.shape[1], width) for width in self.sizes[1:]]
            z = [self._empty(*shape) for shape in shapes]
            a = [self._empty(*shape) for shape in shapes[:-1]] + z[-1:]
            out = Layers(z, a, [None] * len(alphas))
        for i, (w, b) in enumerate(zip(self.weights, self.biases, strict=True)):
            z = self._product(x, w, out=out.z[i])
            z += b
            if i == len(alphas):
                break  # the output is linear
            if function.straight:
                out.slopes[i] = function.grad.__wrapped__(z, *alphas[i])
                x = np.multiply(out.slopes[i], z, out=out.a[i])
            else:
                x = out.a[i] = function.f.__wrapped__(z, *alphas[i])
        return out

    def backward(self, X, layers, delta, out=None):
        """Run a gradient at the outputs back to everything that it depends on.

        Parameters
        ----------
        X : as for `forward`
        layers : Layers
            What `forward` returned for X.
        delta : array_like that broadcasts to (n, samples, outputs)
            ∂L/∂a of the outputs, of a loss or of whatever else is to be traced.
        out : Gradients, optional
            As for `forward`.

        Returns
        -------
        Gradients

        Notes
        -----
        With δ = ∂L/∂a and δ_z = δ f'(z): ∂L/∂W = xᵀ δ_z, ∂L/∂b = Σ δ_z, ∂L/∂α = Σ δ ∂f/∂α, and
        δ of the layer before is δ_z Wᵀ. Sums run over everything that shares the parameter.
        """
        x, own = self._inputs(X), self._alphas()
        function = ACTIVATIONS[self.activation]
        z, a, slopes = layers
        delta = np.asarray(delta, dtype=np.float64)
        if delta.shape != z[-1].shape:
            delta = _spread(delta, z[-1].shape)
        if out is None or out.deltas[0].shape[1] != delta.shape[1]:
            flat = self._empty(self.n, self.n_learned)
            out = Gradients(*self._views(flat), [self._empty(*layer.shape) for layer in z], flat)
        ones = np.ones((1, 1, delta.shape[1]))
        delta_z = out.deltas[-1] = delta
        for i in reversed(range(len(z))):
            before = a[i - 1] if i else x
            self._product(before.swapaxes(1, 2), delta_z, out=out.weights[i])
            self._product(ones, delta_z, out=out.biases[i])
            if i:
                delta = self._product(delta_z, self.weights[i].swapaxes(1, 2), out.deltas[i - 1])
                slope = slopes[i - 1]
                if slope is None:
                    slope = function.grad.__wrapped__(z[i - 1], *own[i - 1])
                delta_z = delta * slope
                if out.alpha:
                    by_alpha = delta * function.grad_alpha.__wrapped__(z[i - 1], *own[i - 1])
                    by_unit = self._product(ones, by_alpha)
                    shared = self.learn_alpha == "shared"
                    out.alpha[i - 1][...] = by_unit.sum(2, keepdims=True) if shared else by_unit
        return out

    @property
    def n_learned(self):
        """How many of the parameters of a network are learned: all, but for a fixed α."""
        return self.params.shape[1] - (0 if self.learn_alpha else len(self.alpha))

    def _alphas(self):
        return [(slope,) for slope in self.alpha] or [()] * (len(self.sizes) - 2)

    def _inputs(self, X):
        X = np.asarray(X, dtype=np.float64)
        if X.ndim == 2:
            X = X[None]
        if X.ndim != 3 or X.shape[2] != self.sizes[0] or X.shape[0] not in (1, self.n):
            raise ValueError(
                f"X must have shape (samples, {self.sizes[0]}) or ({self.n}, samples, "
                f"{self.sizes[0]}), got {np.shape(X)}"
            )
        return X


def _spread(delta, shape):
    try:
        return np.broadcast_to(delta, shape)
    except ValueError:
        raise ValueError(
            f"delta of shape {delta.shape} does not fit outputs of shape {shape}"
        ) from None


def by_seed(seed, *stream):
    """Draw once for each seed, and hand what was drawn to all networks of that seed.

    Parameters
    ----------
    seed : (n,) array_like of int
    *stream : int
        Draws of one stream do not depend on those of another.

    Returns
    -------
    callable
        ``drawn(draw)`` returns, for ``draw(rng)`` of some shape, an (n, ...) array. Each seed keeps
        its generator, so a second call goes on where the first ended.

    >>> drawn = by_seed([3, 3, 4])
    >>> drawn(lambda rng: rng.integers(9, size=2)).shape
    (3, 2)
    """
    seeds, which = np.unique(seed, return_inverse=True)
    rngs = [np.random.default_rng([s, *stream]) for s in seeds]
    return lambda draw: np.stack([draw(rng) for rng in rngs])[which]


def rounded(values, resolution=RESOLUTION, out=None):
    """Round numbers to multiples of a power of two.

    Parameters
    ----------
    values : array_like
    resolution : float
    out : float array, optional
        Where to put the result, instead of in fresh memory.

    Returns
    -------
    float array of the same shape

    >>> rounded(0.3, resolution=0.25)
    np.float64(0.25)
    """
    steps = np.rint(np.divide(values, resolution, out=out), out=out)
    return np.multiply(steps, resolution, out=out)


def widths(sizes):
    """Check the sizes of a network and return them as a tuple of int."""
    sizes = tuple(sizes)
    if len(sizes) < 2 or not all(isinstance(size, Integral) and size > 0 for size in sizes):
        raise ValueError(f"sizes must be at least two positive whole numbers, got {list(sizes)}")
    return tuple(map(int, sizes))


def one_of(name, value, allowed):
    """Check that a setting has one of the allowed values.

    Parameters
    ----------
    name : str
        Of the setting, for the message.
    value : object
    allowed : collection

    Raises
    ------
    ValueError
        If it has not; the message names the setting, the value and what is allowed.
    """
    if value not in allowed:
        raise ValueError(f"{name} must be one of {list(allowed)}, got {value!r}")


def per_network(**settings):
    """Broadcast settings to one value for each network.

    Parameters
    ----------
    **settings : number or (n,) array_like
        Non-negative integers for a setting called ``seed``.

    Returns
    -------
    list of (n,) arrays

    Raises
    ------
    TypeError, ValueError
        For what is no number, not finite, or of another length; the message names the setting.
    """
    arrays = {name: np.atleast_1d(value) for name, value in settings.items()}
    for name, array in arrays.items():
        if array.dtype.kind not in ("iu" if name == "seed" else "iuf") or array.ndim != 1:
            kind = "a non-negative integer" if name == "seed" else "a number"
            raise TypeError(f"{name} must be {kind} or a list of them, got {settings[name]!r}")
        if not np.isfinite(array).all():
            raise ValueError(f"{name} must be finite, got {settings[name]!r}")
        if name == "seed" and array.min() < 0:
            raise ValueError(f"seed must be non-negative, got {settings[name]!r}")
    try:
        return np.broadcast_arrays(*arrays.values())
    except ValueError:
        lengths = {name: len(array) for name, array in arrays.items()}
        raise ValueError(f"settings must have one length, or one value, got {lengths}") from None

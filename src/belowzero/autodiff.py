"""Networks as people use them, small, many trained at once, and differentiated by autograd.

Backpropagation is the subject of `belowzero.networks` and written out there; here it is a tool.
Parameters are a dict of arrays and every loss is one number for each network, so the first axis of
all arrays is the networks'. What follows are the parts: parameters, layers, losses, training.
"""

from functools import partial
from itertools import pairwise
from numbers import Real

import autograd.numpy as anp
import numpy as np
from autograd import grad
from autograd.extend import defvjp, defvjp_argnums, primitive
from autograd.numpy.numpy_vjps import unbroadcast, unbroadcast_f
from autograd.tracer import getval

from .activations import ACTIVATIONS
from .networks import RESOLUTION, by_seed, one_of, rounded
from .training import BLAS, LOSSES, steps_of


def start(seed, **layers):
    """Draw the parameters of networks, as He and colleagues do.

    Parameters
    ----------
    seed : (n,) array_like of int
        Networks of one seed start from the same draws.
    **layers : tuple of int, or int
        A shape whose last axis counts outputs, drawn with standard deviation √(2 / fan_in), or a
        number of biases, which are zero.

    Returns
    -------
    dict of str to (n, ...) array
        Multiples of `RESOLUTION`.

    >>> start([0, 1], w=(3, 2), b=2)["w"].shape
    (2, 3, 2)
    """
    drawn, params = by_seed(seed, 2), {}
    for name, shape in layers.items():
        if isinstance(shape, tuple):
            std = np.sqrt(2 / np.prod(shape[:-1]))
            params[name] = rounded(std * drawn(partial(np.random.Generator.normal, size=shape)))
        else:
            params[name] = np.zeros((len(seed), shape))
    return params


def batch(seed, step, size, *arrays):
    """Draw samples, with replacement: the same for networks of one seed.

    Parameters
    ----------
    seed : (n,) array_like of int
    step : int
    size : int
    *arrays : (samples, ...) array_like

    Returns
    -------
    list of (n, size, ...) arrays
    """
    pick = by_seed(seed, 3, step)(lambda rng: rng.integers(len(arrays[0]), size=size))
    return [np.asarray(array)[pick] for array in arrays]


def crossed(*axes):
    """Return one flat array for each axis, which together run through all combinations.

    >>> alpha, seed = crossed([0.0, 0.1], range(2))
    >>> alpha, seed
    (array([0. , 0. , 0.1, 0.1]), array([0, 1, 0, 1]))
    """
    return [grid.ravel() for grid in np.meshgrid(*axes, indexing="ij")]


# Layers


def dense(sizes):
    """Name the weights and biases of fully connected layers, w1, b1, w2, …, for `start`.

    >>> dense([3, 2])
    {'w1': (3, 2), 'b1': 2}
    """
    layers = {}
    for i, (inputs, outputs) in enumerate(pairwise(sizes), start=1):
        layers |= {f"w{i}": (inputs, outputs), f"b{i}": outputs}
    return layers


def mlp(params, x, name, alpha=None):
    """Run inputs through the layers that `dense` names.

    Parameters
    ----------
    params : dict
    x : (n, samples, inputs) array, or (1, samples, inputs) for the same samples everywhere
    name, alpha
        As for `activate`.

    Returns
    -------
    list of (n, samples, outputs) arrays
        Pre-activations of all layers; the last are the outputs.
    """
    z, last = [], sum(key.startswith("w") for key in params)
    for i in range(1, last + 1):
        z.append(linear(x, params[f"w{i}"], params[f"b{i}"]))
        x = activate(z[-1], name, alpha) if i < last else None
    return z


def _differentiable(own):
    """A function with the derivative of this book, and so its convention at zero."""
    function = primitive(own.f.__wrapped__)

    def by_z(answer, z, *alpha):
        return lambda g: g * own.grad.__wrapped__(z, *alpha)

    def by_alpha(answer, z, alpha):
        return unbroadcast_f(alpha, lambda g: g * own.grad_alpha.__wrapped__(z, alpha))

    defvjp(function, by_z, *([by_alpha] if own.grad_alpha else []))
    return function


_FUNCTIONS = {n: _differentiable(own) for n, own in ACTIVATIONS.items() if not own.straight}


@primitive
def _bent(z, slope, alpha=None):
    return slope * z


# Where f is two straight lines, the slopes of all z serve f and its derivative.
defvjp(
    _bent,
    lambda answer, z, slope, alpha=None: lambda g: g * slope,
    None,
    lambda answer, z, slope, alpha: unbroadcast_f(
        alpha, lambda g: g * ACTIVATIONS["prelu"].grad_alpha.__wrapped__(z, alpha)
    ),
)


def activate(z, name, alpha=None):
    """Apply an activation function to (n, ...) pre-activations.

    Parameters
    ----------
    z : array
    name : str
        One of `ACTIVATIONS`.
    alpha : float, or array that broadcasts to z
        Where the function takes one; default: the function's.

    Returns
    -------
    array of the shape of z
    """
    own, alpha = _with_alpha(name, alpha)
    if own.straight:
        slope = own.grad.__wrapped__(getval(z), *map(getval, alpha))
        return _bent(z, slope, *alpha)
    return _FUNCTIONS[name](z, *alpha)


def _with_alpha(name, alpha=None):
    """Return an activation function and what it is called with beside z."""
    own = ACTIVATIONS[name]
    if own.alpha is None:
        return own, ()
    alpha = own.alpha if alpha is None else alpha
    return own, (np.float64(alpha) if isinstance(alpha, Real) else alpha,)


@primitive
def linear(x, w, b=None):
    """Add up inputs and a bias, as every unit does.

    Parameters
    ----------
    x : (n, samples, inputs) array, or (1, samples, inputs) for the same samples everywhere
    w : (n, inputs, outputs) array
    b : (n, outputs) array, optional

    Returns
    -------
    (n, samples, outputs) array
    """
    z = np.matmul(x, w)
    return z if b is None else z + b[:, None]


def _sum(g):
    """Add up over samples: a matrix product does it in a fraction of the time."""
    return np.matmul(np.ones((1, 1, g.shape[1])), g)


# One step of linear, or of normalised, is many for autograd, which takes longer with each.
defvjp(
    linear,
    lambda answer, x, w, b=None: unbroadcast_f(x, lambda g: np.matmul(g, np.swapaxes(w, 1, 2))),
    lambda answer, x, w, b=None: unbroadcast_f(w, lambda g: np.matmul(np.swapaxes(x, 1, 2), g)),
    lambda answer, x, w, b: unbroadcast_f(b, lambda g: _sum(g)[:, 0]),
)


def normalised(z, axis=1):
    """Subtract the mean and divide by the standard deviation: over samples (axis 1) or units (2).

    Ioffe and Szegedy (2015) with the batch's own statistics, Ba and colleagues (2016).
    """
    deviation = np.sqrt(np.var(getval(z), axis=axis, keepdims=True) + 1e-5)
    return _normalised(z, deviation, axis)


@primitive
def _normalised(z, deviation, axis):
    return (z - np.mean(z, axis=axis, keepdims=True)) / deviation


def _normalised_vjp(answer, z, deviation, axis):  # by z, on which the deviation depends too
    def back(g):
        along = answer * np.mean(g * answer, axis=axis, keepdims=True)
        return (g - np.mean(g, axis=axis, keepdims=True) - along) / deviation

    return back


defvjp(_normalised, _normalised_vjp, None, None)


@primitive
def windows(x, stride=1):
    """Cut the 3×3 windows of images, beyond whose edge there are zeros.

    Parameters
    ----------
    x : (n, samples, height, width, channels) array
    stride : int

    Returns
    -------
    (n, samples, height / stride, width / stride, 9 · channels) array
        A convolution is a `linear` of these.
    """
    n, samples, height, width, channels = x.shape
    padded = np.zeros((n, samples, height + 2, width + 2, channels))
    padded[:, :, 1:-1, 1:-1] = x
    cut = [padded[place] for place in _places(height, width, stride)]
    return np.concatenate(cut, axis=-1)


def _places(height, width, stride):
    for i in range(3):
        for j in range(3):
            yield np.s_[:, :, i : i + height : stride, j : j + width : stride]


def _windows_vjp(answer, x, stride=1):
    n, samples, height, width, channels = x.shape

    def back(g):
        padded = np.zeros((n, samples, height + 2, width + 2, channels))
        for k, place in enumerate(_places(height, width, stride)):
            padded[place] += g[..., k * channels : (k + 1) * channels]
        return padded[:, :, 1:-1, 1:-1]

    return back


defvjp(windows, _windows_vjp)


def convolution(x, w, b, stride=1):
    """Convolve images with 3×3 windows.

    Parameters
    ----------
    x : (n, samples, height, width, channels) array
    w : (n, 9 · channels, filters) array
    b : (n, filters) array
    stride : int

    Returns
    -------
    (n, samples, height / stride, width / stride, filters) array
    """
    cut = windows(x, stride)
    flat = anp.reshape(cut, (*cut.shape[:1], -1, cut.shape[-1]))
    return anp.reshape(linear(flat, w, b), (-1, *cut.shape[1:-1], w.shape[-1]))


def recurrent(x, w, u, name, alpha=None):
    """Read sequences, one input after the other: h_t = f(h_{t−1} w + x_t u), from h_0 = 0.

    Parameters
    ----------
    x : (n, samples, T, inputs) array, or (1, samples, T, inputs) for the same samples everywhere
    w : (n, units, units) array
    u : (n, inputs, units) array
    name, alpha
        As for `activate`, with slopes that are not learned.

    Returns
    -------
    (n, samples, units) array
        The last h.
    """
    own, alpha = _with_alpha(name, alpha)
    now_w, now_u = getval(w), getval(u)
    # each step in one piece of memory, from which products are faster
    steps = np.ascontiguousarray(np.moveaxis(getval(x), 2, 0))
    h, slopes = [], []
    for step in steps:
        z = np.matmul(step, now_u)
        if h:
            z += np.matmul(h[-1], now_w)
        slopes.append(own.grad.__wrapped__(z, *alpha))
        h.append(slopes[-1] * z if own.straight else own.f.__wrapped__(z, *alpha))
    return _read(x, w, u, steps, h, slopes)


@primitive
def _read(x, w, u, steps, h, slopes):
    return h[-1]


def _read_vjps(argnums, answer, inputs, _):
    x, w, u, steps, h, slopes = inputs

    def back(g):
        to_x, by = [], {1: np.zeros_like(w), 2: np.zeros_like(u)}
        w_back, u_back = (np.ascontiguousarray(np.swapaxes(p, 1, 2)) for p in (w, u))
        for t in reversed(range(len(h))):
            delta = g * slopes[t]
            if 0 in argnums:  # which training does not ask for
                to_x.insert(0, np.matmul(delta, u_back))
            by[2] += np.matmul(np.swapaxes(steps[t], 1, 2), delta)
            if t:
                by[1] += np.matmul(np.swapaxes(h[t - 1], 1, 2), delta)
                g = np.matmul(delta, w_back)
        if to_x:
            by[0] = unbroadcast(np.stack(to_x, axis=2), anp.metadata(x))
        return [by[k] for k in argnums]

    return back


# One step for autograd, however long the sequence.
defvjp_argnums(_read, _read_vjps)


# Losses, one number for each network


def _loss(of, targets):
    """Make a loss of `belowzero.training` one step for autograd, whose δ it has already."""
    value = primitive(lambda z, y: of(z, targets(z, y))[0])

    def by_z(answer, z, y):
        return lambda g: g[:, None, None] * of(z, targets(z, y))[1]

    defvjp(value, by_z, argnums=[0])
    return value


_softmax = _loss(LOSSES["softmax"].of, lambda z, y: np.eye(z.shape[2])[y])
_binary = _loss(LOSSES["binary"].of, lambda z, y: np.asarray(y)[..., None])


def cross_entropy(z, y):
    """Softmax cross-entropy of (n, samples, classes) outputs and class numbers (n, samples)."""
    return _softmax(z, y)


def logistic(z, y):
    """Binary cross-entropy of (n, samples, 1) outputs and 0 or 1, (n, samples)."""
    return _binary(z, y)


# Training


@primitive
def _watched(root, param, into):
    return param


def _keep(answer, root, param, into):
    def keep(g):
        into[...] = g
        return 0.0

    return keep


defvjp(_watched, _keep)


def _gradient(loss, params, step, into):
    # Asked for the gradient of a dict, autograd goes through the whole dict at each use of an
    # entry: half of all time with fifty layers. So each array hangs from one number, and what
    # flows back to that number is kept on its way.
    def total(root):
        return anp.sum(loss({n: _watched(root, p, into[n]) for n, p in params.items()}, step))

    grad(total)(0.0)


def held(value):
    """Take an array, or a dict of them, as constants: no gradient flows back into them."""
    return {n: getval(v) for n, v in value.items()} if isinstance(value, dict) else getval(value)


def gradient_by(function, *inputs, by=0):
    """Differentiate the sum of a function's values by one of its inputs.

    Parameters
    ----------
    function : callable
        Written with `autograd.numpy`.
    *inputs : arrays
    by : int
        Which of the inputs.

    Returns
    -------
    array of the shape of that input
    """
    return grad(lambda *values: anp.sum(function(*values)), by)(*inputs)


def fit(params, loss, steps, lr, *, adam=False, every=None, see=None, resolution=RESOLUTION):
    """Train networks by gradient descent, or by Adam.

    Parameters
    ----------
    params : dict of str to (n, ...) array
        Left as they are.
    loss : callable
        ``loss(params, step)`` returns an (n,) array, written with `autograd.numpy`.
    steps : int
        Number of updates.
    lr : float or (n,) array_like
    adam : bool
        Kingma and Ba (2015), with their β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸.
    see : callable, optional
        ``see(params, step)`` returns a dict of (n, ...) arrays.
    every : sequence of int, optional
        After which updates to look; default: after the last.
    resolution : float or None
        As in `belowzero.train`: networks compute with rounded parameters; the exact ones are kept.

    Returns
    -------
    (dict, dict)
        The trained parameters; and for each name that `see` returned an (n, T, ...) array, or
        (n, ...) without `every`.
    """
    one_of("adam", adam, (True, False))
    sizes = {name: np.shape(p) for name, p in params.items()}
    n = max(size[0] for size in sizes.values())
    exact = np.concatenate([np.reshape(p, (n, -1)) for p in params.values()], axis=1)
    gradient, move, m, v = (np.zeros_like(exact) for _ in range(4))
    learned = np.array(exact)  # one array for all, and a view of it for each
    params, by_name = _views(learned, sizes), _views(gradient, sizes)
    lr = np.reshape(lr, (-1, 1))
    looks = [steps] if every is None else steps_of("every", every, steps)
    seen = []
    with BLAS.limit(limits=1), np.errstate(all="ignore"):
        for step in range(steps + 1):
            if see and step in looks:
                seen.append({name: np.array(now) for name, now in see(params, step).items()})
            if step == steps:
                break
            gradient[...] = 0.0
            _gradient(loss, params, step, by_name)
            # written over what is there, as fresh memory is slow
            np.multiply(lr, _adam(gradient, m, v, step + 1, move) if adam else gradient, out=move)
            exact -= move
            if resolution:
                rounded(exact, resolution, out=learned)
            else:
                learned[...] = exact
    if every is None:
        return params, seen[0] if see else {}
    return params, {name: np.stack([now[name] for now in seen], axis=1) for name in seen[0]}


def _adam(g, m, v, t, out):
    """Update the running means m of the gradients and v of their squares; return the step."""
    m += np.multiply(0.1, np.subtract(g, m, out=out), out=out)
    v += np.multiply(0.001, np.subtract(np.square(g, out=out), v, out=out), out=out)
    np.sqrt(np.divide(v, 1 - 0.999**t, out=out), out=out)
    out += 1e-8
    np.divide(m, out, out=out)
    out /= 1 - 0.9**t
    return out


def _views(flat, shapes):
    ends = np.cumsum([np.prod(shape[1:], dtype=int) for shape in shapes.values()])
    parts = np.split(flat, ends[:-1], axis=1)
    named = zip(shapes.items(), parts, strict=True)
    return {name: part.reshape(shape) for (name, shape), part in named}

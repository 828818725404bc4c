"""Activation functions f(z) beside their derivatives, by z and, where it can be learned, by α.

Every function works elementwise on an array of pre-activations z of any shape. α may be a number
or any array that broadcasts with z, so one call sweeps a whole grid of slopes. float32 stays
float32 (α is converted to the dtype of z), integers become float64, and nan stays nan.
"""

from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772, 1.0507009873554805


def _checked(function):
    """Check and convert z and α before the bare function, which networks call directly."""
    parameters = signature(function)

    @wraps(function)
    def checked(*args, **kwargs):
        bound = parameters.bind(*args, **kwargs)
        bound.apply_defaults()
        z, *alpha = _real(**bound.arguments)
        values = function(z, *alpha)
        unknown = np.isnan(z)  # which a comparison such as z > 0 would take for a number
        return np.where(unknown, z, values) if unknown.any() else values

    return checked


def _real(z, **alpha):
    z = _floats("z", z)
    if not alpha:
        return (z,)
    given = _floats("alpha", alpha["alpha"])
    with np.errstate(over="ignore"):
        a = given.astype(z.dtype, copy=False)
    if not np.isfinite(a).all():
        raise ValueError(f"alpha must be finite as {z.dtype}, got {given}")
    try:
        np.broadcast_shapes(z.shape, a.shape)
    except ValueError:
        raise ValueError(
            f"alpha of shape {a.shape} does not broadcast with z of shape {z.shape}"
        ) from None
    return z, a


def _floats(name, value):
    if isinstance(value, np.ma.MaskedArray):
        raise TypeError(f"{name} must not be masked: fill its masked entries, or leave them out")
    array = np.asarray(value)
    if array.dtype.kind in "iu":
        array = array.astype(np.float64)
    if array.dtype not in (np.float64, np.float32):
        raise TypeError(f"{name} must hold float64, float32 or integers, got {array.dtype}")
    return array


def _slope(z, alpha, below):
    """1 above zero, and `below`, which for α from 0 to 1 lies there too, at zero and below."""
    if ((alpha >= 0) & (alpha <= 1)).all():  # the same with fewer passes
        return np.maximum(z > 0, below)
    return (z > 0) + below * (z <= 0)


@_checked
def relu(z):
    """Rectified linear unit, f(z) = max(z, 0).

    Parameters
    ----------
    z : array_like
        Pre-activations, any shape.

    Returns
    -------
    ndarray
        Same shape as `z`.

    Raises
    ------
    TypeError
        If `z` does not hold real numbers, or is masked.

    Notes
    -----
    f(0) = 0. Glorot, Bordes, Bengio (2011).

    >>> relu([-3.0, 0.0, 0.5])
    array([0. , 0. , 0.5])
    """
    return np.maximum(z, 0)


@_checked
def relu_grad(z):
    """Slope of `relu`: 1 for z > 0, else 0; f'(0) = 0, as in Bertoin et al. (2021).

    >>> relu_grad([-3.0, 0.0, 0.5])
    array([0., 0., 1.])
    """
    return (z > 0).astype(z.dtype)


@_checked
def leaky_relu(z, alpha=0.01):
    """Leaky ReLU, f(z) = z for z > 0, αz otherwise.

    Parameters
    ----------
    z : array_like
        Pre-activations, any shape.
    alpha : array_like, default 0.01
        Slope below zero; any finite value, any shape that broadcasts with `z`.

    Returns
    -------
    ndarray
        Shape of `z` and `alpha` broadcast together.

    Raises
    ------
    TypeError
        If `z` or `alpha` does not hold real numbers, or is masked.
    ValueError
        If `alpha` is not finite or does not broadcast with `z`.

    Notes
    -----
    f(0) = 0. Maas, Hannun, Ng (2013). Written as the sum of the two halves, never as max(αz, z),
    which is right only for α ≤ 1.

    >>> leaky_relu([-3.0, 0.0, 0.5])
    array([-0.03,  0.  ,  0.5 ])
    >>> leaky_relu(-3.0, alpha=[0.0, 0.25, 2.0])
    array([ 0.  , -0.75, -6.  ])
    """
    below = np.minimum(z, 0)
    if not alpha.all() and (z == -np.inf).any():  # 0 · (−∞) is nan, but ReLU, α = 0, is 0 there
        below = np.maximum(below, np.where(alpha, -np.inf, np.finfo(z.dtype).min).astype(z.dtype))
    below = alpha * below
    below += np.maximum(z, 0)
    return below


@_checked
def leaky_relu_grad(z, alpha=0.01):
    """Slope of `leaky_relu`: 1 for z > 0, else α; f'(0) = α.

    >>> leaky_relu_grad([-3.0, 0.0, 0.5])
    array([0.01, 0.01, 1.  ])
    """
    return _slope(z, alpha, alpha)


@_checked
def prelu(z, alpha):
    """Parametric ReLU, f(z) = z for z > 0, αz otherwise: `leaky_relu` with an α that is learned.

    Parameters, result and errors are those of `leaky_relu`, but `alpha` has no default: a network
    starts it at 0.25 and learns it through `prelu_grad_alpha`.

    Notes
    -----
    f(0) = 0. He, Zhang, Ren, Sun (2015).

    >>> prelu([-3.0, 0.0, 0.5], 0.25)
    array([-0.75,  0.  ,  0.5 ])
    """
    return leaky_relu.__wrapped__(z, alpha)


@_checked
def prelu_grad(z, alpha):
    """Slope of `prelu` by z: 1 for z > 0, else α; f'(0) = α.

    >>> prelu_grad([-3.0, 0.0, 0.5], 0.25)
    array([0.25, 0.25, 1.  ])
    """
    return leaky_relu_grad.__wrapped__(z, alpha)


@_checked
def prelu_grad_alpha(z, alpha=0.25):
    """Derivative of `prelu` by α: 0 for z > 0, else z, whatever α is.

    >>> prelu_grad_alpha([-3.0, 0.0, 0.5])
    array([-3.,  0.,  0.])
    """
    return np.minimum(z, np.zeros_like(alpha))


@_checked
def elu(z, alpha=1.0):
    """Exponential linear unit, f(z) = z for z > 0, α(exp(z) − 1) otherwise.

    Parameters, result and errors are those of `leaky_relu`, but −`alpha` is the value at z → −∞.

    Notes
    -----
    f(0) = 0; the slope jumps from α to 1 there unless α = 1. Clevert, Unterthiner, Hochreiter
    (2015). `expm1` of min(z, 0) keeps every digit near 0 and cannot overflow.

    >>> elu([-3.0, 0.0, 0.5]).round(4)
    array([-0.9502,  0.    ,  0.5   ])
    """
    below = alpha * np.expm1(np.minimum(z, 0))
    below += np.maximum(z, 0)
    return below


@_checked
def elu_grad(z, alpha=1.0):
    """Slope of `elu` by z: 1 for z > 0, else α exp(z); f'(0) = α.

    >>> elu_grad([-3.0, 0.0, 0.5], 0.5).round(4)
    array([0.0249, 0.5   , 1.    ])
    """
    return _slope(z, alpha, alpha * np.exp(np.minimum(z, 0)))


@_checked
def elu_grad_alpha(z, alpha=1.0):
    """Derivative of `elu` by α: 0 for z > 0, else exp(z) − 1, whatever α is.

    >>> elu_grad_alpha([-3.0, 0.0, 0.5]).round(4)
    array([-0.9502,  0.    ,  0.    ])
    """
    return np.expm1(prelu_grad_alpha.__wrapped__(z, alpha))


def _must_be_positive(alpha):
    if not (alpha > 0).all():
        raise ValueError(f"celu needs alpha > 0, got {alpha}")


@_checked
def celu(z, alpha=1.0):
    """Continuously differentiable ELU, f(z) = z for z > 0, α(exp(z/α) − 1) otherwise.

    Parameters, result and errors are those of `elu`, but `alpha` must be positive.

    Notes
    -----
    f(0) = 0; smooth there for every α. Barron (2017).

    >>> celu([-3.0, 0.0, 0.5], 0.5).round(4)
    array([-0.4988,  0.    ,  0.5   ])
    """
    _must_be_positive(alpha)
    with np.errstate(over="ignore"):  # z/α may reach −∞, where expm1 is −1
        return np.maximum(z, 0) + alpha * np.expm1(np.minimum(z, 0) / alpha)


@_checked
def celu_grad(z, alpha=1.0):
    """Slope of `celu`: 1 for z > 0, else exp(z/α); f'(0) = 1.

    >>> celu_grad([-3.0, 0.0, 0.5], 0.5).round(4)
    array([0.0025, 1.    , 1.    ])
    """
    _must_be_positive(alpha)
    with np.errstate(over="ignore"):
        return np.exp(np.minimum(z, 0) / alpha)


@_checked
def selu(z):
    """Scaled ELU, f(z) = λ elu(z, α) with λ = 1.0507, α = 1.6733.

    The constants make mean 0 and variance 1 a fixed point of a wide layer.

    Notes
    -----
    f(0) = 0. Klambauer, Unterthiner, Mayr, Hochreiter (2017).

    >>> selu([-3.0, 0.0, 0.5]).round(4)
    array([-1.6706,  0.    ,  0.5254])
    """
    return _SELU_SCALE * elu(z, _SELU_ALPHA)


@_checked
def selu_grad(z):
    """Slope of `selu`: λ for z > 0, else λα exp(z); f'(0) = λα = 1.7581.

    >>> selu_grad([-3.0, 0.0, 0.5]).round(4)
    array([0.0875, 1.7581, 1.0507])
    """
    return _SELU_SCALE * elu_grad(z, _SELU_ALPHA)


@_checked
def gelu(z):
    """Gaussian error linear unit, f(z) = z Φ(z), with the exact normal distribution function Φ.

    Notes
    -----
    f(0) = 0. Hendrycks, Gimpel (2016).

    >>> gelu([-3.0, 0.0, 0.5]).round(4)
    array([-0.004 ,  0.    ,  0.3457])
    """
    z = np.maximum(z, -100)  # Φ(−100) is 0 in floating point: keeps −∞ · 0 out
    return z * ndtr(z)


@_checked
def gelu_grad(z):
    """Slope of `gelu`: Φ(z) + z φ(z), φ the normal density; f'(0) = 1/2.

    >>> gelu_grad([-3.0, 0.0, 0.5]).round(4)
    array([-0.0119,  0.5   ,  0.8675])
    """
    z = np.clip(z, -100, 100)  # the slope is 0 or 1 beyond, to the last digit
    return ndtr(z) + z * np.exp(-z * z / 2) / np.sqrt(2 * np.pi, dtype=z.dtype)


@_checked
def silu(z):
    """Sigmoid-weighted linear unit (Swish with β = 1), f(z) = z σ(z).

    Notes
    -----
    f(0) = 0. Hendrycks, Gimpel (2016); Ramachandran, Zoph, Le (2017).

    >>> silu([-3.0, 0.0, 0.5]).round(4)
    array([-0.1423,  0.    ,  0.3112])
    """
    z = np.maximum(z, -1000)  # σ(−1000) is 0 in floating point: keeps −∞ · 0 out
    return z * sigmoid.__wrapped__(z)


@_checked
def silu_grad(z):
    """Slope of `silu`: σ(z) + z σ(z) σ(−z); f'(0) = 1/2.

    >>> silu_grad([-3.0, 0.0, 0.5]).round(4)
    array([-0.0881,  0.5   ,  0.74  ])
    """
    z = np.clip(z, -1000, 1000)  # the slope is 0 or 1 beyond, to the last digit
    return sigmoid.__wrapped__(z) + z * sigmoid_grad.__wrapped__(z)


@_checked
def softplus(z):
    """Softplus, f(z) = log(1 + exp(z)), a smooth ReLU.

    Notes
    -----
    f(0) = log 2. Dugas et al. (2000). Written as max(z, 0) + log1p(exp(−|z|)): no overflow.

    >>> softplus([-3.0, 0.0, 0.5]).round(4)
    array([0.0486, 0.6931, 0.9741])
    """
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


@_checked
def softplus_grad(z):
    """Slope of `softplus`: σ(z); f'(0) = 1/2.

    >>> softplus_grad([-3.0, 0.0, 0.5]).round(4)
    array([0.0474, 0.5   , 0.6225])
    """
    return sigmoid.__wrapped__(z)


@_checked
def sigmoid(z):
    """Logistic sigmoid, σ(z) = 1 / (1 + exp(−z)).

    Notes
    -----
    σ(0) = 1/2.

    >>> sigmoid([-3.0, 0.0, 0.5]).round(4)
    array([0.0474, 0.5   , 0.6225])
    """
    with np.errstate(over="ignore"):  # exp(−z) may reach ∞, where σ is 0
        return 1 / (1 + np.exp(-z))


@_checked
def sigmoid_grad(z):
    """Slope of `sigmoid`: σ(z) σ(−z), from exp(−|z|), right to the last digits; σ'(0) = 1/4.

    >>> sigmoid_grad([-3.0, 0.0, 0.5]).round(4)
    array([0.0452, 0.25  , 0.235 ])
    """
    e = np.exp(-np.abs(z))
    return e / (1 + e) ** 2


@_checked
def tanh(z):
    """Hyperbolic tangent.

    Notes
    -----
    f(0) = 0.

    >>> tanh([-3.0, 0.0, 0.5]).round(4)
    array([-0.9951,  0.    ,  0.4621])
    """
    return np.tanh(z)


@_checked
def tanh_grad(z):
    """Slope of `tanh`: 1 − tanh²(z), from exp(−|z|), right to the last digits; f'(0) = 1.

    >>> tanh_grad([-3.0, 0.0, 0.5]).round(4)
    array([0.0099, 1.    , 0.7864])
    """
    e = np.exp(-np.abs(z)) ** 2
    return 4 * e / (1 + e) ** 2


class Activation(NamedTuple):
    """An activation function with its derivatives; α where it takes one."""

    f: Callable
    grad: Callable
    alpha: float | None = None  # default α; None: the function takes none
    grad_alpha: Callable | None = None  # None: α cannot be learned

    @property
    def straight(self):
        """Whether f is two straight lines that meet in 0, so that f(z) = f'(z) z."""
        return self.f in (relu, leaky_relu, prelu)


ACTIVATIONS = {
    "relu": Activation(relu, relu_grad),
    "leaky_relu": Activation(leaky_relu, leaky_relu_grad, 0.01),
    "prelu": Activation(prelu, prelu_grad, 0.25, prelu_grad_alpha),
    "elu": Activation(elu, elu_grad, 1.0, elu_grad_alpha),
    "celu": Activation(celu, celu_grad, 1.0),
    "selu": Activation(selu, selu_grad),
    "gelu": Activation(gelu, gelu_grad),
    "silu": Activation(silu, silu_grad),
    "softplus": Activation(softplus, softplus_grad),
    "sigmoid": Activation(sigmoid, sigmoid_grad),
    "tanh": Activation(tanh, tanh_grad),
}

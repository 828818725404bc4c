"""Helper package of the book Below Zero."""
# ruff: noqa: F401 - what is imported here is what `from belowzero import ...` offers

from .activations import (
    ACTIVATIONS,
    celu,
    celu_grad,
    elu,
    elu_grad,
    elu_grad_alpha,
    gelu,
    gelu_grad,
    leaky_relu,
    leaky_relu_grad,
    prelu,
    prelu_grad,
    prelu_grad_alpha,
    relu,
    relu_grad,
    selu,
    selu_grad,
    sigmoid,
    sigmoid_grad,
    silu,
    silu_grad,
    softplus,
    softplus_grad,
    tanh,
    tanh_grad,
)
from .claims import verdict
from .datasets import churn, circles, digits, digits_split, spirals, xor
from .diagnostics import (
    MIXED,
    OFF,
    ON,
    activation_moments,
    dead_share,
    dormant_share,
    gradient_size,
    linearity,
    revivals,
    unit_states,
    zero_share,
)
from .exercises import check
from .explore import explore
from .intervals import Interval, mean_interval, share_interval
from .networks import MLP
from .sweeps import Run, sweep
from .tables import table
from .training import train

__version__ = "0.1.0"

"""The activation functions and their slopes on a million numbers, against PyTorch."""

from functools import partial

import numpy as np

from belowzero import ACTIVATIONS

from .timing import Row, take_turns

Z = np.random.default_rng(0).normal(size=1_000_000)


def rows():
    """Yield two rows for each activation: its values, and its slopes."""
    try:
        import torch
    except ImportError:
        yield "activation functions, against PyTorch: not installed"
        return
    functional = torch.nn.functional
    z = torch.tensor(Z)
    learning = torch.tensor(Z, requires_grad=True)
    for name, activation in ACTIVATIONS.items():
        alpha = () if activation.alpha is None else (activation.alpha,)
        given = (z.new_tensor(alpha),) if name == "prelu" else alpha
        function = getattr(torch, name, None) or getattr(functional, name)
        if name in ("prelu", "celu", "selu"):  # what `torch` itself offers takes other arguments
            function = getattr(functional, name)
        ours = partial(activation.f, Z, *alpha)
        theirs = partial(function, z, *given)
        note = f"differ by at most {np.abs(ours() - theirs().numpy()).max():.0e}"
        yield Row(f"{name}, 10⁶ numbers", *take_turns(ours, theirs), "s", note)

        # the graph is built before, so that only the backward pass is timed
        output = function(learning, *given)
        ones = torch.ones_like(output)
        ours = partial(activation.grad, Z, *alpha)
        theirs = partial(torch.autograd.grad, output, learning, ones, retain_graph=True)
        note = f"differ by at most {np.abs(ours() - theirs()[0].numpy()).max():.0e}"
        yield Row(f"{name}, slope, 10⁶ numbers", *take_turns(ours, theirs), "s", note)

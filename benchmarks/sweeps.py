"""The churn experiment for 101 α × 50 seeds: a sweep against loops and against other libraries.

Every contender trains the same 5,050 networks from the same start for 200 steps, and keeps the loss
of every step. The loop is timed on some of its networks, drawn anew each round, and scaled up. The
sweep rounds its parameters, as everywhere in the book; its losses are compared without rounding.
"""

from functools import partial

import numpy as np

from belowzero import MLP, churn, sigmoid, sweep

from .timing import Row, take_turns

X, Y = churn()
ALPHAS, SEEDS, STEPS, LR = np.linspace(0, 1, 101), range(50), 200, 0.1
LOOPED = 20  # networks that the loop trains in a round


def leaky_relu(z, alpha):
    """Written as the loop's source writes it."""
    return np.where(z > 0, z, alpha * z)


def leaky_relu_grad(z, alpha):
    """Written as the loop's source writes it."""
    return np.where(z > 0, 1.0, alpha)


def train_network(alpha, seed):
    """Train one network with a plain NumPy loop; return the loss before each step."""
    rng = np.random.default_rng(seed)
    w1, b1 = rng.normal(0, 0.1, (2, 2)), np.zeros(2)
    w2, b2 = rng.normal(0, 0.1, (2, 1)), np.zeros(1)
    losses = []
    for _ in range(STEPS):
        z1 = X @ w1 + b1
        a1 = leaky_relu(z1, alpha)
        z2 = a1 @ w2 + b2
        p = (1 / (1 + np.exp(-np.clip(z2, -500, 500)))).flatten()
        losses.append(-np.mean(Y * np.log(p + 1e-8) + (1 - Y) * np.log(1 - p + 1e-8)))
        delta = (p - Y) / len(Y)
        by_w2, by_b2 = a1.T @ delta.reshape(-1, 1), delta.sum()
        delta_z = delta.reshape(-1, 1) @ w2.T * leaky_relu_grad(z1, alpha)
        by_w1, by_b1 = X.T @ delta_z, delta_z.sum(axis=0)
        w1 -= LR * by_w1
        b1 -= LR * by_b1
        w2 -= LR * by_w2
        b2 -= LR * by_b2
    return losses


def loss_of_the_loop(state):
    """The loop's loss, with its constant in the logarithm, from a sweep's outputs."""
    p = sigmoid(state.z[-1])[..., 0]
    return -np.mean(Y * np.log(p + 1e-8) + (1 - Y) * np.log(1 - p + 1e-8), axis=1)


our_sweep = partial(
    sweep, [2, 2, 1], X, Y, activation="leaky_relu", alpha=ALPHAS, seed=SEEDS, init="normal",
    scale=0.1, lr=LR, steps=STEPS,
)  # fmt: skip
exact_sweep = partial(our_sweep, resolution=None)


def start():
    """Weights, biases and α of all networks, for the other libraries."""
    alpha, seed = (grid.ravel() for grid in np.meshgrid(ALPHAS, SEEDS, indexing="ij"))
    how = dict(init="normal", scale=0.1, resolution=None)
    net = MLP([2, 2, 1], activation="leaky_relu", alpha=alpha, seed=seed, **how)
    parameters = net.weights[0], net.biases[0], net.weights[1], net.biases[1]
    return [np.ascontiguousarray(array) for array in parameters], alpha[:, None, None]


def rows():
    """Yield a row for each contender, or a line that says what is not installed."""
    yield from against_the_loop()
    times = take_turns(our_sweep, exact_sweep, rounds=21)
    yield Row("5,050 churn networks, against not rounding", *times, "s")
    yield from against_jax()
    yield from against_pytorch()


def against_the_loop():
    """Compare on one core."""
    run = exact_sweep(record={"loss": loss_of_the_loop}).record["loss"]
    rng = np.random.default_rng(0)
    networks = len(ALPHAS) * len(SEEDS)
    apart = []

    def loop():
        for place in rng.integers(networks, size=LOOPED):
            i, j = np.unravel_index(place, run.shape[:2])
            losses = train_network(ALPHAS[i], SEEDS[j])
            apart.append(np.abs(run[i, j, :STEPS] - losses).max())

    times, theirs = take_turns(our_sweep, loop)
    theirs = [t / LOOPED * networks for t in theirs]
    note = f"losses differ by at most {max(apart):.0e} on {len(apart)} networks"
    yield Row("5,050 churn networks, against a loop", times, theirs, "s", note)


def against_jax():
    """Compare with compiled, vectorised JAX in float64."""
    try:
        import jax
    except ImportError:
        yield "5,050 churn networks, against JAX: not installed"
        return
    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy
    (w1, b1, w2, b2), alpha = start()

    def loss(parameters, slope):
        w1, b1, w2, b2 = parameters
        z = X @ w1 + b1
        t = ((1 - 2 * Y[:, None]) * (jnp.where(z > 0, z, slope * z) @ w2 + b2))[:, 0]
        return jax.nn.softplus(t).mean()

    def one(parameters, slope):
        def step(parameters, _):
            value, by = jax.value_and_grad(loss)(parameters, slope)
            return jax.tree.map(lambda p, g: p - LR * g, parameters, by), value

        return jax.lax.scan(step, parameters, length=STEPS)[1]

    train = jax.jit(jax.vmap(one))

    def theirs():
        return train((w1, b1, w2, b2), alpha).block_until_ready()

    run = exact_sweep()
    apart = np.abs(theirs().reshape((*run.loss.shape[:2], STEPS)) - run.loss[..., :STEPS]).max()
    note = f"losses differ by at most {apart:.0e}; compiled before"
    yield Row("5,050 churn networks, against JAX", *take_turns(our_sweep, theirs), "s", note)


def against_pytorch():
    """Compare with batched PyTorch and its autograd, in float64."""
    try:
        import torch
    except ImportError:
        yield "5,050 churn networks, against PyTorch: not installed"
        return
    parameters, alpha = start()
    slope = torch.tensor(alpha)
    data, sign = torch.tensor(X), torch.tensor(1.0 - 2 * Y[:, None])

    def theirs():
        w1, b1, w2, b2 = learned = [torch.tensor(p, requires_grad=True) for p in parameters]
        losses = []
        for _ in range(STEPS):
            z = data @ w1 + b1
            t = sign * (torch.where(z > 0, z, slope * z) @ w2 + b2)
            loss = torch.nn.functional.softplus(t, threshold=700).mean(dim=(1, 2))
            losses.append(loss.detach())
            for p, g in zip(learned, torch.autograd.grad(loss.sum(), learned), strict=True):
                p.data -= LR * g
        return torch.stack(losses, dim=1).numpy()

    run = exact_sweep()
    apart = np.abs(theirs().reshape((*run.loss.shape[:2], STEPS)) - run.loss[..., :STEPS]).max()
    times = take_turns(our_sweep, theirs, rounds=5)
    note = f"losses differ by at most {apart:.0e}"
    yield Row("5,050 churn networks, against PyTorch", *times, "s", note)

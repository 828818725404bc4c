"""Training and sweeps: the updates, what is recorded, and that no network sees another."""

from functools import partial

import numpy as np
import pytest

from belowzero import MLP, churn, dead_share, sigmoid, sweep, train, xor
from belowzero.networks import RESOLUTION
from belowzero.training import LOSSES

X, Y = xor(40, rng=1)
CLASSES = np.arange(40) % 3


def same_run(one, other):
    assert np.array_equal(one.loss, other.loss)
    assert np.array_equal(one.final.params, other.final.params)
    assert one.record.keys() == other.record.keys()
    for name in one.record:
        assert np.array_equal(one.record[name], other.record[name])


def dead(state):
    return dead_share(state.z[0])


# One network, by hand


def churn_losses(alpha, seed, steps):
    """The churn experiment as a plain loop, its loss with the constant in the logarithm."""
    data, y = churn()
    rng = np.random.default_rng(seed)
    w1, b1 = rng.normal(0, 0.1, (2, 2)), np.zeros(2)
    w2, b2 = rng.normal(0, 0.1, (2, 1)), np.zeros(1)
    losses = []
    for _ in range(steps):
        z = data @ w1 + b1
        a = np.where(z > 0, z, alpha * z)
        p = 1 / (1 + np.exp(-(a @ w2 + b2)[:, 0]))
        losses.append(-np.mean(y * np.log(p + 1e-8) + (1 - y) * np.log(1 - p + 1e-8)))
        delta = ((p - y) / 5)[:, None]
        delta_z = delta @ w2.T * np.where(z > 0, 1, alpha)
        w2, b2 = w2 - 0.1 * a.T @ delta, b2 - 0.1 * delta.sum(0)
        w1, b1 = w1 - 0.1 * data.T @ delta_z, b1 - 0.1 * delta_z.sum(0)
    return losses


def with_constant(y, state):
    p = sigmoid(state.z[-1])[..., 0]
    return -np.mean(y * np.log(p + 1e-8) + (1 - y) * np.log(1 - p + 1e-8), axis=1)


def test_a_sweep_repeats_the_plain_loop():
    data, y = churn()
    alphas = [0, 0.01, 0.3, 1]
    run = sweep(
        [2, 2, 1], data, y, steps=200, activation="leaky_relu", alpha=alphas, seed=[0, 42],
        init="normal", scale=0.1, lr=0.1, record={"loss": partial(with_constant, y)},
        resolution=None,
    )  # fmt: skip
    for i, alpha in enumerate(alphas):
        for j, seed in enumerate([0, 42]):
            losses = churn_losses(alpha, seed, 200)
            assert np.allclose(run.record["loss"][i, j, :200], losses, rtol=0, atol=1e-12)
            assert np.allclose(run.loss[i, j, :200], losses, rtol=0, atol=5e-8)


def test_momentum_and_decay_follow_their_formula():
    net = MLP([2, 3, 1], activation="prelu", learn_alpha="unit", seed=3, resolution=None)
    by_hand, rates = net[:], {"weight_decay": 0.1, "bias_decay": 0.2, "alpha_decay": 0.3}
    train(net, X, Y, steps=3, lr=0.5, momentum=0.9, **rates)
    velocity = 0
    for _ in range(3):
        layers = by_hand.forward(X)
        _, delta = LOSSES["binary"].of(layers.z[-1], Y[:, None])
        gradients = by_hand.backward(X, layers, delta)
        for name, rate in zip(("weights", "biases", "alpha"), rates.values(), strict=True):
            for p, g in zip(getattr(by_hand, name), getattr(gradients, name), strict=True):
                g += rate * p
        velocity = 0.9 * velocity + gradients.flat
        by_hand.params -= 0.5 * velocity
    assert np.allclose(net.params, by_hand.params, rtol=1e-12)


@pytest.mark.parametrize("decay", ["weight_decay", "bias_decay", "alpha_decay"])
def test_each_decay_shrinks_only_what_it_is_for(decay):
    net = MLP([2, 3, 1], activation="prelu", learn_alpha="shared", bias=0.5, seed=3)
    with_decay = net[:]
    train(net, X, Y, steps=1)
    train(with_decay, X, Y, steps=1, **{decay: 0.1})
    changed = {
        "weight_decay": not np.array_equal(net.weights[0], with_decay.weights[0]),
        "bias_decay": not np.array_equal(net.biases[0], with_decay.biases[0]),
        "alpha_decay": not np.array_equal(net.alpha[0], with_decay.alpha[0]),
    }
    assert [name for name, differs in changed.items() if differs] == [decay]


def test_a_fixed_alpha_stays():
    net = MLP([2, 3, 1], activation="prelu", seed=3)
    train(net, X, Y, steps=5, alpha_decay=0.5)
    assert (net.alpha[0] == 0.25).all()


def test_a_learned_alpha_moves():
    net = MLP([2, 3, 1], activation="prelu", learn_alpha="shared", seed=3)
    train(net, X, Y, steps=5)
    assert net.alpha[0] != 0.25


def test_a_fixed_alpha_is_a_setting_and_is_not_rounded():
    net = MLP([2, 3, 1], activation="leaky_relu", alpha=0.01, seed=3)
    train(net, X, Y, steps=5)
    assert (net.alpha[0] == 0.01).all()


# Rounding


def learned_parameters(net):
    return net.params[:, : net.n_learned]


def test_a_network_is_drawn_and_trained_in_multiples_of_its_resolution():
    settings = dict(activation="prelu", learn_alpha="unit", alpha=0.01, seed=range(5))
    for lr in 0.0, 0.1:
        run = sweep([2, 3, 1], X, Y, steps=7, lr=lr, keep=[0, 3], **settings)
        for net in run.networks(step=0), run.networks(step=3), run.final:
            multiples = learned_parameters(net) / RESOLUTION
            assert np.array_equal(multiples, np.rint(multiples))


def test_training_forgets_the_last_bit_that_a_processor_changes():
    rng = np.random.default_rng(0)
    other = X * (1 + rng.choice([-1, 0, 1], X.shape) * 2.0**-52)
    settings = dict(steps=300, lr=1.0, seed=range(20), batch_size=7)
    for resolution, same in (RESOLUTION, True), (None, False):
        nets = [sweep([2, 8, 1], x, Y, resolution=resolution, **settings).final for x in (X, other)]
        assert np.array_equal(*map(learned_parameters, nets)) == same


def test_updates_far_smaller_than_the_resolution_add_up():
    # far below zero: each step moves the weight by less than a thousandth of the resolution
    settings = dict(activation="elu", bias=-14.0, lr=0.1, seed=range(5), steps=20_000, every=20_000)
    nets = [sweep([2, 1, 1], X, Y, resolution=r, **settings).final for r in (RESOLUTION, None)]
    start = MLP([2, 1, 1], activation="elu", bias=-14.0, seed=range(5))
    moved = [net.biases[0] - start.biases[0] for net in nets]
    assert np.abs(moved).min() > RESOLUTION
    assert np.allclose(*moved, atol=RESOLUTION)


def test_rounding_changes_an_experiment_s_losses_by_little():
    settings = dict(steps=50, lr=0.5, seed=range(10))
    exact, coarse = (
        sweep([2, 8, 1], X, Y, resolution=r, **settings).loss for r in (None, RESOLUTION)
    )
    assert 0 < np.abs(exact - coarse).max() < 1e-4


def test_a_resolution_is_a_power_of_two():
    for wrong in 1e-6, 0, -0.5, np.nan, np.inf, "fine":
        with pytest.raises(ValueError, match=f"power of two or None, got {wrong!r}"):
            MLP([2, 3, 1], resolution=wrong)


def test_a_dead_unit_of_the_first_layer_never_moves_under_plain_sgd():
    net = MLP([2, 3, 1], activation="relu", seed=3)
    net.biases[0][0, 0, 1] = -100
    before = net[:]
    train(net, X, Y, steps=20, lr=1.0)
    assert np.array_equal(net.weights[0][0, :, 1], before.weights[0][0, :, 1])
    assert net.biases[0][0, 0, 1] == -100


# Losses


@pytest.mark.parametrize(
    ("loss", "y"),
    [("binary", Y[:, None]), ("softmax", np.eye(3)[CLASSES]), ("squared", X[:, :1] - 1)],
)
def test_a_loss_and_its_delta_agree(loss, y):
    z, h = np.random.default_rng(0).normal(size=(2, 40, y.shape[1])), 1e-6
    value, delta = LOSSES[loss].of(z, y)
    for place in np.ndindex(2, 3, y.shape[1]):
        moved = z.copy()
        moved[place] += h
        rise = (LOSSES[loss].of(moved, y)[0] - value)[place[0]]
        assert np.isclose(delta[place], rise / h, rtol=1e-4, atol=1e-8)


@pytest.mark.parametrize(("z", "wanted"), [(-1e4, 1e4), (1e4, 0), (0, np.log(2))])
def test_the_binary_loss_is_right_for_any_output(z, wanted):
    value, delta = LOSSES["binary"].of(np.full((1, 1, 1), z), np.ones((1, 1)))
    assert value == wanted
    assert delta == pytest.approx(sigmoid(z) - 1)


def test_xor_is_learned():
    run = sweep([2, 8, 1], X, Y, steps=300, activation="elu", seed=range(5), lr=1.0)
    assert (run.accuracy[:, -1] == 1).all()


def test_accuracy_is_the_share_of_right_samples_however_many():
    x = np.linspace(-1, 1, 301)[:, None]
    net = MLP([1, 1], seed=0, init="normal")
    net.weights[0][...], net.biases[0][...] = 1, 0
    history = train(net, x, x[:, 0] > -0.11, steps=0)
    assert history.accuracy.tolist() == [[284 / 301]]  # wrong from −0.11 to 0


def test_classes_are_learned_with_the_softmax():
    data = np.eye(3)[CLASSES] + 0.1 * np.random.default_rng(0).normal(size=(40, 3))
    run = sweep([3, 8, 3], data, CLASSES, steps=100, activation="elu", lr=1.0)
    assert run.accuracy[-1] == 1


def test_a_regression_has_no_accuracy():
    run = sweep([2, 4, 1], X, X[:, 0], steps=200, loss="squared", activation="elu", lr=0.1)
    assert run.accuracy is None
    assert run.loss[-1] < 0.1 * run.loss[0]


# Alone or together

TOGETHER = {
    "narrow": {"sizes": [2, 2, 1]},
    "narrow and deep": {"sizes": [2, 3, 3, 2, 1], "momentum": 0.9},
    "wide": {"sizes": [2, 20, 1], "weight_decay": 0.01},
    "deep": {"sizes": [2, 9, 7, 5, 1], "momentum": 0.5, "bias_decay": 0.1},
    "batches": {"sizes": [2, 3, 1], "batch_size": 7, "steps": 20},
    "wide batches": {"sizes": [2, 17, 6, 1], "batch_size": 7, "momentum": 0.9},
    "one input": {"sizes": [1, 1, 1], "X": X[:, :1]},
    "classes": {"sizes": [2, 12, 3], "y": CLASSES, "batch_size": 16},
    "narrow classes": {"sizes": [2, 4, 3], "y": CLASSES},
    "regression": {"sizes": [2, 3, 1], "y": X[:, 1], "loss": "squared"},
    "PReLU": {"sizes": [2, 4, 3, 1], "activation": "prelu", "learn_alpha": "unit"},
    "wide PReLU": {"sizes": [2, 9, 9, 1], "activation": "prelu", "learn_alpha": "shared"},
    "ELU": {"sizes": [2, 9, 9, 1], "activation": "elu", "learn_alpha": "unit"},
    "CELU": {"sizes": [2, 4, 1], "activation": "celu", "alpha": [0.5, 1, 2]},
}


@pytest.mark.parametrize("name", TOGETHER)
def test_a_network_of_an_ensemble_equals_the_one_trained_alone_bit_for_bit(name):
    case = {"X": X, "y": Y, "activation": "leaky_relu", "alpha": [0, 0.1, 1], "steps": 30}
    case |= TOGETHER[name]
    alphas, lrs, seeds = case.pop("alpha"), [0.01, 0.1], [0, 5, 6]
    run = sweep(**case, alpha=alphas, lr=lrs, seed=seeds)
    assert not run.diverged.any()
    for i, alpha in enumerate(alphas):
        for j, lr in enumerate(lrs):
            for k, seed in enumerate(seeds):
                alone = sweep(**case, alpha=alpha, lr=lr, seed=seed)
                assert np.array_equal(run.loss[i, j, k], alone.loss)
                picked = run.networks(alpha=alpha, lr=lr, seed=seed)
                assert np.array_equal(picked.params, alone.final.params)


SWEEP = {"steps": 10, "activation": "leaky_relu", "alpha": np.linspace(0, 1, 9), "seed": range(4)}


@pytest.mark.parametrize("size", [1, 200, 1000])
def test_the_size_of_the_chunks_does_not_change_a_bit(monkeypatch, size):
    settings = SWEEP | {"record": {"dead": dead}, "batch_size": 16, "every": 1}
    whole = sweep([2, 3, 1], X, Y, **settings)
    monkeypatch.setattr("belowzero.sweeps._CHUNK", size)
    same_run(whole, sweep([2, 3, 1], X, Y, **settings))


def test_train_and_sweep_agree():
    net = MLP([2, 3, 1], seed=[4, 5])
    history = train(net, X, Y, steps=20, seed=[4, 5], batch_size=8)
    run = sweep([2, 3, 1], X, Y, steps=20, activation="relu", seed=[4, 5], batch_size=8)
    assert np.array_equal(run.final.params, net.params)
    assert np.array_equal(run.loss, history.loss)


def test_networks_of_one_seed_see_the_same_batches_whatever_their_alpha():
    alone = sweep([2, 3, 1], X, Y, steps=9, activation="leaky_relu", seed=8, batch_size=5)
    run = sweep(
        [2, 3, 1], X, Y, steps=9, activation="leaky_relu", alpha=[0.01, 0.02], seed=8, batch_size=5
    )
    assert np.array_equal(run.loss[0], alone.loss)
    assert not np.array_equal(run.loss[0], run.loss[1])


def test_an_epoch_takes_every_sample_once():
    net = MLP([2, 1], activation="relu", seed=0)
    once = net[:]
    # with a squared loss that is linear in the update, a small step adds up to the full gradient
    train(net, X, X[:, 0], steps=4, lr=1e-6, loss="squared", batch_size=10)
    train(once, X, X[:, 0], steps=4, lr=1e-6, loss="squared")
    assert np.allclose(net.params, once.params, rtol=0, atol=1e-10)


# What is recorded


def test_axes_stand_in_the_order_given():
    run = sweep([2, 3, 1], X, Y, steps=4, lr=[0.1, 0.2], alpha=[0, 0.1, 1],
                activation=["leaky_relu", "prelu"], seed=range(5))  # fmt: skip
    assert list(run.axes) == ["lr", "alpha", "activation", "seed"]
    assert run.loss.shape == (2, 3, 2, 5, 5)
    assert run.diverged.shape == (2, 3, 2, 5)


def test_step_zero_is_the_start_and_the_last_step_the_end():
    run = sweep([2, 3, 1], X, Y, steps=7, every=3, seed=2, activation="relu")
    assert run.steps.tolist() == [0, 3, 6, 7]
    for step, net in ((0, MLP([2, 3, 1], seed=2)), (-1, run.final)):
        assert np.isclose(run.loss[step], LOSSES["binary"].of(net(X), Y[:, None])[0][0])


def test_every_may_list_the_steps():
    assert sweep([2, 3, 1], X, Y, steps=7, every=[7, 2]).steps.tolist() == [2, 7]


def test_batches_are_recorded_by_epoch():
    assert sweep([2, 3, 1], X, Y, steps=9, batch_size=10).steps.tolist() == [0, 4, 8, 9]


def test_diagnostics_are_recorded_for_each_network():
    run = sweep(
        [2, 6, 1], X, Y, steps=4, seed=range(3), activation="relu", bias=[-9, 0],
        record={"dead": dead, "delta": lambda s: np.abs(s.deltas[0]).mean(axis=1)},
    )  # fmt: skip
    assert run.record["dead"].shape == (3, 2, 5)
    assert run.record["delta"].shape == (3, 2, 5, 6)
    assert (run.record["dead"][:, 0, 0] == 1).all()
    assert (run.record["dead"][:, 1, 0] < 1).all()


def test_kept_parameters_are_those_of_their_step():
    run = sweep([2, 3, 1], X, Y, steps=7, keep=[0, 4], seed=[2, 3], activation="relu")
    assert np.array_equal(run.networks(step=0).params, MLP([2, 3, 1], seed=[2, 3]).params)
    at_4 = run.networks(step=4, seed=3)
    assert np.isclose(LOSSES["binary"].of(at_4(X), Y[:, None])[0], run.loss[1, 4])


def test_networks_are_picked_by_their_settings():
    run = sweep([2, 3, 1], X, Y, steps=3, activation=["relu", "elu"], seed=range(3), lr=[0.1, 0.3])
    picked = run.networks(activation="elu", lr=0.1 + 0.2)
    assert (picked.activation, picked.n) == ("elu", 3)
    for seed in range(3):
        loss = LOSSES["binary"].of(picked[seed](X), Y[:, None])[0]
        assert np.isclose(loss, run.loss[1, seed, 1, -1])


# Divergence


def exploding(**settings):
    return sweep([2, 4, 1], X, 9 * X[:, 0], steps=60, loss="squared", activation="elu", seed=1,
                 lr=[0.01, 1e6], **settings)  # fmt: skip


@pytest.mark.filterwarnings("error")
def test_a_network_that_diverges_is_flagged_and_the_others_are_not():
    assert exploding().diverged.tolist() == [False, True]


def test_a_network_that_diverges_does_not_touch_the_others():
    alone = sweep([2, 4, 1], X, 9 * X[:, 0], steps=60, loss="squared", activation="elu", seed=1,
                  lr=0.01)  # fmt: skip
    assert np.array_equal(exploding().loss[0], alone.loss)


def test_diagnostics_of_a_network_are_nan_once_it_has_diverged():
    recorded = exploding(record={"dead": dead}).record["dead"]
    assert np.isfinite(recorded[0]).all()
    assert np.isfinite(recorded[1, 0])
    assert np.isnan(recorded[1, -1])


def test_diagnostics_are_nan_where_a_chunk_diverged_before_its_first_record(monkeypatch):
    monkeypatch.setattr("belowzero.sweeps._CHUNK", 1)
    units = exploding(every=[60], record={"units": lambda s: s.a[0].mean(axis=1)}).record["units"]
    assert units.shape == (2, 1, 4)
    assert np.isfinite(units[0]).all()
    assert np.isnan(units[1]).all()


@pytest.mark.parametrize("sizes", [[2, 3, 1], [2, 20, 1]])
def test_a_diagnostic_of_one_network_sees_one(sizes):
    seen = []
    record = {"n": lambda s: seen.append(len(s.z[0])) or [0]}
    sweep(sizes, X, Y, steps=1, activation="relu", record=record)
    assert seen == [1, 1]


# Errors


@pytest.mark.parametrize("sizes", [[2, 3, 1], [2, 30, 1]], ids=["narrow", "wide"])
@pytest.mark.parametrize("setting", ["lr", "seed"])
def test_one_network_takes_one_value_of_a_setting(sizes, setting):
    settings = {"lr": 0.1, setting: [1, 2]}
    with pytest.raises(ValueError, match="one network takes one value of each setting, got 2"):
        train(MLP(sizes), X, Y, steps=1, **settings)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"lr": -0.1}, "lr must not be negative, got -0.1"),
        ({"momentum": [0.9, -1]}, "momentum must not be negative"),
        ({"alpha": []}, "alpha is an axis without a value"),
        ({"batch_size": 41}, "batch_size must be a whole number from 1 to 40, got 41"),
        ({"batch_size": 0}, "batch_size must be a whole number from 1 to 40, got 0"),
        ({"batch_size": 4.0}, "batch_size must be a whole number from 1 to 40, got 4.0"),
        ({"sizes": []}, r"at least two positive whole numbers, got \[\]"),
        ({"every": 0}, "every must be a positive integer"),
        ({"every": [5, 11]}, "every must be steps from 0 to 10"),
        ({"keep": [11]}, "keep must be steps from 0 to 10"),
        ({"steps": -1}, "steps must be a non-negative integer"),
        ({"steps": 1.5}, "steps must be a non-negative integer"),
        ({"loss": "hinge"}, "loss must be one of"),
        ({"loss": "softmax"}, "softmax loss needs at least two outputs"),
        ({"sizes": [2, 3], "loss": "binary"}, "binary loss needs one output"),
        ({"sizes": [3, 1]}, r"X must have shape \(samples, 3\), got \(40, 2\)"),
        ({"y": Y[:-1]}, r"y must have shape \(40,\)"),
        ({"sizes": [2, 3], "loss": "squared"}, r"y must have shape \(40, 3\), .* got \(40,\)"),
        ({"y": 2 * Y}, "y must hold 0 and 1"),
        ({"y": Y - 1, "sizes": [2, 3]}, "y must hold classes 0 to 2"),
        ({"y": np.where(Y, np.nan, 0), "loss": "squared"}, "y must be finite"),
        ({"X": X[:0]}, r"X has no samples, its shape is \(0, 2\)"),
        ({"X": X * np.nan}, "X must be finite"),
        ({"record": {"dead": lambda s: 1}}, "record 'dead' must return one value"),
    ],
)
def test_settings_and_data_that_do_not_fit_are_refused(settings, message):
    settings = {"sizes": [2, 3, 1], "X": X, "y": Y, "steps": 10, "activation": "elu"} | settings
    with pytest.raises(ValueError, match=message):
        sweep(**settings)


def test_an_unknown_setting_is_refused():
    with pytest.raises(TypeError, match="unknown setting 'epochs'; there are activation"):
        sweep([2, 1], X, Y, steps=1, epochs=3)


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ({"lr": 0.5}, "'lr' must be|setting must be one of"),
        ({"seed": 9}, "seed must be one of"),
        ({"step": 3}, "step must be one of"),
        ({}, "choose one value of each of"),
    ],
)
def test_networks_that_are_not_there_are_refused(wanted, message):
    run = sweep([2, 3, 1], X, Y, steps=2, activation=["relu", "elu"], seed=range(2), keep=[1])
    with pytest.raises(ValueError, match=message):
        run.networks(**({"activation": "elu"} if wanted else {}), **wanted)


# Progress


def test_there_is_no_progress_bar_in_ci(monkeypatch):
    assert bar_of_a_sweep(monkeypatch, CI="1")["disable"]
    assert bar_of_a_sweep(monkeypatch, TQDM_DISABLE="1")["disable"]


def test_elsewhere_there_is_one_after_a_second(monkeypatch):
    bar = bar_of_a_sweep(monkeypatch)
    assert (bar["disable"], bar["delay"], bar["total"]) == (False, 1, 7)


def bar_of_a_sweep(monkeypatch, **environment):
    """The settings of the progress bar of a sweep of 7 steps."""
    for name in "CI", "TQDM_DISABLE":
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    bars = []
    monkeypatch.setattr("belowzero.sweeps.tqdm", lambda **settings: bars.append(settings) or Bar())
    sweep([2, 1], X, Y, steps=7, activation="relu")
    return bars[0]


class Bar:
    """A progress bar that shows nothing."""

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass

    def update(self, n=1):
        pass


def test_a_learned_slope_that_overflows_is_reported_as_diverged():
    run = sweep([2, 4, 1], X, Y, activation="prelu", learn_alpha="unit", lr=1e200, steps=20)
    assert run.diverged

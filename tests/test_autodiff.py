"""Networks that autograd differentiates: against backpropagation by hand, and against loops."""

import autograd.numpy as anp
import numpy as np
import pytest
from autograd import grad
from scipy.signal import correlate2d

from belowzero import ACTIVATIONS, MLP, train
from belowzero.autodiff import (
    activate,
    batch,
    convolution,
    cross_entropy,
    crossed,
    dense,
    fit,
    gradient_by,
    held,
    linear,
    logistic,
    mlp,
    normalised,
    recurrent,
    start,
    windows,
)
from belowzero.networks import RESOLUTION

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(20, 3)), RNG.integers(2, size=20)
CLASSES = RNG.integers(4, size=(1, 20))


def as_parameters(net):
    named = {}
    for i, (w, b) in enumerate(zip(net.weights, net.biases, strict=True), start=1):
        named |= {f"w{i}": np.array(w), f"b{i}": np.array(b[:, 0])}
    return named


# Parameters and samples


def test_networks_of_one_seed_start_alike_and_others_do_not():
    w = start([3, 3, 4], w=(5, 2))["w"]
    assert np.array_equal(w[0], w[1])
    assert not np.array_equal(w[0], w[2])


def test_weights_start_with_he_s_standard_deviation_and_biases_at_zero():
    params = start([0], w=(9, 8, 5000), b=7)
    assert params["w"].std() == pytest.approx(np.sqrt(2 / 72), rel=0.01)
    assert not params["b"].any()
    assert params["b"].shape == (1, 7)


def test_parameters_start_as_multiples_of_the_resolution():
    w = start([0], w=(5, 4))["w"] / RESOLUTION
    assert np.array_equal(w, np.rint(w))


def test_networks_of_one_seed_see_the_same_samples_and_each_step_others():
    x, y = batch([1, 1, 2], 0, 5, X, Y)
    assert x.shape == (3, 5, 3)
    assert np.array_equal(x[0], x[1])
    assert not np.array_equal(x[0], x[2])
    assert not np.array_equal(x, batch([1, 1, 2], 1, 5, X, Y)[0])
    for one, of in zip(x[0], y[0], strict=True):
        assert Y[(one == X).all(axis=1)] == of


# Gradients


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_an_activation_has_the_slope_of_the_book_at_zero_too(name):
    z = np.array([-2.0, 0.0, 1.5])
    own = [] if ACTIVATIONS[name].alpha is None else [0.3]
    slope = gradient_by(lambda z: activate(z, name, *own), z)
    assert np.array_equal(slope, ACTIVATIONS[name].grad(z, *own))


def test_a_slope_that_units_share_gets_the_sum_of_their_gradients():
    z, alpha = np.array([[-2.0, -1.0, 3.0]]), np.array([[0.25]])
    assert gradient_by(lambda a: activate(z, "prelu", a), alpha) == [[-3.0]]


@pytest.mark.parametrize("name", ["relu", "leaky_relu", "elu"])
def test_the_gradient_is_that_of_backpropagation_by_hand(name):
    net = MLP([3, 5, 4, 1], activation=name, seed=[0, 1])
    layers = net.forward(X)
    by_hand = net.backward(X, layers, np.ones((2, 20, 1)))
    by_library = grad(lambda p: anp.sum(mlp(p, X[None], name)[-1]))(as_parameters(net))
    for i, (w, b) in enumerate(zip(by_hand.weights, by_hand.biases, strict=True), start=1):
        np.testing.assert_allclose(by_library[f"w{i}"], w, rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(by_library[f"b{i}"], b[:, 0], rtol=1e-12, atol=1e-14)


def test_what_is_held_gets_no_gradient():
    x = np.array([2.0, 3.0])
    assert np.array_equal(gradient_by(lambda x: x * held(x), x), x)
    assert np.array_equal(gradient_by(lambda x: x * held({"x": x})["x"], x), x)


# Layers


@pytest.mark.parametrize("stride", [1, 2])
def test_a_convolution_is_what_a_loop_over_channels_and_filters_gives(stride):
    images = RNG.normal(size=(2, 3, 6, 4, 2))
    w, b = RNG.normal(size=(2, 18, 5)), RNG.normal(size=(2, 5))
    found = convolution(images, w, b, stride)
    kernels = w.reshape(2, 3, 3, 2, 5)
    for n, s, f in np.ndindex(2, 3, 5):
        maps = (correlate2d(images[n, s, ..., c], kernels[n, ..., c, f], "same") for c in (0, 1))
        np.testing.assert_allclose(found[n, s, ..., f], (sum(maps) + b[n, f])[::stride, ::stride])


@pytest.mark.parametrize("stride", [1, 2])
def test_the_gradient_of_windows_is_right(stride):
    image = RNG.normal(size=(1, 1, 4, 4, 2))
    weight = RNG.normal(size=windows(image, stride).shape)
    slope = gradient_by(lambda x: weight * windows(x, stride), image)
    one = np.zeros_like(image)
    for place in np.ndindex(image.shape):
        one[...] = 0.0
        one[place] = 1.0
        assert slope[place] == pytest.approx((weight * windows(one, stride)).sum())


@pytest.mark.parametrize("axis", [1, 2])
def test_normalised_numbers_have_mean_zero_and_variance_one(axis):
    z = normalised(3 + 5 * RNG.normal(size=(2, 50, 40)), axis)
    np.testing.assert_allclose(z.mean(axis=axis), 0, atol=1e-12)
    np.testing.assert_allclose(z.var(axis=axis), 1, rtol=1e-5)


def assert_gradients_are_those_of_differences(function, *inputs):
    weight = RNG.normal(size=function(*inputs).shape)
    for by, value in enumerate(inputs):
        found = gradient_by(lambda *values: weight * function(*values), *inputs, by=by)
        assert found.shape == value.shape
        for place in np.ndindex(value.shape):
            sides = []
            for h in (1e-5, -1e-5):
                moved = value.copy()
                moved[place] += h
                sides.append((weight * function(*inputs[:by], moved, *inputs[by + 1 :])).sum())
            assert found[place] == pytest.approx((sides[0] - sides[1]) / 2e-5, rel=1e-6, abs=1e-8)


@pytest.mark.parametrize("networks", [(2, 2), (1, 2), (2, 1)])
def test_the_gradients_of_linear_are_right(networks):
    x, w = (RNG.normal(size=(n, 3, 3)) for n in networks)
    assert_gradients_are_those_of_differences(linear, x, w)
    assert_gradients_are_those_of_differences(linear, x, w, RNG.normal(size=(2, 3)))


@pytest.mark.parametrize("axis", [1, 2])
def test_the_gradient_of_normalised_is_right(axis):
    z = RNG.normal(size=(2, 5, 4))
    assert_gradients_are_those_of_differences(lambda z: normalised(z, axis), z)


@pytest.mark.parametrize(("name", "alpha"), [("relu", None), ("leaky_relu", 0.3), ("elu", None)])
def test_a_recurrent_layer_reads_as_a_loop_does(name, alpha):
    x, w, u = (RNG.normal(size=size) for size in ((2, 3, 5, 2), (2, 4, 4), (2, 2, 4)))
    h = np.zeros((2, 3, 4))
    for t in range(5):
        h = activate(linear(h, w) + linear(x[:, :, t], u), name, alpha)
    np.testing.assert_allclose(recurrent(x, w, u, name, alpha), h)


@pytest.mark.parametrize("networks", [1, 2])
@pytest.mark.parametrize("name", ["leaky_relu", "elu"])
def test_the_gradients_of_a_recurrent_layer_are_right(name, networks):
    x, w, u = (RNG.normal(size=size) for size in ((networks, 2, 4, 2), (2, 3, 3), (2, 2, 3)))
    alpha = np.array([0.1, 0.6])[:, None, None]
    assert_gradients_are_those_of_differences(
        lambda x, w, u: recurrent(x, w, u, name, alpha), x, w, u
    )


def test_a_sequence_of_one_input_is_one_layer():
    x, w, u = RNG.normal(size=(1, 2, 1, 2)), RNG.normal(size=(2, 3, 3)), RNG.normal(size=(2, 2, 3))
    assert np.allclose(recurrent(x, w, u, "relu"), np.maximum(linear(x[:, :, 0], u), 0))
    assert not gradient_by(lambda w: recurrent(x, w, u, "relu"), w).any()


# Losses


def test_losses_are_those_of_the_definition():
    z = RNG.normal(size=(2, 20, 4))
    p = np.exp(z) / np.exp(z).sum(axis=2, keepdims=True)
    by_definition = -np.log(np.take_along_axis(p, CLASSES[..., None], axis=2)).mean(axis=(1, 2))
    np.testing.assert_allclose(cross_entropy(z, CLASSES), by_definition)
    q = 1 / (1 + np.exp(-z[..., :1]))[..., 0]
    by_definition = -np.where(Y, np.log(q), np.log(1 - q)).mean(axis=1)
    np.testing.assert_allclose(logistic(z[..., :1], Y[None]), by_definition)


def test_losses_do_not_overflow():
    z = np.array([[[1e4, -1e4]]])
    assert cross_entropy(z, np.array([[1]])) == 2e4
    assert logistic(z[..., :1], np.array([[0]])) == 1e4


# Training


def whole(p, step):
    return logistic(mlp(p, X[None], "leaky_relu", 0.1)[-1], Y[None])


@pytest.mark.parametrize("resolution", [RESOLUTION, None])
def test_plain_steps_end_where_train_ends(resolution):
    net = MLP([3, 5, 1], activation="leaky_relu", alpha=0.1, seed=[0, 1], resolution=resolution)
    found, _ = fit(as_parameters(net), whole, 30, [0.1, 0.5], resolution=resolution)
    train(net, X, Y, steps=30, lr=[0.1, 0.5])
    np.testing.assert_allclose(found["w1"], net.weights[0], atol=RESOLUTION)


def test_a_parameter_used_twice_gets_both_parts_and_an_unused_one_stays():
    params = {"w": np.array([[1.0]]), "idle": np.array([[1.0]])}
    found, _ = fit(params, lambda p, step: (p["w"] + 2 * p["w"])[:, 0], 1, 0.25)
    assert (found["w"], found["idle"]) == (0.25, 1.0)


def test_adam_s_first_step_is_the_learning_rate_whatever_the_gradient():
    params = {"w": np.array([[1.0, -1.0, 2.0]])}
    slopes = np.array([[1e-3, -7.0, 300.0]])
    found, _ = fit(params, lambda p, step: anp.sum(slopes * p["w"], axis=1), 1, 0.25, adam=True)
    np.testing.assert_allclose(found["w"], [[0.75, -0.75, 1.75]], atol=1e-4)


def test_networks_do_not_see_each_other():
    params = start([0, 1], **dense([3, 5, 1]))
    together, _ = fit(params, whole, 20, [0.1, 0.3], adam=True)
    alone, _ = fit({k: v[1:] for k, v in params.items()}, whole, 20, 0.3, adam=True)
    for name, p in alone.items():
        np.testing.assert_allclose(together[name][1:], p, atol=2 * RESOLUTION)


def test_what_it_is_given_stays_as_it_is():
    params = start([0], **dense([3, 5, 1]))
    before = {name: p.copy() for name, p in params.items()}
    fit(params, whole, 3, 0.5)
    assert all(np.array_equal(params[name], before[name]) for name in params)


def test_parameters_stay_multiples_of_the_resolution_and_small_steps_add_up():
    params = {"w": np.zeros((1, 1))}
    found, _ = fit(params, lambda p, step: -p["w"][:, 0], 1000, RESOLUTION / 100)
    assert found["w"] == 10 * RESOLUTION


def test_it_looks_after_the_steps_it_is_told_and_else_at_the_end():
    def see(p, step):
        return {"step": np.full(2, step)}

    params = start([0, 1], **dense([3, 2, 1]))
    assert fit(params, whole, 4, 0.1, see=see)[1]["step"].tolist() == [4, 4]
    seen = fit(params, whole, 4, 0.1, every=[0, 2], see=see)[1]["step"]
    assert seen.tolist() == [[0, 2], [0, 2]]
    with pytest.raises(ValueError, match="every must be steps from 0 to 4"):
        fit(params, whole, 4, 0.1, every=[5], see=see)


def test_crossed_runs_through_all_combinations_last_axis_first():
    assert [axis.tolist() for axis in crossed([1, 2], [3, 4])] == [[1, 1, 2, 2], [3, 4, 3, 4]]


def test_linear_takes_the_same_samples_for_all_networks():
    w = RNG.normal(size=(2, 3, 4))
    assert np.array_equal(linear(X[None], w)[1], X @ w[1])

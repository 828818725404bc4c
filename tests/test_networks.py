"""The networks: shapes, starts, forward and backward passes."""

import pickle

import numpy as np
import pytest

from belowzero import ACTIVATIONS, MLP

RNG = np.random.default_rng(0)
X = RNG.normal(size=(7, 3))
SHAPES = [(3, 2, 1), (3, 5, 4, 2), (3, 20, 10, 3)]  # the first two are narrow, the last is not
LEARNED = [("prelu", "shared"), ("prelu", "unit"), ("elu", "shared"), ("elu", "unit")]


def test_an_ensemble_has_its_axis_first():
    net = MLP([3, 5, 2], activation="prelu", learn_alpha="unit", seed=range(4))
    assert [w.shape for w in net.weights] == [(4, 3, 5), (4, 5, 2)]
    assert [b.shape for b in net.biases] == [(4, 1, 5), (4, 1, 2)]
    assert [a.shape for a in net.alpha] == [(4, 1, 5)]
    layers = net.forward(X)
    assert [z.shape for z in layers.z] == [(4, 7, 5), (4, 7, 2)]


@pytest.mark.parametrize("sizes", SHAPES)
def test_forward_is_the_formula(sizes):
    net = MLP(sizes, activation="leaky_relu", alpha=[0.1, 0.5], bias=0.3, seed=[1, 2])
    layers = net.forward(X)
    for n in range(2):
        a = X
        for i, (w, b) in enumerate(zip(net.weights, net.biases, strict=True)):
            z = a @ w[n] + b[n]
            a = z if i == len(sizes) - 2 else np.where(z > 0, z, [0.1, 0.5][n] * z)
            assert np.allclose(layers.z[i][n], z, rtol=1e-13)
            assert np.allclose(layers.a[i][n], a, rtol=1e-13)
    assert np.array_equal(net(X), layers.a[-1])


def test_each_network_may_have_its_own_samples():
    net = MLP([3, 2, 1], seed=[1, 2])
    own = np.stack([X, 2 * X])
    assert np.allclose(net(own), [net(X)[0], net(2 * X)[1]])


def numeric_gradient(net, array, delta, h=1e-6):
    gradient = np.zeros_like(array)
    for place in np.ndindex(array.shape):
        kept = array[place]
        array[place] = kept + h
        up = (net(X) * delta)[place[0]].sum()
        array[place] = kept - h
        down = (net(X) * delta)[place[0]].sum()
        array[place] = kept
        gradient[place] = (up - down) / (2 * h)
    return gradient


@pytest.mark.parametrize("sizes", SHAPES[:2])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_backward_equals_central_differences(activation, sizes):
    net = MLP(sizes, activation=activation, bias=0.1, seed=[3, 4])
    delta = RNG.normal(size=(2, 7, sizes[-1]))
    gradients = net.backward(X, net.forward(X), delta)
    for arrays, by_array in ((net.weights, gradients.weights), (net.biases, gradients.biases)):
        for array, by in zip(arrays, by_array, strict=True):
            assert np.allclose(by, numeric_gradient(net, array, delta), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("sizes", SHAPES[:2])
@pytest.mark.parametrize(("activation", "learn_alpha"), LEARNED)
def test_backward_by_alpha_equals_central_differences(activation, learn_alpha, sizes):
    net = MLP(sizes, activation=activation, learn_alpha=learn_alpha, seed=[3, 4])
    delta = RNG.normal(size=(2, 7, sizes[-1]))
    gradients = net.backward(X, net.forward(X), delta)
    for array, by in zip(net.alpha, gradients.alpha, strict=True):
        assert np.allclose(by, numeric_gradient(net, array, delta), rtol=1e-5, atol=1e-7)


def test_deltas_are_the_gradients_at_the_outputs_of_the_units():
    net = MLP([1, 1, 1, 1, 1], activation="leaky_relu", alpha=0.01)
    for w in net.weights:
        w[...] = 0.1
    net.biases[0][...] = -5
    for b in net.biases[1:-1]:
        b[...] = -1
    x = [[1.0]]
    deltas = net.backward(x, net.forward(x), [[[1.0]]]).deltas
    assert np.allclose(np.ravel(deltas), [1e-7, 1e-4, 1e-1, 1], rtol=1e-12)


def test_a_unit_that_never_fires_gets_no_gradient():
    net = MLP([3, 4, 1], activation="relu", seed=5)
    net.biases[0][0, 0, 2] = -100
    gradients = net.backward(X, net.forward(X), np.ones((1, 7, 1)))
    assert (gradients.weights[0][0, :, 2] == 0).all()
    assert gradients.biases[0][0, 0, 2] == 0


def test_a_delta_of_one_network_is_spread_over_the_ensemble():
    net = MLP([3, 2, 1], seed=[1, 2])
    layers = net.forward(X)
    spread = net.backward(X, layers, [[1.0]])
    assert np.array_equal(spread.flat, net.backward(X, layers, np.ones((2, 7, 1))).flat)


@pytest.mark.parametrize("activation", ["leaky_relu", "elu"])
@pytest.mark.parametrize("sizes", SHAPES)
def test_memory_that_was_used_before_does_not_change_a_bit(activation, sizes):
    net = MLP(sizes, activation=activation, seed=[1, 2])
    delta = RNG.normal(size=(2, 7, sizes[-1]))
    wanted = net.backward(X, net.forward(X), delta)
    for other in (2 * X, X[:3]):  # as many samples, which is written over, and fewer
        layers = net.forward(other)
        gradients = net.backward(other, layers, delta[:, : len(other)])
        layers = net.forward(X, out=layers)
        for _ in "twice":  # the second pass back finds what the first did
            gradients = net.backward(X, layers, delta, out=gradients)
            assert np.array_equal(gradients.flat, wanted.flat)
            assert all(map(np.array_equal, gradients.deltas, wanted.deltas))


def test_straight_activations_are_those_whose_value_is_slope_times_z():
    z = np.linspace(-2, 2, 41)
    for function in ACTIVATIONS.values():
        alpha = () if function.alpha is None else (0.3,)
        product = function.grad(z, *alpha) * z
        assert np.array_equal(function.f(z, *alpha), product) == function.straight


# Starts


def spread(init, sizes=(400, 300), **settings):
    net = MLP(sizes, init=init, **settings)
    return net.weights[0].std()


@pytest.mark.parametrize(
    ("init", "variance"),
    [
        ("he", 2 / 400),
        ("lecun", 1 / 400),
        ("glorot", 2 / 700),
        ("normal", 1),
        ("uniform", 1 / 1200),
    ],
)
def test_weights_start_with_the_variance_of_the_scheme(init, variance):
    assert np.isclose(spread(init), variance**0.5, rtol=0.01)
    assert np.isclose(spread(init, scale=3), 3 * variance**0.5, rtol=0.01)


def test_he_leaky_starts_by_each_networks_own_alpha():
    start = dict(init="he_leaky", seed=[0, 0], resolution=None)
    net = MLP([400, 300, 1], activation="leaky_relu", alpha=[0, 1], **start)
    he, linear = net.weights[0]
    assert np.allclose(linear, he / np.sqrt(2), rtol=1e-12)


def test_uniform_draws_biases_too_and_stays_in_its_bounds():
    net = MLP([16, 200, 1], init="uniform")
    for w, b in zip(net.weights, net.biases, strict=True):
        bound = w.shape[1] ** -0.5
        assert np.abs(w).max() <= bound
        assert 0 < np.abs(b).max() <= bound


def test_normal_start_is_what_a_generator_of_the_seed_draws():
    net = MLP([2, 3, 1], init="normal", scale=0.1, seed=42, resolution=None)
    rng = np.random.default_rng(42)
    assert np.array_equal(net.weights[0][0], rng.normal(0, 0.1, (2, 3)))
    assert np.array_equal(net.weights[1][0], rng.normal(0, 0.1, (3, 1)))
    assert (net.biases[0] == 0).all()


def test_networks_of_one_seed_start_alike_whatever_their_alpha():
    net = MLP([3, 2, 1], activation="leaky_relu", alpha=[0.1, 0.9], seed=[7, 7])
    assert np.array_equal(net.weights[0][0], net.weights[0][1])


def test_biases_start_where_they_are_told():
    net = MLP([3, 2, 1], bias=[0.5, -1], seed=[0, 0])
    assert (net.biases[0][0] == 0.5).all()
    assert (net.biases[1][1] == -1).all()


def test_alpha_defaults_to_that_of_the_activation():
    assert MLP([3, 2, 1], activation="prelu").alpha[0] == 0.25


# Picking and copying


@pytest.mark.parametrize("sizes", SHAPES)
def test_indexing_picks_networks(sizes):
    net = MLP(sizes, seed=range(5))
    assert np.allclose(net[[3, 1]](X), net(X)[[3, 1]], rtol=1e-14)
    assert net[2].n == 1


def test_what_is_picked_is_a_copy():
    net = MLP([3, 2, 1], seed=range(5))
    net[0].weights[0][...] = 0
    assert net.weights[0][0].any()


@pytest.mark.parametrize(
    "copied", [lambda net: net[:], lambda net: pickle.loads(pickle.dumps(net))]
)
def test_a_copys_weights_are_views_of_its_own_parameters(copied):
    net = copied(MLP([3, 2, 1], seed=range(5)))
    net.params[...] = 0
    assert not net.weights[0].any()


# Errors


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"sizes": [3]}, r"at least two positive whole numbers, got \[3\]"),
        ({"sizes": [3, 0, 1]}, "at least two positive whole numbers"),
        ({"sizes": [2.9, 1]}, r"at least two positive whole numbers, got \[2.9, 1\]"),
        ({"sizes": "31"}, "at least two positive whole numbers, got"),
        ({"activation": "lrelu"}, "activation must be one of .*leaky_relu.* got 'lrelu'"),
        ({"init": "xavier"}, "init must be one of .*glorot.* got 'xavier'"),
        ({"learn_alpha": "layer"}, "learn_alpha must be one of"),
        ({"activation": "relu", "alpha": 0.1}, "relu takes no alpha"),
        ({"activation": "celu", "learn_alpha": "unit"}, "alpha can be learned for .*prelu"),
        ({"activation": "relu", "init": "he_leaky"}, "'he_leaky' needs an activation with alpha"),
        ({"seed": [1, 2], "bias": [1, 2, 3]}, "one length, or one value"),
        ({"seed": -1}, "seed must be non-negative"),
        ({"activation": "leaky_relu", "alpha": np.nan}, "alpha must be finite"),
        ({"scale": np.inf}, "scale must be finite"),
        ({"activation": "celu", "alpha": -1.0}, "celu needs alpha > 0"),
    ],
)
def test_settings_that_do_not_fit_are_refused(settings, message):
    sizes = settings.pop("sizes", [3, 2, 1])
    with pytest.raises(ValueError, match=message):
        MLP(sizes, **settings)


@pytest.mark.parametrize("settings", [{"seed": 0.5}, {"scale": "big"}, {"bias": [[1.0]]}])
def test_settings_that_are_not_numbers_are_refused(settings):
    with pytest.raises(TypeError, match=f"{next(iter(settings))} must be"):
        MLP([3, 2, 1], **settings)


@pytest.mark.parametrize("shape", [(7, 2), (7,), (4, 7, 3)])
def test_inputs_of_a_shape_that_does_not_fit_are_refused(shape):
    with pytest.raises(ValueError, match="X must have shape"):
        MLP([3, 2, 1], seed=[1, 2])(np.zeros(shape))


def test_a_delta_of_a_shape_that_does_not_fit_is_refused():
    net = MLP([3, 2, 1])
    with pytest.raises(ValueError, match=r"delta of shape \(5, 1\)"):
        net.backward(X, net.forward(X), np.ones((5, 1)))

"""The diagnostics, on arrays and networks built to have a known answer."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from belowzero import (
    MIXED,
    MLP,
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

X = np.random.default_rng(0).uniform(-1, 1, (50, 2))


def built(activation="relu", **alpha):
    """Two inputs, three units: one off, one on, one mixed on the square of side 2."""
    net = MLP([2, 3, 1], activation=activation, **alpha)
    net.weights[0][...] = [[[1, 1, 1], [0, 0, 0]]]
    net.biases[0][...] = [[[-2, 2, 0]]]
    return net


def test_a_network_built_with_an_off_an_on_and_a_mixed_unit_is_told_apart():
    assert unit_states(built().forward(X).z[0]).tolist() == [[OFF, ON, MIXED]]


def test_states_of_relu_activations_are_those_of_their_pre_activations():
    layers = built().forward(X)
    assert np.array_equal(unit_states(layers.a[0]), unit_states(layers.z[0]))


def test_a_threshold_finds_elu_units_that_sit_on_their_floor():
    a = MLP([1, 1, 1], activation="elu").forward([[-1.0], [1.0]]).a[0]
    assert unit_states(np.minimum(a, -0.9), threshold=-0.5).item() == OFF
    assert unit_states(np.maximum(a, 0.1), threshold=-0.5).item() == ON


def test_a_unit_at_exactly_zero_is_off():
    assert unit_states(np.zeros((4, 1))).tolist() == [OFF]


def test_dead_share_counts_only_units_that_are_always_off():
    assert dead_share(built().forward(X).z[0]) == pytest.approx([1 / 3])


def test_a_unit_is_dormant_at_the_threshold_and_below_whatever_the_scale():
    a = np.array([[0.1, -0.2, 4.0, 3.7]])  # the mean is 2
    for scale in 1e-6, 1.0, 1e6:
        assert dormant_share(scale * a, 0.04) == 0.0
        assert dormant_share(scale * a, 0.06) == 0.25
        assert dormant_share(scale * a, 0.1) == 0.5


def test_a_dormant_unit_may_answer_now_and_then_and_not_be_off():
    a = np.array([[0.0, 5.0], [0.1, 5.0]])
    assert dead_share(a) == 0.0
    assert dormant_share(a) == 0.5


def test_a_layer_without_output_is_all_dormant():
    assert dormant_share(np.zeros((2, 4, 3))).tolist() == [1.0, 1.0]


@pytest.mark.parametrize("threshold", [-0.1, np.nan, np.inf])
def test_a_share_of_the_mean_is_not_negative(threshold):
    with pytest.raises(ValueError, match=f"not negative, got {threshold}"):
        dormant_share([[1.0], [2.0]], threshold)


@given(hnp.arrays(np.float64, (3, 4, 5), elements=st.floats(-1, 1)))
def test_networks_are_kept_apart(z):
    states = unit_states(z)
    assert states.shape == (3, 5)
    assert np.array_equal(states[2], unit_states(z[2]))
    assert np.array_equal(dead_share(z), (states == OFF).mean(-1))
    assert zero_share(z).shape == (3,)


def maps():
    """Two images with three channels of 4 × 5 places: always off, on at one place, always on."""
    a = np.stack([np.zeros((2, 4, 5)), np.zeros((2, 4, 5)), np.ones((2, 4, 5))], axis=1)
    a[1, 1, 3, 0] = 1.0
    return a


def test_one_place_of_one_image_keeps_a_channel_alive():
    assert unit_states(maps(), axis=1).tolist() == [OFF, MIXED, ON]
    assert dead_share(maps(), axis=1) == pytest.approx(1 / 3)
    assert zero_share(maps(), axis=1) == pytest.approx((40 + 39) / 120)


@pytest.mark.parametrize("axis", [3, -1])
def test_the_layout_of_tensorflow_gives_the_same_answer(axis):
    assert unit_states(np.moveaxis(maps(), 1, -1), axis=axis).tolist() == [OFF, MIXED, ON]


def test_a_unit_of_a_transformer_is_judged_by_every_token_of_every_sequence():
    z = -np.ones((2, 3, 4))  # sequences, tokens, units
    z[0, 2, 1] = 1.0
    assert unit_states(z, axis=-1).tolist() == [OFF, MIXED, OFF, OFF]


@pytest.mark.parametrize("function", [unit_states, dead_share, dormant_share, zero_share])
def test_maps_whose_axis_of_units_nobody_names_are_refused(function):
    with pytest.raises(ValueError, match=r"\(2, 3, 4, 5\) has more axes .* axis=1 for"):
        function(maps())


@pytest.mark.parametrize("axis", [4, -5, 1.0, True, "channels"])
def test_an_axis_that_is_not_there_is_refused(axis):
    with pytest.raises(ValueError, match=f"axis must be a whole number from 0 to 3.*{axis!r}"):
        unit_states(maps(), axis=axis)


@pytest.mark.parametrize("function", [gradient_size, activation_moments])
def test_maps_among_layers_are_refused(function):
    with pytest.raises(ValueError, match=r"\(2, 3, 4, 5\) has more axes .*array\.reshape"):
        function([maps()])


def test_outputs_that_are_maps_are_refused():
    with pytest.raises(ValueError, match="has more axes"):
        linearity(X, np.ones((2, 3, 50, 1)))


def test_tokens_are_an_ensemble_only_while_no_axis_is_named():
    tokens = np.stack([-np.ones((3, 2)), np.ones((3, 2))])
    assert unit_states(tokens).tolist() == [[OFF, OFF], [ON, ON]]
    assert unit_states(tokens, axis=-1).tolist() == [MIXED, MIXED]


def test_an_axis_does_not_make_samples_of_a_row():
    with pytest.raises(ValueError, match=r"need an array of \(..., samples, units\)"):
        unit_states(np.zeros(5), axis=0)


@pytest.mark.parametrize(
    ("shape", "lacks"),
    [((0, 3, 4, 5), "samples"), ((2, 0, 4, 5), "units"), ((2, 3, 0, 5), "samples")],
)
def test_what_empty_maps_lack_is_said_of_the_shape_that_was_given(shape, lacks):
    with pytest.raises(ValueError, match=f"no {lacks}") as error:
        unit_states(np.zeros(shape), axis=1)
    assert str(shape) in str(error.value)


def test_maps_are_refused_for_what_every_array_is():
    with pytest.raises(TypeError, match="must not be masked"):
        unit_states(np.ma.masked_array(maps(), False), axis=1)
    with pytest.raises(ValueError, match="holds nan"):
        unit_states(maps() * np.nan, axis=1)


@given(hnp.arrays(np.float64, (4, 5), elements=st.floats(-1, 1)), st.permutations(range(4)))
def test_the_order_of_samples_does_not_matter(z, order):
    assert np.array_equal(unit_states(z), unit_states(z[order]))


def test_revivals_counts_every_return():
    states = np.array([[OFF, OFF, ON], [MIXED, OFF, OFF], [OFF, OFF, OFF], [ON, OFF, OFF]])
    assert revivals(states).tolist() == [2, 0, 0]


def test_revivals_keeps_the_axes_between_time_and_units():
    assert revivals(np.zeros((7, 3, 2, 5), dtype=int)).shape == (3, 2, 5)


def test_relu_makes_exact_zeros_and_leaky_relu_does_not():
    share = [
        zero_share(built(activation, **alpha).forward(X).a[0])[0]
        for activation, alpha in [("relu", {}), ("leaky_relu", {"alpha": 0.01})]
    ]
    assert share[0] == pytest.approx((1 + (X[:, 0] <= 0).mean()) / 3)
    assert share[1] == 0


def test_gradient_size_follows_the_product_of_slopes():
    net = MLP([1, 1, 1, 1, 1], activation="leaky_relu", alpha=[0.01, 0.5])
    for w, b in zip(net.weights, net.biases, strict=True):
        w[...], b[...] = 1, -9
    x = [[0.1], [0.2]]
    deltas = net.backward(x, net.forward(x), 1.0).deltas
    assert np.allclose(gradient_size(deltas), [[1e-4, 1e-2, 1, 1], [1 / 4, 1 / 2, 1, 1]])


def test_gradient_size_does_not_underflow():
    assert gradient_size([np.full((3, 2), 1e-300)])[0] == pytest.approx(1e-300, rel=1e-12)


def test_gradient_size_of_a_dead_layer_is_zero():
    assert gradient_size([np.zeros((3, 2))]).tolist() == [0]


def test_moments_are_those_of_all_samples_and_units_of_a_layer():
    a = [np.random.default_rng(i).normal(size=(2, 9, width)) for i, width in enumerate((3, 5))]
    mean, variance = activation_moments(a)
    assert mean.shape == variance.shape == (2, 2)
    assert np.allclose(mean[1, 0], a[0][1].mean())
    assert np.allclose(variance[0, 1], a[1][0].var())


def test_a_leaky_network_is_linear_at_alpha_one_and_more_so_the_closer_it_is():
    net = MLP([2, 8, 1], activation="leaky_relu", alpha=[0, 0.5, 0.9, 1], seed=4)
    share = linearity(X, net(X))
    assert share[-1] == pytest.approx(1, abs=1e-12)
    assert (np.diff(share) > 0).all()


def test_linearity_of_half_a_line_is_its_closed_form():
    # on a symmetric grid, relu(x) = x/2 + |x|/2: the even half is missed
    x = np.linspace(-1, 1, 2001)[:, None]
    even = (np.abs(x) / 2).var()
    wanted = 1 - even / np.maximum(x, 0).var()
    assert linearity(x, np.maximum(x, 0)) == pytest.approx(wanted, rel=1e-12)


def test_a_constant_network_counts_as_linear():
    assert linearity(X, np.full((3, 50, 1), 0.1)).tolist() == [1, 1, 1]


@pytest.mark.parametrize("size", [1e-170, 1e160])
def test_linearity_neither_underflows_nor_overflows(size):
    outputs = np.abs(X[:, :1])
    assert linearity(X, size * outputs) == pytest.approx(linearity(X, outputs), rel=1e-9)


@pytest.mark.parametrize("threshold", [np.nan, np.inf])
def test_a_threshold_is_a_number(threshold):
    with pytest.raises(ValueError, match=f"threshold must be a finite number, got {threshold}"):
        dead_share([[1.0], [2.0]], threshold)


def test_linearity_does_not_depend_on_the_size_or_place_of_the_outputs():
    outputs = np.abs(X[:, :1])
    assert linearity(X, 1e-9 * outputs) == pytest.approx(linearity(X, outputs), rel=1e-9)
    assert linearity(X, outputs + 1e3) == pytest.approx(linearity(X, outputs), rel=1e-9)


def test_linearity_copes_with_an_input_that_repeats_another():
    twice = np.column_stack([X, X[:, 0]])
    assert linearity(twice, X[:, :1] ** 2) == pytest.approx(linearity(X, X[:, :1] ** 2))


@pytest.mark.parametrize(
    "function",
    [
        unit_states,
        dead_share,
        dormant_share,
        zero_share,
        lambda z: gradient_size([z]),
        lambda z: activation_moments([z]),
        lambda z: linearity(X, z),
    ],
)
class TestEveryDiagnostic:
    """What all of them refuse."""

    @pytest.mark.parametrize(("value", "name"), [(np.nan, "nan"), (-np.inf, "infinity")])
    def test_refuses_nan_and_infinity(self, function, value, name):
        with pytest.raises(ValueError, match=f"holds {name}"):
            function(np.full((50, 1), value))

    def test_refuses_what_has_no_axis_of_units(self, function):
        with pytest.raises(ValueError, match=r"need an array of \(..., samples, units\)"):
            function(np.zeros(50))

    @pytest.mark.parametrize(("shape", "lacks"), [((0, 3), "samples"), ((50, 0), "units")])
    def test_says_what_an_empty_array_lacks(self, function, shape, lacks):
        with pytest.raises(ValueError, match=f"the array has no {lacks}") as error:
            function(np.zeros(shape))
        assert str(shape) in str(error.value)

    def test_refuses_a_mask(self, function):
        with pytest.raises(TypeError, match="must not be masked"):
            function(np.ma.masked_array(np.ones((50, 1)), False))


def test_layers_that_are_not_there_are_refused():
    for function in (gradient_size, activation_moments):
        with pytest.raises(ValueError, match="no layers"):
            function([])


def test_revivals_refuses_what_are_not_states():
    with pytest.raises(ValueError, match="states must be"):
        revivals([[0.5, 1.0]])


@pytest.mark.parametrize(
    ("samples", "message"), [(49, "same samples"), (3, "2 inputs need at least 4 samples")]
)
def test_linearity_refuses_samples_that_do_not_fit(samples, message):
    with pytest.raises(ValueError, match=message):
        linearity(X if samples == 49 else X[:samples], np.ones((samples, 1)))

"""The activation functions: values, derivatives, edges, dtypes, errors."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import belowzero
from belowzero import ACTIVATIONS

ANCHORS = np.array([-3, -1, 0, 0.5, 1, 3])
TAKES_ALPHA = sorted(name for name, f in ACTIVATIONS.items() if f.alpha is not None)
LEARNS_ALPHA = sorted(name for name, f in ACTIVATIONS.items() if f.grad_alpha)
SLOPES = st.floats(-2, 3)
POSITIVE = st.floats(0.05, 3)
AWAY_FROM_ZERO = st.floats(1e-2, 20).flatmap(lambda z: st.sampled_from([z, -z]))


def call(name, part, z, alpha=None):
    function = getattr(ACTIVATIONS[name], part)
    return function(z) if ACTIVATIONS[name].alpha is None else function(z, alpha)


def alphas(name):
    return POSITIVE if name == "celu" else SLOPES


def every(name):
    """All of an activation's functions of z, at its default α, without warnings."""
    activation = ACTIVATIONS[name]
    functions = [f for f in (activation.f, activation.grad, activation.grad_alpha) if f]
    return [lambda z, f=f: call_plain(f, z, activation.alpha) for f in functions]


def call_plain(f, z, alpha):
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        return f(z) if alpha is None else f(z, alpha)


# Values


def test_leaky_relu_has_the_values_of_the_anchor_table():
    assert np.allclose(belowzero.leaky_relu(ANCHORS), [-0.03, -0.01, 0, 0.5, 1, 3], rtol=1e-15)
    assert np.array_equal(belowzero.leaky_relu_grad(ANCHORS), [0.01, 0.01, 0.01, 1, 1, 1])


@pytest.mark.parametrize(("alpha", "below"), [(0.25, [-0.75, -0.25]), (0.5, [-1.5, -0.5])])
def test_prelu_has_the_values_of_the_anchor_table(alpha, below):
    assert np.array_equal(belowzero.prelu(ANCHORS, alpha), [*below, 0, 0.5, 1, 3])


def test_leaky_relu_is_not_the_maximum_of_its_halves_for_alpha_above_one():
    assert np.array_equal(belowzero.leaky_relu([-2.0, 2.0], 2.0), [-4, 2])


def test_alpha_zero_makes_leaky_relu_and_elu_relu():
    z = np.array([-np.inf, -1e4, -1, -0.0, 0, 1, 1e4, np.inf])
    for f in (belowzero.leaky_relu, belowzero.elu):
        assert np.array_equal(f(z, 0), belowzero.relu(z))


def test_alpha_one_makes_leaky_relu_the_identity():
    assert np.array_equal(belowzero.leaky_relu(ANCHORS, 1), ANCHORS)


@given(POSITIVE, st.floats(-20, 20))
def test_celu_equals_elu_stretched_by_alpha(alpha, z):
    assert np.isclose(belowzero.celu(z, alpha), alpha * belowzero.elu(z / alpha))


def test_elu_keeps_every_digit_near_zero():
    assert belowzero.elu(-1e-18) == -1e-18


def test_gelu_is_the_exact_one():
    assert np.isclose(belowzero.gelu(1.0), 0.8413447460685429, rtol=1e-15)


def test_selu_keeps_standard_normal_mean_and_variance():
    z, weight = np.polynomial.hermite_e.hermegauss(200)
    weight = weight / weight.sum()
    a = belowzero.selu(z)
    assert np.allclose([weight @ a, weight @ a**2], [0, 1], atol=1e-3)


@pytest.mark.parametrize("name", ["sigmoid_grad", "tanh_grad"])
def test_slopes_of_sigmoids_are_even_to_the_last_digits(name):
    z = np.array([1.0, 10, 30, 100])
    grad = getattr(belowzero, name)
    assert np.allclose(grad(z), grad(-z), rtol=1e-14)
    assert (grad(z) > 0).all()


# Conventions at 0


@pytest.mark.parametrize("zero", [0.0, -0.0])
@pytest.mark.parametrize(
    ("name", "alpha", "slope"),
    [
        ("relu", None, 0),
        ("leaky_relu", 0.01, 0.01),
        ("prelu", 0.25, 0.25),
        ("elu", 0.5, 0.5),
        ("celu", 0.5, 1),
        ("selu", None, 1.0507009873554805 * 1.6732632423543772),
        ("gelu", None, 0.5),
        ("silu", None, 0.5),
        ("softplus", None, 0.5),
        ("sigmoid", None, 0.25),
        ("tanh", None, 1),
    ],
)
def test_slope_at_zero_follows_the_convention(name, alpha, slope, zero):
    assert call(name, "grad", zero, alpha) == slope


# Derivatives


@pytest.mark.parametrize("name", ACTIVATIONS)
@given(data=st.data())
def test_slope_equals_central_difference(name, data):
    z, alpha, h = data.draw(AWAY_FROM_ZERO), data.draw(alphas(name)), 1e-5
    rise = call(name, "f", z + h, alpha) - call(name, "f", z - h, alpha)
    assert np.isclose(call(name, "grad", z, alpha), rise / (2 * h), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", LEARNS_ALPHA)
@given(data=st.data())
def test_derivative_by_alpha_equals_central_difference(name, data):
    z, alpha, h = data.draw(st.floats(-20, 20)), data.draw(SLOPES), 1e-3
    rise = call(name, "f", z, alpha + h) - call(name, "f", z, alpha - h)
    assert np.isclose(call(name, "grad_alpha", z, alpha), rise / (2 * h), rtol=1e-9, atol=1e-11)


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


ANALYTIC = {  # written again for complex z, where the function is analytic
    "sigmoid": lambda z, _: sigmoid(z),
    "tanh": lambda z, _: np.tanh(z),
    "silu": lambda z, _: z * sigmoid(z),
    "softplus": lambda z, _: np.log(1 + np.exp(z)),
    "elu": lambda z, alpha: np.where(z.real > 0, z, alpha * (np.exp(z) - 1)),
    "celu": lambda z, alpha: np.where(z.real > 0, z, alpha * (np.exp(z / alpha) - 1)),
    "leaky_relu": lambda z, alpha: np.where(z.real > 0, z, alpha * z),
    "prelu": lambda z, alpha: np.where(z.real > 0, z, alpha * z),
}


@pytest.mark.parametrize("name", ANALYTIC)
@given(data=st.data())
def test_slope_equals_complex_step(name, data):
    z, alpha, h = data.draw(AWAY_FROM_ZERO), data.draw(alphas(name)), 1e-30
    step = ANALYTIC[name](np.asarray(z + 1j * h), alpha).imag / h
    assert np.isclose(call(name, "grad", z, alpha), step, rtol=1e-11, atol=1e-20)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_values_and_slopes_equal_those_of_pytorch(name):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: nothing to compare with")
    functions = {
        "leaky_relu": torch.nn.functional.leaky_relu,
        "prelu": lambda z, alpha: torch.nn.functional.prelu(z, z.new_tensor(alpha)),
        "tanh": torch.tanh,
        "sigmoid": torch.sigmoid,
    }
    function = functions.get(name) or getattr(torch.nn.functional, name)
    # PyTorch keeps some α as float32, which holds these exactly
    for alpha in [1 / 128, 0.25, 1.0, 1.5] if name in TAKES_ALPHA else [None]:
        z = torch.tensor([-50, -3, -1, -1e-6, 0, 1e-6, 0.5, 1, 3, 50.0], dtype=torch.float64)
        z.requires_grad_()
        a = function(z) if alpha is None else function(z, alpha)
        a.sum().backward()
        plain = z.detach().numpy()
        assert np.allclose(call(name, "f", plain, alpha), a.detach(), rtol=1e-8, atol=1e-12)
        assert np.allclose(call(name, "grad", plain, alpha), z.grad, rtol=1e-8, atol=1e-12)


def test_derivative_by_alpha_equals_that_of_pytorch():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed: nothing to compare with")
    alpha = torch.tensor([0.25], dtype=torch.float64, requires_grad=True)
    torch.nn.functional.prelu(torch.tensor(ANCHORS), alpha).sum().backward()
    assert np.isclose(belowzero.prelu_grad_alpha(ANCHORS).sum(), alpha.grad.item())


# Edges


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_nan_stays_nan(name):
    for function in every(name):
        assert np.isnan(function(np.nan))


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_nothing_overflows_for_large_z(name, dtype):
    z = np.array([-np.inf, np.finfo(dtype).min, -1e4, -89, 89, 1e4, np.inf], dtype)
    for function in every(name):
        assert not np.isnan(function(z)).any()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_slope_far_out_is_the_limit(name):
    left = {"leaky_relu": 0.01, "prelu": 0.25}.get(name, 0)
    right = {"sigmoid": 0, "tanh": 0, "selu": 1.0507009873554805}.get(name, 1)
    slope = call(name, "grad", np.array([-np.inf, -1e4, 1e4, np.inf]), ACTIVATIONS[name].alpha)
    assert np.allclose(slope, [left, left, right, right], rtol=1e-15, atol=0)


@given(hnp.arrays(np.float64, 5, elements=st.floats(-1e4, 1e4)), st.sampled_from([-1, 0, 1, 2.5]))
def test_leaky_relu_follows_its_definition_for_any_alpha(z, alpha):
    assert np.array_equal(belowzero.leaky_relu(z, alpha), np.where(z > 0, z, alpha * z))
    assert np.array_equal(belowzero.leaky_relu_grad(z, alpha), np.where(z > 0, 1, alpha))


# Types and shapes


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_float32_stays_float32(name):
    z = ANCHORS.astype(np.float32)
    for function in every(name):
        assert function(z).dtype == np.float32


@pytest.mark.parametrize("name", TAKES_ALPHA)
def test_a_float64_alpha_does_not_widen_float32(name):
    assert call(name, "f", np.float32([-1, 1]), np.array([0.1, 0.2])).dtype == np.float32


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_integers_become_float64(name):
    for function in every(name):
        assert function(np.array([-1, 0, 1])).dtype == np.float64


@pytest.mark.parametrize("name", TAKES_ALPHA)
def test_alpha_broadcasts_into_a_grid(name):
    for part in ("f", "grad", *(["grad_alpha"] if name in LEARNS_ALPHA else [])):
        grid = call(name, part, ANCHORS, np.array([[0.1], [0.5], [2]]))
        assert grid.shape == (3, 6)
        assert np.array_equal(grid[1], call(name, part, ANCHORS, 0.5))


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_the_input_is_left_alone(name):
    z = ANCHORS.copy()
    for function in every(name):
        function(z)
    assert np.array_equal(z, ANCHORS)


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("z", [[True], ["1"], [1j], [None]])
def test_z_that_is_not_real_numbers_is_refused(name, z):
    for function in every(name):
        with pytest.raises(TypeError, match="z must hold float64, float32 or integers"):
            function(z)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_masked_z_is_refused_and_its_mask_not_lost(name):
    for function in every(name):
        with pytest.raises(TypeError, match="z must not be masked"):
            function(np.ma.masked_array([1.0, 2.0], [False, True]))


@pytest.mark.parametrize("name", TAKES_ALPHA)
def test_a_masked_alpha_is_refused(name):
    with pytest.raises(TypeError, match="alpha must not be masked"):
        call(name, "f", 1.0, np.ma.masked_array([1.0], [True]))


@pytest.mark.parametrize("name", TAKES_ALPHA)
@pytest.mark.parametrize("alpha", [True, "0.1", None, 1j])
def test_alpha_that_is_not_a_number_is_refused(name, alpha):
    with pytest.raises(TypeError, match="alpha must hold"):
        call(name, "f", 1.0, alpha)


@pytest.mark.parametrize("name", TAKES_ALPHA)
@pytest.mark.parametrize("alpha", [np.nan, np.inf])
def test_alpha_that_is_not_finite_is_refused(name, alpha):
    with pytest.raises(ValueError, match="alpha must be finite"):
        call(name, "f", 1.0, alpha)


@pytest.mark.parametrize("name", TAKES_ALPHA)
def test_alpha_that_is_not_finite_in_the_type_of_z_is_refused(name):
    with pytest.raises(ValueError, match=r"alpha must be finite as float32, got 1e\+300"):
        call(name, "f", np.float32(1), 1e300)


@pytest.mark.parametrize("name", TAKES_ALPHA)
def test_alpha_of_a_shape_that_does_not_fit_is_refused(name):
    with pytest.raises(ValueError, match=r"\(2,\) does not broadcast with z of shape \(3,\)"):
        call(name, "f", [1.0, 2, 3], [0.1, 0.2])


@pytest.mark.parametrize("alpha", [0, -1])
def test_celu_refuses_alpha_that_is_not_positive(alpha):
    with pytest.raises(ValueError, match="celu needs alpha > 0"):
        belowzero.celu(1.0, alpha)

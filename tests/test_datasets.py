"""The data sets: shapes, labels, and that they are what they are for."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

from belowzero import churn, circles, digits, digits_split, spirals, xor

PLANE = [xor, circles, spirals]


def test_churn_is_the_five_rows_of_the_anchor():
    X, y = churn()
    assert X.tolist() == [[0.5, 0.1], [0.9, 0.8], [0.2, 0.3], [0.7, 0.6], [0.4, 0.2]]
    assert y.tolist() == [0, 1, 0, 1, 0]


@pytest.mark.parametrize("dataset", PLANE)
def test_classes_of_a_plane_set_are_equally_many(dataset):
    X, y = dataset(80)
    assert X.shape == (80, 2)
    assert np.bincount(y).tolist() == [40, 40]


@pytest.mark.parametrize("dataset", PLANE)
def test_a_plane_set_needs_more_than_a_linear_model(dataset):
    X, y = dataset(400)
    assert LogisticRegression().fit(X, y).score(X, y) < 0.7
    assert KNeighborsClassifier(5).fit(X, y).score(X, y) > 0.95


@pytest.mark.parametrize("dataset", PLANE)
def test_a_plane_set_is_that_of_its_seed(dataset):
    assert np.array_equal(dataset(rng=3)[0], dataset(rng=np.random.default_rng(3))[0])
    assert not np.array_equal(dataset(rng=3)[0], dataset(rng=4)[0])


@pytest.mark.parametrize("dataset", PLANE)
@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"n_samples": 0}, "n_samples must be a positive multiple"),
        ({"n_samples": 81}, "n_samples must be a positive multiple"),
        ({"noise": -1}, "noise must be finite and not negative, got -1"),
        ({"noise": np.nan}, "noise must be finite and not negative, got nan"),
        ({"noise": np.inf}, "noise must be finite and not negative, got inf"),
    ],
)
def test_settings_that_do_not_fit_are_refused(dataset, settings, message):
    with pytest.raises(ValueError, match=message):
        dataset(**settings)


def test_standard_digits_have_mean_zero_and_variance_one():
    X, y = digits()
    assert X.shape == (1797, 64)
    assert np.allclose(X.mean(axis=0), 0, atol=1e-12)
    assert set(X.std(axis=0).round(9)) == {0, 1}
    assert set(y) == set(range(10))


def test_symmetric_digits_fill_their_range():
    X, _ = digits(scaling="symmetric")
    assert (X.min(), X.max()) == (-1, 1)


def test_almost_half_of_the_digits_pixels_are_exactly_zero():
    X, _ = digits(scaling="raw")
    assert (X == 0).mean().round(3) == 0.489


def test_the_test_set_is_scaled_by_the_training_set():
    X, X_test, y, y_test = digits_split()
    assert np.allclose(X.mean(axis=0), 0, atol=1e-12)
    assert not np.allclose(X_test.mean(axis=0), 0, atol=1e-3)
    assert (len(X), len(X_test)) == (len(y), len(y_test)) == (1347, 450)


def test_the_split_is_that_of_its_seed():
    assert np.array_equal(digits_split(seed=1)[3], digits_split(seed=1)[3])
    assert not np.array_equal(digits_split(seed=1)[3], digits_split(seed=2)[3])


def test_an_unknown_scaling_is_refused():
    with pytest.raises(ValueError, match=r"scaling must be .* got 'log'"):
        digits(scaling="log")

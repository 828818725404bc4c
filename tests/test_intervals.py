import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from belowzero.intervals import mean_interval, share_interval


def test_the_mean_interval_is_students():
    values = np.random.default_rng(0).normal(size=12)
    expected = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    interval = mean_interval(values)
    assert np.allclose([interval.low, interval.high], [expected.low, expected.high])


@given(st.integers(2, 60).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))))
def test_the_share_interval_is_wilsons(case):
    n, k = case
    expected = stats.binomtest(k, n).proportion_ci(method="wilson")
    interval = share_interval(np.arange(n) < k)
    assert np.allclose([interval.low, interval.high], [expected.low, expected.high])


def test_the_95_percent_interval_covers_the_truth_in_about_95_percent_of_experiments():
    draws = np.random.default_rng(1).normal(size=(2000, 8))
    interval = mean_interval(draws)
    assert 0.93 < np.mean((interval.low < 0) & (interval.high > 0)) < 0.97


def test_intervals_keep_the_other_axes():
    assert mean_interval(np.zeros((3, 5, 2)), axis=1).low.shape == (3, 2)
    assert share_interval(np.zeros((3, 5), bool)).high.shape == (3,)


def test_an_interval_is_written_as_estimate_and_ends():
    assert f"{mean_interval([1.0, 1.0]):.2f}" == "1.00 [1.00, 1.00]"


def test_one_place_of_an_interval_is_an_interval():
    values = np.random.default_rng(2).normal(size=(3, 9))
    assert f"{mean_interval(values)[1]:.6f}" == f"{mean_interval(values[1]):.6f}"


def test_an_interval_can_be_taken_back_from_a_logarithm():
    interval = mean_interval(np.log([1.0, 10.0, 100.0])).map(np.exp)
    assert np.isclose(interval.estimate, 10) and 0 < interval.low < 10 < interval.high


@pytest.mark.parametrize("values", [[1.0], 3.0])
def test_one_run_has_no_interval(values):
    with pytest.raises(ValueError, match="at least two runs"):
        mean_interval(values)


def test_a_diverged_run_is_not_averaged_silently():
    with pytest.raises(ValueError, match="must be finite, and 1 are not"):
        mean_interval([1.0, np.nan])


def test_a_share_needs_yes_or_no():
    with pytest.raises(TypeError, match="must be True or False, not float64"):
        share_interval([0.5, 1.0])

"""The shared figures."""

import pytest
from matplotlib.figure import Figure

from belowzero import mean_interval, plots


@pytest.fixture
def ax():
    return Figure().subplots()


def test_a_decade_has_a_label_and_what_lies_between_has_none():
    assert [plots.power_of_ten(x) for x in (1e-9, 3e-9, 0.01, 1e5)] == ["10⁻⁹", "", "0.01", "10⁵"]


def height_of_key(ax, names, **columns):
    rise = mean_interval([[0.0, 1.0], [0.0, 3.0]], axis=0)
    plots.bands(ax, [0, 1], dict.fromkeys(names, (rise, "relu")))
    plots.key(ax, **columns)
    ax.figure.draw_without_rendering()
    return ax.get_legend().get_window_extent().height


def test_a_key_of_four_short_names_is_one_row_and_of_long_ones_two(ax):
    one_row = height_of_key(ax, "abc")
    assert height_of_key(Figure().subplots(), "abcd") == one_row
    long = ["a name", "another one", "a third name", "and a fourth"]
    assert height_of_key(Figure().subplots(), long) > one_row
    assert height_of_key(Figure().subplots(), long, columns=4) == one_row

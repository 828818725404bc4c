"""The shared figures."""

import pytest
from matplotlib.figure import Figure

from belowzero import mean_interval, plots


@pytest.fixture
def ax():
    return Figure().subplots()


def test_a_decade_has_a_label_and_what_lies_between_has_none():
    assert [plots.power_of_ten(x) for x in (1e-9, 3e-9, 0.01, 1e5)] == ["10⁻⁹", "", "0.01", "10⁵"]


def test_a_key_of_four_lines_fits_in_one_row_if_asked(ax):
    rise = mean_interval([[0.0, 1.0], [0.0, 3.0]], axis=0)
    plots.bands(ax, [0, 1], dict.fromkeys("abcd", (rise, "relu")))
    ax.figure.draw_without_rendering()
    two_rows = ax.get_legend().get_window_extent().height
    plots.key(ax, columns=4)
    ax.figure.draw_without_rendering()
    assert ax.get_legend().get_window_extent().height < two_rows

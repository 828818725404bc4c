"""The house style: one palette for light and dark, and the figures that chapters share."""

from contextlib import contextmanager

import matplotlib
import numpy as np
from matplotlib.ticker import FuncFormatter, NullLocator

# name: (on light paper, on dark paper). The hues are Okabe and Ito's, which colour-blind readers
# can tell apart, darkened or lightened until each has a contrast of 3:1 against its paper.
PALETTE = {
    "ink": ("#22272e", "#d5dbe3"),
    "muted": ("#6b7480", "#98a3b0"),
    "grid": ("#dfe3e8", "#38414c"),
    "paper": ("#fefefe", "#14181e"),
    "negative": ("#d55e00", "#ff9b54"),
    "relu": ("#0072b2", "#56b4e9"),
    "leaky_relu": ("#00835f", "#2fc79b"),
    "prelu": ("#a83a8f", "#e08fcc"),
    "elu": ("#8a6a00", "#e6c229"),
}
COLOR = {name: light for name, (light, _) in PALETTE.items()}
LINESTYLE = {
    "relu": "-",
    "leaky_relu": (0, (5, 2)),
    "prelu": (0, (6, 2, 1, 2)),
    "elu": (0, (1.5, 1.5)),
    "muted": (0, (1, 1.2)),
}
LABEL = {"relu": "ReLU", "leaky_relu": "Leaky ReLU", "prelu": "PReLU", "elu": "ELU"}

ANCHORS = np.array([-3.0, -1.0, 0.0, 0.5, 1.0, 3.0])  # the pre-activations every chapter tabulates

STYLE = {
    "figure.dpi": 72,  # so that one unit of size is one CSS pixel
    "figure.facecolor": "none",
    "font.family": "sans-serif",
    "font.size": 13,
    "text.color": COLOR["ink"],
    "axes.edgecolor": COLOR["muted"],
    "axes.facecolor": "none",
    "axes.labelcolor": COLOR["ink"],
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 13,
    "axes.titlelocation": "left",
    "axes.titlecolor": COLOR["ink"],
    "axes.titley": 1.0,  # fixed: Matplotlib's search for a free place doubles a frame's time
    "grid.color": COLOR["grid"],
    "xtick.color": COLOR["muted"],
    "ytick.color": COLOR["muted"],
    "xtick.labelcolor": COLOR["ink"],
    "ytick.labelcolor": COLOR["ink"],
    "lines.linewidth": 2.2,
    "lines.color": COLOR["ink"],
    "legend.frameon": False,
    "svg.fonttype": "none",
    "svg.hashsalt": "belowzero",
    "path.simplify_threshold": 0.1,
}


@contextmanager
def house_style():
    """Draw in the book's style, and leave Matplotlib's settings as they were."""
    with matplotlib.rc_context(STYLE):
        yield


_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def power_of_ten(value, _=None):
    """Label a decade as ``10⁻³``, which is plain text, so that it takes the page's own type."""
    exponent = round(np.log10(value))
    if not np.isclose(value, 10.0**exponent, atol=0):
        return ""
    if -2 <= exponent <= 2:
        return f"{10.0**exponent:g}"
    return "10" + str(exponent).translate(_SUPERSCRIPT)


def number(value, digits=2):
    """Write a number for a caption, very large and very small ones as ``5.5 × 10²``.

    >>> number(0.0), number(0.456), number(72.4), number(55000.0), number(1e-12, 1)
    ('0', '0.46', '72', '5.5 × 10⁴', '1 × 10⁻¹²')
    """
    if value == 0 or 1e-3 <= abs(value) < 1e4:
        return f"{float(f'{value:.{digits}g}'):g}"
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return f"{mantissa} × 10{str(int(exponent)).translate(_SUPERSCRIPT)}"


def log_axis(ax, which="y"):
    """Put one axis of `ax` on a log scale with plain-text decades."""
    getattr(ax, f"set_{which}scale")("log")
    axis = getattr(ax, f"{which}axis")
    axis.set_major_formatter(FuncFormatter(power_of_ten))
    axis.set_minor_locator(NullLocator())


def function_and_slope(axes, f, slope, **parameters):
    """Draw an activation function, and beside it its slope on a log scale.

    Parameters
    ----------
    axes : array of two matplotlib Axes
    f, slope : callable
        The function and its derivative, ``f(z, **parameters)``.
    **parameters
        Handed to both, for instance ``alpha=0.1``.

    Notes
    -----
    The half below zero is drawn in the book's accent colour, with dots at the anchor values. A
    slope of exactly zero has no place on a log scale: it is written at the bottom instead.
    """
    left, right = axes
    for z, color in (np.linspace(-4, 0, 81), "negative"), (np.linspace(1e-9, 4, 81), "ink"):
        anchors = ANCHORS[(ANCHORS > 0) == (color == "ink")]
        left.plot(z, f(z, **parameters), color=COLOR[color])
        left.plot(anchors, f(anchors, **parameters), "o", ms=6, color=COLOR[color])
        steepness = slope(z, **parameters)
        right.plot(z, np.where(steepness > 0, steepness, np.nan), color=COLOR[color])
        if not steepness.any():
            right.text(-2, 1.3e-4, "slope 0:\nbelow every scale", ha="center", color=COLOR[color])
    left.set(xlabel="pre-activation z", ylabel="output f(z)", title="function", ylim=(-4.2, 4.2))
    log_axis(right)
    right.set(xlabel="pre-activation z", ylabel="slope f′(z)", title="slope")
    right.set(xlim=(-4.4, 4.4), ylim=(1e-4, 4))


def bands(ax, x, lines, *, here=None, log="", **axes):
    """Draw estimates as lines and their 95% intervals as bands, with a key above the axes.

    Parameters
    ----------
    ax : matplotlib Axes
    x : (n,) array_like
    lines : dict of str to (Interval, str)
        For each entry of the key an interval of (n,) arrays and the name of a colour of `PALETTE`.
    here : float, optional
        Where on the x axis the slider stands, marked by a vertical line.
    log : str
        Axes on a log scale: "x", "y" or "xy".
    **axes
        Handed to ``ax.set``: ``xlabel``, ``ylabel``, limits.
    """
    for label, (interval, color) in lines.items():
        style = {"color": COLOR[color], "ls": LINESTYLE.get(color, "-")}
        ax.fill_between(x, interval.low, interval.high, color=COLOR[color], alpha=0.25, lw=0)
        ax.plot(x, interval.estimate, label=label, **style)
    if here is not None:
        ax.axvline(here, color=COLOR["muted"], lw=1.5)
    for which in log:
        log_axis(ax, which)
    ax.set(**axes)
    key(ax)


def key(ax, columns=None):
    """Put the key of the lines above the axes, out of the way of every stop.

    In one row if it has up to four short entries, in rows of three otherwise.
    """
    labels = ax.get_legend_handles_labels()[1]
    if columns is None:
        columns = 4 if len(labels) == 4 and len("".join(labels)) < 25 else 3
    gap, line = (0.7, 1.6) if columns == 4 else (1.2, 2.2)
    ax.legend(
        loc="lower left", bbox_to_anchor=(-0.02, 0.97), ncols=columns, borderpad=0,
        columnspacing=gap, handlelength=line, handletextpad=0.4,
    )  # fmt: skip

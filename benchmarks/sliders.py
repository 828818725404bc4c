"""Size and speed of a slider: its data, its frames, and its steps in a real browser."""

import gzip
import time

import numpy as np
from matplotlib.animation import FuncAnimation
from matplotlib.figure import Figure

from belowzero import explore, leaky_relu, leaky_relu_grad, plots, views

from .timing import Row, take_turns

STOPS = np.linspace(0, 1, 41)


def draw(axes, alpha):
    plots.function_and_slope(axes, leaky_relu, leaky_relu_grad, alpha=alpha)
    return f"α = {alpha:.3f}"


def ours():
    """Return the 41-stop slider as the page gets it."""
    return views.page(explore(draw, "Leaky ReLU", panels=2, alpha=STOPS))


def theirs():
    """Return the same frames as Matplotlib's own JavaScript animation."""
    with plots.house_style():
        figure = Figure(figsize=(700 / 72, 262 / 72))
        axes = figure.subplots(1, 2)

        def frame(alpha):
            for ax in axes:
                ax.clear()
            draw(axes, alpha)
            return []

        return FuncAnimation(figure, frame, STOPS, init_func=lambda: []).to_jshtml()


def kilobytes(text):
    return len(gzip.compress(text.encode())) / 1000


def rows():
    yield Row(
        "a 41-stop slider, gzipped",
        [kilobytes(ours())],
        [kilobytes(theirs())],
        "kB",
        "against to_jshtml",
    )
    times = take_turns(ours, theirs, rounds=3)
    rate = [[41 / seconds for seconds in side] for side in times]
    yield f"frames a second: {np.median(rate[0]):.0f}, with to_jshtml {np.median(rate[1]):.0f}"
    _, picture, slider = views.widget(explore(draw, "Leaky ReLU", panels=2, alpha=STOPS)).children
    moves, shown = [], []
    picture.observe(lambda _: shown.append(time.perf_counter()), "value")
    for i in range(1, len(STOPS)):
        start = time.perf_counter()
        slider.value = i
        moves.append(1000 * (shown[-1] - start))
    middle, longest = np.median(moves), max(moves)
    yield f"a move in a live notebook: median {middle:.0f} ms, longest {longest:.0f} ms"

"""Sliders that work everywhere: one description, four views.

A slider is a function of its settings, drawn at every stop::

    def draw(ax, alpha):
        ax.plot(z, leaky_relu(z, alpha))
        return f"α = {alpha:.2f}: f(−3) = {leaky_relu(-3.0, alpha):.2f}"

    explore(draw, "Leaky ReLU", alpha=np.linspace(0, 1, 41))

A notebook with a kernel shows ipywidgets. The published page shows the same slider as plain HTML,
every stop drawn beforehand. Where nothing can run there is a still picture. And the captions of
all stops are the output's plain text, which nbval compares and a diff shows.
"""

import base64
import itertools
import os
import re
import unicodedata
from numbers import Integral, Real

import numpy as np
from matplotlib.figure import Figure

from . import views
from .frames import svg_panels
from .plots import house_style
from .sweeps import same
from .tables import minus

SYMBOL = {"alpha": "α", "beta": "β", "eta": "η", "lr": "η", "delta": "δ", "sigma": "σ"}
MARGIN = {"left": 62, "right": 10, "bottom": 46, "top": 26}  # around one panel, in CSS pixels


def explore(
    draw, title, *, name=None, panels=1, size=(350, 262), play=None, start=None, ask=None, **grids
):
    """Draw a figure at every stop of its sliders.

    Parameters
    ----------
    draw : callable
        ``draw(ax, **settings)`` draws one stop on empty axes and returns a caption: one line with
        the numbers that the picture shows, rounded so that every machine prints the same. With
        more than one panel its first argument is the array of axes.
    title : str
        What the figure shows, the heading of its caption.
    name : str, optional
        Target for links to the figure; ``fig-`` and the words of the title by default, in any
        script, without lone Greek letters.
    panels : int
        Number of axes side by side; a narrow page stacks them.
    size : (int, int)
        Width and height of one panel in CSS pixels.
    play : str, optional
        Name of the grid that gets a play button: a slider that runs through time.
    start : dict, optional
        Where sliders stand at first, ``{name: stop}``; the first stop where not given.
    ask : str, optional
        What the reader is asked to draw before the picture is shown: one line. In a page the axes
        are covered until then, and what the reader drew stays beside the answer.
    **grids : sequence of numbers or of strings
        The stops of each slider. At most three; none for a figure that stands still. Words become
        a row of buttons. A slider called ``alpha``, ``eta`` or the like is labelled with the
        Greek letter.

    Returns
    -------
    Explorer
        Which a notebook displays when it is the last line of a cell.

    Raises
    ------
    TypeError
        If `draw` cannot be called, its caption or `ask` is not a string, or a stop is not what it
        may be.
    ValueError
        If a grid is empty or has a stop twice or one that is not finite, if there are more than
        three, if `start` or `play` names what is not there, if a caption or `ask` is not one line,
        or if neither `name` nor the title gives the figure a name.
    RuntimeError
        If `draw` raises; the message says at which stop.

    Examples
    --------
    >>> def draw(ax, alpha):
    ...     ax.plot([-1, 0, 1], [-alpha, 0, 1])
    ...     return f"α = {alpha:.1f}"
    >>> explore(draw, "A bent line", alpha=[0.0, 0.5])
    A bent line
    α = 0.0
    α = 0.5
    """
    return Explorer(draw, title, name, panels, size, play, start or {}, ask, grids)


class Explorer:
    """A figure and its sliders. `explore` makes one and says what the arguments mean.

    A stop is a tuple of indices, one into the grid of each slider.
    """

    def __init__(self, draw, title, name, panels, size, play, start, ask, grids):
        if not callable(draw):
            raise TypeError(f"draw must be a function of axes and settings, not {draw!r}")
        if len(grids) > 3:
            raise ValueError(f"a figure has at most three sliders, not {len(grids)}: {list(grids)}")
        if not isinstance(panels, Integral) or not 1 <= panels <= 4:
            raise ValueError(f"panels must be a whole number from 1 to 4, not {panels!r}")
        if play is not None and play not in grids:
            raise ValueError(f"play={play!r} names no slider; there are {list(grids)}")
        self.draw, self.title, self.play, self.panels, self.size = draw, title, play, panels, size
        if ask is not None and not isinstance(ask, str):
            raise TypeError(f"ask must be a question to the reader, not {ask!r}")
        if ask is not None and (not ask.strip() or len(ask.splitlines()) > 1):
            raise ValueError(f"ask must be one line of text, not {ask!r}")
        self.name, self.ask = name or figure_name(title), ask
        self.grids = {key: _stops(key, grid) for key, grid in grids.items()}
        self.labels = {key: _labels(grid) for key, grid in self.grids.items()}
        self.symbols = {key: SYMBOL.get(key, key.replace("_", " ")) for key in self.grids}
        if unknown := [key for key in start if key not in grids]:
            raise ValueError(f"start: {unknown[0]!r} names no slider; there are {list(grids)}")
        self.start = tuple(
            _index(key, grid, start.get(key, grid[0])) for key, grid in self.grids.items()
        )
        self.captions, self.frames = {}, {}
        for stop in itertools.product(*(range(len(grid)) for grid in self.grids.values())):
            self.captions[stop] = self.draw_stop(stop)
            if _view() != "notebook":
                self.frames[stop] = self._pictures()

    @property
    def axes_box(self):
        """Left, top, width and height of the axes in their panel, in CSS pixels."""
        width, height = self.size
        left, top = MARGIN["left"], MARGIN["top"]
        return left, top, width - left - MARGIN["right"], height - top - MARGIN["bottom"]

    def _new_axes(self):
        """Return the panels of an empty figure, on which no other stop has left a trace."""
        width, height = self.size
        across = (1 - (MARGIN["left"] + MARGIN["right"]) / width) / self.panels
        up = 1 - (MARGIN["bottom"] + MARGIN["top"]) / height
        self.figure = Figure(figsize=(self.panels * width / 72, height / 72))
        lefts = [(i + MARGIN["left"] / width) / self.panels for i in range(self.panels)]
        places = [(left, MARGIN["bottom"] / height, across, up) for left in lefts]
        return np.array([self.figure.add_axes(place) for place in places])

    def draw_stop(self, stop):
        """Draw one stop on a new figure, and return its caption."""
        settings = {key: grid[i] for (key, grid), i in zip(self.grids.items(), stop, strict=True)}
        where = ", ".join(f"{key} = {value}" for key, value in settings.items()) or "its one stop"
        with house_style():
            axes = self._new_axes()
            try:
                caption = self.draw(axes if self.panels > 1 else axes[0], **settings)
            except Exception as error:
                message = f"draw raised {type(error).__name__} at {where}: {error}"
                raise RuntimeError(message) from error
        if len(self.figure.axes) != self.panels:
            raise ValueError(f"draw must not add axes to the {self.panels} it is given, at {where}")
        if not isinstance(caption, str):
            raise TypeError(f"draw must return its caption, not {caption!r}, at {where}")
        if not caption.strip() or len(caption.splitlines()) > 1:
            raise ValueError(f"a caption is one line of text, not {caption!r}, at {where}")
        return minus(caption)

    def is_choice(self, key):
        """Say whether stops are words, which have no order: buttons then, and not a slider."""
        return isinstance(self.grids[key][0], str) and key != self.play

    def frame(self, stop):
        """Return the SVG trees of the panels at one stop; for a page they are drawn already."""
        if stop in self.frames:
            return self.frames[stop]
        self.draw_stop(stop)
        return self._pictures()

    def _pictures(self):
        with house_style():
            pictures = svg_panels(self.figure, self.name + "-")
        for i, picture in enumerate(pictures, start=1):
            part = f", panel {i} of {self.panels}" if self.panels > 1 else ""
            picture.set("aria-label", self.title + part)
        return pictures

    def __repr__(self):
        return "\n".join([self.title, *self.captions.values()])

    def _repr_mimebundle_(self, include=None, exclude=None):
        bundle = {"text/plain": repr(self)}
        if _view() != "page":
            live = {"version_major": 2, "version_minor": 0, "model_id": views.widget(self).model_id}
            bundle["image/png"] = base64.b64encode(views.still(self)).decode()
            bundle["application/vnd.jupyter.widget-view+json"] = live
        if _view() != "notebook":
            bundle["text/html"] = views.page(self)
        return bundle


def _view():
    """Say what a notebook shows: "notebook", or what a build or a test sets, "page" or "both"."""
    return os.environ.get("BELOWZERO_VIEW", "notebook")


def figure_name(title):
    """Join the words of a title, in whatever script; a lone Greek letter is a symbol, not a word.

    A translation may have no Latin letters, or the same few on every figure: "10" of "10 seeds".
    """
    text = unicodedata.normalize("NFKC", title).lower()
    words = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in text).split()
    words = [word for word in words if not re.fullmatch(r"[α-ω]|\W+", word)]
    if not words:
        raise ValueError(f"the title {title!r} has no words to name the figure by: give name=")
    return "-".join(["fig", *words])


def _stops(key, grid):
    """Check the stops of one slider and return them as a list."""
    if isinstance(grid, str) or not np.iterable(grid):
        raise TypeError(f"{key} must be a sequence of stops, not {grid!r}")
    stops = [stop.item() if isinstance(stop, np.generic) else stop for stop in grid]
    if not stops:
        raise ValueError(f"the slider {key} has no stops: its grid is empty")
    for stop in stops:
        if isinstance(stop, bool) or not isinstance(stop, (Real, str)):
            raise TypeError(f"the stops of {key} are numbers or strings, not {stop!r}")
        if isinstance(stop, Real) and not np.isfinite(stop):
            raise ValueError(f"the stops of {key} must be finite, not {stop!r}")
    if len({isinstance(stop, str) for stop in stops}) > 1:
        raise TypeError(f"the stops of {key} must be all numbers or all strings, not {stops}")
    if len(set(stops)) < len(stops):
        raise ValueError(f"the slider {key} has a stop twice: {stops}")
    return stops


def _index(key, stops, value):
    """Return where a value stands among the stops of one slider."""
    for i, stop in enumerate(stops):
        if same(stop, value):
            return i
    raise ValueError(f"start: {key} = {value!r} is no stop of {stops}")


def _labels(stops):
    """Write the stops of one slider, numbers with as many decimals as tell them apart."""
    if isinstance(stops[0], str):
        return stops
    rounding = 1e-12 * np.abs(stops).max()
    fixed = [
        f"z.{n}f" for n in range(4) if np.allclose(stops, np.round(stops, n), rtol=0, atol=rounding)
    ]
    for form in fixed + [f".{n}g" for n in range(3, 18)]:
        labels = [format(stop, form).replace("-", "−") for stop in stops]
        if len(set(labels)) == len(stops):
            return labels

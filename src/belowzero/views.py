"""The views of a slider: HTML for a page, ipywidgets for a notebook, a still for everywhere else.

The fourth view, the captions of all stops as text, is the ``repr`` of the `Explorer`.
"""

import gc
import io
import json
from contextlib import contextmanager
from html import escape
from importlib import resources

import ipywidgets

from .frames import MARGIN, differences, to_html
from .plots import COLOR, PALETTE, house_style
from .words import WORDS

PACE = 150  # milliseconds a stop when a slider plays


def page(explorer):
    """Return an `Explorer` as HTML that needs no kernel; ``explore.js`` moves it.

    Returns
    -------
    str
        With the frame at the start, the controls, and what the other frames change as JSON.
    """
    frames = [explorer.frame(stop) for stop in explorer.captions]
    at = list(explorer.captions).index(explorer.start)
    data = {
        "labels": list(explorer.labels.values()),
        "captions": list(explorer.captions.values()),
        "slots": differences(frames, at),
    }
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).replace("</", "<\\/")
    picture = "".join(map(to_html, frames[at]))
    caption = escape(explorer.captions[explorer.start])
    longest = max(map(len, explorer.captions.values()))
    return (
        f'<div class="explore" data-name="{explorer.name}" data-title="{escape(explorer.title)}"'
        f"{_question(explorer)}>"
        f'<div class="explore-panels">{picture}</div>{_controls(explorer)}'
        f'<p class="explore-caption" aria-live="polite" style="--longest:{longest}">{caption}</p>'
        f'<script type="application/json">{text}</script></div>'
    )


def _question(explorer):
    if explorer.ask is None:
        return ""
    left, *rest = explorer.axes_box
    place = " ".join(map(str, [left + MARGIN, *rest]))  # from the left edge of the panel's picture
    return f' data-ask="{escape(explorer.ask)}" data-axes="{place}"'


def _controls(explorer):
    controls = ""
    for key, at in zip(explorer.grids, explorer.start, strict=True):
        control = _buttons if explorer.is_choice(key) else _slider
        controls += control(explorer, key, at)
    if explorer.play:
        which = list(explorer.grids).index(explorer.play)
        controls += (
            f'<button type="button" class="explore-play" data-plays="{which}" data-pace="{PACE}">'
            f"{WORDS['play']}</button>"
        )
    return controls and f'<div class="explore-controls">{controls}</div>'


def _slider(explorer, key, at):
    labels, symbol = explorer.labels[key], escape(explorer.symbols[key])
    widest = max(map(len, labels))  # gives the label one width, so that the track keeps its own
    # An output is live unless told not to be, and the input says its value already.
    return (
        f'<label class="explore-control"><span>{symbol}</span><input type="range" min="0" '
        f'max="{len(labels) - 1}" value="{at}" autocomplete="off" '
        f'aria-valuetext="{symbol} = {escape(labels[at])}">'
        f'<output aria-live="off" style="--widest:{widest}ch">{escape(labels[at])}</output></label>'
    )


def _buttons(explorer, key, at):
    name = f"{explorer.name}-{key}"
    choices = "".join(
        f'<label><input type="radio" name="{name}" value="{i}" autocomplete="off"'
        f"{' checked' if i == at else ''}>{escape(label)}</label>"
        for i, label in enumerate(explorer.labels[key])
    )
    symbol = escape(explorer.symbols[key])
    return f'<fieldset class="explore-control"><legend>{symbol}</legend>{choices}</fieldset>'


def still(explorer):
    """Return an `Explorer` at its start as the bytes of a PNG, title and caption below."""
    caption = explorer.draw_stop(explorer.start)
    figure, png = explorer.figure, io.BytesIO()
    place = {"ha": "center", "va": "top", "wrap": True}
    paper = {"facecolor": COLOR["paper"], "metadata": {"Software": None}}
    with house_style():
        figure.text(0.5, -0.02, f"{explorer.title}\n{caption}", **place)
        figure.savefig(png, dpi=120, bbox_inches="tight", **paper)
    return png.getvalue()


def widget(explorer):
    """Return an `Explorer` as ipywidgets, of a kind that versions 7.7 and 8 both have.

    Returns
    -------
    ipywidgets.VBox
        The style, the picture, the sliders and, if there is one, the play button.
    """
    sliders = [
        (ipywidgets.ToggleButtons if explorer.is_choice(key) else ipywidgets.SelectionSlider)(
            options=[(label, i) for i, label in enumerate(labels)],
            value=at,
            description=explorer.symbols[key],
        )
        for (key, labels), at in zip(explorer.labels.items(), explorer.start, strict=True)
    ]
    picture = ipywidgets.HTML()
    seen = {}

    def show(_=None):
        stop = tuple(slider.value for slider in sliders)
        with _garbage_kept():
            if stop not in seen:
                panels = "".join(map(to_html, explorer.frame(stop)))
                seen[stop] = (
                    f'<div class="explore"><p><b>{escape(explorer.title)}</b></p>'
                    f'<div class="explore-panels">{panels}</div>'
                    f'<p class="explore-caption">{escape(explorer.captions[stop])}</p></div>'
                )
            picture.value = seen[stop]

    for slider in sliders:
        slider.observe(show, "value")
    show()
    parts = [ipywidgets.HTML(f"<style>{stylesheet()}</style>"), picture, *sliders]
    if explorer.play:
        played = sliders[list(explorer.grids).index(explorer.play)]
        steps = dict(value=played.index, min=0, max=len(played.options) - 1)
        button = ipywidgets.Play(**steps, interval=PACE)
        ipywidgets.jslink((button, "value"), (played, "index"))
        parts.append(button)
    box = ipywidgets.VBox(parts)
    if explorer.ask:
        button = ipywidgets.Button(description=WORDS["show"])
        button.on_click(lambda _: setattr(box, "children", parts))
        box.children = [ipywidgets.HTML(f"<p>{escape(explorer.ask)}</p>"), button]
    return box


@contextmanager
def _garbage_kept():
    """Let a picture be shown before Python looks for garbage, which takes as long as drawing it."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def stylesheet():
    """Return the CSS of sliders in a notebook: the palette's variables, then ``explore.css``."""
    light, dark = (
        "".join(f"--bz-{name}:{pair[i]};" for name, pair in PALETTE.items()) for i in (0, 1)
    )
    dark_pages = '[data-jp-theme-light="false"],.vscode-dark,html[theme="dark"]'  # Lab, Code, Colab
    rules = resources.files(__package__).joinpath("explore.css").read_text(encoding="utf-8")
    return f":root{{{light}}}\n:is({dark_pages}){{{dark}}}\n{rules}"

"""Put the sliders of `belowzero.explore` into the published pages."""

import hashlib
import html
import os
import re
from importlib import resources
from pathlib import Path

from docutils import nodes
from docutils.transforms import Transform
from sphinx.util import logging

logger = logging.getLogger(__name__)
_BOX = re.compile(r'<div class="explore" data-name="([^"]*)" data-title="([^"]*)"[^>]*>')
_DATA = re.compile(r'<script type="application/json">(.*?)</script>', re.DOTALL)


class NumberFigures(Transform):
    """Wrap each slider in a figure, so that Sphinx numbers it and pages can link to it."""

    default_priority = 400  # before Sphinx collects labels

    def apply(self):
        for raw in list(self.document.findall(nodes.raw)):
            found = _BOX.search(raw.astext())
            if not found:
                continue
            name, title = (html.unescape(text) for text in found.groups())
            if name in self.document.ids:
                taken = "the name %s of the figure %r is taken on this page: give it another name="
                logger.warning(taken, name, title, location=raw)
                continue
            figure = nodes.figure("", names=[name], ids=[name])  # docutils' own id is ASCII
            raw.replace_self(figure)
            figure += [raw, nodes.caption(title, title)]
            self.document.note_explicit_target(figure)


def move_frames(app, pagename, templatename, context, doctree):
    """Move the frames out of the page, so that it paints before they have arrived."""
    body = context.get("body", "")
    names = [name for name, _ in _BOX.findall(body)]
    if not names:
        return
    frames = ",".join(f'"{n}":{data}' for n, data in zip(names, _DATA.findall(body), strict=True))
    context["body"] = _DATA.sub("", body)
    _add(app, context, f"frames-{pagename.replace('/', '-')}.js", f"var belowzero = {{{frames}}};")
    _add(app, context, "explore.js", _file("explore.js"))


def _add(app, context, name, text):
    """Write a file beside the pages and load it, under an address that changes with its content."""
    version = hashlib.sha256(text.encode()).hexdigest()[:8]
    folder = Path(app.outdir, "_sliders")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    address = context["pathto"](f"_sliders/{name}", resource=True) + f"?v={version}"
    context["body"] += f'\n<script defer src="{address}"></script>'


def add_style(app, pagename, templatename, context, doctree):
    """Style the sliders; the colours they name are the theme's (see theme.py)."""
    context["metatags"] = context.get("metatags", "") + f"\n<style>{_file('explore.css')}</style>"


def _file(name):
    return resources.files("belowzero").joinpath(name).read_text(encoding="utf-8")


def setup(app):
    os.environ["BELOWZERO_VIEW"] = "page"  # which the notebooks' kernels inherit
    app.add_transform(NumberFigures)
    app.connect("html-page-context", move_frames)
    app.connect("html-page-context", add_style)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

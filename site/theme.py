"""What the book adds to Sphinx and its theme: mathematics, page descriptions, fresh pages."""

import hashlib
import json
import os
import re
from functools import cache
from html import escape
from multiprocessing import Semaphore
from pathlib import Path

from docutils import nodes
from math_core import LatexError, LatexToMathML
from sphinx.application import ENV_PICKLE_FILENAME
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

from belowzero.claims import VERDICTS
from belowzero.plots import PALETTE
from belowzero.words import WORDS

logger = logging.getLogger(__name__)
latex = LatexToMathML(fancy_error=False)
ROOT = Path(__file__).parents[1]
PAGES = 32  # more than there are
CORES = Semaphore(os.cpu_count() or 1)  # those on which no page is being read
# They do not say that pages can be read side by side: one numbers sections when all have been read,
# the other is for LaTeX.
SILENT = ["sphinx_multitoc_numbering", "sphinx_jupyterbook_latex"]
# A change in one of these can change every page.
FOUNDATIONS = [
    "requirements.txt",
    "_config.yml",
    "_toc.yml",
    "chapters/*.bib",
    "src/belowzero/*.*",
    "tools/environment.py",
    "site/*.py",
    "site/static/*.*",
    "site/templates/**/*.html",
]


def setup(app):
    app.connect("config-inited", share_palette)
    app.connect("config-inited", read_side_by_side)
    app.connect("env-before-read-docs", begin_with_the_last)
    app.connect("source-read", lambda *_: CORES.acquire())
    app.connect("doctree-read", lambda *_: CORES.release())
    app.connect("builder-inited", choose_dark_code, priority=400)  # before Furo reads it
    app.connect("doctree-resolved", mark_headers)
    app.connect("html-page-context", describe)
    app.connect("html-page-context", hand_over_words)
    app.connect("build-finished", forget_what_failed)
    app.add_config_value("foundations", fingerprint(), "env")  # Sphinx redoes all if it differs
    app.add_config_value("comments_config", {}, "")  # Jupyter Book sets it always
    app.add_html_math_renderer("mathml", (inline_math, None), (display_math, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def read_side_by_side(app, config):
    """Use every core: Sphinx reads each page, and so runs each notebook, in its own process.

    All of them start; `CORES` lets as many read at a time as there are cores.
    """
    app.parallel = PAGES
    for name in SILENT:
        app.extensions[name].parallel_read_safe = True


def begin_with_the_last(app, env, names):
    """Read the last chapter first: it takes longest, and would still run when all others ended."""
    names.reverse()


def share_palette(app, config):
    """Give pages the figures' colours: Furo writes them for light, dark and no JavaScript."""
    for theme, i in (("light", 0), ("dark", 1)):
        colors = {name: pair[i] for name, pair in PALETTE.items()}
        config.html_theme_options[f"{theme}_css_variables"] = {
            **{f"bz-{name}": color for name, color in colors.items()},
            "color-background-primary": colors["paper"],
            "color-brand-content": colors["relu"],
            "color-brand-primary": colors["relu"],
            "color-foreground-primary": colors["ink"],
        }


def choose_dark_code(app):
    """Color code on dark paper; Sphinx knows Furo's setting too late for ``_config.yml``."""
    app.config.pygments_dark_style = "a11y-high-contrast-dark"


@cache
def fingerprint():
    """Sum up the files on which every page rests."""
    files = sorted(file for pattern in FOUNDATIONS for file in ROOT.glob(pattern))
    parts = (str(file.relative_to(ROOT)).encode() + file.read_bytes() for file in files)
    return hashlib.sha256(b"".join(parts)).hexdigest()


def forget_what_failed(app, error):
    """Have every page read again after a warning, which Sphinx would not repeat."""
    if app._warncount:
        Path(app.doctreedir, ENV_PICKLE_FILENAME).unlink(missing_ok=True)


def describe(app, pagename, templatename, context, doctree):
    """Give search engines the page's first paragraph, unless its front matter describes it."""
    if doctree is None or 'name="description"' in context["metatags"]:
        return
    text = next((p.astext() for p in doctree.findall(nodes.paragraph)), "")
    text = " ".join(text.split())
    if len(text) > 160:
        text = text[:160].rsplit(" ", 1)[0] + " …"
    context["metatags"] += f'<meta name="description" content="{escape(text)}">'


def hand_over_words(app, pagename, templatename, context, doctree):
    """Give scripts the words that they show."""
    words = json.dumps({**WORDS, "verdicts": VERDICTS}, ensure_ascii=False)
    context["metatags"] = (
        context.get("metatags", "")
        + f'\n<script type="application/json" id="words">{words}</script>'
    )


def mark_headers(app, doctree, docname):
    """Mark the formulas in table headers, where checkers take one for an empty cell."""
    for header in doctree.findall(nodes.thead):
        for formula in header.findall(nodes.math):
            formula["header"] = True


def inline_math(translator, node):
    formula = mathml(node, displaystyle=False)
    if node.get("header"):
        name = re.sub("<[^>]*>", "", formula)
        formula = formula.replace("<math", f'<math aria-label="{name}"', 1)
    translator.body.append(formula)
    raise nodes.SkipNode


def display_math(translator, node):
    translator.body.append(translator.starttag(node, "div", CLASS="math"))
    if node["number"]:
        number = get_node_equation_number(translator, node)
        translator.body.append(f'<span class="eqno">({number})')
        translator.add_permalink_ref(node, "Link to this equation")
        translator.body.append("</span>")
    translator.body.append(mathml(node, displaystyle=True) + "</div>\n")
    raise nodes.SkipNode


def mathml(node, *, displaystyle):
    """Convert the LaTeX of a node, which every browser then sets without a script."""
    try:
        return latex.convert_with_local_state(node.astext(), displaystyle=displaystyle)
    except LatexError as error:
        logger.warning("%s in the formula %s", error, node.astext(), location=node)
        return ""

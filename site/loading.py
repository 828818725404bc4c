"""How a page arrives: with one style sheet, which holds the faces that every page begins with."""

import base64
from pathlib import Path

from theme import fingerprint

STATIC = Path(__file__).parent / "static"
EMBEDDED = {"Book Text Base": "text", "Book Label Base": "label", "Book Math": "math"}
SHEET = f"all-{fingerprint()[:8]}.css"  # another address when anything in it may be another


def setup(app):
    app.add_css_file(SHEET)
    app.connect("html-page-context", name_one_sheet)
    app.connect("build-finished", gather_styles, priority=900)  # after Furo's colours of code
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def name_one_sheet(app, pagename, templatename, context, doctree):
    """Let the first paint wait for one style sheet: each would delay it."""
    context["css_files"] = [css for css in context["css_files"] if css.filename.endswith(SHEET)]


def gather_styles(app, error):
    """Write the one style sheet: the faces with which every page begins, then all others' rules.

    What it holds is there before the first paint, on disk too, so that no text moves when a face
    arrives. What is bold or italic is slanted or thickened from them where its own face comes late.
    """
    context = getattr(app.builder, "globalcontext", None)  # where any page was written
    if error or app.builder.format != "html" or not context:
        return
    rules = []
    for family, face in EMBEDDED.items():
        data = base64.b64encode((STATIC / f"{face}.woff2").read_bytes()).decode()
        source = f'url("data:font/woff2;base64,{data}") format("woff2")'
        rules.append(f'@font-face {{ font-family: "{family}"; src: {source}; }}')
    for css in sorted(context["css_files"], key=lambda css: css.priority):
        if not css.filename.endswith(SHEET):
            rules.append(Path(app.outdir, css.filename).read_text(encoding="utf-8"))
    static = Path(app.outdir, "_static")
    for old in static.glob("all-*.css"):
        old.unlink()
    (static / SHEET).write_text("\n".join(rules), encoding="utf-8")

"""Let a notebook run where it lands: what its first cell installs, and links that open it.

Two variables say from which repository and which commit the site is published; the workflow that
publishes sets them. Without them no page links to a service, and a downloaded notebook says what
it needs.
"""

import os
import re
from pathlib import Path

import nbformat
from sphinx.errors import ConfigError

ADDRESS = re.compile(r"https://github\.com/([\w.-]+/[\w.-]+)")
# It is made from the notebooks beside it, which Colab does not have.
TOGETHER = "chapters/07-claims-ledger"
BRANCH = "notebooks"  # to which .github/workflows/publish.yml pushes what is downloaded here
INSTALL = """\
# Where the book's package is missing, this installs it.
from importlib.util import find_spec

if find_spec("belowzero") is None:
    %pip install --quiet {archive}"""
EXPLAIN = """\
from importlib.util import find_spec

if find_spec("belowzero") is None:
    raise ModuleNotFoundError(
        "This notebook needs the package belowzero. Run it in the project of the book Below Zero, "
        "or install the package from there: %pip install, and the folder of the project."
    )"""


def setup(app):
    address = os.environ.get("BELOWZERO_REPOSITORY", "")
    commit = os.environ.get("BELOWZERO_COMMIT", "")
    if (address or commit) and not (ADDRESS.fullmatch(address) and commit):
        raise ConfigError(
            "BELOWZERO_REPOSITORY is https://github.com/OWNER/NAME and goes with BELOWZERO_COMMIT, "
            f"not {address!r} with {commit!r}"
        )
    app.add_config_value("published_from", (address, commit), "html")
    app.connect("html-page-context", open_doors)
    app.connect("build-finished", equip)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def open_doors(app, pagename, templatename, context, doctree):
    """Give the page of a notebook its links, by name."""
    address, commit = app.config.published_from
    if not address or not context.get("sourcename", "").endswith(".ipynb"):
        return
    project, name = ADDRESS.fullmatch(address)[1], Path(pagename).name
    colab = f"https://colab.research.google.com/github/{project}/blob/{BRANCH}/{name}.ipynb"
    binder = f"https://mybinder.org/v2/gh/{project}/{commit}?labpath={pagename}.ipynb"
    context["doors"] = {} if pagename == TOGETHER else {"Open in Colab": colab}
    context["doors"]["Open in Binder"] = binder


def equip(app, error):
    """Put a cell in front of each notebook that is downloaded, by which it runs anywhere."""
    address, commit = app.config.published_from
    code = INSTALL.format(archive=f"{address}/archive/{commit}.zip") if address else EXPLAIN
    for name in sorted(app.env.found_docs) if app.builder.name == "html" and not error else []:
        source = Path(app.env.doc2path(name))
        if source.suffix == ".ipynb":
            notebook = nbformat.read(source, as_version=4)
            notebook.cells.insert(0, nbformat.v4.new_code_cell(code, id="install"))
            nbformat.write(notebook, Path(app.outdir, "_sources", f"{name}.ipynb"))

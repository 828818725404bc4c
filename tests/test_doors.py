"""A notebook runs where it lands: what the site hands out, and the links that open it elsewhere."""

import importlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from copies import begin_book, copy_project
from sphinx.errors import ConfigError

ROOT = Path(__file__).parents[1]
ADDRESS, COMMIT = "https://github.com/someone/below-zero", "0123abc"
CHAPTER, LEDGER = "chapters/01-one", "chapters/07-claims-ledger"


def write_notebook(path):
    cells = [nbformat.v4.new_markdown_cell("# A page", id="title")]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A small book: a page of text, a chapter, and the page that is made from chapters."""
    folder = tmp_path_factory.mktemp("project")
    begin_book(folder, "about", CHAPTER, LEDGER)
    (folder / "about.md").write_text("# About\n")
    for name in CHAPTER, LEDGER:
        write_notebook(folder / f"{name}.ipynb")
    return folder


@pytest.fixture
def published(project, build, monkeypatch):
    """Build the book as the workflow that publishes does."""
    monkeypatch.setenv("BELOWZERO_REPOSITORY", ADDRESS)
    monkeypatch.setenv("BELOWZERO_COMMIT", COMMIT)
    built = build(project)
    assert built.returncode == 0, built.stderr
    return project / "_build/html"


def doors(site, name):
    html = BeautifulSoup((site / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
    links = html.select(".view-this-page a")
    return {link.text.strip(): link["href"] for link in links if link.text.strip()}


def install_cell(site, name):
    cell = json.loads((site / f"_sources/{name}.ipynb").read_text(encoding="utf-8"))["cells"][0]
    return "".join(cell["source"])


def test_a_published_chapter_opens_in_colab_and_binder(published):
    assert doors(published, CHAPTER) == {
        "Open in Colab": "https://colab.research.google.com/github/someone/below-zero/blob/"
        "notebooks/01-one.ipynb",
        "Open in Binder": "https://mybinder.org/v2/gh/someone/below-zero/0123abc"
        "?labpath=chapters/01-one.ipynb",
    }
    assert list(doors(published, LEDGER)) == ["Open in Binder"]
    assert not doors(published, "about")
    assert f"%pip install --quiet {ADDRESS}/archive/{COMMIT}.zip" in install_cell(
        published, CHAPTER
    )


def test_colab_is_sent_to_the_branch_that_the_workflow_pushes():
    workflow = (ROOT / ".github/workflows/publish.yml").read_text(encoding="utf-8")
    assert "working-directory: _build/html/_sources/chapters" in workflow
    assert "--initial-branch notebooks" in workflow


def test_without_an_address_there_is_no_link_and_the_notebook_says_what_it_needs(project, build):
    built = build(project)
    assert built.returncode == 0, built.stderr
    site = project / "_build/html"
    assert not doors(site, CHAPTER)
    code = f"import sys\nsys.modules['belowzero'] = None\n{install_cell(site, CHAPTER)}"
    code = code.replace('find_spec("belowzero")', "None")
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert "ModuleNotFoundError: This notebook needs the package belowzero." in run.stderr


REFUSED = r"https://github.com/OWNER/NAME and goes with BELOWZERO_COMMIT, not {!r}"


@pytest.mark.parametrize(
    ("address", "commit"),
    [("github.com/a/b", "0123abc"), (ADDRESS, ""), ("", "0123abc"), (ADDRESS + "/", "0123abc")],
)
def test_an_address_that_cannot_be_linked_to_is_refused(monkeypatch, address, commit):
    monkeypatch.syspath_prepend(ROOT / "site")
    monkeypatch.setenv("BELOWZERO_REPOSITORY", address)
    monkeypatch.setenv("BELOWZERO_COMMIT", commit)
    with pytest.raises(ConfigError, match=REFUSED.format(address)):
        importlib.import_module("doors").setup(None)


def test_a_refused_address_ends_the_build(project, build, monkeypatch):
    monkeypatch.setenv("BELOWZERO_REPOSITORY", ADDRESS)
    built = build(project)
    assert built.returncode
    assert REFUSED.format(ADDRESS) in built.stdout + built.stderr


@pytest.fixture
def stranger(tmp_path, old_widgets):
    """Return the Python of an environment with Jupyter and ipywidgets 7, but without the book."""
    home = tmp_path / "stranger"
    venv.create(home, with_pip=True)
    python = home / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    paths = old_widgets, sysconfig.get_path("purelib")
    query = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = subprocess.check_output([python, "-c", query], text=True).strip()
    Path(packages, "others.pth").write_text("".join(f"{path}\n" for path in paths))
    return python


@pytest.fixture
def archive(tmp_path):
    """Pack what a code host packs when it is asked for a commit."""
    copy_project(tmp_path / "pack" / f"below-zero-{COMMIT}")
    return Path(shutil.make_archive(str(tmp_path / COMMIT), "zip", tmp_path / "pack"))


def the_slider(notebook):
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    return next(output.data for output in outputs if "image/png" in output.get("data", {}))


def test_a_downloaded_notebook_installs_what_it_needs_and_its_slider_comes(
    published, stranger, archive, tmp_path, monkeypatch
):
    install = install_cell(published, CHAPTER)
    landed = tmp_path / "Downloads" / "index.ipynb"
    landed.parent.mkdir()
    notebook = nbformat.read(ROOT / "chapters/index.ipynb", as_version=4)
    stored = the_slider(notebook)["text/plain"]
    here = install.replace(f"{ADDRESS}/archive/{COMMIT}.zip", archive.as_uri())
    notebook.cells.insert(0, nbformat.v4.new_code_cell(here))
    where = "import belowzero, ipywidgets\nprint(ipywidgets.__version__, belowzero.__file__)"
    notebook.cells.append(nbformat.v4.new_code_cell(where))
    nbformat.write(notebook, landed)

    monkeypatch.setenv("PIP_NO_BUILD_ISOLATION", "1")  # with the locked build backend
    run = (
        "import sys, nbclient, nbformat\n"
        "notebook = nbformat.read(sys.argv[1], as_version=4)\n"
        "nbclient.NotebookClient(notebook).execute()\n"
        "nbformat.write(notebook, sys.argv[1])\n"
    )
    command = [stranger, "-c", run, landed.name]
    done = subprocess.run(command, cwd=landed.parent, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    notebook = nbformat.read(landed, as_version=4)
    assert notebook.cells[-1].outputs[0].text.startswith(f"7.7.1 {tmp_path / 'stranger'}")
    shown = the_slider(notebook)
    assert shown["text/plain"] == stored
    assert "application/vnd.jupyter.widget-view+json" in shown

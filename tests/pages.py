"""The pages of the book, found in its contents: a new chapter needs no new test."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOC = (ROOT / "_toc.yml").read_text(encoding="utf-8")
DOCUMENTS = [f"{document}.html" for document in re.findall(r"(?:root|file): *(\S+)", TOC)]
LANDING = DOCUMENTS[0]
NOTEBOOKS = [name for name in DOCUMENTS if (ROOT / name).with_suffix(".ipynb").exists()]
PAGES = [*DOCUMENTS, "search.html?q=relu"]

WIDE = {"width": 1300, "height": 900}
NARROW = {"width": 390, "height": 844}
NARROWEST = {"width": 320, "height": 640}  # also 1280 pixels, enlarged four times

every_page = pytest.mark.parametrize("name", PAGES)
every_document = pytest.mark.parametrize("name", DOCUMENTS)
every_notebook = pytest.mark.parametrize("name", NOTEBOOKS)
each_theme = pytest.mark.parametrize("theme", ["light", "dark"])
from_server_and_disk = pytest.mark.parametrize("place", ["server", "disk"])


def unfold(page, folds=".deeper"):
    """Open what goes deeper, or other folds, and see every answer, as who wants everything."""
    page.evaluate("s => document.querySelectorAll(s).forEach(fold => fold.open = true)", folds)
    page.evaluate("document.querySelectorAll('.explore-ask button').forEach(show => show.click())")
    return page

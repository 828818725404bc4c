"""Parts of the project in a folder of their own: for tests of builds and of installations."""

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[1]


def begin_book(folder, root, *chapters):
    """Lay out what a book needs but for its pages: the site's extensions, settings, contents."""
    for name in "site", "tools":
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "_config.yml", folder)
    pages = ", ".join(f"{{file: {chapter}}}" for chapter in chapters)
    (folder / "_toc.yml").write_text(f"{{format: jb-book, root: {root}, chapters: [{pages}]}}")
    (folder / "chapters").mkdir()
    (folder / "chapters/references.bib").touch()


def copy_project(folder):
    """Copy what an installation of the packages needs, without what Python caches."""
    clutter = shutil.ignore_patterns("__pycache__", "*.pyc")
    shutil.copytree(ROOT / "src", folder / "src", ignore=clutter)
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, folder)

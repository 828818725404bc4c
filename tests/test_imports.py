"""The figure of imports in CONTRIBUTING is current, and what it shows has no circle."""

import ast
from graphlib import CycleError

import pytest

from tools import imports


def test_the_figure_in_contributing_is_current():
    page = imports.PAGE.read_text(encoding="utf-8")
    assert imports.figure() in page, "run: python tools/imports.py"


def test_an_arrow_that_others_imply_is_left_out():
    graph = {"a": {"b", "c"}, "b": {"c"}, "c": set()}
    assert imports.without_detours(graph) == {"a": {"b"}, "b": {"c"}, "c": set()}


def test_modules_that_import_each_other_are_refused():
    with pytest.raises(CycleError):
        imports.without_detours({"a": {"b"}, "b": {"a"}})


def test_imports_inside_functions_count(tmp_path, monkeypatch):
    package = tmp_path / "src" / "p"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("from .a import x")
    (package / "a.py").write_text(
        "import json\ndef f():\n    from . import b\n    from .c import d"
    )
    (package / "b.py").write_text("from pathlib import Path")
    (package / "c.py").write_text("")
    monkeypatch.setattr(imports, "ROOT", tmp_path)
    assert imports.imports("p") == {"a": {"b", "c"}, "b": set(), "c": set()}


@pytest.mark.parametrize("package", imports.PACKAGES)
def test_neither_package_imports_the_other(package):
    for path in (imports.ROOT / "src" / package).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            named = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                named = [node.module]
            assert not {name.partition(".")[0] for name in named} & set(imports.PACKAGES), path

"""The site takes the notebooks that nbval has run, until something changes that they rest on."""

import os
import shutil
import subprocess
import sys

import nbformat
from copies import ROOT, begin_book

from tools.environment import executed

RUN = """with open("runs.txt", "a") as runs:
    runs.write("x")"""


def test_a_notebook_runs_once_until_something_changes(build, tmp_path):
    begin_book(tmp_path, "a", "b")
    shutil.copy(ROOT / "conftest.py", tmp_path)
    (tmp_path / "a.md").write_text("# A")
    cells = [nbformat.v4.new_markdown_cell("# B"), nbformat.v4.new_code_cell(RUN)]
    cells[1].execution_count = 1
    python = {"language_info": {"name": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=python), tmp_path / "b.ipynb")

    def runs():
        return len((tmp_path / "runs.txt").read_text())

    environment = {key: os.environ[key] for key in os.environ if not key.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "b.ipynb"]
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    assert runs() == 1

    assert build(tmp_path).returncode == 0
    assert runs() == 1, "nbval has run it"

    (tmp_path / "chapters/other.json").write_text("{}")
    shutil.rmtree(tmp_path / "_build/html")
    shutil.rmtree(tmp_path / "_build/.doctrees")
    assert build(tmp_path).returncode == 0
    assert runs() == 2


def test_other_folders_on_the_path_change_nothing(tmp_path, monkeypatch):
    before = executed().path
    (tmp_path / "guest-1.0.dist-info").mkdir()
    (tmp_path / "guest-1.0.dist-info/METADATA").write_text("Name: guest\nVersion: 1.0\n")
    monkeypatch.syspath_prepend(tmp_path)  # as setuptools does with what it brings
    assert executed().path == before

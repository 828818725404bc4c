"""The numbers stored in a chapter are verified: change one, and the comparison fails."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

CHAPTERS = Path(__file__).parents[1] / "chapters"


@pytest.fixture
def page(tmp_path):
    """Return a copy of the landing page, the smallest notebook with a slider."""
    return Path(shutil.copy(CHAPTERS / "index.ipynb", tmp_path))


def verify(path):
    """Run nbval on one notebook, as `make test` does on all, and return its verdict."""
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-n0", path.name]
    environment = {key: os.environ[key] for key in os.environ if not key.startswith("PYTEST_")}
    return subprocess.run(command, cwd=path.parent, env=environment, capture_output=True, text=True)


def change(path, edit):
    """Apply `edit` to every code cell, and expect that it changed something."""
    notebook = nbformat.read(path, as_version=4)
    before = str(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            edit(cell)
    assert str(notebook) != before
    nbformat.write(notebook, path)


def change_captions(path, edit):
    """Apply `edit` to the stored text of each slider: its title and the captions of all stops."""

    def edit_text(cell):
        for output in cell.outputs:
            if "image/png" in output.get("data", {}):
                output.data["text/plain"] = edit(output.data["text/plain"])

    change(path, edit_text)


def assert_differs(path):
    verdict = verify(path)
    assert verdict.returncode == 1, verdict.stdout
    assert "Cell outputs differ" in verdict.stdout


def test_the_stored_outputs_are_what_the_code_prints(page):
    verdict = verify(page)
    assert verdict.returncode == 0, verdict.stdout


def test_one_changed_number_in_a_stored_output_is_found(page):
    def change_last_digit(text):
        digit = re.search(r"\d(?=\D*$)", text)
        return text[: digit.start()] + str(9 - int(digit[0])) + text[digit.end() :]

    change_captions(page, change_last_digit)
    assert_differs(page)


def test_one_missing_stop_of_a_slider_is_found(page):
    change_captions(page, lambda text: text.rpartition("\n")[0])
    assert_differs(page)


def test_one_changed_alpha_in_the_code_is_found(page):
    def change_alpha(cell):
        cell.source = cell.source.replace("alphas = [0.0, 0.01,", "alphas = [0.0, 0.02,", 1)

    change(page, change_alpha)
    assert_differs(page)

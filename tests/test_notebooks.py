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
    """Apply `edit` to the first cell with a slider, and expect that it changed something."""
    notebook = nbformat.read(path, as_version=4)
    cell = next(c for c in notebook.cells if c.cell_type == "code" and "explore(" in c.source)
    before = str(cell)
    edit(cell)
    assert str(cell) != before
    nbformat.write(notebook, path)


def test_the_stored_outputs_are_what_the_code_prints(page):
    assert verify(page).returncode == 0


def test_one_changed_number_in_a_stored_output_is_found(page):
    def edit(cell):
        data = next(output.data for output in cell.outputs if "data" in output)
        *head, last = data["text/plain"]
        text = "".join([*head, last])
        digit = re.search(r"\d(?=\D*$)", text)
        data["text/plain"] = text[: digit.start()] + str(9 - int(digit[0])) + text[digit.end() :]

    change(page, edit)
    verdict = verify(page)
    assert verdict.returncode == 1
    assert "Cell outputs differ" in verdict.stdout


def test_one_changed_alpha_in_the_code_is_found(page):
    def edit(cell):
        cell.source = re.sub(r"(alpha=np\.\w+\([\d.-]+, )([\d.]+)", r"\g<1>0.9", cell.source)

    change(page, edit)
    verdict = verify(page)
    assert verdict.returncode == 1
    assert "Cell outputs differ" in verdict.stdout

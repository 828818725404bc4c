"""The numbers stored in a notebook are verified: change one, and the comparison fails."""

import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

REFRESH = Path(__file__).parents[1] / "tools" / "refresh.py"
SLIDER = """from belowzero import explore


def draw(ax, alpha):
    ax.plot([-3, 0, 3], [-3 * alpha, 0, 3])
    return f"at −3: {-3 * alpha:.2f}"


explore(draw, "A bent line", alpha=[0.0, 0.01, 0.3])"""


def change_last_digit(text):
    digit = re.search(r"\d(?=\D*$)", text)
    return text[: digit.start()] + str(9 - int(digit[0])) + text[digit.end() :]


def change_output(edit):
    """Return an edit of the stored text of a slider: its title and the captions of all stops."""

    def change(cell):
        (output,) = cell.outputs
        output.data["text/plain"] = edit(output.data["text/plain"])

    return change


def change_alpha(cell):
    cell.source = cell.source.replace("0.01", "0.02", 1)


CHANGES = {
    "one changed number in a stored output": change_output(change_last_digit),
    "one missing stop of a slider": change_output(lambda text: text.rpartition("\n")[0]),
    "one changed alpha in the code": change_alpha,
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """Store a cell with a slider as `make refresh` does, once for each change; let nbval judge."""
    path = tmp_path_factory.mktemp("stored") / "slider.ipynb"
    cells = [nbformat.v4.new_code_cell(SLIDER) for _ in ["none", *CHANGES]]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    subprocess.run([sys.executable, REFRESH, path], check=True, capture_output=True)
    notebook = nbformat.read(path, as_version=4)
    for cell, change in zip(notebook.cells[1:], CHANGES.values(), strict=True):
        before = str(cell)
        change(cell)
        assert str(cell) != before
    nbformat.write(notebook, path)
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env", "-n0"]
    command += ["-rA", "--color=no", path.name]
    environment = {key: os.environ[key] for key in os.environ if not key.startswith("PYTEST_")}
    run = subprocess.run(command, cwd=path.parent, env=environment, capture_output=True, text=True)
    found = re.findall(r"^(PASSED|FAILED) slider\.ipynb::Cell (\d)", run.stdout, re.MULTILINE)
    assert len(found) == len(cells), run.stdout
    differ = set(re.findall(r"^Cell (\d): Cell outputs differ", run.stdout, re.MULTILINE))
    assert differ == {cell for outcome, cell in found if outcome == "FAILED"}, run.stdout
    return {int(cell): outcome for outcome, cell in found}


def test_the_stored_outputs_are_what_the_code_prints(outcomes):
    assert outcomes[0] == "PASSED"


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_found(outcomes, change):
    assert outcomes[1 + list(CHANGES).index(change)] == "FAILED"

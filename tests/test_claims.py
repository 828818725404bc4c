import json
from functools import partial
from pathlib import Path

import nbformat
import numpy as np
import pytest

from belowzero import check, leaky_relu, table, verdict
from belowzero.claims import STRESS, collect

CHAPTERS = Path(__file__).parents[1] / "chapters"


def test_a_verdict_names_itself_and_its_numbers():
    assert (
        verdict("Does not hold", "0% of 640.", shown_by=True).data
        == "**Does not hold.** 0% of 640."
    )


def test_a_verdict_fails_when_its_numbers_no_longer_show_it():
    with pytest.raises(AssertionError, match="the numbers do not show"):
        verdict("Holds", "0% of 640.", shown_by=False)


@pytest.mark.parametrize(
    "says", ["Perhaps", "Perhaps when x", "Holds when", "Holds when ", "Holdsfoo"]
)
def test_a_verdict_is_one_of_four(says):
    with pytest.raises(ValueError, match=f"a verdict is one of .*: '{says}'"):
        verdict(says, "0%", shown_by=True)


def test_a_verdict_may_have_a_condition():
    for says in "Holds when α ≤ 1", "Does not hold when α > 1":
        assert verdict(says, "0.", shown_by=np.True_).data == f"**{says}.** 0."


@pytest.mark.parametrize("shown_by", ["False", float("nan"), 1, None])
def test_a_verdict_rests_on_a_condition(shown_by):
    with pytest.raises(TypeError, match="shown_by must be true or false"):
        verdict("Holds", "0%", shown_by=shown_by)


def test_a_table_typesets_its_rows():
    assert table(["a", "b"], [[1, "x|y"]]).data == "| a | b |\n| --- | --- |\n| 1 | x\\|y |"
    assert table(["a", "b"], [[-1, "[−2, -0.5]"]]).data.endswith("| −1 | [−2, −0.5] |")


def test_a_table_refuses_a_row_of_another_length():
    with pytest.raises(ValueError, match="has 1 cells and the header 2"):
        table(["a", "b"], [[1]])


def wrong_side(z, alpha):
    return [alpha * v if v > 0 else v for v in z]


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        (leaky_relu, "Right: leaky_relu agrees in all 2 cases."),
        (lambda z, alpha: None, "returns nothing"),
        (lambda z, alpha: z[:1], "has shape (1,), not (2,)"),
        (lambda z, alpha: 1 / 0, "raises ZeroDivisionError"),
        (lambda z, alpha: [[1.0], [2.0, 3.0]], "is no array of real numbers"),
        (lambda z, alpha: ["1", "2"], "is no array of real numbers"),
        (lambda z, alpha: leaky_relu(z, alpha) + 5j, "is no array of real numbers"),
        (lambda z, alpha: leaky_relu(z, alpha) * (1 + 5e-7), "gives -0.30000015 at index 0, not"),
        (wrong_side, "gives -3 at index 0, not -0.3"),
    ],
)
def test_a_check_says_what_to_look_at_next(answer, hint, capsys):
    check(answer, leaky_relu, ([-3.0, 2.0], 0.1), ([0.0, 0.5], 2.0))
    assert hint in capsys.readouterr().out


@pytest.mark.parametrize("kind", [np.array, list])
def test_a_check_notices_an_answer_that_changes_its_input(kind, capsys):
    def in_place(z, alpha):
        z[0] = z[0] * alpha
        return z

    check(in_place, leaky_relu, (kind([-3.0, 2.0]), 0.1))
    assert "changes its input" in capsys.readouterr().out


def test_a_check_takes_functions_without_a_name_and_inputs_with_nan(capsys):
    nameless = partial(leaky_relu, alpha=0.1)
    check(nameless, nameless, (np.array([np.nan, -1.0]),))
    assert "Right: your answer agrees in the case." in capsys.readouterr().out


def test_a_check_needs_a_case():
    with pytest.raises(ValueError, match="no cases to check"):
        check(leaky_relu, leaky_relu)


def test_a_check_is_not_fooled_by_nan(capsys):
    check(lambda z: z * float("nan"), leaky_relu, (1.0,))
    assert "gives nan, not 1" in capsys.readouterr().out


# The ledger


def chapter(folder, name, *cells):
    notebook = nbformat.v4.new_notebook()
    for cell_id, text in cells:
        new = nbformat.v4.new_markdown_cell if "claim" in cell_id else nbformat.v4.new_code_cell
        notebook.cells.append(new(text, id=cell_id))
        if "verdict" in cell_id:
            data = {"text/markdown": text}
            output = nbformat.v4.new_output("execute_result", data, execution_count=1)
            notebook.cells[-1].outputs = [output]
    nbformat.write(notebook, folder / f"{name}.ipynb")


def stressed(folder, chapter="01-one", **failed):
    """Store in which of the runs some verdicts of a chapter failed."""
    runs = {"ways": ["draws-1", "draws-2", "steps"], "verdicts": failed}
    path = folder / STRESS
    stored = json.loads(path.read_text()) if path.exists() else {}
    path.write_text(json.dumps(stored | {chapter: runs}))


CLAIM = "claim-a", '<a id="claim-a"></a>**Seven is even.**'
VERDICT = "verdict-a", "**Does not hold.** 7 = 2 · 3 + 1. So it is odd."


def test_the_ledger_has_a_row_for_each_claim_in_the_order_of_the_chapters(tmp_path):
    chapter(tmp_path, "02-two", ("claim-b", "B"), ("verdict-b", "**Holds when b > 0.** 1."))
    chapter(tmp_path, "01-one", CLAIM, VERDICT)
    stressed(tmp_path, a=[])
    stressed(tmp_path, "02-two", b=["draws-2", "steps"])
    first, second = collect(tmp_path)
    assert first == (
        "claim-a", "01-one", "**Seven is even.**", "Does not hold", "7 = 2 · 3 + 1. So it is odd.",
        "Held in 2 of 2 fresh draws, and with twice the steps.",
    )  # fmt: skip
    assert second.verdict == "Holds when b > 0"
    assert second.survived == "Held in 1 of 2 fresh draws, and not with twice the steps."


def test_a_verdict_that_was_not_tried_with_fresh_draws_is_an_error(tmp_path):
    chapter(tmp_path, "01-one", CLAIM, VERDICT)
    stressed(tmp_path, b=[])
    with pytest.raises(ValueError, match="says nothing of 01-one, verdict-a: run make stress"):
        collect(tmp_path)


@pytest.mark.parametrize("cells", [[CLAIM], [VERDICT]])
def test_a_claim_without_a_verdict_and_a_verdict_without_a_claim_are_errors(tmp_path, cells):
    chapter(tmp_path, "01-one", *cells)
    stressed(tmp_path)
    with pytest.raises(
        ValueError, match=r"01-one.ipynb: claims and verdicts do not match: \{'a'\}"
    ):
        collect(tmp_path)


def test_the_stored_ledger_has_every_claim_of_the_book():
    ledger = (CHAPTERS / "07-claims-ledger.ipynb").read_text(encoding="utf-8")
    claims = collect(CHAPTERS)
    assert len(claims) >= 25
    assert not [claim.name for claim in claims if f"#{claim.name}" not in ledger]

import numpy as np
import pytest

from belowzero import check, leaky_relu, table, verdict


def test_a_verdict_names_itself_and_its_numbers():
    assert (
        verdict("Does not hold", "0% of 640.", shown_by=True).data
        == "**Does not hold.** 0% of 640."
    )


def test_a_verdict_fails_when_its_numbers_no_longer_show_it():
    with pytest.raises(AssertionError, match="the numbers do not show"):
        verdict("Holds", "0% of 640.", shown_by=False)


def test_a_verdict_is_one_of_four():
    with pytest.raises(ValueError, match="not 'Perhaps'"):
        verdict("Perhaps", "0%", shown_by=True)


def test_a_table_typesets_its_rows():
    assert table(["a", "b"], [[1, "x|y"]]).data == "| a | b |\n| --- | --- |\n| 1 | x\\|y |"


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
        (lambda z, alpha: [[1.0], [2.0, 3.0]], "is no array of numbers"),
        (lambda z, alpha: ["a", "b"], "is no array of numbers"),
        (wrong_side, "gives -3 at index 0, not -0.3"),
    ],
)
def test_a_check_says_what_to_look_at_next(answer, hint, capsys):
    check(answer, leaky_relu, ([-3.0, 2.0], 0.1), ([0.0, 0.5], 2.0))
    assert hint in capsys.readouterr().out


def test_a_check_notices_an_answer_that_changes_its_input(capsys):
    def in_place(z, alpha):
        z[z < 0] *= alpha
        return z

    check(in_place, leaky_relu, (np.array([-3.0, 2.0]), 0.1))
    assert "changes its input" in capsys.readouterr().out


def test_a_check_is_not_fooled_by_nan(capsys):
    check(lambda z: z * float("nan"), leaky_relu, (1.0,))
    assert "gives nan, not 1" in capsys.readouterr().out

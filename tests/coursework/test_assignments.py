"""The five assignments, and the format in which they are written."""

import ast
import json
from pathlib import Path

import nbformat
import pytest
import tiny_assignment

from coursework import releasing
from coursework.assignments import Assignment, SourceError, load
from coursework.cells import kind
from coursework.grading import Trusted, grade

COURSE = Path(__file__).parents[2] / "coursework"
NAMES = ["a1", "a2", "a3", "a4", "a5"]
IDS = [f"student{n:03}" for n in range(200)]


@pytest.fixture(params=NAMES)
def assignment(request):
    return load(COURSE, request.param)


def marked(assignment, notebook, variant=0, secret="secret", start=Trusted):
    """The points of each item that the machine marks, and nothing that it cannot."""
    data = nbformat.writes(notebook).encode()
    marks = grade(assignment, "s1", data, secret, variant, start=start)
    assert marks["status"] == "marked"
    return {
        item["item"]: item["earned"]
        for item in marks["items"]
        if item["status"] != "needs a person"
    }


def full(assignment):
    return {item.id: item.points for item in assignment.items if not item.rubric}


def test_an_assignment_has_twenty_points_on_eight_to_ten_items(assignment):
    assert sum(item.points for item in assignment.items) == 20
    assert 8 <= len(assignment.items) <= 10
    assert sum(item.points for item in assignment.items if item.rubric) == 4


def test_the_solution_earns_full_marks_for_two_hundred_students(assignment):
    assert len({assignment.variant(student) for student in IDS}) == len(IDS)
    for student in IDS:
        variant = assignment.variant(student)
        got = marked(assignment, assignment.solution(variant), variant, student)
        assert got == full(assignment), student


# Right answers that go another way than the solution.
IN_OTHER_WORDS = {
    "a2-leak": """
def leak(z, alpha, bend):
    out = np.zeros(z.shape)
    for i, row in enumerate(z):
        for j, value in enumerate(row):
            out[i, j] = value if value > bend[j] else bend[j] + alpha[j] * (value - bend[j])
    return out
""",
    "a4-balance": """
from math import erfc, exp, pi

def balance(alpha):
    def tail(s):
        return exp(s * s / 2) * erfc(s / np.sqrt(2)) / 2

    def mean(s):
        return s / np.sqrt(2 * pi) + alpha * (tail(s) - 0.5)

    sigma = bisect(mean, 0.001, 2 * alpha)
    square = sigma**2 / 2 + alpha**2 * (tail(2 * sigma) - 2 * tail(sigma) + 0.5)
    return sigma, sigma / square**0.5
""",
}


@pytest.mark.parametrize("key", IN_OTHER_WORDS)
def test_what_is_right_in_other_words_earns_full_marks(key):
    assignment = load(COURSE, key[:2])
    for student in IDS[:20]:
        variant = assignment.variant(student)
        notebook = assignment.solution(variant)
        next(cell for cell in notebook.cells if cell.id == key).source = IN_OTHER_WORDS[key]
        assert marked(assignment, notebook, variant, student) == full(assignment)


def test_numbers_differ_between_students(assignment):
    numbers = {
        tuple(sorted((k, str(v)) for k, v in given(assignment, student).items() if k != "variant"))
        for student in IDS
    }
    assert len(numbers) >= 10


def given(assignment, student):
    first = next(cell for cell in assignment.release(assignment.variant(student)).cells
                 if kind(cell) == "given")  # fmt: skip
    names = {"print": lambda *values: None}
    exec(first.source, names)
    return {k: v for k, v in names.items() if type(v) in (int, float, str, bool)}


def test_a_blank_earns_nothing(assignment):
    got = marked(assignment, assignment.release())
    assert got == {item.id: 0 for item in assignment.items}


def test_each_mutant_loses_exactly_its_marks(assignment):
    assert len(assignment.mutants) >= 6
    for mutant in assignment.mutants:
        for variant in (0, assignment.variant("student001")):
            got = marked(assignment, assignment.mutated(mutant, variant), variant)
            lost = {item for item, points in full(assignment).items() if got[item] != points}
            assert lost == mutant.loses, mutant.name
            assert all(got[item] == 0 for item in lost)


def test_every_machine_marked_item_is_lost_by_some_mutant(assignment):
    assert set().union(*(mutant.loses for mutant in assignment.mutants)) == set(full(assignment))


def test_some_mutant_passes_the_public_checks(assignment):
    """What hidden cases are for: the public part alone would have given full marks."""
    public = json.loads(json.dumps(assignment.notebook))
    for cell in public["cells"]:
        if kind(cell) == "test":
            head, _, rest = cell["source"].partition("### BEGIN HIDDEN TESTS\n")
            tail = "### BEGIN HIDDEN TESTS\npass\n### END HIDDEN TESTS"
            cell["source"] = head + tail + rest.partition("### END HIDDEN TESTS")[2]
    public = Assignment(assignment.name, json.dumps(public))
    passing = [
        mutant.name
        for mutant in assignment.mutants
        if marked(public, assignment.mutated(mutant)) == full(public)
    ]
    assert passing


@pytest.mark.usefixtures("jail")
def test_the_jail_gives_the_same_marks(assignment):
    for variant in (0, assignment.variant("student001")):
        solution = assignment.solution(variant)
        assert marked(assignment, solution, variant, start=None) == full(assignment)
    for mutant in assignment.mutants[::6]:
        notebook = assignment.mutated(mutant)
        assert marked(assignment, notebook, start=None) == marked(assignment, notebook)
    assert not any(marked(assignment, assignment.release(), start=None).values())


def test_a_student_needs_numpy_and_matplotlib_only(assignment):
    for cell in assignment.notebook.cells:
        if cell.cell_type == "code":
            for node in ast.walk(ast.parse(cell.source)):
                if isinstance(node, ast.Import | ast.ImportFrom):
                    names = [getattr(node, "module", None)] + [a.name for a in node.names]
                    first = {name.split(".")[0] for name in names[:1] if name} or {
                        name.split(".")[0] for name in names[1:]
                    }
                    assert first <= {"numpy", "matplotlib"}, cell.id


def test_every_hidden_check_names_the_idea(assignment):
    for cell in assignment.notebook.cells:
        if kind(cell) == "test":
            checks = [n for n in ast.walk(ast.parse(cell.source)) if isinstance(n, ast.Assert)]
            assert checks, cell.id
            assert all(check.msg is not None for check in checks), cell.id


def test_a_release_has_no_solution_no_hidden_case_and_no_output(assignment):
    text = nbformat.writes(assignment.release(assignment.variant("s1")))
    for word in ("SOLUTION", "HIDDEN", "mutant", "rubric ", "secret"):
        assert word not in text
    assert all(not cell.get("outputs") for cell in assignment.release().cells)
    nbformat.validate(nbformat.reads(text, as_version=4))


def test_release_writes_one_notebook_for_everybody_and_one_a_student(tmp_path):
    assignment = Assignment("t1", tiny_assignment.source())
    told = []
    written = releasing.release(tmp_path, assignment, ["s1", "s2"], lambda *n: told.append(n))
    assert [str(path.relative_to(tmp_path)) for path in written] == [
        "release/t1/t1.ipynb",
        "variants/s1/t1/t1.ipynb",
        "variants/s2/t1/t1.ipynb",
    ]
    assert told == [(1, 3), (2, 3), (3, 3)]
    texts = [path.read_text() for path in written]
    assert "variant = 0" in texts[0]
    assert f"variant = {assignment.variant('s2')}" in texts[2]


def test_a_wrong_solution_is_not_handed_out(tmp_path):
    half = tiny_assignment.HALF.replace("0.5", "0.4")
    assignment = Assignment("t1", tiny_assignment.source(half=half))
    with pytest.raises(SourceError, match="the solution fails t1-half-test: Half of 2 is 1"):
        releasing.release(tmp_path, assignment)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        (dict(words=tiny_assignment.WORDS + "\nBecause multiplication scales."), "a line of the"),
        (dict(half=tiny_assignment.HALF.replace("BEGIN SOLUTION", "BEGIN SOLUTIONS")), "no region"),
        (
            dict(half_test=tiny_assignment.HALF_TEST + "\n### BEGIN HIDDEN TEST\nassert 1, '1'"),
            "shows",
        ),
        (dict(half_test="assert half(1) == 0.5, 'half'"), "one region of hidden tests"),
        (dict(half_test=tiny_assignment.HALF_TEST.replace("half(", "abs(")), "tests nothing"),
        (dict(plot=tiny_assignment.PLOT.replace("rubric 1: The l", "rubric 3: The l")), "add up"),
        (dict(plot=tiny_assignment.PLOT.replace("rubric", "rubrik")), "has no rubric"),
        (dict(double=tiny_assignment.DOUBLE.replace("factor *", "factor  *")), "stands 0 times"),
        (
            dict(double_test=tiny_assignment.DOUBLE_TEST.replace("loses t1-double", "loses t1-x")),
            "no test is called",
        ),
        (dict(numbers="import numpy as np\nfactor = 2"), "variant = 0"),
    ],
)  # fmt: skip
def test_a_source_that_cannot_be_handed_out_is_refused(tmp_path, changed, problem):
    with pytest.raises(SourceError, match=problem):
        releasing.release(tmp_path, Assignment("t1", tiny_assignment.source(**changed)))
    assert not list(tmp_path.iterdir())


def test_an_unknown_assignment_is_named_with_those_there_are():
    there_are = ", ".join(NAMES)
    with pytest.raises(SourceError, match=f"no assignment 'a9' in .*; there are: {there_are}"):
        load(COURSE, "a9")

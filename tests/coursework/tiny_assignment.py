"""A small assignment in nbgrader's format, for tests of the grader itself."""

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

DOUBLE = '''def double(z):
    """Twice z, an array."""
    ### BEGIN SOLUTION
    return factor * np.asarray(z)
    ### END SOLUTION'''
DOUBLE_TEST = """z = np.array([1.0, -2.0])
assert isinstance(double(z), np.ndarray), "double(z) has to be an array."
### BEGIN HIDDEN TESTS
# mutant adds loses t1-double-test
#   factor * np.asarray(z) => 2 + np.asarray(z)
# mutant always_seven loses t1-double-test, t1-total-test
#   factor * => 7 *
rng = np.random.default_rng(globals().get("secret"))
z = rng.normal(size=(3, 4))
z.setflags(write=False)
got = double(z)
assert isinstance(got, np.ndarray) and got.shape == z.shape, "The shape changed."
assert np.allclose(got, factor * z), "Doubling is a multiplication."
### END HIDDEN TESTS"""
TOTAL = """### BEGIN SOLUTION
total = float(np.sum(double(np.arange(5.0))))
### END SOLUTION"""
TOTAL_TEST = """assert isinstance(total, float), "total has to be a float."
### BEGIN HIDDEN TESTS
# mutant forgets_the_sum loses t1-total-test
#   float(np.sum(double(np.arange(5.0)))) => 4.0
assert abs(total - factor * 10) < 1e-9, "The total takes in every entry."
### END HIDDEN TESTS"""
HALF = '''def half(z):
    """Half of z, an array."""
    ### BEGIN SOLUTION
    return 0.5 * z
    ### END SOLUTION'''
HALF_TEST = """assert half(np.array([2.0]))[0] == 1.0, "Half of 2 is 1."
### BEGIN HIDDEN TESTS
rng = np.random.default_rng(globals().get("secret"))
z = rng.normal(size=5)
assert np.allclose(half(z), z / 2), "Half is half."
### END HIDDEN TESTS"""
PLOT = """### BEGIN SOLUTION
import matplotlib.pyplot as plt

fig, ax = plt.subplots()
ax.plot([0, 1], [0, factor])
# rubric 1: The axes have labels.
# rubric 1: The line is there.
### END SOLUTION"""
WORDS = """Why is it so?

### BEGIN SOLUTION
Because multiplication scales.

rubric 1: Says that it scales.
### END SOLUTION"""


def cell(kind, key, source, points=None):
    """A cell of the given kind, as nbgrader's authoring tool writes it."""
    flags = {
        "given": dict(grade=False, solution=False, locked=True),
        "answer": dict(grade=False, solution=True, locked=False),
        "test": dict(grade=True, solution=False, locked=True),
        "read": dict(grade=True, solution=True, locked=False),
    }[kind]
    grader = {"grade_id": key, "schema_version": 3, "task": False, **flags}
    if points is not None:
        grader["points"] = points
    make = new_markdown_cell if source == WORDS else new_code_cell
    return make(source, id=key, metadata={"nbgrader": grader})


def notebook(**sources):
    """The assignment t1; a keyword replaces the text of one of its cells."""
    numbers = "variant = 0\nfactor = (2, 3)[variant % 2]\nimport numpy as np"
    cells = [
        new_markdown_cell("# A small task", id="head"),
        cell("given", "t1-numbers", numbers),
        cell("answer", "t1-double", DOUBLE),
        cell("test", "t1-double-test", DOUBLE_TEST, 2),
        cell("answer", "t1-total", TOTAL),
        cell("test", "t1-total-test", TOTAL_TEST, 1),
        cell("answer", "t1-half", HALF),
        cell("test", "t1-half-test", HALF_TEST, 1),
        cell("read", "t1-plot", PLOT, 2),
        cell("read", "t1-words", WORDS, 1),
    ]
    for part in cells:
        part.source = sources.get(part.id.removeprefix("t1-").replace("-", "_"), part.source)
    return new_notebook(cells=cells)


def source(**sources):
    """The same, as the text of a file."""
    return nbformat.writes(notebook(**sources))

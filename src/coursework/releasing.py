"""Hand out: prove an assignment's source, and write what students get."""

from pathlib import Path

import nbformat

from .assignments import SourceError
from .grading import Trusted, grade


def prove(assignment, variant=0):
    """Grade the source's own solution.

    Raises
    ------
    SourceError
        Where the solution does not earn every point that the machine gives.
    """
    solution = nbformat.writes(assignment.solution(variant)).encode()
    marks = grade(assignment, "", solution, "proof", variant, start=Trusted)
    for item in marks["items"]:
        if item["status"] not in ("right", "needs a person"):
            raise SourceError(
                f"{assignment.name}: with variant {variant} the solution fails {item['item']}: "
                f"{item['message']}"
            )


def release(course, assignment, students=(), tell=None):
    """Write the notebook for everybody, and one with own numbers for each of the students.

    Every solution is proved first; nothing is written where one fails, or where the notebook
    would show a solution or a hidden case.

    Parameters
    ----------
    course : path
    assignment : Assignment
    students : iterable of str
        Ids, for notebooks with numbers of each student's own.
    tell : callable, optional
        Called with (done, all) after each proof.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    SourceError
        Where the source is wrong; the message says how.
    """
    file = f"{assignment.name}.ipynb"
    made = {Path("release", assignment.name, file): 0}
    for student in students:
        path = Path("variants", student, assignment.name, file)
        made[path] = assignment.variant(student)
    texts = {}
    for path, variant in made.items():
        prove(assignment, variant)
        texts[path] = nbformat.writes(assignment.release(variant))
        if tell:
            tell(len(texts), len(made))
    for path, text in texts.items():
        target = Path(course, path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text + "\n", encoding="utf-8")
    return [Path(course, path) for path in texts]

"""Change: a mark that a person sets by hand, with a reason that stays with it.

A change is a file of its own, so that grading again, or marking again, leaves it as it is.
"""

from pathlib import Path

from .files import read_json, write_json

TOTAL = "total"  # stands for the sum of all items


def change(course, assignment, student, item, points, reason):
    """Set a mark by hand, whatever the machine or a person gives.

    Parameters
    ----------
    course : path
    assignment : Assignment
    student : str
        The student's id.
    item : str
        The id of an item, what it is called in the table of marks, or "total" for the sum of all.
    points : float or None
        None takes back what was changed.
    reason : str
        The student reads it, too.

    Raises
    ------
    ValueError
        Where there is no such item, too few or too many points, or no reason.
    """
    if item == TOTAL:
        key, most = TOTAL, assignment.points
    else:
        try:
            key, most = assignment.item(item).id, assignment.item(item).points
        except ValueError as error:
            raise ValueError(f"{error}; or {TOTAL}") from None
    path = _folder(course, assignment.name, student) / f"{key}.json"
    if points is None:
        if not path.exists():
            raise ValueError(f"the mark of {student} for {item} was not changed by hand")
        path.unlink()
        return
    if not 0 <= points <= most:
        raise ValueError(f"{item} has 0 to {most:g} points, not {points:g}")
    if not reason.strip():
        raise ValueError("a mark that is changed by hand needs a reason")
    write_json(path, {"points": points, "reason": reason.strip()})


def changed(course, name, student):
    """Return what was changed by hand, see `change`: a dict of item to its points and reason."""
    paths = sorted(_folder(course, name, student).glob("*.json"))
    return {path.stem: read_json(path) for path in paths}


def _folder(course, name, student):
    return Path(course, "changed", name, student)

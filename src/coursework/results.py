"""Results: what is known of each student's assignment, from everything that was written down.

No status is a silent zero: where marks are missing the total is empty, and the status says why.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from . import batch
from .changes import TOTAL, changed
from .files import read_json
from .marking import read_marks, valid
from .pages import number, picture
from .roster import Student, is_id

# What the page says of each status; the first that holds is a student's.
STATUSES = {
    "missing": "Nothing was handed in.",
    "unreadable": "The file that was handed in could not be read.",
    "not graded": "This has not been graded yet.",
    "needs a person": "This is not complete: a person has still to read a part of it.",
    "time limit": "A part of the code ran into the time limit; it has no points.",
    "stopped": "A part of the code ended too soon, or used more than it may; it has no points.",
    "marked": "",
}
_IN_WORDS = {
    "right": "Right",
    "wrong": "Not right yet",
    "error": "Ended with an error",
    "blank": "Left blank",
    "time limit": "Ran into the time limit",
    "stopped": "Ended too soon, or used more than it may",
    "needs a person": "A person has still to read this",
    "read": "Read by a person",
    "changed": "Changed by hand",
}


@dataclass(frozen=True)
class ItemResult:
    """One item of a student's; `earned` is None while it waits for a person.

    `rubric` has a tuple for each line: its points, those given, its text. `pictures` are
    addresses that a page can show. `reason` is why it was changed by hand, if it was.
    """

    item: str
    title: str
    points: float
    earned: float | None
    status: str
    message: str = ""
    rubric: tuple[tuple[float, float, str], ...] = ()
    comment: str = ""
    pictures: tuple[str, ...] = ()
    reason: str = ""

    @property
    def in_words(self):
        """The status as a person says it."""
        return _IN_WORDS.get(self.status, self.status)


@dataclass(frozen=True)
class Result:
    """What is known of a student's assignment.

    `status` is one of `STATUSES`; `total` is None where marks are missing, `late` where it is not
    known. `notes` are the teacher's, and those that concern nobody else are in `own_notes`, for
    the student. `numbers` are the student's on "moodle" or "canvas", and of the "canvas_file", as
    the file's name gave them. `reason` is why the total was changed by hand, if it was.
    """

    student: Student
    status: str
    late: bool | None
    handed_in: datetime | None
    total: float | None
    out_of: float
    items: tuple[ItemResult, ...]
    notes: tuple[str, ...]
    own_notes: tuple[str, ...]
    numbers: dict[str, str]
    reason: str = ""


def results(course, assignment, roster=None):
    """Join who is in the course, what was handed in, and what the machine and a person gave.

    Parameters
    ----------
    course : path
    assignment : Assignment
    roster : dict of str to Student, optional

    Returns
    -------
    list of Result
        In the order of the roster; then, by id, those who handed in and are not in it.
    """
    course, secret = Path(course), batch.secret_of(course)
    roster = roster or {}
    marks = {
        student: read_json(course / "marks" / assignment.name / f"{student}.json")
        for student, *job in batch.handed_in(course, assignment)
        if batch.is_graded(course, assignment, secret, student, *job)
    }
    same = {}
    for student, found in marks.items():
        same.setdefault(found.get("answers"), []).append(student)
    same.pop(None, None)  # unreadable, or blank
    there = sorted(path.parent.name for path in course.glob(f"submitted/*/{assignment.name}"))
    others = {key: Student(key) for key in there if is_id(key) and key not in roster}
    joined = []
    for key, student in (roster | others).items():
        alike = [one for one in same.get(marks.get(key, {}).get("answers"), ()) if one != key]
        notes = [f"the same answers as {', '.join(alike)}"] * bool(alike)
        notes += ["not in the roster"] * bool(roster and key in others)
        joined.append(_result(course, assignment, student, marks.get(key), notes))
    return joined


def _result(course, assignment, student, marks, notes):
    folder = course / "submitted" / student.id / assignment.name
    about = read_json(folder / "collected.json")
    by_hand = changed(course, assignment.name, student.id)
    items = tuple(_items(course, assignment, student.id, marks or {}, by_hand))
    status = _status(folder / f"{assignment.name}.ipynb", about, marks, items)
    own_notes = [*about.get("notes", ()), *(marks or {}).get("notes", ())]
    if items and all(item.status == "blank" for item in items):
        own_notes.append("nothing was filled in")
    concerned = []
    for kind in ("needs a person", "time limit", "stopped"):
        if titles := [item.title for item in items if item.status == kind]:
            concerned.append(f"{kind}: {', '.join(titles)}")
    for item in items:
        if item.reason:
            concerned.append(
                f"{item.title} changed by hand to {number(item.earned)}: {item.reason}"
            )
    has_total = status in ("marked", "time limit", "stopped")
    total = round(sum(item.earned for item in items), 2) if has_total else None
    reason = ""
    if TOTAL in by_hand:
        was = number(total) if has_total else status
        total, reason = by_hand[TOTAL]["points"], by_hand[TOTAL]["reason"]
        concerned.append(f"total changed by hand from {was} to {number(total)}: {reason}")
        status = "marked"
    return Result(
        student=student,
        status=status,
        late=about.get("late"),
        handed_in=datetime.fromisoformat(about["handed_in"]) if about.get("handed_in") else None,
        total=total,
        out_of=assignment.points,
        items=items,
        notes=(*own_notes, *concerned, *notes),
        own_notes=tuple(own_notes),
        numbers={key: about[key] for key in ("moodle", "canvas", "canvas_file") if key in about},
        reason=reason,
    )


def _status(path, about, marks, items):
    if not path.exists():
        return "unreadable" if about or path.is_symlink() else "missing"
    if marks is None:
        return "not graded"
    if marks["status"] != "marked":
        return marks["status"]
    found = {item.status for item in items}
    return next((status for status in STATUSES if status in found), "marked")


def _items(course, assignment, student, marks, by_hand):
    """The items in the order of the assignment, with what a person gave or changed."""
    read = read_marks(course, assignment.name, student) if marks.get("items") else {}
    for item in marks.get("items", ()):
        about = {key: item[key] for key in ("item", "points", "earned", "status", "message")}
        given = valid(item, read) if item["status"] == "needs a person" else None
        if given:
            lines = zip(item["rubric"], given["points"], strict=True)
            about |= {
                "status": "read",
                "earned": sum(given["points"]),
                "rubric": tuple((points, earned, text) for (points, text), earned in lines),
                "comment": given["comment"],
            }
        if change := by_hand.get(item["item"]):
            about |= {"status": "changed", "earned": change["points"], "reason": change["reason"]}
            about |= {"message": "", "rubric": ()}  # which say what it was before
        pictures = tuple(filter(None, map(picture, item.get("pictures", ()))))
        yield ItemResult(title=assignment.title(item["item"]), pictures=pictures, **about)

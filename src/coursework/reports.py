"""Report: a page of feedback for each student, and the table of marks for the teacher.

No status is a silent zero: where marks are missing the total is empty, and the status says why.
"""

import csv
import functools
import io
import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import jinja2

from . import batch
from .collecting import write
from .marking import read_marks, valid
from .markpage import picture
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
}
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")


@dataclass(frozen=True)
class ItemResult:
    """One item of a student's; `earned` is None while it waits for a person.

    `rubric` has a tuple for each line: its points, those given, its text. `pictures` are
    addresses that a page can show.
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

    @property
    def in_words(self):
        """The status as a person says it."""
        return _IN_WORDS.get(self.status, self.status)


@dataclass(frozen=True)
class Result:
    """What is known of a student's assignment.

    `status` is one of `STATUSES`; `total` is None where marks are missing, `late` where it is not
    known. `notes` are the teacher's, and those that concern nobody else are in `own_notes`, for
    the student. `numbers` are the student's on "moodle" or "canvas", as the file's name gave them.
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
        student: _json(course / "marks" / assignment.name / f"{student}.json")
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
    about = _json(folder / "collected.json")
    items = tuple(_items(course, assignment, student.id, marks or {}))
    status = _status(folder / f"{assignment.name}.ipynb", about, marks, items)
    own_notes = [*about.get("notes", ()), *(marks or {}).get("notes", ())]
    if items and all(item.status == "blank" for item in items):
        own_notes.append("nothing was filled in")
    concerned = []
    for kind in ("needs a person", "time limit", "stopped"):
        if titles := [item.title for item in items if item.status == kind]:
            concerned.append(f"{kind}: {', '.join(titles)}")
    has_total = status in ("marked", "time limit", "stopped")
    return Result(
        student=student,
        status=status,
        late=about.get("late"),
        handed_in=datetime.fromisoformat(about["handed_in"]) if about.get("handed_in") else None,
        total=round(sum(item.earned for item in items), 2) if has_total else None,
        out_of=sum(item.points for item in assignment.items),
        items=items,
        notes=(*own_notes, *concerned, *notes),
        own_notes=tuple(own_notes),
        numbers={key: about[key] for key in ("moodle", "canvas") if key in about},
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


def _items(course, assignment, student, marks):
    """The items in the order of the assignment, with what a person gave."""
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
        pictures = tuple(filter(None, map(picture, item.get("pictures", ()))))
        yield ItemResult(title=title(assignment, item["item"]), pictures=pictures, **about)


def title(assignment, item):
    """What an item is called where there is little room: its id without what all ids share."""
    return item.removeprefix(f"{assignment.name}-").removesuffix("-test")


def _json(path):
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


# Feedback


def write_feedback(course, assignment, roster=None):
    """Write a page for each student, which needs nothing else and asks for nothing.

    Parameters
    ----------
    course : path
    assignment : Assignment
    roster : dict of str to Student, optional

    Returns
    -------
    list of path
        ``feedback/<student>/<assignment>.html`` of the course.
    """
    page, heading = _page(), _heading(assignment)
    paths = []
    for result in results(course, assignment, roster):
        path = Path(course, "feedback", result.student.id, f"{assignment.name}.html")
        text = page.render(
            result=result,
            assignment=assignment.name,
            heading=heading,
            headings=assignment.headings,
            says=STATUSES[result.status],
        )
        write(path, text.encode("utf-8", "replace"))
        paths.append(path)
    return paths


@functools.cache
def _page():
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["points"] = _number
    return environment.get_template("feedback.html")


def _heading(assignment):
    """The title of an assignment, from its first heading."""
    text = "\n".join(c.source for c in assignment.notebook.cells if c.cell_type == "markdown")
    found = re.search(r"^# +(.+)$", text, re.MULTILINE)
    return found[1].strip() if found else assignment.name


def _number(value):
    return "" if value is None else f"{round(value, 2):g}"


# The table


def export(course, assignment, roster=None, form="plain"):
    """Write the table of marks as CSV.

    Parameters
    ----------
    course : path
    assignment : Assignment
    roster : dict of str to Student, optional
    form : {"plain", "moodle", "canvas"}
        "plain" has every item, the status and the notes.

        "moodle" has the columns of Moodle's offline grading worksheet
        (``mod/assign/feedback/offline/importgradeslib.php``), which skips empty grades and those
        above its maximum. It finds a student by the number in the name of the folder that was
        collected. Its headings are English, as Moodle expects while it is set to English. The
        gradebook's own import (*Grades*, *Import*, *CSV file*) takes the same file by e-mail
        address, in any language.

        "canvas" has the columns of Canvas's gradebook (``lib/gradebook_importer.rb``). It holds
        only those who have a total: an empty cell would erase what stands in Canvas. The heading
        of the last column has to be the assignment's name there.

    Returns
    -------
    path
        ``<assignment>.csv``, ``<assignment>-moodle.csv`` or ``<assignment>-canvas.csv``.

    Raises
    ------
    ValueError
        For another form.
    """
    tables = {"plain": _plain, "moodle": _moodle, "canvas": _canvas}
    if form not in tables:
        raise ValueError(f"no table for {form!r}; there are: {', '.join(tables)}")
    text = io.StringIO()
    rows = tables[form](assignment, results(course, assignment, roster))
    csv.writer(text).writerows([_cell(cell) for cell in row] for row in rows)
    name = assignment.name if form == "plain" else f"{assignment.name}-{form}"
    # The mark tells Excel that this is UTF-8; Moodle drops it, Canvas writes none by itself.
    encoding = "utf-8" if form == "canvas" else "utf-8-sig"
    path = Path(course, f"{name}.csv")
    write(path, text.getvalue().encode(encoding, "replace"))
    return path


def _plain(assignment, found):
    items = [item.id for item in assignment.items]
    titles = [title(assignment, item) for item in items]
    yield "id", "name", "status", "late", "total", "out of", *titles, "notes"
    for result in found:
        earned = {item.item: item.earned for item in result.items}
        yield (
            result.student.id,
            result.student.name,
            result.status,
            {True: "yes", False: "no", None: ""}[result.late],
            result.total,
            result.out_of,
            *(earned.get(item) for item in items),
            "; ".join(result.notes),
        )


def _moodle(assignment, found):
    yield (
        "Identifier",
        "Full name",
        "Email address",
        "Status",
        "Grade",
        "Maximum Grade",
        "Last modified (grade)",  # empty: a grade that stands in Moodle stays, unless you say so
    )
    for result in found:
        number = result.numbers.get("moodle") or result.student.moodle
        who = f"Participant {number}" if number.isdecimal() else number
        status = f"{result.status}, late" if result.late else result.status
        about = result.student.name, result.student.email, status
        yield who, *about, result.total, result.out_of, None


def _canvas(assignment, found):
    yield "Student", "ID", "SIS User ID", "SIS Login ID", "Section", _heading(assignment)
    total = sum(item.points for item in assignment.items)
    yield "    Points Possible", None, None, None, None, total
    for result in found:
        if result.total is not None:
            student = result.student
            number = result.numbers.get("canvas") or student.canvas
            yield student.name or student.id, number, student.id, student.email, None, result.total


def _cell(value):
    """A cell that no spreadsheet takes for a formula."""
    if not isinstance(value, str):
        return _number(value)
    return f"'{value}" if _FORMULA.match(value) else value

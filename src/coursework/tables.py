"""Export: the table of marks, for the teacher or for a learning platform."""

import csv
import io
import re
from pathlib import Path

from .files import write
from .pages import number
from .results import results, title

_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")


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
    yield "Student", "ID", "SIS User ID", "SIS Login ID", "Section", assignment.heading
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
        return number(value)
    return f"'{value}" if _FORMULA.match(value) else value

"""Export: the table of marks, for the teacher or for a learning platform."""

import csv
import io
import math
import re
from dataclasses import replace
from pathlib import Path

from .files import write
from .pages import number
from .results import results

_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")


def export(course, assignment, roster=None, form="plain", out_of=None):
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

    out_of : float, optional
        The maximum that the platform wants: totals are scaled to it, and items are not. By default
        the assignment's own.

    Returns
    -------
    path
        ``<assignment>.csv``, ``<assignment>-moodle.csv`` or ``<assignment>-canvas.csv``.

    Raises
    ------
    ValueError
        For another form, or where `out_of` is not above 0.
    """
    tables = {"plain": _plain, "moodle": _moodle, "canvas": _canvas}
    if form not in tables:
        raise ValueError(f"no table for {form!r}; there are: {', '.join(tables)}")
    out_of = assignment.points if out_of is None else out_of
    if not 0 < out_of < math.inf:
        raise ValueError(f"totals are out of a number above 0, not {out_of:g}")
    text = io.StringIO()
    found = [_scaled(result, out_of) for result in results(course, assignment, roster)]
    rows = tables[form](assignment, found, out_of)
    csv.writer(text).writerows([_cell(cell) for cell in row] for row in rows)
    name = assignment.name if form == "plain" else f"{assignment.name}-{form}"
    # The mark tells Excel that this is UTF-8; Moodle drops it, Canvas writes none by itself.
    encoding = "utf-8" if form == "canvas" else "utf-8-sig"
    path = Path(course, f"{name}.csv")
    write(path, text.getvalue().encode(encoding, "replace"))
    return path


def _scaled(result, out_of):
    total = None if result.total is None else result.total * out_of / result.out_of
    return replace(result, total=total)


def _plain(assignment, found, out_of):
    items = [item.id for item in assignment.items]
    titles = list(map(assignment.title, items))
    yield "id", "name", "status", "late", "total", "out of", *titles, "notes"
    for result in found:
        earned = {item.item: item.earned for item in result.items}
        yield (
            result.student.id,
            result.student.name,
            result.status,
            {True: "yes", False: "no", None: ""}[result.late],
            result.total,
            out_of,
            *(earned.get(item) for item in items),
            "; ".join(result.notes),
        )


def _moodle(assignment, found, out_of):
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
        yield who, *about, result.total, out_of, None


def _canvas(assignment, found, out_of):
    yield "Student", "ID", "SIS User ID", "SIS Login ID", "Section", assignment.heading
    yield "    Points Possible", None, None, None, None, out_of
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

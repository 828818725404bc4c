"""Feedback: a page for each student, which needs nothing else and asks for nothing.

Moodle and Canvas take all pages back in one zip file, and find a student by the file's name.
"""

import re
import zipfile
from pathlib import Path

from .files import write
from .pages import template
from .results import STATUSES, results


def write_feedback(course, assignment, roster=None):
    """Write a page for each student.

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
    page = template("feedback.html")
    paths = []
    for result in results(course, assignment, roster):
        path = _path(course, assignment, result)
        text = page.render(
            result=result,
            assignment=assignment.name,
            heading=assignment.heading,
            headings=assignment.headings,
            says=STATUSES[result.status],
        )
        write(path, text.encode("utf-8", "replace"))
        paths.append(path)
    return paths


def zip_feedback(course, assignment, roster=None, form="moodle"):
    """Put the pages that `write_feedback` wrote into a zip file for a learning platform.

    Parameters
    ----------
    course : path
    assignment : Assignment
    roster : dict of str to Student, optional
    form : {"moodle", "canvas"}
        "moodle" names files as *Upload multiple feedback files in a zip* expects them
        (``mod/assign/feedback/file/importziplib.php``): a folder of the student's with the number
        in this assignment, from the name of the file that was collected, or from the roster.

        "canvas" names them as *Upload submissions* expects them (``AbstractAssignment``'s
        ``infer_comment_context_from_filename``): with the numbers of the student and of the file
        that was handed in, so only those have one whose file came from Canvas.

    Returns
    -------
    path : Path
        ``<assignment>-feedback-<form>.zip`` of the course.
    left_out : list of str
        The ids of those whom the platform could not find.

    Raises
    ------
    ValueError
        For another form.
    """
    names = {"moodle": _for_moodle, "canvas": _for_canvas}
    if form not in names:
        raise ValueError(f"no zip file for {form!r}; there are: {', '.join(names)}")
    target = Path(course, f"{assignment.name}-feedback-{form}.zip")
    left_out = []
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for result in results(course, assignment, roster):
            if name := names[form](result, assignment.name):
                archive.write(_path(course, assignment, result), name)
            else:
                left_out.append(result.student.id)
    return target, left_out


def _path(course, assignment, result):
    return Path(course, "feedback", result.student.id, f"{assignment.name}.html")


def _for_moodle(result, name):
    number = result.numbers.get("moodle") or re.search(r"\d*$", result.student.moodle)[0]
    # Moodle takes what stands between the first two underscores for the number.
    who = re.sub(r"[^\w .'-]|_", " ", result.student.name or result.student.id)
    return number and f"{who}_{number}_assignsubmission_file_/{name}-feedback.html"


def _for_canvas(result, name):
    # Canvas takes the first two parts that are numbers, so no name stands before them.
    student, file = (result.numbers.get(key, "") for key in ("canvas", "canvas_file"))
    return student and file and f"feedback_{student}_{file}_{name}-feedback.html"

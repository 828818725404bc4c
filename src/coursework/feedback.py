"""Feedback: a page for each student, which needs nothing else and asks for nothing."""

from pathlib import Path

from .files import write
from .pages import template
from .results import STATUSES, results


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
    page = template("feedback.html")
    paths = []
    for result in results(course, assignment, roster):
        path = Path(course, "feedback", result.student.id, f"{assignment.name}.html")
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

"""Report: how the class did, item by item, on a page that names nobody."""

import statistics
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from .files import write
from .pages import template
from .results import results

MOST_LOSSES = 5  # of an item that are listed, the most frequent ones
BARS = 10  # of the histogram of totals


@dataclass(frozen=True)
class ItemReport:
    """What became of an item: numbers of students, and where they lost points.

    `mean` is the mean number of points of those who have some, None where nobody has. `losses`
    are pairs of what was missed and by how many students.
    """

    title: str
    heading: str
    points: float
    full: int
    part: int
    none: int
    waits: int
    mean: float | None
    losses: tuple[tuple[str, int], ...]


def report(assignment, found):
    """Count, for each item, how many got it, and where points were lost.

    Parameters
    ----------
    assignment : Assignment
    found : list of Result
        As `results` gives them. Only those count of whom something was marked.

    Returns
    -------
    list of ItemReport
    """
    by_item = {}
    for result in found:
        for item in result.items:
            by_item.setdefault(item.item, []).append(item)
    return [_item_report(assignment, one, by_item.get(one.id, ())) for one in assignment.items]


def write_report(course, assignment, roster=None):
    """Write the page, which needs nothing else and asks for nothing.

    Parameters
    ----------
    course : path
    assignment : Assignment
    roster : dict of str to Student, optional

    Returns
    -------
    path : Path
        ``<assignment>-report.html`` of the course.
    items : list of ItemReport
    """
    found = results(course, assignment, roster)
    items = report(assignment, found)
    totals = [result.total for result in found if result.total is not None]
    text = template("report.html").render(
        assignment=assignment.name,
        heading=assignment.heading,
        out_of=assignment.points,
        statuses=Counter(result.status for result in found).most_common(),
        students=len(found),
        totals=totals,
        quartiles=statistics.quantiles(totals, n=4) if len(totals) > 1 else totals * 3,
        bars=histogram(totals, assignment.points),
        items=items,
    )
    path = Path(course, f"{assignment.name}-report.html")
    write(path, text.encode("utf-8", "replace"))
    return path, items


def histogram(totals, out_of):
    """Count totals in equal ranges: tuples of lower end, upper end and number.

    An upper end belongs to the next range, except the last.
    """
    step = out_of / BARS
    counts = Counter(min(int(total / step), BARS - 1) for total in totals)
    return [(i * step, (i + 1) * step, counts[i]) for i in range(BARS)]


def _item_report(assignment, item, marked):
    earned = [one.earned for one in marked if one.earned is not None]
    losses = Counter(loss for one in marked for loss in set(_losses(one)))
    return ItemReport(
        title=assignment.title(item.id),
        heading=assignment.headings[item.id],
        points=item.points,
        full=sum(points == item.points for points in earned),
        part=sum(0 < points < item.points for points in earned),
        none=sum(points == 0 for points in earned),
        waits=len(marked) - len(earned),
        mean=statistics.fmean(earned) if earned else None,
        losses=tuple(losses.most_common(MOST_LOSSES)),
    )


def _losses(item):
    """What a student missed in an item, in words that others who missed it share."""
    if item.earned is None or item.earned == item.points:
        return []
    if item.rubric:
        return [text for points, earned, text in item.rubric if earned < points]
    return [item.message if item.status == "wrong" else item.in_words]

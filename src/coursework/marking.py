"""Mark: a person gives points to plots and paragraphs, by rubric, in a page of the browser.

The grader leaves these answers open. Here is what waits for a person, and what a person gave;
`markpage` is the page itself.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from .changes import changed
from .files import read_json, write_json


@dataclass
class Answer:
    """An answer that a person marks; `points` is None while it waits."""

    item: str
    student: str
    points: float | None

    @property
    def key(self):
        """Names the answer in addresses, and puts the class in an order that tells nothing."""
        return hashlib.sha256(f"{self.item}:{self.student}".encode()).hexdigest()[:16]


def text_hash(text):
    """The hash by which an answer is known to be the one that was marked."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True)
class Part:
    """What one of several markers marks: a share of the students, some of the items, or both.

    `share` is 2, 3 for the second of three equal shares. `items` are ids; None means all.
    """

    share: tuple[int, int] = (1, 1)
    items: frozenset[str] | None = None

    def __post_init__(self):
        number, of = self.share
        if not 1 <= number <= of:
            raise ValueError(f"a share is 1/{of} to {of}/{of}, not {number}/{of}")

    def students(self, known, roster=None):
        """Those of the known students that are in this share, a set of ids.

        The order of the roster deals them out, so that markers with the same roster never share a
        student; who is not in it comes after it.
        """
        number, of = self.share
        order = [*(roster or ()), *sorted(set(known) - set(roster or ()))]
        return set(known) & set(order[number - 1 :: of])


def read_marks(course, name, student):
    """Return what a person gave a student, as `save_marks` wrote it: a dict of item to dict."""
    paths = sorted(Path(course, "read", name, student).glob("*.json"))
    return {path.stem: read_json(path) for path in paths}


def save_marks(course, name, student, item, points, comment):
    """Write down what a person gave for an item of a student's marks.

    Each has a file of its own, so that two people never write the same one.

    Parameters
    ----------
    course : path
    name, student : str
        The assignment's name and the student's id.
    item : dict
        One of `to_mark`.
    points : list of float
        One entry a line of the rubric.
    comment : str
        For the student.
    """
    entry = {"text_hash": text_hash(item["text"]), "points": points, "comment": comment}
    write_json(Path(course, "read", name, student, f"{item['item']}.json"), entry)


def valid(item, read):
    """The entry of `read_marks` for an item, or None if there is none for this answer.

    Parameters
    ----------
    item : dict
        One of the items in a student's marks.
    read : dict
        What `read_marks` returned for that student.

    Returns
    -------
    dict or None
    """
    entry = read.get(item["item"])
    fits = entry and entry["text_hash"] == text_hash(item["text"])
    return entry if fits and len(entry["points"]) == len(item["rubric"]) else None


def answers(course, assignment, roster=None, part=Part()):
    """Return every `Answer` that is for a person: item by item, across the class.

    Parameters
    ----------
    course : path
    assignment : Assignment
    roster : dict of str to Student, optional
        Whose order deals the students out.
    part : Part

    Returns
    -------
    list of Answer
    """
    found = []
    there = [path.stem for path in Path(course, "marks", assignment.name).glob("*.json")]
    for student in part.students(there, roster):
        read = read_marks(course, assignment.name, student)
        for item in to_mark(course, assignment.name, student):
            if part.items is None or item["item"] in part.items:
                entry = valid(item, read)
                found.append(Answer(item["item"], student, entry and sum(entry["points"])))
    place = {item.id: i for i, item in enumerate(assignment.items)}
    return sorted(found, key=lambda answer: (place.get(answer.item, len(place)), answer.key))


def by_item(answers):
    """Return a dict of item to its answers."""
    groups = {}
    for answer in answers:
        groups.setdefault(answer.item, []).append(answer)
    return groups


def to_mark(course, name, student):
    """The items of a student's marks that are for a person, and were not changed by hand.

    Parameters
    ----------
    course : path
    name : str
        The assignment's.
    student : str

    Returns
    -------
    list of dict
    """
    items = read_json(Path(course, "marks", name, f"{student}.json")).get("items", ())
    by_hand = changed(course, name, student)
    return [i for i in items if i["status"] == "needs a person" and i["item"] not in by_hand]


def merge(course, name, other):
    """Take in what others marked, and changed by hand, in their copy of the course folder.

    Nothing that is here is overwritten.

    Parameters
    ----------
    course : path
    name : str
        The assignment's.
    other : path
        The other folder.

    Returns
    -------
    taken, same : int
        How many marks are new here, and how many were here already.
    differ : list of tuple of str
        Student and item of those that are here with other points or another comment.

    Raises
    ------
    ValueError
        Where the other folder has no marks of the assignment by a person.
    """
    course, other = Path(course), Path(other)
    theirs = [
        path for kind in ("read", "changed") for path in other.glob(f"{kind}/{name}/*/*.json")
    ]
    if not theirs:
        raise ValueError(f"{other} has nothing that a person marked or changed of {name}")
    taken, same, differ = 0, 0, []
    for path in sorted(theirs):
        target = course / path.relative_to(other)
        if not target.exists():
            write_json(target, read_json(path))
            taken += 1
        elif read_json(target) == read_json(path):
            same += 1
        else:
            differ.append((path.parent.name, path.stem))
    return taken, same, differ

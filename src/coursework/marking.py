"""Mark: a person gives points to plots and paragraphs, by rubric, in a page of the browser.

The grader leaves these answers open. Here is what waits for a person, and what a person gave;
`markpage` is the page itself.
"""

import hashlib
from dataclasses import dataclass
from pathlib import Path

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


def read_marks(course, name, student):
    """Return what a person gave a student, as `save_marks` wrote it: a dict of item to dict."""
    return read_json(Path(course, "read", name, f"{student}.json"))


def save_marks(course, name, student, item, points, comment):
    """Write down what a person gave for an item of a student's marks.

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
    read = read_marks(course, name, student)
    read[item["item"]] = {
        "text_hash": text_hash(item["text"]),
        "points": points,
        "comment": comment,
    }
    write_json(Path(course, "read", name, f"{student}.json"), read)


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


def answers(course, assignment):
    """Return every `Answer` that is for a person: item by item, across the class."""
    found = []
    for path in sorted(Path(course, "marks", assignment.name).glob("*.json")):
        read = read_marks(course, assignment.name, path.stem)
        for item in to_mark(course, assignment.name, path.stem):
            entry = valid(item, read)
            found.append(Answer(item["item"], path.stem, entry and sum(entry["points"])))
    place = {item.id: i for i, item in enumerate(assignment.items)}
    return sorted(found, key=lambda answer: (place.get(answer.item, len(place)), answer.key))


def by_item(answers):
    """Return a dict of item to its answers."""
    groups = {}
    for answer in answers:
        groups.setdefault(answer.item, []).append(answer)
    return groups


def to_mark(course, name, student):
    """The items of a student's marks that are for a person.

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
    return [item for item in items if item["status"] == "needs a person"]

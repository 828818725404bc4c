"""Mark: a person gives points to plots and paragraphs, by rubric, in a page of the browser.

The grader leaves these answers open. Here is what waits for a person, and what a person gave;
`markpage` is the page itself.
"""

import asyncio
import contextlib
import hashlib
import json
import secrets
import threading
import webbrowser
from dataclasses import dataclass
from pathlib import Path

from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from .batch import write_json


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
    path = Path(course, "read", name, f"{student}.json")
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


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


def pending(course, assignment):
    """Return every `Answer` that waits for a person's points."""
    return [answer for answer in answers(course, assignment) if answer.points is None]


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
    path = Path(course, "marks", name, f"{student}.json")
    items = json.loads(path.read_text(encoding="utf-8"))["items"] if path.exists() else []
    return [item for item in items if item["status"] == "needs a person"]


def serve(course, assignment, roster=None, port=0, open_browser=True):
    """Serve the page until Ctrl-C, and say then what is left.

    Parameters
    ----------
    course : path
    assignment : Assignment
    roster : dict of str to Student, optional
        For the marker who switches names on.
    port : int
        0 takes a free one.
    open_browser : bool
        On a machine that others use too, say no: they can see what the browser was started with.
    """
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(course, assignment, roster, port, open_browser))
    print()
    for item, group in by_item(answers(course, assignment)).items():
        left = sum(answer.points is None for answer in group)
        print(
            f"{assignment.headings[item]}: {len(group) - left} of {len(group)} marked, {left} left"
        )


async def _serve(course, assignment, roster, port, open_browser):
    from .markpage import MOST_BYTES, application  # which builds on this module

    token = secrets.token_urlsafe(24)
    sockets = bind_sockets(port, "127.0.0.1")
    page = application(course, assignment, roster, token)
    HTTPServer(page, max_body_size=MOST_BYTES).add_sockets(sockets)
    address = f"http://127.0.0.1:{sockets[0].getsockname()[1]}/{token}/"
    print(f"Mark {assignment.name} at {address}\nCtrl-C ends it; all is saved.", flush=True)
    if open_browser:
        threading.Thread(target=webbrowser.open, args=[address], daemon=True).start()
    await asyncio.Event().wait()

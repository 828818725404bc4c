"""Grade: run a student's code in the jail, compare what comes back, write the marks down.

The tests run here, in a process that is trusted. Where they name something that the student
wrote, they get a stand-in, which asks the student's process. So student code never meets the
tests, and nothing that it patches is used to judge it.
"""

import contextlib
import hashlib
import json
import time

import numpy as np

from . import runner
from .cells import kind
from .jail import Limits, Process, Stopped, StudentError
from .submissions import Unreadable, rebuild

VERSION = 2  # goes up when the same submission would be graded otherwise


class Session:
    """A student's code, running; what stopped it is left out when it begins again.

    Parameters
    ----------
    cells : sequence of submissions.Cell
    start : callable
        Returns a new process, such as `jail.Process`.
    limits : Limits
    pictured : container of str
        Ids of the cells whose figures are kept.
    """

    def __init__(self, cells, start, limits, pictured=()):
        self.cells, self.start, self.limits, self.pictured = cells, start, limits, pictured
        self.ends = time.monotonic() + limits.total
        self.process = None
        self.stopped = {}
        self.errors = {}
        self.pictures = {}

    def ask(self, what, request, buffers=()):
        """The answer to a request; `what` is the name that is left out if it does not come."""
        if what in self.stopped:
            raise Stopped(self.stopped[what])
        while self.process is None:
            self._begin()
        return self._ask(what, request, buffers)

    def close(self):
        if self.process is not None:
            self.process.close()
            self.process = None

    def _ask(self, what, request, buffers=()):
        left = self.ends - time.monotonic()
        if left <= 0:
            raise Stopped("time limit")
        try:
            return self.process.ask(request, buffers, min(left, self.limits.seconds))
        except Stopped as stop:
            self.close()
            self.stopped[what] = stop.status
            raise

    def _begin(self):
        if self.ends <= time.monotonic():
            raise Stopped("time limit")
        self.process = self.start()
        for i, cell in enumerate(self.cells):
            if i in self.stopped:
                continue
            pictured = cell.id in self.pictured and cell.id not in self.pictures
            request = {"run": cell.code, "cell": cell.id or "your cell", "pictures": pictured}
            try:
                pictures = self._ask(i, request)
                if pictured:
                    self.pictures[cell.id] = pictures
            except StudentError as error:
                self.errors[cell.id] = str(error)
            except Stopped as stop:
                self.errors[cell.id] = stop.status
                return  # to begin again without this cell


class Function:
    """Stands for a function of the student's where the tests call it."""

    def __init__(self, session, name):
        self.session, self.name = session, name

    def __call__(self, *args, **kwargs):
        tree, buffers = runner.pack((args, kwargs))
        return self.session.ask(self.name, {"call": self.name, "with": tree}, buffers)


class Trusted:
    """Takes the place of a jailed process for code that is ours: a solution, a mutant."""

    def __init__(self):
        self.runner = runner.Runner()
        self.runner.names["print"] = _silent

    def ask(self, request, buffers=(), seconds=None):
        if request.get("pictures"):
            return []  # they are for a person
        tree, parts = self.runner.answer(request, buffers)
        if type(tree) is dict and "error" in tree:
            raise StudentError(": ".join(tree["error"]))
        return runner.unpack(tree, parts)

    def close(self):
        pass


def grade(assignment, student, data, secret, variant=0, limits=Limits(), start=None):  # noqa: B008
    """Grade one submission.

    Parameters
    ----------
    assignment : Assignment
    student : str
        The student's id.
    data : bytes
        The file that was handed in; None if it cannot be opened.
    secret : str
        The seed of the hidden cases.
    variant : int
        The number from which the student's numbers follow (`Assignment.variant`).
    limits : Limits
    start : callable, optional
        Starts the student's process; by default one in the jail.

    Returns
    -------
    dict
        The marks, as they are written to the file of marks.
    """
    began = time.monotonic()
    marks = {
        "assignment": assignment.name,
        "student": student,
        "status": "marked",
        "fingerprint": fingerprint(assignment, student, data, secret, variant),
        "limit": limits.seconds,
    }
    released = assignment.release(variant)
    try:
        submission = rebuild(assignment, released, data)
    except Unreadable as error:
        return marks | {"status": "unreadable", "notes": [str(error)], "items": []}
    session = Session(
        submission.cells,
        start or (lambda: Process(limits)),
        limits,
        pictured=[item.id for item in assignment.items if item.rubric],
    )
    try:
        given = _given(released)
        items = [
            _read(item, assignment, submission, session)
            if item.rubric
            else _tested(item, assignment, submission, session, dict(given), f"{secret}:{student}")
            for item in assignment.items
        ]
    finally:
        session.close()
    answers = json.dumps(sorted(submission.answers.items())).encode()
    blank = submission.blank >= submission.answers.keys()
    return marks | {
        "notes": list(submission.notes),
        "answers": None if blank else hashlib.sha256(answers).hexdigest(),
        "seconds": round(time.monotonic() - began, 2),
        "items": items,
    }


def fingerprint(assignment, student, data, secret, variant):
    """What the marks depend on, as one hash: with the same parameters, `grade` gives the same.

    Returns
    -------
    str
    """
    parts = (VERSION, assignment.name, assignment.source, student, secret, variant)
    return hashlib.sha256(json.dumps(parts).encode() + (data or b"")).hexdigest()


def _given(released):
    """The names of the given cells, which are ours."""
    names = {"__name__": "__main__", "print": _silent}
    for cell in released.cells:
        if kind(cell) == "given":
            exec(cell.source, names)
    return names


def _silent(*values, **options):
    """Stands for print where notebooks run among the grader's own words."""


def _tested(item, assignment, submission, session, names, secret):
    """Run a test cell with stand-ins for what the student wrote."""
    result = {"item": item.id, "answer": list(item.answers), "points": item.points}
    seed = hashlib.sha256(f"{secret}:{item.id}".encode()).digest()
    names["secret"] = int.from_bytes(seed[:8], "big")
    try:
        for answer in item.answers:
            for name, what in assignment.answer_names[answer].items():
                if what == "function":
                    names[name] = Function(session, name)
                    continue
                try:
                    names[name] = session.ask(name, {"get": name})
                except StudentError:
                    names.pop(name, None)
        with np.errstate(all="ignore"):
            exec(compile(assignment.cells[item.id].source, item.id, "exec"), names)
        return result | {"earned": item.points, "status": "right", "message": ""}
    except Stopped as stop:
        status, message = stop.status, _WHY[stop.status]
    except StudentError as error:
        status, message = "error", str(error)
        if "read-only" in message:  # NumPy's word for an array that the test has locked
            message += ". Your code writes into an array that it was given: make a new one."
    except AssertionError as error:
        status, message = "wrong", str(error)
    except Exception as error:
        status, message = "error", f"{type(error).__name__}: {error}"
    if submission.blank.issuperset(item.answers):
        status, message = "blank", ""
    elif status == "error":
        status, message = _cause(item, session, status, message)
    return result | {"earned": 0.0, "status": status, "message": _clean(message)}


_WHY = {
    "time limit": "Your code did not end within the time limit.",
    "stopped": "Your code ended the process that ran it, or used more than it may.",
}


def _cause(item, session, status, message):
    """A cell that failed when it ran says more than the names that are missing after it."""
    for answer in item.answers:
        error = session.errors.get(answer)
        if error in _WHY:
            return error, _WHY[error]
        if error:
            return status, f"The cell raised {error}"
    return status, message


def _read(item, assignment, submission, session):
    """An item that a person will mark: the student's text, and the pictures that it draws."""
    cell = assignment.cells[item.id]
    result = {"item": item.id, "answer": list(item.answers), "points": item.points, "message": ""}
    if item.id in submission.blank:
        return result | {"earned": 0.0, "status": "blank"}
    if cell.cell_type == "code" and item.id not in session.pictures:
        with contextlib.suppress(Stopped, StudentError):
            session.ask(item.id, {"run": "", "cell": item.id})  # so that the cells have run
        result["message"] = _clean(session.errors.get(item.id, ""))
    pictures = session.pictures.get(item.id)
    return result | {
        "earned": None,
        "status": "needs a person",
        "kind": cell.cell_type,
        "text": submission.answers[item.id],
        "pictures": [p for p in pictures if type(p) is str] if type(pictures) is list else [],
        "rubric": [list(line) for line in item.rubric],
    }


def _clean(message):
    """A student's text, short and on printable lines."""
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in message[:600])

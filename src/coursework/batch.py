"""Grade a whole class: what was collected goes in, one file of marks a student comes out."""

import functools
import itertools
import json
import os
import secrets
import stat
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path

from .assignments import Assignment
from .files import write_json
from .grading import fingerprint, grade
from .jail import Limits, Process, why_no_jail
from .submissions import MOST_BYTES


class NoJail(RuntimeError):
    """This machine cannot run student code safely; the message says why."""


def grade_class(course, assignment, jobs=2, jailed=True, executor=None, limits=Limits(), tell=None):  # noqa: B008
    """Grade what was collected, and write a file of marks for each student at once.

    What was graded before and has not changed since is not graded again, so that an interrupted
    run goes on where it was.

    Parameters
    ----------
    course : path
    assignment : Assignment
    jobs : int
        How many submissions are graded at the same time.
    jailed : bool
        False runs student code with your own rights.
    executor : concurrent.futures.Executor, optional
        Carries the work instead of `jobs` threads here, such as a Dask client's. Its machines
        need this package, and bubblewrap.
    limits : Limits
    tell : callable, optional
        Called with (done, all) after each submission.

    Returns
    -------
    tuple of int
        How many were graded now, and how many had been before.

    Raises
    ------
    NoJail
        Where `jailed` is asked for and this machine has no jail.
    """
    if jailed and executor is None and why_no_jail():
        raise NoJail(why_no_jail())
    secret = secret_of(course)
    submissions = list(handed_in(course, assignment))
    todo = [
        job
        for job in submissions
        if not is_graded(course, assignment, secret, *job, limits.seconds)
    ]
    done = before = len(submissions) - len(todo)
    for marks in _results(_jobs(todo, assignment, secret, limits, jailed), jobs, executor):
        write_json(_marks_file(course, assignment, marks["student"]), marks)
        done += 1
        if tell:
            tell(done, len(submissions))
    return done - before, before


def secret_of(course):
    """The seed of the course's hidden cases, in a file that only its owner can read."""
    path = Path(course, "secret")
    if not path.exists():
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(file, secrets.token_hex(16).encode())
        os.close(file)
    return path.read_text().strip()


def handed_in(course, assignment):
    """Who handed in what: tuples of student, path of the file, and the variant handed out."""
    name = assignment.name
    for path in sorted(Path(course, "submitted").glob(f"*/{name}/{name}.ipynb")):
        student = path.parent.parent.name
        own = Path(course, "variants", student, name, f"{name}.ipynb").is_file()
        yield student, path, assignment.variant(student) if own else 0


def is_graded(course, assignment, secret, student, path, variant, seconds=0):
    """Whether there are marks for just this file.

    Parameters
    ----------
    course : path
    assignment : Assignment
    secret : str
        The seed of the hidden cases, see `secret_of`.
    student, path, variant : str, Path, int
        As `handed_in` gives them.
    seconds : float
        What ran into a time limit lower than this does not count.

    Returns
    -------
    bool
    """
    try:
        marks = json.loads(_marks_file(course, assignment, student).read_text())
    except (OSError, ValueError):
        return False
    now = fingerprint(assignment, student, _contents(path), secret, variant)
    late = any(item["status"] == "time limit" for item in marks.get("items", []))
    return marks.get("fingerprint") == now and not (late and marks.get("limit", 0) < seconds)


def _jobs(todo, assignment, secret, limits, jailed):
    for student, path, variant in todo:
        source = assignment.name, assignment.source
        yield *source, student, _contents(path), secret, variant, limits, jailed


def _results(jobs, threads, executor):
    """Do the jobs, a few at a time, so that memory does not grow with the class."""
    own = None if executor else ThreadPoolExecutor(threads)
    flying = set()
    try:
        while True:
            for job in itertools.islice(jobs, 4 * threads - len(flying)):
                flying.add((executor or own).submit(_job, *job))
            if not flying:
                return
            ready, flying = wait(flying, return_when=FIRST_COMPLETED)
            for future in ready:
                yield future.result()
    finally:
        for future in flying:
            future.cancel()
        if own:
            own.shutdown()


def _job(name, source, student, data, secret, variant, limits, jailed):
    """What a worker does; its arguments and its result can be sent to another machine."""
    start = functools.partial(Process, limits, jailed)
    return grade(_assignment(name, source), student, data, secret, variant, limits, start)


_assignment = functools.lru_cache(maxsize=8)(Assignment)


def _contents(path):
    """A file's bytes, no more than a notebook may have; None for a link or what is no file."""
    try:
        # A pipe that waits for a writer would hold everybody up.
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
        with open(os.open(path, flags), "rb") as file:
            is_file = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
            return file.read(MOST_BYTES + 1) if is_file else None
    except OSError:
        return None


def _marks_file(course, assignment, student):
    return Path(course, "marks", assignment.name, f"{student}.json")

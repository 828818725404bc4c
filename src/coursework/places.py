"""Whose a file is: what a learning platform leaves behind tells it by folders and names.

These layouts are known, in a folder or in a zip file of it:

- Moodle: ``Jane Doe_1234567_assignsubmission_file_/a1.ipynb``. Newer versions write no last
  underscore; without folders, the file's name follows. The number is the student's in this one
  assignment. (Moodle's ``mod/assign/classes/downloader.php``.)
- Canvas: ``doejane_LATE_12345_67890_a1-2.ipynb``, with the number of the student, then of the
  file. (Canvas's ``lib/content_zipper.rb``.)
- nbgrader: ``s01/a1/a1.ipynb``, with the time in ``timestamp.txt``, in UTC if it does not say.
- Plain: ``s01.ipynb``, ``s01_a1 (1).ipynb``, or a folder ``s01`` with anything in it.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from .roster import Index, is_id
from .uploads import NOTEBOOK, Upload, printable

COPY = re.compile(r"(?:-| ?\()(\d{1,9})\)?$")  # a1-2 of Canvas, a1 (2) of browsers
# The first match counts: a student chooses only what follows it.
_MOODLE = re.compile(r"(.+?)_(\d+)_assignsubmission_[a-z]+(?:_(.*))?", re.DOTALL)
_CANVAS = re.compile(r"([^\W_]\w*?)_(LATE_)?(\d+)_(\d{1,18})_(.+)", re.DOTALL)
_TIME = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?)(?: (\S+))?\s*")
_OURS = {"collected.json", "submission_secret.txt", "timestamp.txt"}


@dataclass(frozen=True)
class Place:
    """What the place of a file tells; `name` is the file's own, `person` the platform's.

    `depth` is the number of folders above what the platform named.
    """

    file: Upload
    name: str
    time: datetime | None
    platform: str = ""
    person: str = ""
    number: str = ""
    depth: int = 0
    attachment: int = 0
    late: bool = False


def owners(files, name, others=(), roster=None):
    """Give every file to its student.

    Parameters
    ----------
    files : list of uploads.Upload
    name : str
        The assignment's.
    others : set of str
        The names of the other assignments.
    roster : dict of str to Student, optional
        Without it, a student's id is the platform's number, or what folders and files are called.

    Returns
    -------
    found : dict of str to list of Place
        By the student's id.
    unmatched : list of tuple
        The places of the files that fit nobody, each with the reason.
    """
    times = {
        file.parts[:-1]: _timestamp(file) for file in files if file.parts[-1] == "timestamp.txt"
    }
    files = [file for file in files if file.parts[-1] not in _OURS]
    places, shared = [_place(file, times) for file in files], _shared(files)
    if roster is None:  # then only what lies on top can be trusted to be the platform's name
        places = [p if p.depth <= len(shared) else _plain(p.file, times) for p in places]
    # nbgrader keeps all assignments of a student side by side.
    places = [p for p in places if p.platform or not others & set(p.file.parts[:-1])]
    who = _by_layout(shared, name) if roster is None else _by_roster(Index(roster), name)
    found, unmatched = {}, []
    for place in places:
        student, reason = who(place)
        if student:
            found.setdefault(student, []).append(place)
        else:
            unmatched.append((place, reason))
    return found, unmatched


def _timestamp(file):
    """The time that nbgrader wrote down, as this machine's; None where it cannot be read."""
    try:
        text, zone = _TIME.fullmatch(file.read()[:100].decode()).groups()
        time = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone) if zone else UTC)
        return time.astimezone().replace(tzinfo=None, microsecond=0)
    except Exception:  # students can write this file, too; the time of modification is left
        return None


def _place(file, times):
    name = file.parts[-1]
    for depth, part in enumerate(file.parts):
        if moodle := _MOODLE.fullmatch(part):
            person, number, rest = moodle.groups()
            name = (depth == len(file.parts) - 1 and rest) or name
            return Place(file, name, None, "moodle", person, number, depth)
    if canvas := _CANVAS.fullmatch(name):
        person, late, number, attachment, name = canvas.groups()
        about = "canvas", person, number, len(file.parts) - 1, int(attachment), bool(late)
        return Place(file, name, None, *about)
    return _plain(file, times)


def _plain(file, times):
    return Place(file, file.parts[-1], times.get(file.parts[:-1]) or file.time)


def _by_roster(index, assignment):
    """Return a function that finds the one student whom everything in a file's place fits.

    In a folder of Jane's, a file's name does not make it Ben's: students choose these names.
    """

    def who(place):
        clues = [index.by_text(part) for part in place.file.parts[:-1]]
        if place.platform:
            clues.append(index.by_number(place.platform, place.number))
            clues.append(index.by_text(place.person))
        else:
            named = map(index.by_text, _without_additions(place.name, assignment))
            clues.append(next(filter(None, named), set()))
        clues = [clue for clue in clues if clue]
        if not clues:
            return None, "fits nobody in the roster"
        fits = set.intersection(*clues)
        if len(fits) == 1:
            return fits.pop(), ""
        return None, f"fits more than one student: {', '.join(sorted(set.union(*clues)))}"

    return who


def _shared(files):
    """The folders, from the top, that all notebooks lie in."""
    folders = [file.parts[:-1] for file in files if NOTEBOOK.search(file.parts[-1])]
    shared = folders[0] if len(folders) > 1 else ()
    while any(folder[: len(shared)] != shared for folder in folders):
        shared = shared[:-1]
    return shared


def _by_layout(shared, assignment):
    """Return a function that takes a file's student from its place alone."""

    def who(place):
        if place.platform:
            return place.number, ""
        if not NOTEBOOK.search(place.name):
            return None, ""
        below = [part for part in place.file.parts[len(shared) : -1] if part != assignment]
        above = [part for part in shared if part != assignment]
        own = _without_additions(place.name, assignment)[-1]
        student = next(filter(None, (*below, own, *reversed(above))), "")
        if is_id(student):
            return student, ""
        return None, f"{printable(student)!r} is no id; a roster would tell whose it is"

    return who


def _without_additions(name, assignment):
    """A file's name, then without a copy's number, then without the assignment."""
    stem = NOTEBOOK.sub("", name)
    single, part = COPY.sub("", stem), re.escape(assignment)
    return stem, single, re.sub(rf"(?i)^{part}(?:[\W_]+|$)|[\W_]+{part}$", "", single)

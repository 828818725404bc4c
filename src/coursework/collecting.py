"""Collect: find each student's file in what a learning platform leaves behind.

These layouts are known, in a folder or in a zip file of it:

- Moodle: ``Jane Doe_1234567_assignsubmission_file_/a1.ipynb``. Newer versions write no last
  underscore; without folders, the file's name follows. The number is the student's in this one
  assignment. (Moodle's ``mod/assign/classes/downloader.php``.)
- Canvas: ``doejane_LATE_12345_67890_a1-2.ipynb``, with the number of the student, then of the
  file. (Canvas's ``lib/content_zipper.rb``.)
- nbgrader: ``s01/a1/a1.ipynb``, with the time in ``timestamp.txt``, in UTC if it does not say.
- Plain: ``s01.ipynb``, ``s01_a1 (1).ipynb``, or a folder ``s01`` with anything in it.

Moodle and Canvas put the time of the download into their zip files, so it makes nobody late;
Canvas's own mark does.
"""

import json
import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from .batch import write_json
from .roster import Index, Student, is_id, read_roster, words
from .uploads import NOTEBOOK, Upload, printable, uploads

__all__ = ["Collected", "Student", "collect", "read_roster", "write"]

# The first match counts: a student chooses only what follows it.
_MOODLE = re.compile(r"(.+?)_(\d+)_assignsubmission_[a-z]+(?:_(.*))?", re.DOTALL)
_CANVAS = re.compile(r"([^\W_]\w*?)_(LATE_)?(\d+)_(\d{1,18})_(.+)", re.DOTALL)
_COPY = re.compile(r"(?:-| ?\()(\d{1,9})\)?$")  # a1-2 of Canvas, a1 (2) of browsers
_TIME = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?)(?: (\S+))?\s*")
_OURS = {"collected.json", "submission_secret.txt", "timestamp.txt"}


@dataclass(frozen=True)
class Collected:
    """What became of a student's files, or of one file that fits nobody (`student` is None).

    `outcome` is "new", "unchanged", "replaced", "kept" (what had been collected is later),
    "unreadable" or "unmatched". `late` is None where a time is due and the file's is not known.
    """

    student: str | None
    file: str
    outcome: str
    handed_in: datetime | None = None
    late: bool | None = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Place:
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


def collect(folder, course, assignment, roster=None, due=None):
    """Copy each student's latest file to ``submitted/``, and say what became of every file.

    It can be run again, on the same folder or another: a later file replaces an earlier one.

    Parameters
    ----------
    folder : path
        What was downloaded: a folder or a zip file.
    course : path
    assignment : Assignment
        Only its name is used.
    roster : dict of str to Student, optional
        Without it, a student's id is the platform's number, or what folders and files are called.
    due : datetime, optional
        What was handed in after it is late. Without a time zone, it is this machine's.

    Returns
    -------
    list of Collected
        By student; then the files that fit nobody.

    Raises
    ------
    ValueError
        Where `folder` is neither a folder nor a zip file.
    """
    if due and due.tzinfo:
        due = due.astimezone().replace(tzinfo=None)
    others = {path.name for path in Path(course, "source").glob("*")} - {assignment.name}
    keeper = _Keeper(Path(course), assignment.name, others, due)
    with uploads(folder) as files:
        return _sorted(files, keeper, roster)


def _sorted(files, keeper, roster):
    """Give every file to its student, and keep one of each student's."""
    times = {
        file.parts[:-1]: _timestamp(file) for file in files if file.parts[-1] == "timestamp.txt"
    }
    files = [file for file in files if file.parts[-1] not in _OURS]
    places, shared = [_place(file, times) for file in files], _shared(files)
    if roster is None:  # then only what lies on top can be trusted to be the platform's name
        places = [p if p.depth <= len(shared) else _plain(p.file, times) for p in places]
    # nbgrader keeps all assignments of a student side by side.
    places = [p for p in places if p.platform or not keeper.others & set(p.file.parts[:-1])]
    name = keeper.name
    who = _by_layout(shared, name) if roster is None else _by_roster(Index(roster), name)
    found, unmatched = {}, []
    for place in places:
        student, reason = who(place)
        if student:
            found.setdefault(student, []).append(place)
        else:
            notes = tuple(filter(None, (reason, place.file.problem)))
            unmatched.append(Collected(None, place.file.shown, "unmatched", notes=notes))
    return [keeper.keep(student, found[student]) for student in sorted(found)] + unmatched


def write(path, data):
    """Write bytes as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(data)
    os.replace(part, path)


def _timestamp(file):
    """The time that nbgrader wrote down, as this machine's; None where it cannot be read."""
    try:
        text, zone = _TIME.fullmatch(file.read()[:100].decode()).groups()
        time = datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone) if zone else UTC)
        return time.astimezone().replace(tzinfo=None, microsecond=0)
    except Exception:  # students can write this file, too; the time of modification is left
        return None


# Whose a file is


def _place(file, times):
    name = file.parts[-1]
    for depth, part in enumerate(file.parts):
        if moodle := _MOODLE.fullmatch(part):
            person, number, rest = moodle.groups()
            name = (depth == len(file.parts) - 1 and rest) or name
            return _Place(file, name, None, "moodle", person, number, depth)
    if canvas := _CANVAS.fullmatch(name):
        person, late, number, attachment, name = canvas.groups()
        about = "canvas", person, number, len(file.parts) - 1, int(attachment), bool(late)
        return _Place(file, name, None, *about)
    return _plain(file, times)


def _plain(file, times):
    return _Place(file, file.parts[-1], times.get(file.parts[:-1]) or file.time)


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
    single, part = _COPY.sub("", stem), re.escape(assignment)
    return stem, single, re.sub(rf"(?i)^{part}(?:[\W_]+|$)|[\W_]+{part}$", "", single)


# What is kept of a student's files


@dataclass(frozen=True)
class _Keeper:
    course: Path
    name: str
    others: set[str]
    due: datetime | None

    def keep(self, student, places):
        """Copy the latest of a student's files that can be read."""
        notes = []
        ranked = sorted(
            (place for place in places if not place.file.problem), key=self._rank, reverse=True
        )
        chosen = data = None
        for place in ranked:
            try:
                chosen, data = place, place.file.read()
                break
            except Exception as error:  # whatever a crafted zip file makes of its reader
                notes.append(f"{place.file.shown} cannot be read: {printable(str(error))}")
        if chosen and len(ranked) > 1:
            notes.insert(0, f"{len(ranked)} files; {self._why(chosen, ranked)} was taken")
        if chosen and self._rank(chosen)[0] < 0:
            notes.append(f"its name is that of another assignment: {chosen.file.shown}")
        notes += [
            f"{place.file.shown} {place.file.problem}"
            for place in places
            if place.file.problem and not (chosen and place.file.problem == "is no notebook")
        ]
        return self._put(student, chosen or places[0], data, notes)

    def _put(self, student, place, data, notes):
        """Write a file, and what is known of it, unless a later one is there."""
        folder = self.course / "submitted" / student / self.name
        path = folder / f"{self.name}.ipynb"
        before = path.read_bytes() if path.is_file() else None
        changes = before is not None and data is not None and before != data
        earlier = _time(_known(folder).get("handed_in")) if changes and place.time else None
        if data is None:
            outcome = "unreadable"
            notes += ["the file that was collected before stays"] if before is not None else []
        elif earlier and place.time < earlier:
            outcome = "kept"
            notes += ["the file that was collected before is later and stays"]
        elif changes:
            outcome = "replaced"
            notes += ["it replaced the file that was collected before"]
        else:
            outcome = "new" if before is None else "unchanged"
        if outcome in ("new", "replaced"):
            write(path, data)
        if outcome != "kept":
            time = place.time and place.time.isoformat()
            about = {"file": place.file.shown, "handed_in": time, "late": self._late(place)}
            about |= {place.platform: place.number} if place.platform else {}
            if data is None and before is not None:
                about = _known(folder) or about
            write_json(folder / "collected.json", about | {"notes": notes})
        late = self._late(place)
        return Collected(student, place.file.shown, outcome, place.time, late, tuple(notes))

    def _rank(self, place):
        """What makes one file count rather than another, the most important first."""
        mentioned, copy = set(words(place.name)), _COPY.search(NOTEBOOK.sub("", place.name))
        kind = int(place.file.parts[-2:] == (self.name, f"{self.name}.ipynb"))  # nbgrader's
        if mentioned & self.others and self.name not in mentioned:
            kind = -1
        number = int(copy[1]) if copy else 0
        times = (time or datetime.min for time in (place.time, place.file.time))
        return kind, next(times), place.attachment, number, next(times)

    def _why(self, chosen, ranked):
        """What the note calls the file: the latest, where that is known."""
        kind, *when, _ = self._rank(chosen)
        for place in ranked:
            other, *then, _ = self._rank(place)
            if place is not chosen and (other != kind or then >= when):
                return printable(chosen.file.parts[-1])
        return "the latest"

    def _late(self, place):
        if place.platform == "canvas" or self.due is None:
            return place.late
        return place.time > self.due if place.time else None


def _known(folder):
    """What is known of the file that is there, a dict."""
    try:
        about = json.loads((folder / "collected.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return about if type(about) is dict else {}


def _time(text):
    try:
        return datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None

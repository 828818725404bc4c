"""Collect: keep one file of each student's, the latest that can be read.

Moodle and Canvas put the time of the download into their zip files, so it makes nobody late;
Canvas's own mark does.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from .files import write, write_json
from .places import COPY, owners
from .roster import words
from .uploads import NOTEBOOK, printable, uploads


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
        found, unmatched = owners(files, assignment.name, others, roster)
        return [keeper.keep(student, found[student]) for student in sorted(found)] + [
            Collected(
                None,
                place.file.shown,
                "unmatched",
                notes=tuple(filter(None, (reason, place.file.problem))),
            )
            for place, reason in unmatched
        ]


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
            about |= {"canvas_file": str(place.attachment)} if place.platform == "canvas" else {}
            if data is None and before is not None:
                about = _known(folder) or about
            write_json(folder / "collected.json", about | {"notes": notes})
        late = self._late(place)
        return Collected(student, place.file.shown, outcome, place.time, late, tuple(notes))

    def _rank(self, place):
        """What makes one file count rather than another, the most important first."""
        mentioned, copy = set(words(place.name)), COPY.search(NOTEBOOK.sub("", place.name))
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

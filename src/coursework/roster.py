"""The list of students, and who is meant by a name that a platform or a student gave a file."""

import csv
import io
import re
import unicodedata
from dataclasses import dataclass, fields
from pathlib import Path

_ID = re.compile(r"(?![.-])[A-Za-z0-9._-]{1,100}")
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe"})


@dataclass(frozen=True)
class Student:
    """A line of the roster; `moodle` and `canvas` are the student's numbers there."""

    id: str
    name: str = ""
    email: str = ""
    moodle: str = ""
    canvas: str = ""


def is_id(text):
    """Whether a text can be a student's id, and so the name of a file."""
    return _ID.fullmatch(text) is not None


def read_roster(path):
    """Read the list of students.

    Parameters
    ----------
    path : path
        A CSV file in UTF-8 with the columns id and name, and optionally email, moodle, canvas; or
        what Canvas exports from its gradebook (``lib/gradebook_exporter.rb``). There the id is the
        SIS User ID, else the SIS Login ID, else Canvas's own, the first that can name a file.

    Returns
    -------
    dict of str to Student
        By id, in the order of the file.

    Raises
    ------
    ValueError
        Where a column or an id is missing, stands twice, or is not safe as a file name.
    """
    try:
        text = Path(path).read_bytes().decode("utf-8-sig")
        return _students(path, text)
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not in UTF-8; save it as “CSV UTF-8”") from None
    except csv.Error as error:
        raise ValueError(f"{path} is no CSV file: {error}") from None


def _students(path, text):
    first = text.split("\n", 1)[0]
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    reader.fieldnames = [name.strip().lower() for name in reader.fieldnames or []]
    is_canvas = {"student", "id", "section"} <= set(reader.fieldnames)
    for column in ("id", "name") if not is_canvas else ():
        if column not in reader.fieldnames:
            there = ", ".join(reader.fieldnames)
            raise ValueError(f"{path} has no column {column!r}; it has: {there or 'none'}")
    roster, seen = {}, {}
    for row in reader:
        known = _of_canvas(row) if is_canvas else row
        cells = {field.name: (known.get(field.name) or "").strip() for field in fields(Student)}
        where = f"{path}, row {reader.line_num}"
        if any(row.get(None) or ()):
            raise ValueError(f"{where} has more cells than the first row")
        if not any(cells.values()):
            continue
        if not is_id(cells["id"]):
            allowed = "it needs letters, digits, . _ or -, and must not begin with . or -"
            raise ValueError(f"{where}: the id {cells['id']!r} cannot name a file; {allowed}")
        for key in ("id", "moodle", "canvas"):
            # Some file systems take S01 and s01 for the same file.
            other = seen.setdefault((key, cells[key].casefold()), reader.line_num)
            if cells[key] and other != reader.line_num:
                raise ValueError(f"{where}: the {key} {cells[key]!r} stands in row {other} too")
        roster[cells["id"]] = Student(**cells)
    return roster


def _of_canvas(row):
    """A row of Canvas's gradebook in our columns; empty for what is no student."""
    name, number, login = (row.get(key) or "" for key in ("student", "id", "sis login id"))
    if not number.strip() or name == "Student, Test":  # points possible; the teacher's own preview
        return {}
    ids = (row.get("sis user id") or "", login, number)
    last, _, first = name.partition(", ")
    return {
        "id": next(filter(is_id, map(str.strip, ids)), ""),
        "name": f"{first} {last}",
        "email": login,
        "canvas": number,
    }


class Index:
    """Finds students of a roster; every answer is a set of ids, empty where nobody fits."""

    def __init__(self, roster):
        self.ids, self.mails, self.names, self.numbers = {}, {}, {}, {}
        for student in roster.values():
            self._add(self.ids, student.id.casefold(), student)
            self._add(self.mails, student.email.casefold(), student)
            self._add(self.mails, student.email.casefold().partition("@")[0], student)
            for name in _orders(words(student.name)):
                self._add(self.names, name, student)
            for platform in ("moodle", "canvas"):
                # Moodle's own lists say “Participant 1234567”.
                for number in re.findall(r"(\d+)$", getattr(student, platform)):
                    self._add(self.numbers, (platform, number), student)

    def by_number(self, platform, number):
        """Who has a number on "moodle" or "canvas"."""
        return self.numbers.get((platform, number), set())

    def by_text(self, text):
        """Whom a text means: by id, else by e-mail address or its local part, else by full name."""
        key, parts = text.casefold(), words(text)
        for table, entry in (
            (self.ids, key),
            (self.mails, key),
            (self.names, "".join(parts)),
            (self.names, " ".join(sorted(parts))),
        ):
            if entry in table:
                return table[entry]
        return set()

    @staticmethod
    def _add(table, key, student):
        if key:
            table.setdefault(key, set()).add(student.id)


def words(text):
    """The words of a text in their order, without case and accents."""
    text = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return re.findall(r"[^\W_]+", "".join(c for c in text if not unicodedata.combining(c)))


def _orders(parts):
    """A name as it may be written: in any order, or in one word that begins anywhere in it."""
    return {" ".join(sorted(parts))} | {"".join(parts[i:] + parts[:i]) for i in range(len(parts))}

"""A course of the assignment t1, with functions to hand in and to mark by machine and by hand."""

import csv
import io

import tiny_assignment

from coursework import batch
from coursework.assignments import Assignment
from coursework.feedback import write_feedback
from coursework.files import write_json
from coursework.grading import fingerprint
from coursework.marking import text_hash
from coursework.results import results
from coursework.roster import Student
from coursework.tables import export

WIDE = {"width": 1300, "height": 900}
NARROW = {"width": 390, "height": 844}
TINY = Assignment("t1", tiny_assignment.source())
ROSTER = {
    "s1": Student("s1", "Ann Özil", "ann@example.edu", "11", "21"),
    "s2": Student("s2", "Ben Okoro", "ben@example.edu", "", "22"),
    "s3": Student("s3", "Cleo Sand"),
}
RUBRIC = [[1, "The axes have labels."], [1, "The line is there."]]
HOSTILE = (
    "</p><script>document.title = 'owned'</script><img src=x onerror=alert(1)>{{ 7 * 7 }}\ud800"
)


class Course:
    def __init__(self, path):
        self.path = path

    def hand_in(self, student, text="{}", **about):
        folder = self.path / "submitted" / student / "t1"
        folder.mkdir(parents=True, exist_ok=True)
        if text is not None:
            (folder / "t1.ipynb").write_text(text)
        known = {"file": "x", "handed_in": None, "late": False, "notes": []}
        write_json(folder / "collected.json", known | about)

    def mark(self, student, *, answers="own", status="marked", notes=(), **items):
        """Write marks as the grader does; a keyword is an item's status, or a dict of changes."""
        data = (self.path / "submitted" / student / "t1" / "t1.ipynb").read_bytes()
        secret = batch.secret_of(self.path)
        marks = {
            "assignment": "t1",
            "student": student,
            "status": status,
            "notes": list(notes),
            "fingerprint": fingerprint(TINY, student, data, secret, 0),
            "answers": student if answers == "own" else answers,
            "items": [self._item(item, items) for item in TINY.items if status == "marked"],
        }
        write_json(self.path / "marks" / "t1" / f"{student}.json", marks)

    def _item(self, item, changes):
        name = item.id.removeprefix("t1-").removesuffix("-test")
        change = changes.get(
            name, "needs a person" if "read" in changes and item.rubric else "right"
        )
        change = change if isinstance(change, dict) else {"status": change}
        status = change.get("status", "right")
        earned = {"right": item.points, "needs a person": None}.get(status, 0.0)
        made = {"item": item.id, "points": item.points, "earned": earned, "message": ""}
        made |= {"status": status, "text": "my words", "rubric": [list(r) for r in item.rubric]}
        return made | change

    def read(self, student, text="my words", comment="", **items):
        for name, points in items.items():
            entry = {"text_hash": text_hash(text), "points": points, "comment": comment}
            write_json(self.path / "read" / "t1" / student / f"t1-{name}.json", entry)

    def results(self, roster=ROSTER):
        return {result.student.id: result for result in results(self.path, TINY, roster)}

    def table(self, form="plain", roster=ROSTER):
        path = export(self.path, TINY, roster, form)
        return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))

    def page(self, student="s1", roster=ROSTER):
        write_feedback(self.path, TINY, roster)
        return (self.path / "feedback" / student / "t1.html").read_text(encoding="utf-8")

"""What the teacher gets and what a student gets: every status, every note, and no formula."""

import base64
import csv
import io
import json
from datetime import datetime

import matplotlib.pyplot as plt
import pytest
import tiny_assignment
from axe_playwright_python.sync_playwright import Axe

from coursework import batch
from coursework.assignments import Assignment
from coursework.grading import Trusted, fingerprint, grade
from coursework.marking import text_hash
from coursework.reports import STATUSES, export, results, write_feedback
from coursework.roster import Student

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


@pytest.fixture
def course(tmp_path):
    """A course, with functions to hand in, to mark by machine, and to mark by hand."""
    return Course(tmp_path)


class Course:
    def __init__(self, path):
        self.path = path

    def hand_in(self, student, text="{}", **about):
        folder = self.path / "submitted" / student / "t1"
        folder.mkdir(parents=True, exist_ok=True)
        if text is not None:
            (folder / "t1.ipynb").write_text(text)
        known = {"file": "x", "handed_in": None, "late": False, "notes": []}
        batch.write_json(folder / "collected.json", known | about)

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
        batch.write_json(self.path / "marks" / "t1" / f"{student}.json", marks)

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
        entries = {
            f"t1-{name}": {"text_hash": text_hash(text), "points": points, "comment": comment}
            for name, points in items.items()
        }
        batch.write_json(self.path / "read" / "t1" / f"{student}.json", entries)

    def results(self, roster=ROSTER):
        return {result.student.id: result for result in results(self.path, TINY, roster)}

    def table(self, form="plain", roster=ROSTER):
        path = export(self.path, TINY, roster, form)
        return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))

    def page(self, student="s1", roster=ROSTER):
        write_feedback(self.path, TINY, roster)
        return (self.path / "feedback" / student / "t1.html").read_text(encoding="utf-8")


# Statuses


def test_everybody_in_the_roster_has_a_result_and_nobody_a_silent_zero(course):
    found = course.results()
    assert list(found) == ["s1", "s2", "s3"]
    for result in found.values():
        assert (result.status, result.total, result.out_of) == ("missing", None, 7)


def test_a_file_that_could_not_be_copied_is_unreadable(course):
    course.hand_in("s1", None, notes=["t1.ipynb is a symbolic link, which is not followed"])
    result = course.results()["s1"]
    assert (result.status, result.total) == ("unreadable", None)
    assert result.notes == ("t1.ipynb is a symbolic link, which is not followed",)


def test_a_file_that_is_no_notebook_is_unreadable(course):
    course.hand_in("s1")
    course.mark("s1", status="unreadable", answers=None, notes=["this is no JSON"])
    result = course.results()["s1"]
    assert (result.status, result.total, result.notes) == ("unreadable", None, ("this is no JSON",))


def test_without_marks_it_is_not_graded(course):
    course.hand_in("s1")
    assert (course.results()["s1"].status, course.results()["s1"].total) == ("not graded", None)


def test_marks_of_an_older_file_do_not_count(course):
    course.hand_in("s1", "old")
    course.mark("s1")
    assert course.results()["s1"].total == 7
    course.hand_in("s1", "new")
    result = course.results()["s1"]
    assert (result.status, result.total, result.items) == ("not graded", None, ())


def test_all_points_are_added_up(course):
    course.hand_in("s1", late=True, handed_in="2026-12-01T22:10:00")
    course.mark("s1", double="wrong", notes=["a cell stood there twice"])
    result = course.results()["s1"]
    assert (result.status, result.total, result.late) == ("marked", 5, True)
    assert result.handed_in == datetime(2026, 12, 1, 22, 10)
    assert result.notes == ("a cell stood there twice",)


def test_a_blank_file_has_an_honest_zero(course):
    course.hand_in("s1")
    course.mark(
        "s1", answers=None, **dict.fromkeys(["double", "total", "half", "plot", "words"], "blank")
    )
    result = course.results()["s1"]
    assert (result.status, result.total, result.notes) == ("marked", 0, ("nothing was filled in",))


@pytest.mark.parametrize("status", ["time limit", "stopped"])
def test_an_item_that_was_stopped_leaves_the_others_their_points(course, status):
    course.hand_in("s1")
    course.mark("s1", half=status)
    result = course.results()["s1"]
    assert (result.status, result.total, result.notes) == (status, 6, (f"{status}: half",))


def test_a_person_comes_before_the_time_limit_and_that_before_a_stop(course):
    course.hand_in("s1")
    course.mark("s1", half="time limit", total="stopped", read=True)
    result = course.results()["s1"]
    assert (result.status, result.total) == ("needs a person", None)
    assert result.notes == ("needs a person: plot, words", "time limit: half", "stopped: total")
    course.read("s1", plot=[1, 0], words=[1])
    result = course.results()["s1"]
    assert (result.status, result.total) == ("time limit", 4)
    assert result.notes == ("time limit: half", "stopped: total")


def test_what_a_person_gave_counts(course):
    course.hand_in("s1")
    course.mark("s1", read=True)
    course.read("s1", plot=[1, 0.5], words=[0], comment="Name the axes.")
    result = course.results()["s1"]
    assert (result.status, result.total) == ("marked", 5.5)
    plot = result.items[3]
    assert (plot.status, plot.earned, plot.comment) == ("read", 1.5, "Name the axes.")
    assert plot.rubric == ((1, 1, "The axes have labels."), (1, 0.5, "The line is there."))


def test_what_a_person_gave_for_another_text_does_not_count(course):
    course.hand_in("s1")
    course.mark("s1", read=True)
    course.read("s1", text="other words", plot=[1, 1], words=[1])
    assert course.results()["s1"].status == "needs a person"


def test_what_a_person_has_begun_does_not_count_yet(course):
    course.hand_in("s1")
    course.mark("s1", read=True)
    course.read("s1", plot=[1, 1])
    result = course.results()["s1"]
    assert (result.status, result.notes) == ("needs a person", ("needs a person: words",))


def test_the_same_answers_are_noted_with_the_others_ids(course):
    for student, answers in (("s1", "a"), ("s2", "a"), ("s3", "b")):
        course.hand_in(student, student)
        course.mark(student, answers=answers)
    notes = {student: result.notes for student, result in course.results().items()}
    assert notes == {"s1": ("the same answers as s2",), "s2": ("the same answers as s1",), "s3": ()}


def test_blank_files_are_not_the_same_answers(course):
    for student in ("s1", "s2"):
        course.hand_in(student)
        course.mark(student, answers=None)
    assert course.results()["s1"].notes == ()


def test_who_is_not_in_the_roster_is_not_lost(course):
    course.hand_in("zoe", notes=["2 files; the latest was taken"])
    found = course.results()
    assert list(found) == ["s1", "s2", "s3", "zoe"]
    assert found["zoe"].notes == ("2 files; the latest was taken", "not in the roster")


def test_without_a_roster_those_count_who_handed_in(course):
    course.hand_in("s2")
    course.hand_in("s1")
    assert [(r.student.id, r.notes) for r in course.results(None).values()] == [
        ("s1", ()),
        ("s2", ()),
    ]


# The table


def test_the_plain_table_has_every_item_the_status_and_the_notes(course):
    course.hand_in("s1", late=True)
    course.mark("s1", half="time limit", read=True)
    course.hand_in("s2", late=None, notes=["one", "two"])
    course.mark("s2", double="wrong")
    head, *rows = course.table()
    assert ",".join(head) == ("id,name,status,late,total,out of,double,total,half,plot,words,notes")
    notes = "needs a person: plot, words; time limit: half"
    assert rows == [
        ["s1", "Ann Özil", "needs a person", "yes", "", "7", "2", "1", "0", "", "", notes],
        ["s2", "Ben Okoro", "marked", "", "5", "7", "0", "1", "1", "2", "1", "one; two"],
        ["s3", "Cleo Sand", "missing", "", "", "7", "", "", "", "", "", ""],
    ]


def test_excel_is_told_the_encoding_and_canvas_is_not(course):
    for form, mark in (("plain", True), ("moodle", True), ("canvas", False)):
        data = export(course.path, TINY, ROSTER, form).read_bytes()
        assert data.startswith(b"\xef\xbb\xbf") == mark


def test_the_table_for_moodle_finds_a_student_by_the_number_in_this_assignment(course):
    course.hand_in("s1", moodle="4711", late=True)
    course.mark("s1")
    roster = ROSTER | {"s2": Student("s2", "Ben", "", "Teilnehmer/in 12")}
    assert course.table("moodle", roster) == [
        [
            "Identifier",
            "Full name",
            "Email address",
            "Status",
            "Grade",
            "Maximum Grade",
            "Last modified (grade)",
        ],
        ["Participant 4711", "Ann Özil", "ann@example.edu", "marked, late", "7", "7", ""],
        ["Teilnehmer/in 12", "Ben", "", "missing", "", "7", ""],
        ["", "Cleo Sand", "", "missing", "", "7", ""],
    ]


def test_the_table_for_canvas_holds_only_totals(course):
    course.hand_in("s1")
    course.mark("s1")
    course.hand_in("s2", canvas="99")
    course.mark("s2", read=True)
    course.hand_in("s3", canvas="33")
    course.mark("s3", half="stopped")
    assert course.table("canvas") == [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", "A small task"],
        ["    Points Possible", "", "", "", "", "7"],
        ["Ann Özil", "21", "s1", "ann@example.edu", "", "7"],
        ["Cleo Sand", "33", "s3", "", "", "6"],
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", " =1", "\r=1", "＝1"])
@pytest.mark.parametrize("form", ["plain", "moodle", "canvas"])
def test_no_cell_is_a_formula(course, text, form):
    course.hand_in("s1", notes=[text])
    course.mark("s1")
    for row in course.table(form, {"s1": Student("s1", text, text, text, text)}):
        assert not [cell for cell in row if cell.lstrip().startswith(tuple("=+-@＝"))]


def test_a_name_with_separators_and_quotes_stays_one_cell(course):
    name = 'O\'Neil, "Al";\nJr'
    assert course.table(roster={"s1": Student("s1", name)})[1][1] == name


def test_an_unknown_table_is_refused(course):
    with pytest.raises(ValueError, match="no table for 'blackboard'; there are: plain, moodle"):
        export(course.path, TINY, ROSTER, "blackboard")


def test_a_table_that_cannot_be_written_leaves_the_last_one(course, monkeypatch):
    path = export(course.path, TINY, ROSTER)
    before = path.read_bytes()

    def full(*args):
        raise OSError("no space left")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="no space"):
        export(course.path, TINY, ROSTER | {"s9": Student("s9")})
    assert path.read_bytes() == before


# The page


def test_everybody_has_a_page(course):
    course.hand_in("zoe")
    paths = write_feedback(course.path, TINY, ROSTER)
    assert [path.relative_to(course.path).as_posix() for path in paths] == [
        f"feedback/{student}/t1.html" for student in ("s1", "s2", "s3", "zoe")
    ]


@pytest.mark.parametrize("status", ["missing", "unreadable", "not graded"])
def test_a_page_without_marks_says_why_and_names_no_total(course, status):
    if status != "missing":
        course.hand_in("s1", None if status == "unreadable" else "{}")
    page = course.page()
    assert STATUSES[status] in page
    assert "<table" not in page
    assert "of 7 points" not in page


def test_a_page_shows_what_was_missed_and_what_a_person_said(course):
    course.hand_in("s1", late=True, handed_in="2026-12-01T22:10:00", notes=["2 files"])
    course.mark("s1", double={"status": "wrong", "message": "Doubling is a product."}, read=True)
    course.read("s1", plot=[1, 0], words=[1], comment="Name the axes.")
    page = course.page()
    for text in (
        "A small task",
        "Ann Özil (s1), handed in 2026-12-01 at 22:10, late",
        "4 of 7 points",
        "Not right yet",
        "Doubling is a product.",
        "1 of 1: The axes have labels.",
        "0 of 1: The line is there.",
        "Name the axes.",
        "2 files",
    ):
        assert text in page, text


def test_a_page_names_no_other_student(course):
    for student in ("s1", "s2"):
        course.hand_in(student)
        course.mark(student, answers="one")
    assert "s2" in course.results()["s1"].notes[0]
    page = course.page("s1")
    assert "s2" not in page
    assert "same answers" not in page


def test_a_page_shows_pictures_and_nothing_that_only_claims_to_be_one(course):
    course.hand_in("s1")
    pictures = [figure(), 'x" onerror="alert(1)', base64.b64encode(b"<svg/>").decode()]
    course.mark("s1", plot={"status": "needs a person", "pictures": pictures})
    page = course.page()
    assert page.count("<img") == 1
    assert "onerror" not in page


def figure():
    fig, ax = plt.subplots(figsize=(5, 3))
    ax.plot([-2, 0, 2], [-0.2, 0, 2])
    file = io.BytesIO()
    fig.savefig(file, format="png")
    plt.close(fig)
    return base64.b64encode(file.getvalue()).decode()


@pytest.fixture
def visit(browser, course):
    """Return a function that opens a student's page; complaints of the browser are kept."""
    contexts = []

    def visit(student="s1", roster=ROSTER, **options):
        course.page(student, roster)
        context = browser.new_context(**{"viewport": WIDE, **options})
        contexts.append(context)
        page = context.new_page()
        page.complaints = complaints = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.append(request.url))
        address = (course.path / "feedback" / student / "t1.html").as_uri()
        page.goto(address)
        page.complaints[:] = [
            text for text in complaints if text != address and not text.startswith("data:")
        ]
        return page

    yield visit
    for context in contexts:
        context.close()


@pytest.fixture
def full(course):
    """A page with everything that a page can show."""
    course.hand_in(
        "s1", handed_in="2026-12-01T22:10:00", late=True, notes=["2 files; the latest was taken"]
    )
    course.mark(
        "s1",
        notes=["t1-half is answered in 2 cells; the last filled one counts"],
        double={"status": "wrong", "message": "Doubling is a multiplication."},
        total={"status": "error", "message": "NameError: name 'a" + "a" * 200 + "' is not defined"},
        half="time limit",
        plot={"status": "needs a person", "pictures": [figure()]},
        read=True,
    )
    course.read("s1", plot=[1, 0], words=[1], comment="Name the axes.\nThe line is right.")
    return course


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_page_is_accessible_and_asks_for_nothing(full, visit, theme, size):
    page = visit(color_scheme=theme, viewport=size)
    assert not page.complaints
    found = Axe().run(page).response["violations"]
    assert not [f"{rule['id']}: {node['html']}" for rule in found for node in rule["nodes"]]
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    assert page.locator("img").evaluate("image => image.naturalWidth") > 100


def test_a_page_has_a_dark_and_a_light_side_and_prints_on_white(full, visit):
    background = "getComputedStyle(document.body).backgroundColor"
    page = visit(color_scheme="dark")
    dark = page.evaluate(background)
    page.emulate_media(color_scheme="light")
    assert page.evaluate(background) != dark
    page.emulate_media(color_scheme="dark", media="print")
    assert page.evaluate(background) == "rgb(255, 255, 255)"


def test_what_students_write_is_text_and_nothing_else(course, visit):
    course.hand_in("s1", notes=[HOSTILE])
    item = {"status": "error", "message": HOSTILE}
    course.mark("s1", notes=[HOSTILE], double=item, read=True)
    course.read("s1", plot=[1, 0], words=[1], comment=HOSTILE)
    page = visit(roster={"s1": Student("s1", HOSTILE)})
    assert not page.complaints
    assert page.title().startswith("A small task: feedback for </p><script>")
    assert page.locator("script, img").count() == 0
    assert page.get_by_text("{{ 7 * 7 }}").count() >= 4


def test_a_page_forbids_what_would_get_past_that(full, visit, course):
    path = course.path / "feedback" / "s1" / "t1.html"
    page = visit()
    harm = "<script>document.title = 'owned'</script><img src='https://example.org/x.png'></main>"
    path.write_text(path.read_text(encoding="utf-8").replace("</main>", harm), encoding="utf-8")
    requests = []
    page.on("requestfinished", lambda request: requests.append(request.url))
    page.reload()
    assert page.title() != "owned"
    assert not [url for url in requests if url.startswith("https:")]


def test_marks_are_read_as_the_grader_writes_them(course):
    data = json.dumps(TINY.solution())
    course.hand_in("s1", data)
    marks = grade(TINY, "s1", data.encode(), batch.secret_of(course.path), start=Trusted)
    batch.write_json(course.path / "marks" / "t1" / "s1.json", marks)
    result = course.results()["s1"]
    assert (result.status, result.notes[-1]) == ("needs a person", "needs a person: plot, words")
    course.read("s1", text=TINY.solution().cells[-2].source, plot=[1, 1])
    course_read = course.results()["s1"]
    assert {item.title: item.earned for item in course_read.items} == {
        "double": 2,
        "total": 1,
        "half": 1,
        "plot": 2,
        "words": None,
    }

"""The pages of feedback: what a student gets, and what no page ever shows or does."""

import base64
import io
import zipfile

import matplotlib.pyplot as plt
import pytest
from axe_playwright_python.sync_playwright import Axe
from made_course import HOSTILE, NARROW, ROSTER, TINY, WIDE, Course

from coursework.collecting import collect
from coursework.feedback import write_feedback, zip_feedback
from coursework.results import STATUSES
from coursework.roster import Student


@pytest.fixture
def course(tmp_path):
    return Course(tmp_path)


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
def visit(open_page, course):
    """Return a function that opens a student's page."""

    def visit(student="s1", roster=ROSTER, **options):
        course.page(student, roster)
        return open_page(course.path / "feedback" / student / "t1.html", **options)

    return visit


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


# What platforms take back


def zipped(course, form, roster=ROSTER):
    write_feedback(course.path, TINY, roster)
    path, left_out = zip_feedback(course.path, TINY, roster, form)
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}, left_out


def test_moodle_finds_every_page_by_the_number_in_this_assignment(course):
    course.hand_in("s2", moodle="4711")
    roster = ROSTER | {"s2": Student("s2", "Ben_Okoro / Jr", "", "Participant 12")}
    pages, left_out = zipped(course, "moodle", roster)
    assert left_out == ["s3"]
    found = {}
    for name, text in pages.items():  # as Moodle's importziplib.php reads a path
        folder, file = name.split("/")
        info = folder.split("_", 4)
        assert info[2:4] == ["assignsubmission", "file"] and file == "t1-feedback.html"
        found[info[1]] = text
    assert set(found) == {"11", "4711"}
    assert "Ann Özil" in found["11"] and "Ben_Okoro / Jr" in found["4711"]


def test_canvas_finds_the_pages_of_those_whose_file_came_from_there(course, tmp_path):
    upload = tmp_path / "upload"
    upload.mkdir()
    (upload / "oziland1_LATE_21_90017_t1-2.ipynb").write_text("{}")
    (upload / "sandcleo_23_90018_t1.ipynb").write_text("{}")
    roster = ROSTER | {"s3": Student("s3", "Cleo Sand", canvas="23")}
    collect(upload, course.path, TINY, roster)
    pages, left_out = zipped(course, "canvas", roster)
    assert left_out == ["s2"]
    # As Canvas reads a name: the first two parts that are numbers are the student and the file.
    found = {
        tuple(part for part in name.split("_") if part.isdigit())[:2]: text
        for name, text in pages.items()
    }
    assert set(found) == {("21", "90017"), ("23", "90018")}
    assert "Ann Özil" in found["21", "90017"]
    assert all(name.endswith(".html") and "/" not in name for name in pages)


def test_no_zip_file_for_another_platform(course):
    with pytest.raises(ValueError, match="'ilias'; there are: moodle, canvas"):
        zip_feedback(course.path, TINY, ROSTER, "ilias")

"""The page on which a person marks, in a real browser, with answers that mean no good."""

import asyncio
import base64
import io
import itertools
import json
import re
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request

import matplotlib.pyplot as plt
import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from coursework import changes, marking
from coursework.assignments import Assignment
from coursework.markpage import application, choices, points_of
from coursework.pages import picture
from coursework.roster import Student

WIDE = {"width": 1300, "height": 900}
NARROW = {"width": 390, "height": 844}
TOKEN = "token-of-the-test"
NAMES = {"s01": "Ada Quill", "s02": "Ben Okoro", "s03": "Cleo Sand"}
ROSTER = {student: Student(student, name) for student, name in NAMES.items()}
LINES = [[1.0, "the kink is seen"], [1.0, "the axes have names"]]
HOSTILE = (
    "</pre></textarea></script><script>document.title = 'owned'</script>"
    "<img src=x onerror=\"document.title = 'owned'\">{{ 7 * 7 }}\ud800\0\u202e"
)


@pytest.fixture(scope="module")
def assignment():
    new = nbformat.v4
    flags = dict(grade=False, solution=False, locked=False, schema_version=3, task=False)

    def cell(make, name, text, **values):
        return make(text, id=name, metadata={"nbgrader": {**flags, "grade_id": name, **values}})

    read = dict(grade=True, solution=True, points=2)
    model = "# the model answer\n# rubric 1: the kink is seen\n# rubric 1: the axes have names"
    prose = "A unit dies.\nrubric 1: the kink is seen\nrubric 1: the axes have names"
    region = "### BEGIN SOLUTION\n{}\n### END SOLUTION"
    cells = [
        cell(new.new_code_cell, "a1-numbers", "variant = 0", locked=True),
        new.new_markdown_cell("Plot the *kink*."),
        cell(new.new_code_cell, "a1-plot", region.format(model), **read),
        new.new_markdown_cell("Say why."),
        cell(new.new_markdown_cell, "a1-why", region.format(prose), **read),
    ]
    return Assignment("a1", nbformat.writes(new.new_notebook(cells=cells)))


@pytest.fixture(scope="module")
def png():
    figure, ax = plt.subplots(figsize=(5, 3))
    ax.plot([-2, 0, 2], [0, 0, 2])
    file = io.BytesIO()
    figure.savefig(file, format="png")
    plt.close(figure)
    return base64.b64encode(file.getvalue()).decode()


class Class:
    """A course folder with what the grader left for a person."""

    def __init__(self, folder, png):
        self.folder, self.png = folder, png
        for student in ROSTER:
            self.hand_in(student, f"z = {student[-1]}\nplt.plot(z)", "Because\nit is flat.")

    def hand_in(self, student, plot, why, pictures=None, **marks):
        pictures = [self.png] if pictures is None else pictures
        texts = {"a1-plot": ("code", plot, pictures), "a1-why": ("markdown", why, [])}
        items = []
        for name, (kind, text, shown) in texts.items():
            item = dict(item=name, answer=[name], points=2.0, earned=None, message="")
            items.append(item | dict(status="needs a person", kind=kind, text=text, pictures=shown,
                                     rubric=LINES))  # fmt: skip
            if not text:
                items[-1] = item | dict(status="blank", earned=0.0)
        marks = dict(assignment="a1", student=student, status="marked", notes=[], items=items)
        path = self.folder / "marks" / "a1" / f"{student}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(marks))

    def read(self, student):
        return marking.read_marks(self.folder, "a1", student)

    def given(self):
        """All points that a person gave: a dict of student and item to the points."""
        return {
            (path.stem, item): entry["points"]
            for path in sorted(self.folder.glob("read/a1/*"))
            for item, entry in self.read(path.stem).items()
        }


@pytest.fixture
def course(tmp_path, png):
    return Class(tmp_path, png)


@pytest.fixture
def address(course, assignment):
    """Serve the page and return its address, when it has read the marks and not before."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)

    async def start():
        server = HTTPServer(application(course.folder, assignment, ROSTER, TOKEN))
        server.add_sockets(sockets := bind_sockets(0, "127.0.0.1"))
        return server, sockets[0].getsockname()[1]

    async def end(server):
        server.stop()
        await server.close_all_connections()

    def run(coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, loop).result()

    thread.start()
    try:
        server, port = run(start())
        yield f"http://127.0.0.1:{port}/{TOKEN}/"
        run(end(server))
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture
def visit(browser, address):
    """Return a function that opens the page; what the browser complains about is collected."""
    contexts = []

    def visit(where="", **options):
        context = browser.new_context(**{"viewport": WIDE, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.complaints = []
        page.on("console", lambda message: page.complaints.append(message.text))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("requestfailed", lambda request: page.complaints.append(request.url))
        page.goto(address + where)
        return page

    yield visit
    for context in contexts:
        context.close()


def follow(page, role, name):
    """Click, and wait until the next page is there: keys typed before would be lost."""
    with page.expect_navigation():
        page.get_by_role(role, name=name).click()


def begin(page):
    follow(page, "link", "Mark the next answer")
    return page


def mark(page, *digits):
    """Type the digits and Enter, and wait for the page that follows."""
    for digit in digits:
        page.keyboard.press(digit)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def save(page):
    follow(page, "button", "Save and next")


def key_of(item, student):
    return marking.Answer(item, student, None).key


def violations(page):
    found = Axe().run(page).response["violations"]
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


def fetch(address, data=None, **headers):
    """Return the status, the headers and the text of a page, without a browser."""
    request = urllib.request.Request(address, data, headers)
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, response.headers, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.status, error.headers, error.read().decode()


# What waits


def waiting_answers(course, assignment):
    found = marking.answers(course.folder, assignment)
    return [answer for answer in found if answer.points is None]


def test_every_answer_for_a_person_waits_item_by_item(course, assignment):
    waiting = waiting_answers(course, assignment)
    assert [answer.item for answer in waiting] == ["a1-plot"] * 3 + ["a1-why"] * 3
    assert {answer.student for answer in waiting[:3]} == set(ROSTER)


def test_blank_and_unreadable_submissions_do_not_wait(course, assignment):
    course.hand_in("s01", "", "")
    path = course.folder / "marks" / "a1" / "s02.json"
    path.write_text(json.dumps({"status": "unreadable", "items": [], "notes": ["no JSON"]}))
    assert {answer.student for answer in waiting_answers(course, assignment)} == {"s03"}


def test_an_answer_that_changed_since_it_was_marked_waits_again(course, assignment):
    item = marking.to_mark(course.folder, "a1", "s01")[1]
    marking.save_marks(course.folder, "a1", "s01", item, [1, 0.5], "")
    waiting = {(a.item, a.student) for a in waiting_answers(course, assignment)}
    assert len(waiting) == 5
    assert ("a1-why", "s01") not in waiting
    course.hand_in("s01", "plt.plot(0)", "Something else.")
    assert len(waiting_answers(course, assignment)) == 6


def test_marks_are_kept_beside_those_of_the_other_items(course):
    for item, points in zip(marking.to_mark(course.folder, "a1", "s01"), [[1, 0], [0, 1]],
                            strict=True):  # fmt: skip
        marking.save_marks(course.folder, "a1", "s01", item, points, "Well seen.")
    assert course.read("s01") == {
        "a1-plot": {
            "text_hash": marking.text_hash("z = 1\nplt.plot(z)"),
            "points": [1, 0],
            "comment": "Well seen.",
        },
        "a1-why": {
            "text_hash": marking.text_hash("Because\nit is flat."),
            "points": [0, 1],
            "comment": "Well seen.",
        },
    }
    files = sorted(path.name for path in (course.folder / "read" / "a1" / "s01").iterdir())
    assert files == ["a1-plot.json", "a1-why.json"]


def test_points_are_offered_in_halves_while_they_are_few():
    assert choices(1.0) == [0, 0.5, 1]
    assert choices(4) == [0, 1, 2, 3, 4]
    assert choices(0.25) == [0, 0.25]


@pytest.mark.parametrize("text", ["", "-1", "-0.5", "1.01", "2", "nan", "inf", "one", "1 1"])
def test_points_outside_the_rubric_are_none(text):
    assert points_of(text, 1.0) is None


def test_points_are_whole_numbers_where_they_can_be():
    assert [repr(points_of(text, 1.0)) for text in ("1", "0", "0.5", "0,5")] == [
        "1",
        "0",
        "0.5",
        "0.5",
    ]


def test_a_picture_is_a_png_of_a_sensible_size(png):
    def encoded(data):
        return base64.b64encode(data).decode()

    data = base64.b64decode(png)
    assert picture(png) == f"data:image/png;base64,{png}"
    assert picture(encoded(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>")) is None
    assert picture(encoded(data[:20])) is None
    assert picture(encoded(data[:16] + b"\xff" * 8 + data[24:])) is None, "4 billion pixels wide"
    assert picture(png + '" onerror="alert(1)') is None
    assert picture("ü") is None
    assert picture("") is None


# Several markers


def test_shares_deal_out_every_student_once(course, assignment):
    known = [f"s{i}" for i in range(10)]
    roster = dict.fromkeys(["s9", "s8", "s7"])
    shares = [marking.Part((number, 3)).students(known, roster) for number in (1, 2, 3)]
    assert sorted(itertools.chain(*shares)) == known
    assert max(map(len, shares)) - min(map(len, shares)) <= 1
    assert "s9" in shares[0] and "s8" in shares[1], "in the order of the roster"


def test_a_share_stays_the_same_when_more_hand_in(course):
    before = marking.Part((2, 2)).students({"s01"}, ROSTER)
    assert before == marking.Part((2, 2)).students({"s01", "s03"}, ROSTER) - {"s03"}


@pytest.mark.parametrize("share", [(0, 2), (3, 2)])
def test_a_share_that_is_not_there_is_refused(share):
    with pytest.raises(ValueError, match=f"1/2 to 2/2, not {share[0]}/2"):
        marking.Part(share)


def test_a_marker_sees_only_the_own_part(course, assignment):
    part = marking.Part((1, 3), frozenset(["a1-why"]))
    found = marking.answers(course.folder, assignment, ROSTER, part)
    assert [(answer.item, answer.student) for answer in found] == [("a1-why", "s01")]


def test_what_others_marked_meanwhile_does_not_come_up_again(visit, course):
    page = begin(visit())
    first = page.url.split("/")[-1]
    for student in ROSTER:
        for item in marking.to_mark(course.folder, "a1", student):
            if marking.Answer(item["item"], student, None).key != first:
                marking.save_marks(course.folder, "a1", student, item, [1, 1], "")
    mark(page, "1", "0")
    page.get_by_text("All is marked.").wait_for()


def test_a_mark_that_another_gave_meanwhile_is_not_replaced_unseen(visit, course):
    page = begin(visit())
    for student in ROSTER:
        item = marking.to_mark(course.folder, "a1", student)[0]
        marking.save_marks(course.folder, "a1", student, item, [1, 0.5], "Well seen.")
    mark(page, "0", "0")
    alert = page.get_by_role("alert")
    alert.get_by_text("1.5 points, with the comment: Well seen.").wait_for()
    assert set(map(tuple, course.given().values())) == {(1, 0.5)}
    save(page)
    assert (0, 0) in set(map(tuple, course.given().values()))


def test_an_answer_whose_mark_was_changed_by_hand_waits_for_nobody(course, assignment):
    changes.change(course.folder, assignment, "s01", "plot", 2, "seen in the lab")
    waiting = {(a.item, a.student) for a in waiting_answers(course, assignment)}
    assert len(waiting) == 5 and ("a1-plot", "s01") not in waiting


def test_what_two_people_marked_is_merged_and_nothing_overwritten(course, assignment, tmp_path):
    other = tmp_path / "copy"
    plot, why = marking.to_mark(course.folder, "a1", "s01")
    for folder in (course.folder, other):
        marking.save_marks(folder, "a1", "s01", plot, [1, 1], "")
    marking.save_marks(course.folder, "a1", "s02", why, [1, 0], "mine")
    marking.save_marks(other, "a1", "s02", why, [0, 0], "theirs")
    marking.save_marks(other, "a1", "s03", why, [1, 1], "")
    changes.change(other, assignment, "s03", "plot", 0, "a copy")
    assert marking.merge(course.folder, "a1", other) == (2, 1, [("s02", "a1-why")])
    assert marking.read_marks(course.folder, "a1", "s02")["a1-why"]["comment"] == "mine"
    assert marking.read_marks(course.folder, "a1", "s03")["a1-why"]["points"] == [1, 1]
    assert changes.changed(course.folder, "a1", "s03")["a1-plot"]["reason"] == "a copy"
    assert marking.merge(course.folder, "a1", other) == (0, 3, [("s02", "a1-why")])


def test_a_folder_without_marks_is_refused(course, tmp_path):
    with pytest.raises(ValueError, match="nothing that a person marked or changed of a1"):
        marking.merge(course.folder, "a1", tmp_path / "empty")


# The way through the class


def test_digits_and_enter_mark_the_whole_class(visit, course):
    page = begin(visit())
    for done in range(6):
        assert page.locator("#marked").inner_text() == f"{done % 3} of 3 marked"
        mark(page, "1", "0")
    page.get_by_text("All is marked.").wait_for()
    assert len(course.given()) == 6
    assert set(map(tuple, course.given().values())) == {(1, 0)}
    assert not page.complaints


@pytest.mark.parametrize("with_javascript", [True, False])
def test_a_mouse_and_a_comment_are_enough(visit, course, with_javascript):
    page = begin(visit(java_script_enabled=with_javascript))
    for name in ("the kink is seen", "the axes have names"):
        page.get_by_role("group", name=name).get_by_role("radio", name="0.5").check()
    page.get_by_label("Comment").fill("First line.\n  <b>Second</b> line.\n")
    save(page)
    page.get_by_text("1 of 3 marked").wait_for()
    ((student, item),) = course.given()
    assert course.read(student)[item]["points"] == [0.5, 0.5]
    assert course.read(student)[item]["comment"] == "First line.\n  <b>Second</b> line."
    assert not page.complaints


def test_without_javascript_the_keyboard_still_marks(visit, course):
    page = begin(visit(java_script_enabled=False))
    page.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.get_by_text("1 of 3 marked").wait_for()
    assert list(course.given().values()) == [[0, 0.5]]


def test_digits_in_a_comment_are_text_and_control_enter_saves(visit, course):
    page = begin(visit())
    page.keyboard.press("1")
    page.keyboard.press("1")
    page.get_by_label("Comment").press_sequentially("10")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+Enter")
    page.get_by_text("1 of 3 marked").wait_for()
    ((student, item),) = course.given()
    assert course.read(student)[item]["comment"] == "10"
    assert course.given()[student, item] == [1, 1]


def test_back_shows_what_was_given_and_lets_it_be_corrected(visit, course):
    page = begin(visit())
    page.keyboard.press("1")
    page.keyboard.press("1")
    page.get_by_label("Comment").fill("Good.")
    save(page)
    follow(page, "link", "Back")
    assert page.get_by_label("Comment").input_value() == "Good."
    second = page.get_by_role("group", name="the axes have names")
    assert second.get_by_role("radio", name="1", exact=True).is_checked()
    mark(page, "0", "0")
    assert list(course.given().values()) == [[0, 0]]


def test_skip_saves_nothing_and_the_answer_comes_again(visit, course):
    page = begin(visit())
    first = page.locator("h1").inner_text()
    follow(page, "link", "Skip")
    for _ in range(5):
        mark(page, "1", "1")
    page.get_by_role("heading", name=first).wait_for()
    assert len(course.given()) == 5


def test_the_list_leads_to_an_answer(visit, course):
    item = marking.to_mark(course.folder, "a1", "s02")[0]
    marking.save_marks(course.folder, "a1", "s02", item, [1, 0.5], "")
    page = visit()
    assert page.get_by_role("heading", name="a1-plot: 1 of 3 marked").is_visible()
    follow(page, "link", "1.5 points")
    assert page.url.endswith(key_of("a1-plot", "s02"))


def test_the_task_and_a_good_answer_can_be_opened(visit):
    page = begin(visit())
    assert not page.get_by_text("Plot the *kink*.").is_visible()
    page.get_by_text("The task, and one good answer").click()
    assert page.get_by_text("Plot the *kink*.").is_visible()
    assert page.get_by_text("# the model answer").is_visible()
    assert not page.get_by_text("rubric 1").count()


def test_names_are_hidden_until_they_are_asked_for(visit):
    page = visit()
    personal = re.compile("|".join([*NAMES, *NAMES.values()]))
    assert not personal.search(page.content())
    begin(page)
    assert not personal.search(page.content() + page.url)
    before = page.url
    follow(page, "button", "Show names")
    assert personal.search(page.locator("h1").inner_text())
    assert page.url == before
    follow(page, "link", "All answers")
    assert page.get_by_text("Ada Quill (s01)").first.is_visible()
    follow(page, "button", "Hide names")
    assert not personal.search(page.content())


# What must not be saved


@pytest.mark.parametrize("value", ["2", "-1", "nan", ""])
def test_points_that_the_rubric_does_not_have_are_refused(visit, course, value):
    page = begin(visit())
    page.get_by_role("group", name="the kink is seen").get_by_role("radio", name="0.5").check()
    page.get_by_label("Comment").fill("Keep me.")
    page.evaluate(f"document.querySelector('[name=points1]').value = '{value}'")
    page.locator("[name=points1]").first.check()
    save(page)
    alert = page.get_by_role("alert").inner_text()
    assert alert.split("\n\n") == [
        "Nothing was saved.",
        "“the axes have names”: choose 0 to 1.",
    ]
    assert not course.given()
    assert page.get_by_label("Comment").input_value() == "Keep me."
    assert page.get_by_role("radio", name="0.5").first.is_checked()


def test_a_line_without_points_is_asked_for(visit, course):
    page = begin(visit())
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    save(page)
    assert "the axes have names" in page.get_by_role("alert").inner_text()
    assert not course.given()


def test_an_answer_that_changes_while_it_is_read_is_shown_again(visit, course):
    page = visit(key_of("a1-why", "s01"))
    course.hand_in("s01", "plt.plot(0)", "A new text.")
    mark(page, "1", "1")
    assert "has changed since you opened it" in page.get_by_role("alert").inner_text()
    assert page.get_by_text("A new text.").is_visible()
    assert not course.given()
    save(page)
    assert course.given() == {("s01", "a1-why"): [1, 1]}


def test_earlier_points_of_a_changed_answer_are_told(visit, course):
    item = marking.to_mark(course.folder, "a1", "s01")[1]
    marking.save_marks(course.folder, "a1", "s01", item, [1, 0.5], "Too short.")
    course.hand_in("s01", "plt.plot(0)", "Longer.")
    page = visit(key_of("a1-why", "s01"))
    told = "It had 1.5 points, with the comment: “Too short.”."
    assert page.get_by_text(told).is_visible()
    assert not page.get_by_role("radio", checked=True).count()


def test_an_answer_that_is_gone_says_so(visit, course):
    page = begin(visit())
    for student in ROSTER:
        course.hand_in(student, "", "")
    page.keyboard.press("1")
    page.keyboard.press("1")
    save(page)
    assert page.get_by_role("heading", name="404").is_visible()
    assert not course.given()


# Answers that mean no good


@pytest.mark.parametrize("with_javascript", [True, False])
def test_a_hostile_answer_is_shown_and_not_run(visit, course, with_javascript):
    course.hand_in("s01", HOSTILE, HOSTILE, pictures=[HOSTILE, "", "aGVsbG8="])
    page = visit(key_of("a1-plot", "s01"), java_script_enabled=with_javascript)
    shown = page.locator("pre").first.inner_text()
    assert "<script>document.title = 'owned'</script>" in shown
    assert "{{ 7 * 7 }}" in shown
    assert page.title() == f"a1-plot: answer {re.search('answer (.)', page.title())[1]}"
    assert page.get_by_text("is not shown: it is no PNG").count() == 3
    assert not page.locator("img").count()
    assert not page.complaints


def test_a_hostile_answer_can_be_marked(visit, course):
    course.hand_in("s01", HOSTILE, HOSTILE)
    page = visit(key_of("a1-why", "s01"))
    page.get_by_label("Comment").fill(HOSTILE.replace("\0", "").replace("\ud800", ""))
    page.get_by_label("Comment").press("Tab")
    mark(page, "1", "1")
    assert course.given() == {("s01", "a1-why"): [1, 1]}
    page.goto(page.url.rsplit("/", 1)[0] + "/" + key_of("a1-why", "s01"))
    assert "</textarea>" in page.get_by_label("Comment").input_value()
    assert "owned" not in page.title()
    assert not page.complaints


def test_a_huge_answer_is_cut_and_the_page_says_so(visit, course):
    course.hand_in("s01", "x" * 3_000_000, "")
    page = visit(key_of("a1-plot", "s01"), viewport=NARROW)
    assert page.get_by_text("has 3,000,000 characters. You see the first 20,000.").is_visible()
    assert len(page.content()) < 60_000 + len(course.png)
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_pictures_are_shown(visit, course):
    page = visit(key_of("a1-plot", "s01"))
    assert page.locator("img").evaluate("image => image.complete && image.naturalWidth") == 500
    assert not page.complaints


def test_a_plot_without_a_picture_says_so(visit, course):
    course.hand_in("s01", "pass", "", pictures=[])
    assert visit(key_of("a1-plot", "s01")).get_by_text("The code drew no picture.").is_visible()


# Who may see it


def test_the_page_loads_nothing_and_forbids_all_but_itself(address):
    status, headers, text = fetch(address)
    policy = headers["Content-Security-Policy"]
    assert status == 200
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
    nonces = re.findall(r'nonce="([^"]+)"', text)
    assert set(nonces) == set(re.findall(r"nonce-([^']+)'", policy))
    assert fetch(address)[1]["Content-Security-Policy"] != policy
    assert headers["Cache-Control"] == "no-store"


def test_the_address_has_to_be_whole(address, course):
    root = address.removesuffix(f"{TOKEN}/")
    for path in ("", f"{TOKEN[:-1]}/", f"other/{key_of('a1-why', 's01')}", f"{TOKEN}"):
        status, _, text = fetch(root + path)
        assert status == 404
        assert "Open the whole address from the terminal" in text
        assert TOKEN not in text


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example"])
def test_another_name_of_this_machine_is_refused(address, host):
    assert fetch(address, Host=host)[0] == 403
    assert fetch(address + key_of("a1-why", "s01"), Host=host)[0] == 403


def test_another_site_cannot_post(address, course):
    data = f"points0=1&points1=1&text_hash={marking.text_hash('Because' + chr(10) + 'it is flat.')}"
    for extra in ("", "&_xsrf=guess"):
        status, _, text = fetch(address + key_of("a1-why", "s01"), (data + extra).encode())
        assert status == 403
        assert "Nothing was saved" in text
    assert fetch(address + "names", b"key=")[0] == 403
    assert not course.given()


def test_the_server_listens_to_this_machine_only_and_ctrl_c_tells_what_is_left(course):
    script = (
        "import signal, sys, types; from coursework import markpage\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # off in background jobs
        "titles = {'a1-plot': 'A plot', 'a1-why': 'Why?'}\n"
        "a1 = types.SimpleNamespace(name='a1', items=[], headings=titles)\n"
        "markpage.serve(sys.argv[1], a1, open_browser=False)"
    )
    command = [sys.executable, "-c", script, str(course.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            first = process.stdout.readline()
            port, token = re.search(r"http://127\.0\.0\.1:(\d+)/([\w-]{32})/", first).groups()
            assert fetch(f"http://127.0.0.1:{port}/{token}/")[0] == 200
            with pytest.raises(OSError):  # any other address, of this machine or to it
                socket.create_connection(("127.0.0.2", int(port)), timeout=2)
            process.send_signal(signal.SIGINT)
            rest = process.communicate(timeout=30)[0]
        finally:
            process.kill()  # a failure above must not wait for it
    assert process.returncode == 0
    assert "A plot: 0 of 3 marked, 3 left\nWhy?: 0 of 3 marked, 3 left" in rest


# How it looks


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_page_is_accessible_and_fits(visit, course, theme, size):
    course.hand_in("s02", "word" * 200, "word" * 200, pictures=["no"])
    page = visit(color_scheme=theme, viewport=size)
    pages = ["", key_of("a1-plot", "s01"), key_of("a1-why", "s02"), key_of("a1-plot", "s02")]
    for where in [*pages, "nothing"]:
        page.goto(page.url.split(TOKEN)[0] + f"{TOKEN}/{where}")
        assert not violations(page), where
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], where
    page.goto(page.url.split(TOKEN)[0] + f"{TOKEN}/{pages[1]}")
    page.get_by_text("The task, and one good answer").click()
    follow(page, "button", "Show names")
    save(page)
    page.get_by_role("alert").wait_for()
    assert not violations(page), "with an error"

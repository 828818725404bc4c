"""The tables of marks: whole, for each platform, and without a formula."""

import pytest
from made_course import ROSTER, TINY, Course

from coursework.roster import Student
from coursework.tables import export


@pytest.fixture
def course(tmp_path):
    return Course(tmp_path)


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


@pytest.mark.parametrize("form", ["plain", "moodle", "canvas"])
def test_totals_are_scaled_to_what_the_platform_wants(course, form):
    course.hand_in("s1")
    course.mark("s1", double="wrong")
    path = export(course.path, TINY, ROSTER, form, out_of=100)
    text = path.read_text(encoding="utf-8-sig")
    assert "71.43" in text and "100" in text  # 5 of 7
    assert form != "plain" or ",71.43,100,0,1,1,2,1," in text, "items stay as they are"


@pytest.mark.parametrize("out_of", [0, -1, float("nan"), float("inf")])
def test_totals_are_out_of_a_number_above_zero(course, out_of):
    with pytest.raises(ValueError, match=f"a number above 0, not {out_of:g}"):
        export(course.path, TINY, ROSTER, "moodle", out_of)


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

"""What is known of a student: every status, every note, and no silent zero."""

import json
from datetime import datetime

import pytest
from made_course import TINY, Course

from coursework import batch
from coursework.files import write_json
from coursework.grading import Trusted, grade


@pytest.fixture
def course(tmp_path):
    return Course(tmp_path)


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


def test_marks_are_read_as_the_grader_writes_them(course):
    data = json.dumps(TINY.solution())
    course.hand_in("s1", data)
    marks = grade(TINY, "s1", data.encode(), batch.secret_of(course.path), start=Trusted)
    write_json(course.path / "marks" / "t1" / "s1.json", marks)
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

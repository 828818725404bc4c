"""A mark that is changed by hand stays, with its reason, whatever is run again."""

import pytest
from made_course import ROSTER, TINY, Course

from coursework.changes import change


@pytest.fixture
def course(tmp_path):
    course = Course(tmp_path)
    course.hand_in("s1")
    course.mark("s1", double="wrong", read=True)
    return course


def set_by_hand(course, item="double", points=1.5, reason="Right idea, wrong sign.", student="s1"):
    change(course.path, TINY, student, item, points, reason)


def test_it_counts_and_the_page_gives_the_reason(course):
    course.read("s1", plot=[1, 1], words=[1])
    set_by_hand(course)
    result = course.results()["s1"]
    assert (result.status, result.total) == ("marked", 6.5)
    page = course.page()
    assert "Changed by hand" in page and "Right idea, wrong sign." in page
    assert "1.5 of 2" in page


def test_it_stays_when_the_grader_runs_again(course):
    set_by_hand(course)
    course.hand_in("s1", "{ }")
    course.mark("s1", double="right", read=True)
    item = course.results()["s1"].items[0]
    assert (item.status, item.earned, item.reason) == ("changed", 1.5, "Right idea, wrong sign.")


def test_every_table_has_it_and_the_teacher_s_says_why(course):
    course.read("s1", plot=[1, 1], words=[1])
    set_by_hand(course)
    row = course.table()[1]
    assert row[4:7] == ["6.5", "7", "1.5"]
    assert row[-1] == "double changed by hand to 1.5: Right idea, wrong sign."
    assert course.table("moodle")[1][4] == "6.5"
    assert course.table("canvas")[2][-1] == "6.5"


def test_it_takes_the_place_of_a_person_s_points_and_rubric(course):
    course.read("s1", plot=[0, 0], words=[1], comment="Where are the axes?")
    set_by_hand(course, "plot", 2, "Shown in the lab.")
    plot = course.results()["s1"].items[3]
    assert (plot.earned, plot.rubric, plot.comment) == (2, (), "Where are the axes?")


def test_an_item_that_no_person_has_read_is_done_with_it(course):
    set_by_hand(course, "plot", 1, "By the lab book.")
    set_by_hand(course, "t1-words", 1, "By the lab book.")
    assert course.results()["s1"].status == "marked"


def test_the_total_of_somebody_without_a_file_can_be_set(course):
    set_by_hand(course, "total", 4, "Oral examination.", student="s3")
    result = course.results()["s3"]
    assert (result.status, result.total) == ("marked", 4)
    assert result.notes == ("total changed by hand from missing to 4: Oral examination.",)
    assert "Oral examination." in course.page("s3")


def test_it_can_be_taken_back(course):
    before = course.results()["s1"]
    set_by_hand(course)
    set_by_hand(course, points=None)
    assert course.results()["s1"] == before
    with pytest.raises(ValueError, match="the mark of s1 for double was not changed by hand"):
        set_by_hand(course, points=None)


@pytest.mark.parametrize(
    ("item", "points", "reason", "complaint"),
    [
        ("triple", 1, "so", "no item 'triple'; there are: double, total, half, plot, words"),
        ("double", 3, "so", "double has 0 to 2 points, not 3"),
        ("double", -1, "so", "double has 0 to 2 points, not -1"),
        ("double", float("nan"), "so", "double has 0 to 2 points, not nan"),
        ("total", 8, "so", "total has 0 to 7 points, not 8"),
        ("double", 1, " ", "needs a reason"),
    ],
)
def test_what_makes_no_sense_is_refused_and_changes_nothing(
    course, item, points, reason, complaint
):
    before = course.results()
    with pytest.raises(ValueError, match=complaint):
        set_by_hand(course, item, points, reason)
    assert course.results(ROSTER) == before

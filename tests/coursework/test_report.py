"""How the class did: every number on the page, and nobody's name."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from made_course import NARROW, ROSTER, TINY, WIDE, Course

from coursework.report import histogram, report, write_report
from coursework.results import results


@pytest.fixture
def course(tmp_path):
    course = Course(tmp_path)
    wrong = {"status": "wrong", "message": "Doubling doubles every entry."}
    for student, double, plot in (
        ("s1", wrong, [1, 0]),
        ("s2", wrong, [1, 1]),
        ("s3", "right", None),
    ):
        course.hand_in(student)
        course.mark(student, double=double, read=True)
        if plot:
            course.read(student, plot=plot, words=[1])
    return course


def items(course):
    found = results(course.path, TINY, ROSTER)
    return {item.title: item for item in report(TINY, found)}


def test_it_counts_who_got_an_item_in_full_in_part_and_not(course):
    double, plot = items(course)["double"], items(course)["plot"]
    assert (double.full, double.part, double.none, double.waits) == (1, 0, 2, 0)
    assert (plot.full, plot.part, plot.none, plot.waits) == (1, 1, 0, 1)
    assert double.mean == pytest.approx(2 / 3) and plot.mean == 1.5


def test_it_says_where_points_were_lost(course):
    assert items(course)["double"].losses == (("Doubling doubles every entry.", 2),)
    assert items(course)["plot"].losses == (("The line is there.", 1),)
    assert items(course)["half"].losses == ()


def test_those_without_marks_do_not_count_as_zeros(tmp_path):
    found = results(tmp_path, TINY, ROSTER)
    assert [(item.none, item.mean) for item in report(TINY, found)] == [(0, None)] * 5


def test_the_histogram_counts_everybody_once():
    bars = histogram([0, 0.69, 0.7, 6.9, 7], 7)
    assert [n for _, _, n in bars] == [2, 1, 0, 0, 0, 0, 0, 0, 0, 2]
    assert (bars[0][0], bars[-1][1]) == (0, 7)


def test_the_page_has_the_numbers_and_no_names(course):
    path, _ = write_report(course.path, TINY, ROSTER)
    text = path.read_text()
    assert path.name == "t1-report.html"
    assert "2 marked, 1 needs a person" in text
    assert "2 students: Doubling doubles every entry." in text
    assert "the median 4.5" in text
    for student in ROSTER.values():
        assert student.id not in text and student.name not in text


def test_a_class_without_any_marks_has_a_page(tmp_path):
    path, _ = write_report(tmp_path, TINY, ROSTER)
    assert "Nobody has a total yet." in path.read_text()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_page_is_accessible_and_asks_for_nothing(course, open_page, theme, size):
    path, _ = write_report(course.path, TINY, ROSTER)
    page = open_page(path, color_scheme=theme, viewport=size)
    assert not page.complaints
    assert not [rule["id"] for rule in Axe().run(page).response["violations"]]
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]

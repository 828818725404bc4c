"""The lesson plans: they fill their time, and show figures that are there."""

import json
import re
from pathlib import Path

import pytest

from belowzero.explore import figure_name

CHAPTERS = Path(__file__).parents[1] / "chapters"
PAGE = (CHAPTERS / "lessons.md").read_text(encoding="utf-8")
# A plan: its chapter's heading, its minutes, its table.
PLANS = [
    (lesson.splitlines()[0], int(minutes), table)
    for lesson in re.split(r"^## ", PAGE, flags=re.M)[1:]
    for minutes, table in re.findall(r"^### (\d+) minutes\n\n((?:\|.*\n)+)", lesson, re.M)
]


def titles_of_chapters():
    contents = (CHAPTERS.parent / "_toc.yml").read_text(encoding="utf-8")
    numbered = contents.split("numbered: 1")[1].split("- chapters:")[0]
    for name in re.findall(r"file: chapters/(\S+)", numbered):
        notebook = json.loads((CHAPTERS / f"{name}.ipynb").read_text(encoding="utf-8"))
        yield "".join(notebook["cells"][0]["source"]).splitlines()[0].removeprefix("# ")


def stored_figures():
    """The targets of all figures: names in the code, or made from stored titles."""
    for path in CHAPTERS.glob("*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            yield from re.findall(r'"(fig-[^"]+)"', "".join(cell["source"]))
            for output in cell.get("outputs", ()):
                if "image/png" in output.get("data", {}):
                    title = "".join(output["data"]["text/plain"]).splitlines()[0]
                    yield figure_name(title)


def test_every_chapter_has_a_short_and_a_long_lesson():
    plans = [(title, minutes) for title, minutes, _ in PLANS]
    assert plans == [(title, minutes) for title in titles_of_chapters() for minutes in (50, 90)]


@pytest.mark.parametrize(("title", "minutes", "table"), PLANS)
def test_a_lesson_fills_its_time(title, minutes, table):
    assert sum(map(int, re.findall(r"^\| (\d+) \|", table, re.M))) == minutes


def test_every_figure_of_a_lesson_is_there():
    assert set(re.findall(r"\{numref\}`([^`]+)`", PAGE)) <= set(stored_figures())

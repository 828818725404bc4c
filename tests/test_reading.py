"""Each chapter says how long it takes, and its main path is short."""

import json
import math
import re
from pathlib import Path

import pytest

from belowzero.claims import VERDICTS
from belowzero.words import WORDS

ROOT = Path(__file__).parents[1]
CHAPTERS = ROOT / "chapters"
NUMBERED = sorted(CHAPTERS.glob("0[1-6]*.ipynb"))
WORDS_A_MINUTE = 200
AFTER_THE_PATH = "What people say", "Check yourself", "Exercises", "Sources"

every_chapter = pytest.mark.parametrize("path", NUMBERED, ids=lambda path: path.stem)


def sections(path):
    """Yield the heading of each section of a chapter, its words and its number of figures."""
    heading, words, figures = "", 0, 0
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            figures += sum("image/png" in output.get("data", {}) for output in cell["outputs"])
            continue
        for part in re.split(r"^(?=#+ )", "".join(cell["source"]), flags=re.MULTILINE):
            if part.startswith("#"):
                yield heading, words, figures
                heading, words, figures = part.splitlines()[0].strip("# "), 0, 0
            words += len(part.split())
    yield heading, words, figures


def minutes(path):
    """Return how long the main path takes, at a minute a figure, and how long everything."""
    time = {True: 0.0, False: 0.0}
    for heading, words, figures in sections(path):
        apart = heading.startswith(("Deeper: ", *AFTER_THE_PATH))
        time[apart] += words / WORDS_A_MINUTE + figures
    return math.ceil(time[False]), math.ceil(sum(time.values()))


@every_chapter
def test_the_main_path_takes_at_most_25_minutes(path):
    assert minutes(path)[0] <= 25


@every_chapter
def test_a_chapter_says_how_long_it_takes(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    says = re.search(
        r"main path takes about (\d+) minutes, .* (\d+)\.", "".join(cells[0]["source"])
    )
    assert tuple(map(int, says.groups())) == minutes(path)


def test_the_landing_page_says_how_long_each_chapter_takes():
    landing = (CHAPTERS / "index.ipynb").read_text(encoding="utf-8")
    said = re.findall(r"\((\d+-[a-z-]+)\.ipynb\).*? (\d+) minutes", landing)
    assert said == [(path.stem, str(minutes(path)[0])) for path in NUMBERED]


SCRIPTS = ["src/belowzero/explore.js", "site/static/book.js"]
STYLES = ["src/belowzero/explore.css", "site/static/book.css"]


def code_of(name):
    """Read a script or style without its comments and the names of its faces."""
    text = (ROOT / name).read_text(encoding="utf-8")
    text = re.sub(r"^\s*//.*$|(?s:/\*.*?\*/)", "", text, flags=re.MULTILINE)
    return text.replace('"Book ', '"')


@pytest.mark.parametrize("name", SCRIPTS + STYLES)
def test_scripts_and_styles_say_nothing_of_their_own(name):
    said = re.findall(r"""["'`>]([A-Z][\w :]*[a-z])["'`<$ ]""", code_of(name))
    said += re.findall(r"""content: "[^"]*\w[^"]*\"""", code_of(name))
    faces = {"Text", "Text Base", "Label", "Label Base", "Math"}
    assert not set(said) - faces, "words of the page stand in words.py"


@pytest.mark.parametrize("name", [*SCRIPTS, "src/belowzero/views.py", "site/reading.py"])
def test_a_word_of_the_page_stands_in_one_place(name):
    quoted = set(re.findall(r"""["'>]([^"'<>]+)["'<]""", code_of(name)))
    capitals = {word for word in WORDS.values() if word[0].isupper()}
    assert not quoted & {*capitals, *VERDICTS}

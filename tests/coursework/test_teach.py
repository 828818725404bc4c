"""The page *Teach with this book*: what it tells a teacher to type works, from class to table."""

import csv
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from coursework import batch
from coursework.__main__ import main
from coursework.assignments import load
from coursework.files import write
from coursework.marking import save_marks, to_mark

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "chapters" / "teach.md").read_text(encoding="utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE, re.M | re.S)


@pytest.fixture(scope="module")
def rehearsal(jail, tmp_path_factory):
    """Follow the page's rehearsal, and return its folder and what the commands printed."""
    folder = tmp_path_factory.mktemp("teacher")
    (folder / "coursework").symlink_to(ROOT / "coursework")
    printed = []
    for line in "".join(blocks("sh")).splitlines():
        program = Path(sys.executable).with_name(line.split()[0])
        command = [program, *line.split()[1:]]
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        assert run.returncode == 0, f"{line}\n{run.stdout}\n{run.stderr}"
        printed.append(run.stdout)
    return folder / "rehearsal", "".join(printed)


def table(path):
    with open(path, newline="", encoding="utf-8-sig") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def test_the_rehearsal_ends_in_a_table_that_says_what_happened(rehearsal):
    course, printed = rehearsal
    did, marks = table(course / "what-they-did.csv"), table(course / "a1.csv")
    assert len(did) == 30
    assert list(marks) == list(did)
    expected = {
        "solved": "needs a person",
        "lost the metadata": "needs a person",
        "left it blank": "marked",
        "wrote an endless loop": "needs a person",
        "ended the process": "needs a person",
        "broke the file": "unreadable",
        "handed in nothing": "missing",
        "copied": "needs a person",
    }
    assignment = load(course, "a1")
    lost = {mutant.name: mutant.loses for mutant in assignment.mutants}
    columns = machine_columns(assignment)
    for student, row in marks.items():
        what = did[student]["a1"]
        assert row["status"] == expected.get(what, "needs a person"), (student, what)
        if what in ("solved", "lost the metadata", *lost):
            for item, column in columns.items():
                right = item not in lost.get(what, ())
                assert bool(float(row[column])) == right, (student, what, item)
        if row["status"] != "marked":
            assert row["total"] == ""
    for status in {row["status"] for row in marks.values()}:
        assert f"{sum(row['status'] == status for row in marks.values())} {status}" in printed
    assert len(list(course.glob("feedback/*/a1.html"))) == 30


def machine_columns(assignment):
    named = {
        item.id: item.id.removeprefix("a1-").removesuffix("-test") for item in assignment.items
    }
    return {item.id: named[item.id] for item in assignment.items if not item.rubric}


def test_an_executor_of_your_own_gives_the_same_marks(rehearsal):
    course, _ = rehearsal
    before = {path: path.read_text() for path in (course / "marks" / "a1").iterdir()}
    some = sorted(before)[:4]
    for path in some:
        path.unlink()
    script = course.parent / "grade.py"
    (code,) = blocks("python")
    script.write_text(code)
    run = subprocess.run(
        [sys.executable, script], cwd=course.parent, capture_output=True, text=True
    )
    assert run.stdout.strip() == f"(4, {len(before) - 4})", run.stderr
    without_time = re.compile(r'"seconds": [\d.]+')
    for path in some:
        assert without_time.sub("", path.read_text()) == without_time.sub("", before[path])


def test_every_command_on_the_page_exists_and_has_help():
    named = set(
        re.findall(
            r"coursework (?:--course \S+ )?([a-z]+)\b", "".join(blocks("sh") + blocks("text"))
        )
    )
    assert named == set(main.commands)
    for name in main.commands:
        shown = CliRunner().invoke(main, ["--course", str(ROOT / "coursework"), name, "--help"])
        assert shown.exit_code == 0
        assert main.commands[name].help.splitlines()[0] in shown.output


def test_the_page_tells_every_status():
    told = set(re.findall(r"^\| ([a-z ]+) \| .* \| (?:yes|not yet|none)", PAGE, re.M))
    assert told == {"marked", "needs a person", "time limit", "stopped", "not graded",
                    "unreadable", "missing"}  # fmt: skip


def run(*arguments):
    return CliRunner().invoke(main, list(map(str, arguments)))


def test_mistakes_of_a_teacher_get_one_line(tmp_path, monkeypatch):
    unknown = run("--course", ROOT / "coursework", "release", "a9")
    assert unknown.exit_code != 0
    assert "no assignment 'a9'" in unknown.output and "a1, a2, a3, a4, a5" in unknown.output
    assert "does not exist" in run("--course", tmp_path / "none", "release", "a1").output
    (tmp_path / "source").symlink_to(ROOT / "coursework" / "source")
    (tmp_path / "roster.csv").write_text("id,name\ns1,Ada\ns1,Emmy\n")
    twice = run("--course", tmp_path, "release", "a1")
    assert twice.exit_code != 0 and "s1" in twice.output and "Traceback" not in twice.output
    (tmp_path / "roster.csv").write_text("id,name\ns1,Ada\n")
    monkeypatch.setattr(batch, "why_no_jail", lambda: "this machine has none")
    refused = run("--course", tmp_path, "grade", "a1")
    assert refused.exit_code != 0 and "this machine has none" in refused.output


@pytest.fixture(scope="module")
def graded_once(tmp_path_factory):
    """A course of two, one of whom handed the solution in; it was graded without a jail."""
    tmp_path = tmp_path_factory.mktemp("graded")
    (tmp_path / "source").symlink_to(ROOT / "coursework" / "source")
    (tmp_path / "roster.csv").write_text("id,name,moodle\ns1,Ada,77\ns2,Ben,\n")
    assignment = load(tmp_path, "a1")
    write(tmp_path / "submitted/s1/a1/a1.ipynb", json.dumps(assignment.solution()).encode())
    batch.grade_class(tmp_path, assignment, jobs=1, jailed=False)
    return tmp_path


@pytest.fixture
def graded(graded_once, tmp_path):
    return shutil.copytree(graded_once, tmp_path / "course", symlinks=True)


def test_a_mark_is_changed_and_taken_back_by_command(graded):
    change = "--course", graded, "change", "a1", "s1"
    assert run(*change, "plot", 1.5, "--reason", "Axes.").exit_code == 0
    done = run(*change, "paragraph", 2, "--reason", "Said in class.")
    assert done.output == "s1: marked, total 19.5 of 20\n"
    run("--course", graded, "export", "a1")
    assert ",19.5,20," in (graded / "a1.csv").read_text()
    assert run(*change, "plot", "--undo").output == "s1: needs a person, total none\n"


def test_the_class_s_report_and_the_zip_file_are_written_by_command(graded):
    shown = run("--course", graded, "report", "a1").output
    assert "words: 1 got it, 0 in part, 0 did not\n" in shown
    assert (graded / "a1-report.html").is_file()
    zipped = run("--course", graded, "feedback", "a1", "--for", "moodle").output
    assert "1 of them for Moodle" in zipped
    assert "Moodle could not find these students: s2" in zipped


def test_what_others_marked_is_merged_by_command(graded, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    for folder, points in ((graded, [1, 1]), (other, [0, 0])):
        (item, _) = to_mark(graded, "a1", "s1")
        save_marks(folder, "a1", "s1", item, points, "")
    shown = run("--course", graded, "merge", "a1", other).output
    assert "s1: plot is marked otherwise there; yours stays" in shown
    assert "0 taken, 0 were here already, 1 differ." in shown


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("change", "a1", "s9", "plot", "1"), "nobody has the id 's9'"),
        (("change", "a1", "s1", "plot"), "either the points or --undo"),
        (("change", "a1", "s1", "plot", "1", "--undo"), "either the points or --undo"),
        (("change", "a1", "s1", "plot", "1"), "needs a reason"),
        (("mark", "a1", "--share", "two"), "'two' is no share; the second of three is 2/3"),
        (("mark", "a1", "--share", "4/3"), "a share is 1/3 to 3/3, not 4/3"),
        (("mark", "a1", "--item", "picture"), "no item 'picture'; there are: words"),
        (("export", "a1", "--out-of", "0"), "a number above 0"),
    ],
)
def test_what_a_command_does_not_understand_gets_one_line(graded, words, complaint):
    refused = run("--course", graded, *words)
    assert refused.exit_code != 0 and complaint in refused.output
    assert "Traceback" not in refused.output


def test_without_a_jail_it_grades_only_when_told_and_says_what_that_risks(tmp_path):
    (tmp_path / "source").symlink_to(ROOT / "coursework" / "source")
    (tmp_path / "roster.csv").write_text("id,name\ns1,Ada\n")
    path = tmp_path / "submitted" / "s1" / "a1" / "a1.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text((ROOT / "coursework" / "source" / "a1" / "a1.ipynb").read_text())
    graded = run("--course", tmp_path, "grade", "a1", "--no-jail", "--jobs", "1")
    assert graded.exit_code == 0, graded.output
    assert "your own rights" in graded.output
    assert "1 needs a person" in graded.output

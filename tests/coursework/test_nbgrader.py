"""The real nbgrader takes the sources as they are: releases, grades, gives feedback, exports."""

import csv
import os
import re
import shutil
import sys
from pathlib import Path

import nbformat
import pytest

from coursework.assignments import load

pytest.importorskip("nbgrader", reason="nbgrader is not installed: make .venv/ready")

from nbgrader.apps import ExportApp
from nbgrader.apps.api import NbGraderAPI
from traitlets.config import Config

ROOT = Path(__file__).parents[2]
NAMES = sorted(path.stem for path in ROOT.glob("coursework/source/*/*.ipynb"))
REGION = r"### BEGIN (?:SOLUTION|HIDDEN TESTS)\n(.*?)### END"

# Its database tells of its own loose ends.
pytestmark = pytest.mark.filterwarnings("ignore")
every_assignment = pytest.mark.parametrize("name", NAMES)


class Nbgraded:
    """A course folder with nothing but the sources, given to nbgrader."""

    def __init__(self, folder):
        self.folder = folder
        shutil.copytree(ROOT / "coursework" / "source", folder / "source")
        config = Config()
        config.CourseDirectory.root = str(folder)
        config.ExportApp.plugin_class = "nbgrader.plugins.CsvExportPlugin"
        config.CsvExportPlugin.to = str(folder / "grades.csv")
        self.api = NbGraderAPI(config=config)
        self.assignments = {name: load(folder, name) for name in NAMES}
        self.grades = {}
        for name, assignment in self.assignments.items():
            done(self.api.generate_assignment(name))
            self.submit(name, "solved", assignment.solution())
            self.submit(name, "blank", assignment.release())
            self.submit(name, "mutant", assignment.mutated(self.mutant(name)))
            done(self.api.generate_feedback(name, "mutant"))
        export = ExportApp(config=config)
        export.initialize([])
        export.start()

    def mutant(self, name):
        """The mutant that loses most, so that most is compared."""
        return max(self.assignments[name].mutants, key=lambda mutant: len(mutant.loses))

    def submit(self, name, student, notebook):
        path = self.folder / "submitted" / student / name / f"{name}.ipynb"
        path.parent.mkdir(parents=True)
        nbformat.write(notebook, path)
        done(self.api.autograde(name, student))
        with self.api.gradebook as gradebook:
            grades = gradebook.find_submission_notebook(name, name, student).grades
            self.grades[name, student] = {grade.name: grade.auto_score for grade in grades}

    def released(self, name):
        return nbformat.read(self.folder / "release" / name / f"{name}.ipynb", as_version=4)

    def by_machine(self, name):
        """The points of the items that the machine marks."""
        items = self.assignments[name].items
        return {item.id: item.points for item in items if not item.rubric}

    def by_a_person(self, name):
        return {item.id for item in self.assignments[name].items if item.rubric}


def done(result):
    assert result["success"], f"{result['log']}\n{result.get('error')}"


@pytest.fixture(scope="module")
def nbgraded(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        programs = Path(sys.executable).parent  # nbgrader calls alembic by its name
        patch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
        yield Nbgraded(tmp_path_factory.mktemp("course"))


@every_assignment
def test_its_release_shows_no_solution_and_no_hidden_test(nbgraded, name):
    source = "\n".join(cell.source for cell in nbgraded.assignments[name].notebook.cells)
    hidden = re.findall(REGION, source, re.DOTALL)
    shown = set(re.sub(REGION, "", source, flags=re.DOTALL).splitlines())
    secret = {line for line in "\n".join(hidden).splitlines() if line.strip(" )]")} - shown
    text = "\n".join(cell.source for cell in nbgraded.released(name).cells)
    assert len(secret) > 50
    assert not secret & set(text.splitlines())
    assert not re.search(r"(BEGIN|END) |rubric \d|# mutant", text)


@every_assignment
def test_its_release_is_the_same_as_ours(nbgraded, name):
    theirs, ours = nbgraded.released(name), nbgraded.assignments[name].release()
    assert theirs.metadata == ours.metadata
    for their, our in zip(theirs.cells, ours.cells, strict=True):
        its = their.metadata.get("nbgrader", {})
        added = {"checksum", "cell_type"}  # by which nbgrader knows its cells again
        assert {key: its[key] for key in its.keys() - added} == our.metadata.get("nbgrader", {})
        assert their.metadata.keys() - our.metadata.keys() <= {"deletable", "editable"}
        same = ("id", "cell_type", "source", "outputs", "execution_count")
        assert [their.get(key) for key in same] == [our.get(key) for key in same]


@every_assignment
def test_the_solution_gets_every_point_and_a_person_is_waited_for(nbgraded, name):
    waits = dict.fromkeys(nbgraded.by_a_person(name))
    assert nbgraded.grades[name, "solved"] == nbgraded.by_machine(name) | waits


@every_assignment
def test_what_was_handed_out_gets_nothing(nbgraded, name):
    assert set(nbgraded.grades[name, "blank"].values()) == {0}
    assert len(nbgraded.grades[name, "blank"]) == len(nbgraded.assignments[name].items)


@every_assignment
def test_a_mutant_loses_exactly_what_it_says(nbgraded, name):
    loses = nbgraded.mutant(name).loses
    points = nbgraded.by_machine(name)
    kept = {item: 0 if item in loses else points[item] for item in points}
    waits = dict.fromkeys(nbgraded.by_a_person(name))
    assert nbgraded.grades[name, "mutant"] == kept | waits


@every_assignment
def test_its_feedback_names_what_the_mutant_missed(nbgraded, name):
    page = nbgraded.folder / "feedback" / "mutant" / name / f"{name}.html"
    text = page.read_text(encoding="utf-8")
    assert text.count("AssertionError") >= len(nbgraded.mutant(name).loses)


def test_its_table_has_every_mark(nbgraded):
    with open(nbgraded.folder / "grades.csv", newline="", encoding="utf-8") as file:
        rows = {(row["assignment"], row["student_id"]): row for row in csv.DictReader(file)}
    assert rows.keys() == nbgraded.grades.keys()
    assert len(rows) == 3 * len(NAMES) > 0
    for key, row in rows.items():
        assert float(row["score"]) == sum(filter(None, nbgraded.grades[key].values()))
        assert float(row["max_score"]) == 20

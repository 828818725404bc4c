"""An assignment: one notebook, from which everything else is made.

The notebook is written in nbgrader's cell format, so that a department's own nbgrader takes it
unchanged. See `nbgrader's documentation <https://nbgrader.readthedocs.io>`_ for the format.
"""

import functools
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

import nbformat

from .cells import HIDDEN, RUBRIC, SOLUTION, kind, names_defined, names_used, solved, stubbed

_MARKER = re.compile(r"#\s*(?:BEGIN|END)\b|\b(?:BEGIN|END)\s+(?:HIDDEN|SOLUTION)", re.IGNORECASE)
_MUTANT = re.compile(r"^# mutant (\w+) loses (.+)\n((?:#   .+ => .*\n?)+)", re.MULTILINE)
_HEADING = re.compile(r"^##? +(.+?)[ \t]*$", re.MULTILINE)
_VARIANT = re.compile(r"\Avariant = 0\b")


class SourceError(ValueError):
    """An assignment's source is not as it has to be; the message says where and how."""


@dataclass(frozen=True)
class Item:
    """A graded cell: its id, its points, and what marks it.

    `answers` are the ids of the cells that the student fills in for it. A person marks the item
    by its `rubric`, pairs of points and text; without a rubric, the machine marks it.
    """

    id: str
    points: float
    answers: tuple[str, ...]
    rubric: tuple[tuple[float, str], ...] = ()


@dataclass(frozen=True)
class Mutant:
    """A wrong answer with a name: edits of the solution, and the items that it has to lose."""

    name: str
    loses: frozenset[str]
    edits: tuple[tuple[str, str], ...]


class Assignment:
    """One assignment, read from its source.

    Parameters
    ----------
    name : str
        Such as ``a1``; every id in the notebook begins with it.
    source : str
        The notebook, as JSON text.

    Raises
    ------
    SourceError
        Where the source could not be handed out or graded.
    """

    def __init__(self, name, source):
        self.name = name
        self.source = source
        self.notebook = nbformat.reads(source, as_version=4)
        self.cells = {cell.id: cell for cell in self.notebook.cells}
        self._check()

    @functools.cached_property
    def items(self):
        """The graded cells in their order, a list of `Item`."""
        items = []
        for cell in self.notebook.cells:
            if kind(cell) == "read":
                rubric = tuple((float(p), text.strip()) for p, text in RUBRIC.findall(cell.source))
                items.append(Item(cell.id, _points(cell), (cell.id,), rubric))
            elif kind(cell) == "test":
                used = names_used(cell.source)
                answers = [key for key, names in self.answer_names.items() if used & set(names)]
                items.append(Item(cell.id, _points(cell), tuple(answers)))
        return items

    @functools.cached_property
    def answer_names(self):
        """What each answer cell defines: its id, and a dict of name to "function" or "value"."""
        return {
            cell.id: names_defined(solved(cell.source))
            for cell in self.notebook.cells
            if kind(cell) == "answer"
        }

    @functools.cached_property
    def headings(self):
        """For the id of each graded cell, the heading under which it stands, or the id again."""
        headings, heading = {}, None
        for cell in self.notebook.cells:
            if cell.cell_type == "markdown":
                heading = (_HEADING.findall(cell.source) or [heading])[-1]
            if kind(cell) in ("test", "read"):
                headings[cell.id] = heading or cell.id
        return headings

    @property
    def points(self):
        """All points that there are."""
        return sum(item.points for item in self.items)

    @functools.cached_property
    def heading(self):
        """The title: the first heading of all, or the name."""
        text = "\n".join(c.source for c in self.notebook.cells if c.cell_type == "markdown")
        found = re.search(r"^# +(.+)$", text, re.MULTILINE)
        return found[1].strip() if found else self.name

    @functools.cached_property
    def mutants(self):
        """The named wrong answers, a list of `Mutant`."""
        return [
            Mutant(
                name,
                frozenset(part.strip() for part in loses.split(",")),
                tuple(tuple(line[4:].split(" => ", 1)) for line in edits.splitlines()),
            )
            for cell in self.notebook.cells
            for name, loses, edits in _MUTANT.findall(cell.source)
        ]

    def item(self, name):
        """The `Item` of an id or a `title`.

        Raises
        ------
        ValueError
            Where there is none; it names those that there are.
        """
        found = [item for item in self.items if name in (item.id, self.title(item.id))]
        if not found:
            there = ", ".join(self.title(item.id) for item in self.items)
            raise ValueError(f"{self.name} has no item {name!r}; there are: {there}")
        return found[0]

    def title(self, item):
        """What an item is called where there is little room: its id without what all ids share."""
        return item.removeprefix(f"{self.name}-").removesuffix("-test")

    def variant(self, student):
        """The number from which a student's numbers follow, an int of 32 bits."""
        return int(hashlib.sha256(f"{self.name}:{student}".encode()).hexdigest()[:8], 16)

    def release(self, variant=0):
        """What a student gets: no solution, no hidden case, and the numbers of the `variant`."""
        released = self._made(stubbed, variant)
        self._check_for_leaks(released)
        return released

    def solution(self, variant=0):
        """What a student hands in who got everything right."""
        return self._made(solved, variant)

    def mutated(self, mutant, variant=0):
        """What a student hands in who made the `mutant`'s mistake."""

        def answer(text, is_code):
            text = solved(text, is_code)
            for old, new in mutant.edits:
                text = text.replace(old, new)
            return text

        return self._made(answer, variant)

    def _made(self, answer, variant):
        """The notebook with every answer cell's text put through `answer`."""
        notebook = nbformat.from_dict(self.notebook)
        for cell in notebook.cells:
            is_code = cell.cell_type == "code"
            if kind(cell) in ("answer", "read"):
                cell.source = answer(cell.source, is_code)
            elif kind(cell) == "test":
                cell.source = HIDDEN.sub("", cell.source).rstrip("\n")
            else:
                cell.source = _VARIANT.sub(f"variant = {variant}", cell.source)
            if is_code:
                cell.outputs, cell.execution_count = [], None
        return notebook

    def _check_for_leaks(self, released):
        given = {
            line.strip()
            for cell in self.notebook.cells
            if kind(cell) == "given"
            for line in cell.source.splitlines()
        }
        secret = {
            line.strip()
            for cell in self.notebook.cells
            for _, region in SOLUTION.findall(cell.source)
            for line in region.splitlines()
            if len(line.strip()) >= 12
        } - given
        text = [cell.source for cell in released.cells if kind(cell) != "given"]
        for line in "\n".join(text).splitlines():
            if line.strip() in secret:
                self._fail(f"the released notebook shows a line of the solution: {line.strip()!r}")
            if _MARKER.search(line) or RUBRIC.search(line) or line.startswith("# mutant"):
                self._fail(f"the released notebook shows {line.strip()!r}")

    def _check(self):
        seen = set()
        for cell in self.notebook.cells:
            what = kind(cell)
            if what in ("text", "free"):
                continue
            if cell.metadata.nbgrader.grade_id != cell.id:
                self._fail(f"cell {cell.id} has the grade_id {cell.metadata.nbgrader.grade_id!r}")
            if not cell.id.startswith(self.name + "-") or cell.id in seen:
                self._fail(f"cell id {cell.id!r} stands twice or does not begin with {self.name}-")
            seen.add(cell.id)
            if what in ("answer", "read") and len(SOLUTION.findall(cell.source)) == 0:
                self._fail(f"{cell.id} has no region between BEGIN SOLUTION and END SOLUTION")
            if what == "test" and len(HIDDEN.findall(cell.source)) != 1:
                self._fail(f"{cell.id} needs one region of hidden tests")
        first = next((cell for cell in self.notebook.cells if kind(cell) == "given"), None)
        if first is None or not _VARIANT.match(first.source):
            self._fail("the first given cell has to begin with 'variant = 0'")
        for item in self.items:
            if item.rubric and sum(points for points, _ in item.rubric) != item.points:
                self._fail(f"the rubric of {item.id} does not add up to {item.points} points")
            if not item.rubric and kind(self.cells[item.id]) == "read":
                self._fail(f"{item.id} is read by a person and has no rubric")
            if not item.answers:
                self._fail(f"{item.id} tests nothing that a student writes")
        self._check_mutants({item.id for item in self.items if not item.rubric})

    def _check_mutants(self, tested):
        solution = "\n".join(
            solved(cell.source) for cell in self.notebook.cells if kind(cell) == "answer"
        )
        for mutant in self.mutants:
            if not mutant.loses <= tested:
                unknown = sorted(mutant.loses - tested)
                self._fail(f"the mutant {mutant.name} loses {unknown}, which no test is called")
            for old, _ in mutant.edits:
                if solution.count(old) != 1:
                    times = solution.count(old)
                    self._fail(f"{old!r} of {mutant.name} stands {times} times in the solution")

    def _fail(self, problem):
        raise SourceError(f"{self.name}: {problem}")


def load(course, name):
    """Read the assignment `name` of the course folder.

    Raises
    ------
    SourceError
        Where there is no such assignment (it names those that there are), or its source is wrong.
    """
    path = Path(course, "source", name, f"{name}.ipynb")
    if not path.is_file():
        there = ", ".join(sorted(p.parent.name for p in Path(course).glob("source/*/*.ipynb")))
        raise SourceError(f"no assignment {name!r} in {course}; there are: {there or 'none'}")
    return Assignment(name, path.read_text(encoding="utf-8"))


def _points(cell):
    return float(cell.metadata.nbgrader.points)

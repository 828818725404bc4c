"""Rehearse: make up a class, to try every command before the term begins."""

import csv
import json
import random
import shutil
from pathlib import Path

from .assignments import load
from .releasing import release

_FIRST = ("Ada", "Alan", "Carl", "Emmy", "Grace", "Hedy", "John", "Kurt", "Mary", "Niels", "Sofia")
_LAST = ("Adler", "Brook", "Carver", "Dunn", "Ellis", "Grant", "Hale", "Keller", "Lund", "Nolan")
# What students do, and how often in a hundred.
_KINDS = {
    "solved": 50,
    "made a mistake": 30,
    "left it blank": 8,
    "lost the metadata": 4,
    "wrote an endless loop": 2,
    "ended the process": 2,
    "broke the file": 2,
    "handed in nothing": 2,
}


def rehearse(course, target, students=30, seed=0, names=None):
    """Make a course folder with a class that does not exist, and with what it handed in.

    Parameters
    ----------
    course : path
        The course folder whose assignments are handed in.
    target : path
        The folder to make; it must not be there yet.
    students : int
        How many students the class has.
    seed : int
        The same seed makes the same class.
    names : iterable of str, optional
        The assignments that were handed in; all, if it is left out.

    Returns
    -------
    dict
        For each assignment's name, what each student's id did.

    Raises
    ------
    FileExistsError
        Where `target` is there already.
    """
    chance = random.Random(seed)
    target = Path(target)
    target.mkdir(parents=True)
    shutil.copytree(Path(course, "source"), target / "source")
    roster = [_student(n, chance) for n in range(1, students + 1)]
    _write(target / "roster.csv", ["id", "name", "email", "moodle", "canvas"], roster)
    did = {}
    for name in names or sorted(path.parent.name for path in target.glob("source/*/*.ipynb")):
        assignment = load(target, name)
        release(target, assignment, [student[0] for student in roster])
        did[name] = {
            student[0]: _hand_in(assignment, student, target / "handed-in" / name, chance)
            for student in roster
        }
    rows = [[student, *(did[name][student] for name in did)] for student, *_ in roster]
    _write(target / "what-they-did.csv", ["id", *did], rows)
    return did


def _student(n, chance):
    name = f"{chance.choice(_FIRST)} {chance.choice(_LAST)} {n}"
    return [f"s{n:04}", name, f"s{n:04}@example.org", f"{700000 + n}", f"{40000 + n}"]


def _hand_in(assignment, student, folder, chance):
    """Write one student's file the way Moodle names it, and say what the student did."""
    key, name, _, moodle, _ = student
    what = chance.choices(list(_KINDS), _KINDS.values())[0]
    variant = assignment.variant(key)
    notebook = assignment.solution(variant)
    if what == "made a mistake":
        mutant = chance.choice(assignment.mutants)
        notebook, what = assignment.mutated(mutant, variant), mutant.name
    elif what == "left it blank":
        notebook = assignment.release(variant)
    elif what == "lost the metadata":
        for cell in notebook.cells:
            cell.metadata = {}
    elif what in ("wrote an endless loop", "ended the process"):
        answer = chance.choice(list(assignment.answer_names))
        code = "while True: pass" if what == "wrote an endless loop" else "import os; os._exit(0)"
        next(cell for cell in notebook.cells if cell.id == answer).source = code
    text = json.dumps(notebook)
    if what == "broke the file":
        text = text[: len(text) // 2]
    if what != "handed in nothing":
        path = folder / f"{name}_{moodle}_assignsubmission_file_" / f"{assignment.name}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(text, encoding="utf-8")
    return what


def _write(path, head, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *rows])

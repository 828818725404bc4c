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
    "solved": 48,
    "made a mistake": 30,
    "left it blank": 8,
    "lost the metadata": 4,
    "wrote an endless loop": 2,
    "ended the process": 2,
    "broke the file": 2,
    "handed in nothing": 2,
    "copied": 2,
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
        folder, copied = target / "handed-in" / name, assignment.solution()
        did[name] = {}
        for student in roster:
            what, notebook = _notebook(assignment, student, chance)
            if what == "copied":
                notebook = copied  # from whoever handed in before
            if what != "handed in nothing":
                _hand_in(notebook, student, folder, f"{name}.ipynb", what == "broke the file")
            did[name][student[0]], copied = what, notebook
    rows = [[student, *(did[name][student] for name in did)] for student, *_ in roster]
    _write(target / "what-they-did.csv", ["id", *did], rows)
    return did


def _student(n, chance):
    name = f"{chance.choice(_FIRST)} {chance.choice(_LAST)} {n}"
    return [f"s{n:04}", name, f"s{n:04}@example.org", f"{700000 + n}", f"{40000 + n}"]


def _notebook(assignment, student, chance):
    """What a student does, and the notebook that comes of it."""
    what = chance.choices(list(_KINDS), _KINDS.values())[0]
    variant = assignment.variant(student[0])
    if what == "left it blank":
        return what, assignment.release(variant)
    notebook = assignment.solution(variant)
    if what == "made a mistake":
        mutant = chance.choice(assignment.mutants)
        notebook, what = assignment.mutated(mutant, variant), mutant.name
    answers = [cell for cell in notebook.cells if cell.id in assignment.answer_names]
    for cell in answers:
        cell.source += f"\n# {student[1]}"  # nobody writes just what another does
    if what == "lost the metadata":
        for cell in notebook.cells:
            cell.metadata = {}
    elif what == "wrote an endless loop":
        chance.choice(answers).source = "while True: pass"
    elif what == "ended the process":
        chance.choice(answers).source = "import os; os._exit(0)"
    return what, notebook


def _hand_in(notebook, student, folder, name, broken):
    """Write a student's file the way Moodle names it."""
    text = json.dumps(notebook)
    path = folder / f"{student[1]}_{student[3]}_assignsubmission_file_" / name
    path.parent.mkdir(parents=True)
    path.write_text(text[: len(text) // 2] if broken else text, encoding="utf-8")


def _write(path, head, rows):
    with open(path, "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *rows])

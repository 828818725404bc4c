"""Lay a student's answers over our own notebook, whatever an editor or a student did to theirs."""

import json
import re
from dataclasses import dataclass

from .cells import CODE_STUB, TEXT_STUB, kind, names_defined

MOST_BYTES = 20 * 2**20
_MAGIC = re.compile(r"^(\s*)([%!?].*)$", re.MULTILINE)


class Unreadable(ValueError):
    """A submission that is no notebook; the message says why."""


@dataclass(frozen=True)
class Cell:
    """A cell to run: its code, and the id of the released cell that it fills, or None."""

    id: str | None
    code: str


@dataclass(frozen=True)
class Submission:
    """A student's answers over our notebook.

    `cells` are the code cells to run, in order; the tests are not among them. `answers` is a dict
    of the id of an answer cell to the student's text, `blank` the ids of those left as they were,
    `notes` what a teacher should know.
    """

    cells: tuple[Cell, ...]
    answers: dict[str, str]
    blank: frozenset[str]
    notes: tuple[str, ...]


def rebuild(assignment, released, data):
    """Match the cells of a submission with ours and put the notebook together again.

    A cell is found by its grade id, else by its cell id, else by its content. The given cells and
    the tests are always ours; the cells that a student added run where they stand.

    Parameters
    ----------
    assignment : Assignment
    released : NotebookNode
        What this student got.
    data : bytes
        The file that the student handed in; None if it cannot be opened.

    Returns
    -------
    Submission

    Raises
    ------
    Unreadable
        Where the file is no notebook, or larger than `MOST_BYTES`.
    """
    theirs = _cells(data)
    ours = {cell.id: cell for cell in released.cells}
    places = _matched(assignment, ours, theirs)
    answers, blank, notes = {}, set(), []
    for key, cell in ours.items():
        if kind(cell) not in ("answer", "read"):
            continue
        found = [theirs[i][1] for i, place in enumerate(places) if place == key]
        filled = [text for text in found if not _is_blank(text, cell)]
        if not found:
            notes.append(f"the answer cell {key} was not found")
        elif len(found) > 1:
            notes.append(f"{key} is answered in {len(found)} cells; the last filled one counts")
        if not filled:
            blank.add(key)
        answers[key] = (filled or found or [cell.source])[-1]
    lost = sum(kind(cell) == "test" and key not in places for key, cell in ours.items())
    if lost:
        cells = "1 test cell was" if lost == 1 else f"{lost} test cells were"
        notes.append(f"{cells} missing; ours were run")
    numbers = next(key for key, cell in ours.items() if kind(cell) == "given")
    if any(
        text.strip() != ours[numbers].source.strip()
        for place, (_, text, *_) in zip(places, theirs, strict=True)
        if place == numbers
    ):
        notes.append("the numbers in the notebook are not the ones that were handed out")
    if not any(grade_id for *_, grade_id, _ in theirs):
        notes.append("the cells' metadata was gone; cells were matched by id or content")
    return Submission(_in_order(ours, theirs, places, answers), answers, frozenset(blank),
                      tuple(notes))  # fmt: skip


def _cells(data):
    """The submitted cells: tuples of (is it code, text, grade id, cell id)."""
    if data is None:
        raise Unreadable("the file cannot be opened, or is a link")
    if len(data) > MOST_BYTES:
        raise Unreadable(f"the file has {len(data) / 2**20:.0f} MB; {MOST_BYTES >> 20} are allowed")
    try:
        notebook = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"the file is no JSON: {str(error)[:100]}") from error
    cells = notebook.get("cells") if type(notebook) is dict else None
    if type(cells) is not list:
        raise Unreadable("the file is JSON, but no notebook of version 4: it has no list of cells")
    found = []
    for cell in cells:
        if type(cell) is not dict:
            continue
        text = cell.get("source", "")
        text = "".join(map(str, text)) if type(text) is list else str(text)
        metadata = cell.get("metadata")
        grader = metadata.get("nbgrader") if type(metadata) is dict else None
        grade_id = grader.get("grade_id") if type(grader) is dict else None
        found.append((cell.get("cell_type") == "code", text, grade_id, cell.get("id")))
    return found


def _matched(assignment, ours, theirs):
    """For each submitted cell, the id of our cell that it fills, or None."""
    places = [_by_id(ours, *cell) for cell in theirs]
    unmatched = {key for key in ours if key not in places}
    texts = {ours[key].source.strip(): key for key in unmatched}
    for i, (_, text, *_) in enumerate(theirs):
        if places[i] is None:
            places[i] = texts.get(text.strip())
    for key in [key for key in ours if key not in places]:  # as `places` was before this step
        wanted = assignment.answer_names.get(key)
        for i, (is_code, text, *_) in enumerate(theirs):
            if (
                places[i] is None
                and wanted
                and is_code
                and wanted.keys() <= names_defined(text).keys()
            ):
                places[i] = key
    _match_by_neighbours(ours, theirs, places)
    return places


def _by_id(ours, is_code, _, grade_id, cell_id):
    for key in (grade_id, cell_id):
        if type(key) is str and key in ours and (ours[key].cell_type == "code") == is_code:
            return key
    return None


def _match_by_neighbours(ours, theirs, places):
    """A cell that a person reads has no names to know it by: take what stands in its place.

    Or right below it, if it was left as it is.
    """
    keys = list(ours)
    for n, key in enumerate(keys):
        known = [text for place, (_, text, *_) in zip(places, theirs, strict=True) if place == key]
        if kind(ours[key]) != "read" or not all(_is_blank(text, ours[key]) for text in known):
            continue
        before = max((places.index(k) for k in keys[: n + 1] if k in places), default=-1)
        for i in range(before + 1, len(theirs)):
            if places[i] is not None:
                break
            if theirs[i][0] == (ours[key].cell_type == "code"):
                places[i] = key
                break


def _in_order(ours, theirs, places, answers):
    """Our cells with the student's answers, and after each what the student added there."""
    added = {}
    last = None
    for place, (is_code, text, *_) in zip(places, theirs, strict=True):
        if place is not None:
            last = place
        elif is_code:
            added.setdefault(last, []).append(Cell(None, _without_magic(text)))
    cells = list(added.get(None, []))
    free = {place: text for place, (_, text, *_) in zip(places, theirs, strict=True) if place}
    for key, cell in ours.items():
        if cell.cell_type == "code" and kind(cell) != "test":
            code = answers.get(key) or (free.get(key) if kind(cell) == "free" else None)
            cells.append(Cell(key, _without_magic(code or cell.source)))
        cells += added.get(key, [])
    return tuple(cells)


def _without_magic(code):
    """The code without IPython's own lines, which plain Python does not know."""
    try:
        compile(code, "", "exec")
    except SyntaxError:
        return _MAGIC.sub(r"\1pass", code)
    except (ValueError, RecursionError, MemoryError):
        pass
    return code


def _is_blank(text, cell):
    """Whether an answer is as it was handed out, or empty but for remarks."""
    stub = CODE_STUB if cell.cell_type == "code" else TEXT_STUB
    if text.strip() in ("", stub, cell.source.strip()):
        return True
    if cell.cell_type != "code":
        return False
    return not any(line.strip() and not line.strip().startswith("#") for line in text.splitlines())

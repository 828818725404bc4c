"""Verdicts on claims, which hold only as long as the numbers behind them do."""

import hashlib
import json
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
from IPython.display import Markdown

from .tables import minus

STRESS = "stress.json"  # beside the chapters: what their verdicts survived
VERDICTS = ("Holds", "Holds when", "Does not hold", "Not testable here")


def verdict(says, numbers, *, shown_by):
    """Typeset a verdict on a claim, and refuse if its numbers no longer support it.

    Parameters
    ----------
    says : str
        One of `VERDICTS`. After "Holds when" the condition follows; "Does not hold when" may have
        one too.
    numbers : str
        What was measured, rounded so that every machine prints the same.
    shown_by : bool
        The condition on the measured numbers that the verdict rests on.

    Returns
    -------
    IPython.display.Markdown

    Raises
    ------
    ValueError
        If `says` is not one of the verdicts, or a condition is missing.
    TypeError
        If `shown_by` is neither true nor false.
    AssertionError
        If `shown_by` is false.

    Examples
    --------
    >>> verdict("Holds when α ≤ 1", "Largest error 0 up to α = 1.", shown_by=True).data
    '**Holds when α ≤ 1.** Largest error 0 up to α = 1.'
    """
    if not re.fullmatch(r"(Holds|Does not hold)( when .*\S.*)?|Not testable here", says):
        raise ValueError(f"a verdict is one of {VERDICTS}, the second with its condition: {says!r}")
    if not isinstance(shown_by, bool | np.bool_):
        raise TypeError(f"shown_by must be true or false, not {shown_by!r}")
    if not shown_by:
        raise AssertionError(f"the numbers do not show that the claim {says.lower()!r}: {numbers}")
    return Markdown(f"**{says}.** {minus(numbers)}")


def fingerprint(notebook):
    """Return a sum over the code of a notebook, which says whether it is still the same.

    Parameters
    ----------
    notebook : nbformat.NotebookNode

    Returns
    -------
    str
    """
    code = "\0".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    return hashlib.sha256(code.encode()).hexdigest()[:16]


class Claim(NamedTuple):
    """A claim that a chapter tests, all of it Markdown."""

    name: str  # the anchor in its chapter, claim-…
    chapter: str  # the notebook's name, without .ipynb
    text: str  # the claim, with who makes it
    verdict: str  # one of VERDICTS, perhaps with its condition
    numbers: str
    survived: str  # in how many fresh draws it held, and whether with twice the steps


def collect(folder="."):
    """Read the claims and their verdicts from stored chapters.

    Parameters
    ----------
    folder : str or path
        Where the notebooks are, and `STRESS`, which says what the verdicts survived. A claim is a
        Markdown cell whose id is ``claim-…``; the output of the cell ``verdict-…`` of the same name
        is its verdict.

    Returns
    -------
    list of Claim
        In the order of the chapters.

    Raises
    ------
    ValueError
        If a claim has no verdict, a verdict no claim, or a chapter was stored without results.
    """
    import nbformat  # a second that only the ledger should cost

    claims, stress = [], json.loads(Path(folder, STRESS).read_text(encoding="utf-8"))
    for path in sorted(Path(folder).glob("*.ipynb")):
        cells = {cell.id: cell for cell in nbformat.read(path, as_version=4).cells}
        said = {key.removeprefix("claim-") for key in cells if key.startswith("claim-")}
        judged = {key.removeprefix("verdict-") for key in cells if key.startswith("verdict-")}
        if said != judged:
            raise ValueError(f"{path.name}: claims and verdicts do not match: {said ^ judged}")
        for name in (key.removeprefix("claim-") for key in cells if key.startswith("claim-")):
            text = cells[f"claim-{name}"].source.split("</a>")[-1].strip()
            outputs = cells[f"verdict-{name}"].outputs
            if len(outputs) != 1:
                raise ValueError(f"{path.name}: the cell verdict-{name} is stored without a result")
            verdict, _, numbers = outputs[0].data["text/markdown"].partition(".** ")
            verdict = verdict.strip("*")
            survived = _survived(stress, path.stem, name)
            claim = Claim(f"claim-{name}", path.stem, text, verdict, numbers, survived)
            claims.append(claim)
    return claims


def _survived(stress, chapter, name):
    runs = stress.get(chapter, {"verdicts": {}})
    if name not in runs["verdicts"]:
        raise ValueError(f"{STRESS} says nothing of {chapter}, verdict-{name}: run make stress")
    failed, draws = runs["verdicts"][name], [way for way in runs["ways"] if way != "steps"]
    held = sum(way not in failed for way in draws)
    return (
        f"Held in {held} of {len(draws)} fresh draws, and "
        f"{'not ' if 'steps' in failed else ''}with twice the steps."
    )

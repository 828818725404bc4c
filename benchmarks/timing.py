"""What the rows of the table are made of."""

import time
from collections.abc import Callable
from typing import NamedTuple


class Row(NamedTuple):
    """One line of the table; `ours` and `theirs` are in `unit`, one value a round."""

    name: str
    ours: list
    theirs: list
    unit: str
    note: str = ""


def take_turns(ours: Callable, theirs: Callable, rounds: int = 7) -> tuple[list, list]:
    """Time two functions in turn, after a first call of each that does not count."""
    ours()
    theirs()
    times = [(_seconds(ours), _seconds(theirs)) for _ in range(rounds)]
    return [t for t, _ in times], [t for _, t in times]


def _seconds(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start

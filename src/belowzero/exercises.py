"""Checks that a reader runs on an answer, with a hint where it misses."""

from copy import deepcopy

import numpy as np


def check(answer, reference, *cases):
    """Compare a reader's function with a reference, and print what to look at next.

    Parameters
    ----------
    answer : callable
        The reader's function.
    reference : callable
        A function that is right.
    *cases : tuple
        Arguments to call both with, at least one. They must come back unchanged.

    Raises
    ------
    ValueError
        If there are no cases.

    Notes
    -----
    It never raises for a wrong answer: a notebook with open exercises still runs to its end.
    """
    if not cases:
        raise ValueError("there are no cases to check: give at least one tuple of arguments")
    name = getattr(answer, "__name__", "your answer")
    for case in cases:
        called = f"{name}({', '.join(_short(value) for value in case)})"
        mine = deepcopy(case)
        try:
            got = answer(*mine)
        except Exception as error:
            return print(f"Not yet: {called} raises {type(error).__name__}: {error}")
        if got is None or got is Ellipsis:
            return print(f"Not yet: {called} returns nothing. Write the body, then run the cell.")
        if any(not _same(a, b) for a, b in zip(mine, case, strict=True)):
            return print(f"Not yet: {called} changes its input. Return a new array instead.")
        want = np.asarray(reference(*case))
        if not _is_real(got):
            return print(f"Not yet: {called} returns {got!r}, which is no array of real numbers.")
        got = np.asarray(got, dtype=float)
        if got.shape != want.shape:
            return print(f"Not yet: {called} has shape {got.shape}, not {want.shape}.")
        wrong = ~np.isclose(got, want, rtol=1e-7, atol=1e-12, equal_nan=True)
        if wrong.any():
            first = tuple(np.argwhere(wrong)[0].tolist())
            place = f" at index {', '.join(map(str, first))}" if first else ""
            return print(f"Not yet: {called} gives {got[first]:.9g}{place}, not {want[first]:.9g}.")
    all_of_them = "the case" if len(cases) == 1 else f"all {len(cases)} cases"
    return print(f"Right: {name} agrees in {all_of_them}.")


def _same(a, b):
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(_same, a, b))
    a, b = np.asarray(a), np.asarray(b)
    return np.array_equal(a, b, equal_nan=a.dtype.kind == b.dtype.kind == "f")


def _is_real(value):
    try:
        return np.asarray(value).dtype.kind in "biuf"
    except ValueError:  # rows of several lengths
        return False


def _short(value):
    value = np.asarray(value)
    if value.size > 4:
        return f"array of shape {value.shape}"
    return np.array2string(value, precision=3, separator=", ")

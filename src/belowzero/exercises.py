"""Checks that a reader runs on an answer, with a hint where it misses."""

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
        Arguments to call both with. Arrays among them must come back unchanged.

    Notes
    -----
    It never raises for a wrong answer: a notebook with open exercises still runs to its end.
    """
    for case in cases:
        called = f"{answer.__name__}({', '.join(_short(value) for value in case)})"
        mine = [value.copy() if isinstance(value, np.ndarray) else value for value in case]
        try:
            got = answer(*mine)
        except Exception as error:
            return print(f"Not yet: {called} raises {type(error).__name__}: {error}")
        if got is None or got is Ellipsis:
            return print(f"Not yet: {called} returns nothing. Write the body, then run the cell.")
        if any(not np.array_equal(a, b) for a, b in zip(mine, case, strict=True)):
            return print(f"Not yet: {called} changes its input. Return a new array instead.")
        want = np.asarray(reference(*case))
        if np.shape(got) != want.shape:
            return print(f"Not yet: {called} has shape {np.shape(got)}, not {want.shape}.")
        wrong = ~np.isclose(got, want, rtol=1e-7, atol=1e-12, equal_nan=True)
        if wrong.any():
            first = tuple(np.argwhere(wrong)[0])
            place = f" at index {first}" if first else ""
            got = np.asarray(got)[first]
            return print(f"Not yet: {called} gives {got:.6g}{place}, not {want[first]:.6g}.")
    return print(f"Right: {answer.__name__} agrees in all {len(cases)} cases.")


def _short(value):
    return np.array2string(np.asarray(value), precision=3, threshold=6, separator=", ")

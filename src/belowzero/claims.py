"""Verdicts on claims, which hold only as long as the numbers behind them do."""

from IPython.display import Markdown

VERDICTS = ("Holds", "Holds when", "Does not hold", "Not testable here")


def verdict(says, numbers, *, shown_by):
    """Typeset a verdict on a claim, and refuse if its numbers no longer support it.

    Parameters
    ----------
    says : str
        One of `VERDICTS`; after "Holds when" the condition follows.
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
        If `says` is not one of the verdicts.
    AssertionError
        If `shown_by` is false.

    Examples
    --------
    >>> verdict("Holds when α ≤ 1", "Largest error 0 up to α = 1.", shown_by=True).data
    '**Holds when α ≤ 1.** Largest error 0 up to α = 1.'
    """
    if not says.startswith(VERDICTS):
        raise ValueError(f"a verdict is one of {VERDICTS}, not {says!r}")
    if not shown_by:
        raise AssertionError(f"the numbers do not show that the claim {says.lower()!r}: {numbers}")
    return Markdown(f"**{says}.** {numbers}")

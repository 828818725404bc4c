"""Tables of computed numbers, which the page typesets and nbval compares."""

import re

from IPython.display import Markdown


def minus(text):
    """Write the hyphens before numbers as minus signs, as on the axes of a figure.

    >>> minus("-0.5 [-1.0, 0.2] in e-mail 1e-05")
    '−0.5 [−1.0, 0.2] in e-mail 1e-05'
    """
    return re.sub(r"(?<!\w)-(?=[\d.])", "−", text)


def table(header, rows):
    """Typeset rows of text as a table.

    Parameters
    ----------
    header : sequence of str
        One heading per column.
    rows : iterable of sequence
        One value per column; what is not text is written with ``str``, so round numbers first.

    Returns
    -------
    IPython.display.Markdown
        Cells may hold Markdown: mathematics, links, citations. Minus signs are typeset.

    Raises
    ------
    ValueError
        If a row has more or fewer cells than the header.
    """
    rows = [[str(cell).replace("|", r"\|") for cell in row] for row in rows]
    for row in rows:
        if len(row) != len(header):
            raise ValueError(f"a row has {len(row)} cells and the header {len(header)}: {row}")
    lines = [header, ["---"] * len(header), *rows]
    return Markdown(minus("\n".join("| " + " | ".join(line) + " |" for line in lines)))

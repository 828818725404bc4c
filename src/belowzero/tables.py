"""Tables of computed numbers, which the page typesets and nbval compares."""

from IPython.display import Markdown


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
        Cells may hold Markdown: mathematics, links, citations.

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
    return Markdown("\n".join("| " + " | ".join(line) + " |" for line in lines))

"""Cut the book's faces down to what it uses: to read, for labels, and for formulas.

Run by hand, with fonttools and brotli, when the tests name a character that a face lacks::

    python site/faces.py FOLDER

The folder holds the files that `FACES` names: Source Serif 4 and Source Sans 3 are in the npm
packages ``source-serif`` and ``source-sans``, TeX Gyre Pagella Math is in Debian's
``fonts-texgyre-math``. The licences are beside the results.
"""

import sys
from pathlib import Path

from fontTools import subset

STATIC = Path(__file__).parent / "static"
FACES = {
    "text": "SourceSerif4-Regular.ttf",
    "text-italic": "SourceSerif4-It.ttf",
    "text-bold": "SourceSerif4-Semibold.ttf",
    "label": "SourceSans3-Regular.ttf",
    "label-bold": "SourceSans3-Semibold.ttf",
    "math": "texgyrepagella-math.otf",
}


def letters(first, last):
    return "".join(map(chr, range(ord(first), ord(last) + 1)))


LATIN = letters(" ", "~")
TEXT = (
    LATIN + "äåæçéèêëïíñóôöøüßÄÅÉÖÜčćğłńšŠž" + letters("α", "ω") + "ΓΔΘΛΞΠΣΦΨΩ"
    "\u00a0©§«»°·–—‘’“”„…′″−±×÷≈≠≤≥√∞∂→←↑↓⁻¹²³⁴⁵⁶⁷⁸⁹⁰₀₁₂₃₄₅₆₇₈₉½✓●▸▾"
)
MATH = (
    LATIN + "\u00a0±·×′‖⁡⁢⁣" + letters("α", "ω") + "ΔΣΦ"
    + letters("𝐴", "𝑧") + "ℎ" + letters("𝛼", "𝜛") + "←→∂∇∈∑−√∞∼≈≠≤≥⋅⋯ˆ¯"
)  # fmt: skip
NAMES = 1, 3, 4, 6, 16, 21, 25  # what a program shows as the font's name


def cut(font, text, features, **options):
    options = subset.Options(flavor="woff2", layout_features=features, hinting=False, **options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=text)
    subsetter.subset(font)
    return options


def cut_text(font, name):
    """Give the face another name, too: its own, "Source", is reserved for the whole."""
    options = cut(font, TEXT, ["kern", "liga", "locl", "mark", "tnum"])
    for record in font["name"].names:
        if record.nameID in NAMES:
            record.string = f"BelowZero-{name}"
    return options


def cut_math(font):
    """Raise the plain prime twice in scripts, because Chromium does not ask for the variant that
    the font has for them: so that variant takes its place."""
    for table in font["cmap"].tables:
        table.cmap.update({0x2032: "minute.st", 0x2033: "uni2033.st"})
    return cut(font, MATH, [], desubroutinize=True)


if __name__ == "__main__":
    for name, file in FACES.items():
        font = subset.load_font(Path(sys.argv[1], file), subset.Options())
        options = cut_math(font) if name == "math" else cut_text(font, name)
        subset.save_font(font, STATIC / f"{name}.woff2", options)

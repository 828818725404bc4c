"""Cut the faces of text and labels, Source Serif 4 and Source Sans 3, down to what the book uses.

Run by hand, with fonttools and brotli, when the tests name a character that a face lacks::

    python site/textfonts.py FOLDER

The folder holds the TTF files, of the npm packages ``source-serif`` and ``source-sans``. A cut face
may not carry the reserved name "Source"; the licence is beside the results.
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
}

LETTERS = "".join(map(chr, range(0x20, 0x7F))) + "äåæçéèêëïíñóôöøüßÄÅÉÖÜčćğłńšŠž"
GREEK = "".join(map(chr, range(0x3B1, 0x3CA))) + "ΓΔΘΛΞΠΣΦΨΩ"
SIGNS = "\u00a0©§«»°·–—‘’“”„…′″−±×÷≈≠≤≥√∞∂→←↑↓"
DIGITS = "⁻¹²³⁴⁵⁶⁷⁸⁹⁰₀₁₂₃₄₅₆₇₈₉½"
MARKS = "✓●▸▾"
NAMES = 1, 3, 4, 6, 16, 21, 25  # what a program shows as the font's name


def cut(source, target):
    features = ["kern", "liga", "locl", "mark", "tnum"]
    options = subset.Options(flavor="woff2", layout_features=features, hinting=False)
    font = subset.load_font(source, options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=LETTERS + GREEK + SIGNS + DIGITS + MARKS)
    subsetter.subset(font)
    for record in list(font["name"].names):
        if record.nameID in NAMES:
            record.string = f"BelowZero-{target.stem}"
    subset.save_font(font, target, options)


if __name__ == "__main__":
    for name, file in FACES.items():
        cut(Path(sys.argv[1], file), STATIC / f"{name}.woff2")

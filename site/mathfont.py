"""Cut TeX Gyre Pagella Math down to what the book's formulas use.

Run by hand, with fonttools and brotli, when the tests name a character that the font lacks::

    python site/mathfont.py texgyrepagella-math.otf

The font is in Debian's package ``fonts-texgyre-math``; its licence is beside the result.
"""

import sys
from pathlib import Path

from fontTools import subset

TARGET = Path(__file__).parent / "static" / "math.woff2"

PLAIN = "".join(map(chr, range(0x20, 0x7F))) + "\u00a0¬±·×÷′″…‖⁡⁢⁣"
GREEK = "".join(map(chr, range(0x3B1, 0x3CA))) + "ΓΔΘΛΞΠΣΥΦΨΩϕϵ"
ITALIC = (
    "".join(map(chr, range(0x1D434, 0x1D468))) + "ℎ𝚤𝚥" + "".join(map(chr, range(0x1D6FC, 0x1D71C)))
)
BOLD = "𝐀𝐁𝐇𝐈𝐖𝐗𝐘𝐙𝐚𝐛𝐠𝐡𝐮𝐯𝐰𝐱𝐲𝐳"
LETTERS = "ℓℝℕ𝔼ℙ𝟙𝒩ℒ𝒟𝒪"
SIGNS = "∣←→↑↓↔↦⇒⇔⟹⟺∀∂∃∅∇∈∉∏∑−∓∗∘√∝∞∧∨∩∪∫∼≈≠≡≤≥≪≫⊂⊆⊕⊗⊙⊤⊥⋅⋮⋯⋱⏞⏟"
ACCENTS = "ˆ˜¯˙ˇ‾\u20d7\u0305\u0332"


def main(source):
    options = subset.Options(flavor="woff2", layout_features=[], hinting=False, desubroutinize=True)
    font = subset.load_font(source, options)
    # The plain prime is raised twice in scripts, because Chromium does not ask for the variant
    # that the font has for them: so that variant takes its place.
    for table in font["cmap"].tables:
        table.cmap.update({0x2032: "minute.st", 0x2033: "uni2033.st"})
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=PLAIN + GREEK + ITALIC + BOLD + LETTERS + SIGNS + ACCENTS)
    subsetter.subset(font)
    subset.save_font(font, TARGET, options)


if __name__ == "__main__":
    main(sys.argv[1])

"""Cut TeX Gyre Pagella Math down to what the book's formulas use.

Run by hand, with fonttools, when the tests name a character that the font lacks::

    python site/mathfont.py /usr/share/texmf/fonts/opentype/public/tex-gyre-math/texgyrepagella-math.otf

The font is in Debian's package ``fonts-texgyre-math``; its licence is beside the result.
"""

import sys
from pathlib import Path

from fontTools import subset

TARGET = Path(__file__).parent / "static" / "math.woff"  # woff needs no compressor but Python's own

PLAIN = "".join(map(chr, range(0x20, 0x7F))) + "\u00a0¬±·×÷′″…‖⁡⁢⁣"
GREEK = "".join(map(chr, range(0x3B1, 0x3CA))) + "ΓΔΘΛΞΠΣΥΦΨΩϕϵ"
ITALIC = "".join(map(chr, range(0x1D434, 0x1D468))) + "ℎ𝚤𝚥" + "".join(map(chr, range(0x1D6FC, 0x1D71C)))
BOLD = "𝐀𝐁𝐇𝐈𝐖𝐗𝐘𝐙𝐚𝐛𝐠𝐡𝐮𝐯𝐰𝐱𝐲𝐳"
LETTERS = "ℓℝℕ𝔼ℙ𝒩ℒ𝒟𝒪"
SIGNS = "←→↑↓↔↦⇒⇔∀∂∃∅∇∈∉∏∑−∓∗∘√∝∞∧∨∩∪∫∼≈≠≡≤≥≪≫⊂⊆⊕⊗⊙⊤⊥⋅⋮⋯⋱⏞⏟"
ACCENTS = "ˆ˜¯˙ˇ‾⃗"


def main(source):
    options = subset.Options(flavor="woff", layout_features=[], hinting=False, desubroutinize=True)
    font = subset.load_font(source, options)
    # A prime is raised twice where the browser does not choose the font's variant for scripts
    # (Chromium does not), so that variant takes its place.
    variants = _script_variants(font)
    for table in font["cmap"].tables:
        for prime in (0x2032, 0x2033):
            if prime in table.cmap:
                table.cmap[prime] = variants.get(table.cmap[prime], table.cmap[prime])
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=PLAIN + GREEK + ITALIC + BOLD + LETTERS + SIGNS + ACCENTS)
    subsetter.subset(font)
    subset.save_font(font, TARGET, options)


def _script_variants(font):
    """Return for each glyph the one that the font's ``ssty`` feature puts in scripts."""
    table = font["GSUB"].table
    lookups = {
        index
        for record in table.FeatureList.FeatureRecord
        if record.FeatureTag == "ssty"
        for index in record.Feature.LookupListIndex
    }
    variants = {}
    for lookup in (table.LookupList.Lookup[index] for index in sorted(lookups)):
        for subtable in lookup.SubTable:
            subtable = getattr(subtable, "ExtSubTable", subtable)
            variants.update({glyph: others[0] for glyph, others in getattr(subtable, "alternates", {}).items()})
    return variants


if __name__ == "__main__":
    main(sys.argv[1])

"""What makes a page easy to read: folds for code and what goes deeper, cards for claims."""

import re

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.transforms.post_transforms import SphinxPostTransform

from belowzero.claims import VERDICTS
from belowzero.words import WORDS

WORDS_A_MINUTE = 200
CLAIM = re.compile(r'<a id="claim-[^"]*">')
VERDICT = re.compile("|".join(sorted(VERDICTS, key=len, reverse=True)))
KINDS = dict(zip(VERDICTS, ["holds", "depends", "fails", "open"], strict=True))
QUESTIONS = re.compile(r'<section id="check-yourself">.*?</section>', re.DOTALL)
ANSWER = re.compile(r"<details><summary>(.*?</summary>\s*<p>)([A-Z]\w*)", re.DOTALL)


class FoldCode(SphinxPostTransform):
    """Put the code of neighbouring hidden cells into one fold, below what they show."""

    default_priority = 190  # before MyST-NB gives each cell a fold of its own
    formats = ("html",)

    def run(self):
        for cell in list(self.document.findall(_is_hidden)):
            if not _is_hidden(cell):
                continue  # its code went with that of the cell before
            cells = [cell]
            while _is_hidden(following := _next(cells[-1])):
                cells.append(following)
            _fold(cells)


def _is_hidden(node):
    return isinstance(node, nodes.container) and node.get("hide_mode") == "input"


def _next(node):
    siblings = node.parent.children
    place = siblings.index(node) + 1
    return siblings[place] if place < len(siblings) else None


def _fold(cells):
    last = cells[-1]
    code = HideCodeCellNode(prompt_show=last["prompt_show"], prompt_hide=last["prompt_hide"])
    shown = []
    for cell in cells:
        source, *outputs = cell.children
        del cell["hide_mode"]
        code += source
        shown += outputs
    for cell in cells[:-1]:
        cell.parent.remove(cell)
    last.children = []
    last += [*shown, code]


class ClaimCards(SphinxPostTransform):
    """Put each claim and its verdict on a card, with the verdict's word as a chip."""

    default_priority = 195  # after the folds
    formats = ("html",)

    def run(self):
        for claim in list(self.document.findall(_is_claim)):
            card = nodes.container(classes=["claim"])
            claim.replace_self(card)
            card += claim
            while isinstance(cell := _next(card), nodes.container) and "cell" in cell["classes"]:
                cell.parent.remove(cell)
                card += cell
                for strong in list(cell.findall(nodes.strong)):
                    _chip(strong)


def _is_claim(node):
    return isinstance(node, nodes.paragraph) and any(map(CLAIM.match, _raw(node)))


def _raw(node):
    return [raw.astext() for raw in node.findall(nodes.raw)]


def _chip(strong):
    """Split a verdict into its word, which gets a colour, and its condition."""
    found = VERDICT.match(strong.astext())
    if not found:
        return
    word, kind = found[0], KINDS[found[0]]
    condition = strong.astext()[found.end() :].strip(" .")
    strong.replace_self(
        [nodes.inline("", word, classes=["chip", kind])]
        + ([nodes.strong("", f" {condition}.")] if condition else [])
    )


class deeper(nodes.Element):
    """What a reader can leave out, folded; its heading stands above the fold."""


class FoldWhatGoesDeeper(SphinxPostTransform):
    """Fold sections whose heading begins with "Deeper:"."""

    default_priority = 196
    formats = ("html",)

    def run(self):
        for section in list(self.document.findall(nodes.section)):
            title, *content = section.children
            if not title.astext().startswith("Deeper: "):
                continue
            words = sum(len(p.astext().split()) for p in section.findall(nodes.paragraph))
            figures = len(list(section.findall(nodes.figure)))
            fold = deeper(minutes=max(1, round(words / WORDS_A_MINUTE + figures)))
            section.children = []
            fold += content
            section += [title, fold]


def visit_deeper(translator, node):
    minutes = node["minutes"]
    time = WORDS["minute"] if minutes == 1 else WORDS["minutes"].format(minutes)
    summary = f"{WORDS['read on']} ({time})"
    translator.body.append(f'<details class="deeper"><summary>{summary}</summary>')


def depart_deeper(translator, node):
    translator.body.append("</details>")


def tell_answers_apart(app, pagename, templatename, context, doctree):
    """Mark what a question offers as right or wrong; what tells more than that stays as it is."""

    def mark(answer):
        kind = "right" if answer[2] == "Right" else "wrong"
        said = f'<summary data-said="{WORDS[kind]}">'
        return f'<details class="{kind}">{said}{answer[1]}{answer[2]}'

    def mark_all(questions):
        return ANSWER.sub(mark, questions[0])

    if "body" in context:
        context["body"] = QUESTIONS.sub(mark_all, context["body"])


def setup(app):
    app.add_node(deeper, html=(visit_deeper, depart_deeper))
    app.add_post_transform(FoldWhatGoesDeeper)
    app.add_post_transform(FoldCode)
    app.add_post_transform(ClaimCards)
    app.connect("html-page-context", tell_answers_apart)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

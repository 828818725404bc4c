"""Matplotlib figures as inline SVG, and many SVGs as one picture and its differences."""

import io
import re
from xml.etree import ElementTree

from .plots import PALETTE

_NAMESPACE = re.compile(r"\{[^}]*\}")
_NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
_GAP = re.compile(r"\s*([A-Za-z])\s*")
_THEMED = {light: f"var(--bz-{name})" for name, (light, _) in PALETTE.items()}
# Matplotlib made room for its own font; in the reader's, labels may be wider.
MARGIN = 12


def svg_panels(figure, prefix):
    """Render a Matplotlib figure as one small SVG tree for each of its axes.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Its axes stand side by side, each alone in a column of equal width: a narrow page can then
        stack them, where one wide picture would shrink until nobody can read it.
    prefix : str
        Put before every ``id``, so that many pictures can share a page.

    Returns
    -------
    list of xml.etree.ElementTree.Element
        ``<svg>`` elements without namespaces, in CSS pixels, coordinates rounded to a tenth,
        house colours replaced by the CSS variables of the page's theme.
    """
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", dpi=72, metadata={"Date": None})
    root = ElementTree.fromstring(buffer.getvalue())
    referenced = set(re.findall(rb"#([\w-]+)", buffer.getvalue()))
    for element in root.iter():
        _tidy(element, prefix, referenced)
    width, height = (round(72 * size) for size in figure.get_size_inches())
    width //= len(figure.axes)
    groups = [g for g in root.iter("g") if g.attrib.pop("data-axes", None)]
    shared = [defs for defs in root.findall("defs") if len(defs) and defs[0].tag == "clipPath"]
    pictures = []
    for i, group in enumerate(groups):
        box = f"{i * width - MARGIN} 0 {width + 2 * MARGIN} {height}"
        picture = ElementTree.Element("svg", {"viewBox": box, "role": "img"})
        picture.extend((shared if i == 0 else []) + [group])
        pictures.append(picture)
    return pictures


def _tidy(element, prefix, referenced):
    """Make one element of Matplotlib's SVG short, themed, and safe beside other pictures."""
    element.tag = _NAMESPACE.sub("", element.tag)
    element.text = (element.text or "").strip() or None
    element.tail = None
    attributes = {_NAMESPACE.sub("", key): value for key, value in element.attrib.items()}
    if attributes.get("transform", "").startswith("rotate(-0 "):
        del attributes["transform"]
    identity = attributes.pop("id", "")
    if identity.startswith("axes_"):
        attributes["data-axes"] = "yes"
    elif identity.encode() in referenced:
        attributes["id"] = prefix + identity
    for key, value in attributes.items():
        if key == "style":
            value = re.sub("#[0-9a-f]{6}", lambda m: _THEMED.get(m[0], m[0]), value)
            value = value.replace(": ", ":").replace("; ", ";")
            value = re.sub("font-family:[^;]*;?", "", value)
        elif key == "d":
            value = _GAP.sub(r"\1", value)
        if key in ("href", "clip-path"):
            value = value.replace("#", "#" + prefix)
        else:
            value = _NUMBER.sub(lambda m: f"{float(m[0]):.1f}".removesuffix(".0"), value)
        attributes[key] = value
    element.attrib.clear()
    element.attrib.update(attributes)


def to_html(element):
    """Serialise one element of a picture."""
    return ElementTree.tostring(element, encoding="unicode", method="html")


def differences(frames, shown=0):
    """Find what has to change in a picture to turn any of its frames into any other.

    Parameters
    ----------
    frames : list of list of Element
        For each stop of the slider the SVG trees of its panels.
    shown : int
        The frame that stands in the page at first; its elements are the ones that are counted.

    Returns
    -------
    list of [int, str, list of (str or None), list of int]
        For each slot that ever changes: the index of its element among all elements of the panels
        of the frame shown, in document order; the attribute, or ``"text"``, or ``"html"`` where
        the structure itself differs; the values it takes; and for each stop which of them.
    """
    slots = []
    count = 0

    def add(index, what, values):
        place = {value: i for i, value in enumerate(dict.fromkeys(values))}
        if len(place) > 1:
            slots.append([index, what, list(place), [place[value] for value in values]])

    def compare(nodes):
        nonlocal count
        index, first = count, nodes[shown]
        count += 1
        for key in sorted(set().union(*(node.attrib for node in nodes))):
            add(index, key, [node.get(key) for node in nodes])
        if len({tuple(child.tag for child in node) for node in nodes}) > 1:
            add(index, "html", ["".join(map(to_html, node)) for node in nodes])
            count += sum(1 for _ in first.iter()) - 1
            return
        if len(first) == 0:
            add(index, "text", [node.text or "" for node in nodes])
        for children in zip(*nodes, strict=True):
            compare(children)

    for stacked in zip(*frames, strict=True):
        compare(stacked)
    return slots

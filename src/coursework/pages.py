"""Pages: what those for students, markers and teachers are made with."""

import base64
import functools
import struct
from pathlib import Path

import jinja2

MOST_PIXELS = 4_000  # a small file can be a picture that fills the memory of a browser


@functools.cache
def template(name):
    """A template of this package, in which all text is escaped."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["points"] = number
    return environment.get_template(name)


def number(value):
    """Points as they are written: without needless digits, and nothing for None."""
    return "" if value is None else f"{round(value, 2):g}"


def picture(text):
    """Return an address that shows a picture, or None if it is no PNG of a sensible size.

    Parameters
    ----------
    text : str
        Base64 that came from a student's process.

    Returns
    -------
    str or None
    """
    try:
        data = base64.b64decode(text, validate=True)
        signature, width, height = struct.unpack(">16s2I", data[:24])
    except (ValueError, TypeError, struct.error):
        return None
    fits = 0 < width <= MOST_PIXELS and 0 < height <= MOST_PIXELS
    is_png = signature == b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
    return f"data:image/png;base64,{text}" if is_png and fits else None

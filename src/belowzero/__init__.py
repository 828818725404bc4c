"""Helper package of the book Below Zero."""

__version__ = "0.1.0"

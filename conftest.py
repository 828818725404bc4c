"""Gives `pytest`, and the kernels it starts, the environment of the book."""

from tools import environment  # noqa: F401

"""Gives `pytest`, and the kernels it starts, the environment of the book."""

import os

from tools import environment  # noqa: F401


def pytest_xdist_auto_num_workers():
    """Use one process more than there are cores, so that none idles while a test waits."""
    return os.cpu_count() + 1

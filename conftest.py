"""Gives `pytest`, and the kernels it starts, the environment of the book."""

import os
from pathlib import Path

from jupyter_cache.base import CacheBundleIn
from nbval.plugin import IPyNbCell, IPyNbFile

from tools.environment import executed

# The rest comes last.
ORDER = ["chapters", "tests/coursework", "tests/test_lab", "tests/test_doors", "tests/test_site"]


def pytest_xdist_auto_num_workers():
    """Use one process more than there are cores, so that none idles while a test waits."""
    return os.cpu_count() + 1


def pytest_configure(config):
    if not hasattr(config, "workerinput"):  # once, before processes start that share it
        executed()


def pytest_collection_modifyitems(config, items):
    """Run the notebooks first, as pages are made of them, and early what takes long."""

    def place(item):
        path = item.path.relative_to(config.rootpath).as_posix()
        return next((i for i, start in enumerate(ORDER) if path.startswith(start)), len(ORDER))

    items.sort(key=place)


def pytest_collectstart(collector):
    if isinstance(collector, IPyNbFile):
        collector.skip_compare += ("text/html",)  # the page's view of a slider, which is not stored


def pytest_runtest_setup(item):
    if isinstance(item, IPyNbCell):
        os.environ["BELOWZERO_VIEW"] = "both"  # for the kernel, which starts with the first cell


def pytest_runtest_teardown(item, nextitem):
    """Keep a notebook whose cells have all passed, so that the site need not run it again."""
    if not isinstance(item, IPyNbCell):
        return
    del os.environ["BELOWZERO_VIEW"]
    item.cell.outputs = item.test_outputs
    item.parent.ran = getattr(item.parent, "ran", 0) + 1
    cells = [cell for cell in item.parent.nb.cells if cell.cell_type == "code"]
    if item.parent.ran == len(cells) and not item.session.testsfailed:
        bundle = CacheBundleIn(item.parent.nb, str(Path(item.path)))
        executed().cache_notebook_bundle(bundle, check_validity=False, overwrite=True)

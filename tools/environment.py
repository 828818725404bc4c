"""The environment in which tests, `refresh.py` and the site run the notebooks.

The first two import it; for the site it is an extension of Sphinx, whose kernels inherit it. It
changes no number. Notebooks that tests have run and verified are kept, and the site takes them.
"""

import hashlib
import importlib.util
import os
import shutil
import sys
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "_build"
EXECUTED = BUILD / "executed"

_ipython = BUILD / "ipython"
_ipython.mkdir(parents=True, exist_ok=True)

os.environ.update(
    OMP_NUM_THREADS="1",  # parallel notebooks do not compete for cores
    TQDM_DISABLE="1",  # a progress bar shows times, which differ from run to run
    IPYTHONDIR=str(_ipython),  # a reader's own profile changes nothing
)


def executed():
    """Return the cache of executed notebooks; empty if what outputs rest on has changed.

    jupyter-cache itself looks at a notebook's cells, and at nothing else.
    """
    from jupyter_cache import get_cache

    stamp, now = EXECUTED / "rests-on", _foundations()
    if not stamp.exists() or stamp.read_text() != now:
        shutil.rmtree(EXECUTED, ignore_errors=True)
    cache = get_cache(EXECUTED)
    assert cache.db  # made here, as processes that build side by side would all make it
    stamp.write_text(now)
    return cache


def _foundations():
    """Sum up the package, the chapters (one reads the others) and everything installed."""
    package = Path(importlib.util.find_spec("belowzero").origin).parent
    files = [*package.glob("*.*"), *(ROOT / "chapters").glob("*.*"), Path(__file__)]
    total = hashlib.sha256(sys.version.encode())
    for installed in sorted(f"{one.name}=={one.version}" for one in distributions()):
        total.update(installed.encode())
    for file in sorted(files):
        total.update(file.name.encode() + file.read_bytes())
    return total.hexdigest()


def _use(app, config):
    executed()
    config.nb_execution_cache_path = str(EXECUTED)


def setup(app):
    """Take part in a build of the site."""
    app.connect("config-inited", _use)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

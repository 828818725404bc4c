"""The environment in which tests, `refresh.py` and the site run the notebooks.

The first two import it; for the site it is an extension of Sphinx, whose kernels inherit it. It
changes no number. Notebooks that tests have run and verified are kept, and the site takes them.
"""

import hashlib
import importlib.util
import os
import shutil
import sys
import sysconfig
import time
from importlib.metadata import distributions
from pathlib import Path

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "_build"
EXECUTED = BUILD / "executed"
DAY = 86_400  # in seconds

_ipython = BUILD / "ipython"
_ipython.mkdir(parents=True, exist_ok=True)

os.environ.update(
    OMP_NUM_THREADS="1",  # parallel notebooks do not compete for cores
    TQDM_DISABLE="1",  # a progress bar shows times, which differ from run to run
    # GNU's C library keeps freed memory for the next array: getting it from the system again takes
    # a tenth of the last chapter's time.
    MALLOC_MMAP_THRESHOLD_=str(2**25),
    MALLOC_TRIM_THRESHOLD_=str(2**30),
    IPYTHONDIR=str(_ipython),  # a reader's own profile changes nothing
)


def executed():
    """Return the cache of executed notebooks, without those whose outputs rest on something else.

    jupyter-cache itself looks at a notebook's cells, and at nothing else. There is a folder for
    each state of the package and of what is installed; in it, a chapter that was edited empties
    the cache, because the ledger reads all of them.
    """
    from jupyter_cache import get_cache

    package = Path(importlib.util.find_spec("belowzero").origin).parent
    # not all of sys.path, to which setuptools adds what it brings, once it is imported
    here = distributions(path=[sysconfig.get_path("purelib")])
    installed = [f"{one.name}=={one.version}" for one in here]
    folder = EXECUTED / _sum(package, sys.version, *sorted(installed))
    stamp, now = folder / "chapters", _sum(ROOT / "chapters")
    if not stamp.exists() or stamp.read_text() != now:
        shutil.rmtree(folder, ignore_errors=True)
        for other in EXECUTED.glob("*"):
            if time.time() - other.stat().st_mtime > DAY:
                shutil.rmtree(other)
    cache = get_cache(folder)
    assert cache.db  # made here, as processes that build side by side would all make it
    stamp.write_text(now)
    return cache


def _sum(folder, *texts):
    files = sorted(file for file in folder.iterdir() if file.is_file())
    parts = [text.encode() for text in texts]
    parts += [file.name.encode() + file.read_bytes() for file in files]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def _use(app, config):
    config.nb_execution_cache_path = str(executed().path)


def setup(app):
    """Take part in a build of the site."""
    app.connect("config-inited", _use)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

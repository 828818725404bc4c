"""The environment in which tests, `refresh.py` and the site run the notebooks.

The first two import it; for the site it is an extension of Sphinx, whose kernels inherit it. It
changes no number.
"""

import os
from pathlib import Path

_ipython = Path(__file__).parents[1] / "_build" / "ipython"
_ipython.mkdir(parents=True, exist_ok=True)

os.environ.update(
    OMP_NUM_THREADS="1",  # parallel notebooks do not compete for cores
    TQDM_DISABLE="1",  # a progress bar shows times, which differ from run to run
    IPYTHONDIR=str(_ipython),  # a reader's own profile changes nothing
)


def setup(app):
    """Take part in a build of the site."""
    return {"parallel_read_safe": True, "parallel_write_safe": True}

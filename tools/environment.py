"""The environment in which every number of the book is computed.

Tests and `refresh.py` import it before NumPy; for the site it is an extension of Sphinx, whose
kernels inherit it. A reader's notebooks get the part of it that changes numbers:

    python tools/environment.py jupyterlab chapters
"""

import os
import runpy
import sys
from pathlib import Path

os.environ.update(
    OMP_NUM_THREADS="1",  # sums have one order, and parallel tests do not compete for cores
    # Training magnifies a last bit until networks learn or fail: use what every x86 processor has.
    NPY_DISABLE_CPU_FEATURES="X86_V3 X86_V4 AVX512_ICL AVX512_SPR",
    OPENBLAS_CORETYPE="Haswell",
)
if __name__ == "__main__":
    del sys.argv[0]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)

_ipython = Path(__file__).parents[1] / "_build" / "ipython"
_ipython.mkdir(parents=True, exist_ok=True)

os.environ.update(
    TQDM_DISABLE="1",  # a progress bar shows times, which differ from run to run
    IPYTHONDIR=str(_ipython),  # a reader's own profile changes nothing
)


def setup(app):
    """Take part in a build of the site."""
    return {"parallel_read_safe": True, "parallel_write_safe": True}

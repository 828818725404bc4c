"""Run a command on lesser processors: numbers must be the same on every one.

    python tools/portable.py             the notebooks, on each of the processors below
    python tools/portable.py 2 make test any command, on the third

NumPy, OpenBLAS and the C library choose their code by the processor that they meet. Variables make
them believe that it lacks features: then sums have another order, products are rounded on their
own, and exp comes out of another formula.
"""

import os
import platform
import subprocess
import sys

AVX512 = "AVX512F AVX512CD AVX512DQ AVX512BW AVX512VL"


def without(numpy, blas, libc):
    """Variables by which these libraries lack features; each has its own names for them."""
    hidden = ",".join(f"-{feature}" for feature in libc.split())
    return {
        "NPY_DISABLE_CPU_FEATURES": numpy,
        "OPENBLAS_CORETYPE": blas,
        "GLIBC_TUNABLES": f"glibc.cpu.hwcaps={hidden}",
    }


PROCESSORS = {"as it is": {}}
if platform.machine() in ("x86_64", "AMD64"):
    newest = "X86_V4 AVX512_ICL AVX512_SPR"
    PROCESSORS["without AVX-512"] = without(newest, "Haswell", AVX512)
    PROCESSORS["without AVX2 and FMA"] = without(
        f"X86_V3 {newest}", "Nehalem", f"AVX AVX2 FMA {AVX512}"
    )


def run(processor, command):
    """Run a command on a processor, and return whether it succeeded."""
    print(f"Processor: {processor}", flush=True)
    return subprocess.call(command, env={**os.environ, **PROCESSORS[processor]}) == 0


if __name__ == "__main__":
    names = list(PROCESSORS)
    if sys.argv[1:]:
        which, *command = sys.argv[1:]
        sys.exit(not run(names[int(which) % len(names)], command))
    notebooks = [sys.executable, "-m", "pytest", "-q", "chapters"]
    agree = {name: run(name, notebooks) for name in names}
    for name, same in agree.items():
        print(f"{name}: {'every output is the stored one' if same else 'outputs differ'}")
    sys.exit(not all(agree.values()))

"""The sliders live with the widgets of both major versions: here with the old one."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def test_the_sliders_pass_their_tests_with_ipywidgets_7(old_widgets):
    variables = {**os.environ, "PYTHONPATH": str(old_widgets)}
    version = "import ipywidgets; print(ipywidgets.__version__)"
    found = subprocess.check_output([sys.executable, "-c", version], env=variables, text=True)
    assert found.strip() == "7.7.1"
    quiet = "ignore::DeprecationWarning"  # version 7 calls what newer kernels advise against
    tests = [sys.executable, "-m", "pytest", "-n0", "-W", quiet, str(HERE / "test_explore.py")]
    verdict = subprocess.run(tests, env=variables, capture_output=True, text=True)
    assert verdict.returncode == 0, verdict.stdout

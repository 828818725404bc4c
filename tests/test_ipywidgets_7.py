"""The sliders live with the widgets of both major versions: here with the old one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture
def old_widgets(tmp_path):
    """Install ipywidgets 7.7.1 beside the environment and return a path that finds it first."""
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
    command += ["--target", str(tmp_path), "-r", str(HERE / "ipywidgets-7.txt")]
    install = subprocess.run(command, capture_output=True, text=True)
    if install.returncode and "CI" not in os.environ:
        pytest.skip(f"ipywidgets 7.7.1 cannot be installed: {install.stderr.splitlines()[-1]}")
    assert install.returncode == 0, install.stderr
    return {**os.environ, "PYTHONPATH": str(tmp_path)}


def test_the_sliders_pass_their_tests_with_ipywidgets_7(old_widgets):
    version = "import ipywidgets; print(ipywidgets.__version__)"
    found = subprocess.check_output([sys.executable, "-c", version], env=old_widgets, text=True)
    assert found.strip() == "7.7.1"
    quiet = "ignore::DeprecationWarning"  # version 7 calls what newer kernels advise against
    tests = [sys.executable, "-m", "pytest", "-n0", "-W", quiet, str(HERE / "test_explore.py")]
    verdict = subprocess.run(tests, env=old_widgets, capture_output=True, text=True)
    assert verdict.returncode == 0, verdict.stdout

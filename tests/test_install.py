"""A plain ``pip install`` of the project brings both packages, with everything they read."""

import subprocess
import sys
from pathlib import Path

import pytest
from copies import copy_project

ROOT = Path(__file__).parents[1]


def files(folder):
    """The files of both packages below a folder, without what Python caches."""
    paths = [path for name in ("belowzero", "coursework") for path in (folder / name).rglob("*")]
    return {str(path.relative_to(folder)) for path in paths if path.suffix not in ("", ".pyc")}


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Install a clean copy, with the locked build backend, and return where it is."""
    folder = tmp_path_factory.mktemp("install")
    copy_project(folder / "copy")
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--no-compile"]
    command = [sys.executable, "-m", "pip", "install", *options, "--target", folder / "packages"]
    run = subprocess.run([*command, folder / "copy"], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return folder / "packages"


def test_both_packages_are_installed_with_their_data(installed):
    assert files(installed) == files(ROOT / "src")
    assert {"belowzero/explore.js", "coursework/feedback.html"} <= files(installed)


def test_the_command_runs_from_what_is_installed(installed):
    code = (
        f"import sys; sys.path.insert(0, {str(installed)!r})\n"
        "from coursework import __main__ as command\n"
        "print(command.__file__); command.main(['--help'])"
    )
    run = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True)
    assert run.stdout.startswith(str(installed)), run.stderr
    assert "Hand out" in run.stdout

"""What tests of pages share: a browser, and the built site."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import settings

from tools.browser import PROGRAMS, find_browser, served, started

ROOT = Path(__file__).parents[1]
settings.register_profile("steady", derandomize=True, deadline=None)
settings.load_profile("steady")


@pytest.fixture(scope="session")
def browser():
    """Start the system's Chromium."""
    program = find_browser()
    if program is None:
        reason = f"no browser on this system: looked for {', '.join(PROGRAMS)}"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    with started(program) as browser:
        yield browser


@pytest.fixture(scope="session")
def build():
    """Return a function that builds the book in a folder."""

    def build(folder):
        program = Path(sys.executable).with_name("jupyter-book")
        command = [program, "build", ".", "-W", "--keep-going"]
        return subprocess.run(command, cwd=folder, capture_output=True, text=True)

    return build


@pytest.fixture(scope="session")
def site(build):
    """Build what is out of date and return the folder of the site.

    Only ``test_site.py`` asks for it: pytest keeps a file in one process, so one process builds.
    """
    built = build(ROOT)
    if built.returncode:
        pytest.fail(f"the site does not build:\n{built.stdout}\n{built.stderr}", pytrace=False)
    return ROOT / "_build" / "html"


@pytest.fixture(scope="session")
def site_url(site):
    """Serve the site and return its address."""
    with served(site) as address:
        yield address


@pytest.fixture
def old_widgets(tmp_path):
    """Install ipywidgets 7.7.1 in a folder, which a path then finds before the environment's."""
    folder = tmp_path / "ipywidgets-7"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
    command += ["--target", str(folder), "-r", str(Path(__file__).with_name("ipywidgets-7.txt"))]
    install = subprocess.run(command, capture_output=True, text=True)
    if install.returncode and "CI" not in os.environ:
        pytest.skip(f"ipywidgets 7.7.1 cannot be installed: {install.stderr.splitlines()[-1]}")
    assert install.returncode == 0, install.stderr
    return folder

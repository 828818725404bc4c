"""What tests of pages share: a browser, and the built site."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings
from matplotlib import get_data_path
from pages import ROOT, WIDE

from tools.browser import FLAGS, PROGRAMS, find_browser, served, started

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
def site(build, tmp_path_factory):
    """Build what is out of date and return the folder of the site.

    The first process that asks builds, on all cores, and the others wait.
    """
    run = tmp_path_factory.getbasetemp()
    shared = run.parent if "PYTEST_XDIST_WORKER" in os.environ else run
    verdict = shared / "built.txt"
    with FileLock(shared / "site.lock"):
        if not verdict.exists():
            built = build(ROOT)
            failed = f"the site does not build:\n{built.stdout}\n{built.stderr}"
            verdict.write_text(failed if built.returncode else "", encoding="utf-8")
    if failed := verdict.read_text(encoding="utf-8"):
        pytest.fail(failed, pytrace=False)
    return ROOT / "_build" / "html"


@pytest.fixture(scope="session")
def site_url(site):
    """Serve the site and return its address."""
    with served(site) as address:
        yield address


@pytest.fixture
def visit(browser, site, site_url):
    """Return a function that opens a page; what is wrong with loading it is in `complaints`."""
    contexts = []
    root = {"server": site_url, "disk": site.as_uri()}

    def visit(name, *, place="server", before=None, using=browser, **options):
        context = using.new_context(**{"viewport": WIDE, **options})
        contexts.append(context)
        page = context.new_page()
        page.complaints = complaints = []
        page.on("console", lambda message: complaints.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))

        def watch(request):
            if not request.url.startswith((root[place], "data:", "blob:")):
                complaints.append(f"another host: {request.url}")

        def mourn(request):
            if request.failure != "net::ERR_ABORTED":  # the page was left before it arrived
                complaints.append(f"{request.failure}: {request.url}")

        def look(response):
            if response.status >= 400:
                complaints.append(f"{response.status}: {response.url}")

        page.on("request", watch)
        page.on("response", look)
        page.on("requestfailed", mourn)
        if before:
            before(page)
        page.goto(f"{root[place]}/{name}")
        return page

    yield visit
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def typewriter(browser, tmp_path_factory):
    """Start a browser on a system whose only font is a wide one, each letter as wide as an m."""
    home = tmp_path_factory.mktemp("fonts")
    shutil.copy(Path(get_data_path(), "fonts", "ttf", "DejaVuSansMono.ttf"), home)
    settings = f"<fontconfig><dir>{home}</dir><cachedir>{home}</cachedir></fontconfig>"
    (home / "fonts.conf").write_text(settings, encoding="utf-8")
    variables = {**os.environ, "FONTCONFIG_FILE": str(home / "fonts.conf")}
    other = browser.browser_type.launch(executable_path=find_browser(), args=FLAGS, env=variables)
    yield other
    other.close()


@pytest.fixture(params=["system", "typewriter"])
def fonts(request, browser):
    """Return the browser whose fonts are the system's, and the one that has a single other."""
    return browser if request.param == "system" else request.getfixturevalue("typewriter")


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

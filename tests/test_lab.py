"""A live chapter: a real JupyterLab, a real kernel, a real browser, a slider that is moved."""

import json
import os
import secrets
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CHAPTERS = ROOT / "chapters"
CHAPTER = "02-leaky-relu.ipynb"
MINUTES = 60_000  # in Playwright's milliseconds

READY = """async () => {
    const { context, sessionContext } = jupyterapp.shell.currentWidget;
    await context.ready;
    await sessionContext.ready;
    await sessionContext.session.kernel.info;
}"""
TRACKER = "lab/user-settings/@jupyterlab/notebook-extension/tracker.jupyterlab-settings"


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Start JupyterLab on a copy of the chapters and return the address of the chapter."""
    home = tmp_path_factory.mktemp("lab")
    shutil.copytree(CHAPTERS, home / "chapters")
    settings = home / "config" / TRACKER
    settings.parent.mkdir(parents=True)
    settings.write_text('{"windowingMode": "none"}')  # every cell is in the page, seen or not
    token = secrets.token_hex()
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += ["--port=0", f"--IdentityProvider.token={token}", "--expose-app-in-browser"]
    places = {"CONFIG": "config", "DATA": "data", "RUNTIME": "runtime"}
    own = {f"JUPYTER_{kind}_DIR": str(home / name) for kind, name in places.items()}
    with (home / "log").open("w") as log:
        server = subprocess.Popen(
            [*command, str(home / "chapters")],
            env={**os.environ, **own},
            stdout=log,
            stderr=log,
        )
    try:
        address = f"http://127.0.0.1:{port_of(server, home)}/{{}}?token={token}"
        wait_for(lambda: urllib.request.urlopen(address.format("api/status")).close(), server, home)
        yield address.format(f"lab/tree/{CHAPTER}")
    finally:
        server.terminate()
        server.wait()


def port_of(server, home):
    """Return the port that JupyterLab found; one that is chosen before it starts can be taken."""
    told = home / "runtime" / f"jpserver-{server.pid}.json"
    return wait_for(lambda: json.loads(told.read_text())["port"], server, home)


def wait_for(what, server, home):
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and server.poll() is None:
        with suppress(urllib.error.URLError, FileNotFoundError, json.JSONDecodeError):
            return what()
        time.sleep(0.2)
    pytest.fail(f"JupyterLab did not start:\n{(home / 'log').read_text()}")


@pytest.fixture(scope="module")
def page(browser, lab):
    """Open the chapter, as it is stored."""
    page = browser.new_page(viewport={"width": 1300, "height": 900})
    page.set_default_timeout(2 * MINUTES)
    page.goto(lab)
    page.locator(".jp-Notebook .jp-OutputArea-output").first.wait_for()
    yield page
    page.close()


@pytest.fixture(scope="module")
def figure(page):
    """Run the whole chapter and return its first figure that has an α slider."""
    page.evaluate(READY)  # the page says "idle" before, and forgets what to run
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    prompts = page.locator(".jp-CodeCell .jp-InputPrompt")
    prompts.last.get_by_text("[*]:").wait_for()  # until then the stored number stands there
    prompts.last.get_by_text(f"[{prompts.count()}]:").wait_for(timeout=15 * MINUTES)
    figures = page.locator(".jp-OutputArea-output .widget-vbox").filter(
        has=page.locator(".widget-label", has_text="α")
    )
    figures.first.scroll_into_view_if_needed()
    return figures.first


def picture(figure):
    return figure.locator("svg").first.inner_html()


def caption(figure):
    return figure.locator(".explore-caption").inner_text()


def wait_for_another(show, figure, before):
    deadline = time.monotonic() + 30
    while show(figure) == before:
        assert time.monotonic() < deadline, "the slider moved and the picture did not"
        time.sleep(0.05)


def test_before_it_runs_a_chapter_shows_the_still_pictures(page):
    still = page.locator(".jp-OutputArea-output img").first
    still.wait_for()
    assert still.is_visible()
    assert page.get_by_text("model not found").count() == 0


def test_a_run_chapter_has_no_error_and_no_broken_widget(page, figure):
    assert page.locator("[data-mime-type='application/vnd.jupyter.error']").count() == 0
    assert page.get_by_text("model not found").count() == 0


def test_an_arrow_key_moves_picture_and_caption(figure):
    seen, said = picture(figure), caption(figure)
    figure.locator(".noUi-handle").first.press("ArrowRight")
    wait_for_another(picture, figure, seen)
    wait_for_another(caption, figure, said)


def test_dragging_alpha_moves_picture_and_caption(page, figure):
    seen, said = picture(figure), caption(figure)
    track = figure.locator(".noUi-base").first.bounding_box()
    handle = figure.locator(".noUi-handle").first.bounding_box()
    page.mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    page.mouse.down()
    page.mouse.move(track["x"] + track["width"] * 0.8, track["y"] + track["height"] / 2, steps=10)
    page.mouse.up()
    wait_for_another(picture, figure, seen)
    wait_for_another(caption, figure, said)

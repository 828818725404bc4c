"""The system's browser, and pages served to it: for tests and benchmarks."""

import functools
import http.server
import shutil
import threading
from contextlib import contextmanager, suppress

from playwright.sync_api import sync_playwright

PROGRAMS = (
    "chromium-headless-shell",  # first: the same pages for a third of the work, without windows
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
# A container has neither Chromium's sandbox nor much shared memory.
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage"]


def find_browser():
    """Return the path of the system's Chromium, or None."""
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


@contextmanager
def started(program):
    """Run a browser, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass

    def handle(self):
        with suppress(ConnectionError):  # of a browser that leaves before it has all
            super().handle()


@contextmanager
def served(folder):
    """Serve a folder to this machine; yield its address."""
    handler = functools.partial(_Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()

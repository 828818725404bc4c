"""What tests of the grader share: a jail for student code, and pages opened from disk."""

import os

import pytest

from coursework.jail import why_no_jail


@pytest.fixture(scope="session")
def jail():
    """Ask for what student code needs to run in: bubblewrap, on Linux."""
    if why_no_jail() is not None:
        reason = f"no jail for student code on this system: {why_no_jail()}"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)


@pytest.fixture
def open_page(browser):
    """Return a function that opens a file; what the page asks for or complains about is kept."""
    contexts = []

    def open_page(path, **options):
        context = browser.new_context(**{"viewport": {"width": 1300, "height": 900}, **options})
        contexts.append(context)
        page = context.new_page()
        page.complaints = complaints = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda request: complaints.append(request.url))
        page.goto(path.as_uri())
        complaints[:] = [
            text for text in complaints if text != path.as_uri() and not text.startswith("data:")
        ]
        return page

    yield open_page
    for context in contexts:
        context.close()

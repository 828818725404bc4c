"""What tests of the grader share: a jail for student code."""

import os

import pytest

from coursework.jail import why_no_jail


@pytest.fixture(scope="session")
def jail():
    """Ask for what student code needs to run in: bubblewrap, on Linux."""
    if why_no_jail() is not None:
        reason = f"no jail for student code on this system: {why_no_jail()}"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)

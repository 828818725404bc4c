"""The page on which a person marks: one answer after another, item by item across the class.

What students wrote is shown as text and as pictures, and never run. The page is served to this
machine only, at an address that nobody can guess, and it works without JavaScript.
"""

import asyncio
import contextlib
import json
import secrets
import threading
import webbrowser

import tornado.web
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from .cells import kind
from .marking import Part, answers, by_item, read_marks, save_marks, text_hash, to_mark, valid
from .pages import picture, template

MOST_TEXT = 20_000  # characters of an answer that are shown
MOST_BYTES = 200_000  # of what the browser sends
MOST_COMMENT = 5_000

_HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",  # the address is a secret
    "X-Content-Type-Options": "nosniff",
}
_POLICY = (
    "default-src 'none'; style-src 'nonce-{0}'; script-src 'nonce-{0}'; img-src data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class Desk:
    """What lies before the marker: every answer, and whether names are shown."""

    def __init__(self, course, assignment, roster=None, part=Part()):  # noqa: B008
        self.course, self.assignment, self.roster = course, assignment, roster or {}
        self.part = part
        self.names = False  # a marker who does not know the name cannot be swayed by it
        self.look()

    def look(self):
        """Read the marks again; the grader may have run since."""
        found = answers(self.course, self.assignment, self.roster, self.part)
        self.answers = {answer.key: answer for answer in found}
        self.groups = by_item(self.answers.values())

    def item(self, answer):
        """The item of the marks as it is now, or None."""
        items = to_mark(self.course, self.assignment.name, answer.student)
        return next((item for item in items if item["item"] == answer.item), None)

    def next_waiting(self, key=None):
        """The key of the next answer that waits, or None when all are marked."""
        keys = list(self.answers)
        start = keys.index(key) + 1 if key else 0
        return next((k for k in keys[start:] + keys[:start] if self.waits(self.answers[k])), None)

    def given(self, answer, item):
        """What a person gave, as it is now: somebody else may have just marked it."""
        read = read_marks(self.course, self.assignment.name, answer.student)
        return valid(item, read), read.get(answer.item)

    def waits(self, answer):
        """Whether an answer still waits for a person."""
        if answer.points is None and (item := self.item(answer)):
            given, _ = self.given(answer, item)
            answer.points = given and sum(given["points"])
        return answer.points is None

    def name(self, answer):
        """The student's name and id."""
        known = self.roster.get(answer.student)
        return f"{known.name} ({known.id})" if known and known.name else answer.student

    def task(self, item):
        """The text that asks for an item, and one good answer."""
        cells = self.assignment.solution().cells
        place = next((i for i, cell in enumerate(cells) if cell.id == item), None)
        if place is None:
            return "", ""
        before = [cell for cell in cells[:place] if kind(cell) != "given"][-1:]
        asked = "".join(cell.source for cell in before if kind(cell) == "text")
        return asked, cells[place].source.strip("\n")


class Page(tornado.web.RequestHandler):
    """What all pages share. Whatever is not the page's address leads here, and to an error."""

    def initialize(self, desk, base):
        self.desk, self.base = desk, base

    def set_default_headers(self):
        self.nonce = secrets.token_urlsafe(16)
        self.set_header("Content-Security-Policy", _POLICY.format(self.nonce))
        for name, value in _HEADERS.items():
            self.set_header(name, value)

    def prepare(self):
        # Another site's name can be made to lead to this machine, but the browser still sends it.
        if self.request.host_name not in ("127.0.0.1", "localhost"):
            raise tornado.web.HTTPError(403, reason="This page is for this machine only")
        if not self.request.path.startswith(self.base):
            raise tornado.web.HTTPError(404, reason="Open the whole address from the terminal")

    def show(self, page, **values):
        shared = dict(desk=self.desk, base=self.base, nonce=self.nonce, page=page, key="")
        values["xsrf"] = self.xsrf_token.decode() if page != "error" else ""
        # A student's text can hold halves of characters, which no page can be made of.
        self.finish(template("mark.html").render(shared | values).encode("utf-8", "replace"))

    def write_error(self, status_code, **_):
        self.show("error", status=status_code, reason=self._reason)


class Overview(Page):
    """Every answer of the class, to begin, to jump, and to see that all is done."""

    def get(self):
        self.desk.look()
        self.show("overview", waiting=self.desk.next_waiting())


class Names(Page):
    """The switch that shows names, or hides them."""

    def post(self):
        self.desk.names = not self.desk.names
        key = self.get_body_argument("key", "")
        self.redirect(self.base + (key if key in self.desk.answers else ""), status=303)


class Mark(Page):
    """One answer, with its rubric."""

    def get(self, key):
        answer, item = self.find(key)
        given, last = self.desk.given(answer, item)
        changed = None if given else last
        blank = {"points": [None] * len(item["rubric"]), "comment": ""}
        self.ask(answer, item, **(given or blank), changed=changed)

    def post(self, key):
        answer, item = self.find(key)
        comment = self.get_body_argument("comment", "").replace("\r\n", "\n")
        points, wrong = [], []
        for i, (most, text) in enumerate(item["rubric"]):
            points.append(points_of(self.get_body_argument(f"points{i}", ""), most))
            if points[-1] is None:
                wrong.append(f"“{text}”: choose 0 to {most:g}.")
        if len(comment) > MOST_COMMENT:
            wrong.append(f"The comment has {len(comment)} characters; {MOST_COMMENT} are allowed.")
        if self.get_body_argument("text_hash", "") != text_hash(item["text"]):
            wrong.append("The student's answer has changed since you opened it. Read it again.")
        _, last = self.desk.given(answer, item)
        if last and self.get_body_argument("seen", "") != _seen(last):
            wrong.append(
                f"Somebody else marked it since you opened it: {sum(last['points']):g} points"
                f"{', with the comment: ' + last['comment'] if last['comment'] else ''}. "
                "Save again to replace that."
            )
        if wrong:
            self.set_status(422)
            return self.ask(answer, item, points, comment, wrong=wrong)
        name = self.desk.assignment.name
        save_marks(self.desk.course, name, answer.student, item, points, comment)
        answer.points = sum(points)
        self.redirect(self.base + (self.desk.next_waiting(key) or ""), status=303)

    def find(self, key):
        answer = self.desk.answers.get(key)
        item = answer and self.desk.item(answer)
        if item is None:
            raise tornado.web.HTTPError(404, reason="There is no such answer any more")
        return answer, item

    def ask(self, answer, item, points, comment, changed=None, wrong=(), **_):
        keys = list(self.desk.answers)
        place = keys.index(answer.key)
        group = self.desk.groups[answer.item]
        text = item["text"]
        self.show(
            "answer",
            answer=answer,
            item=item,
            key=answer.key,
            number=group.index(answer) + 1,
            group=group,
            before=keys[place - 1] if place else None,
            after=keys[place + 1] if place + 1 < len(keys) else None,
            text=text.strip("\n")[:MOST_TEXT],
            cut=len(text) if len(text) > MOST_TEXT else None,
            text_hash=text_hash(text),
            seen=_seen(self.desk.given(answer, item)[1]),
            pictures=[picture(text) for text in item["pictures"]],
            task=self.desk.task(answer.item),
            lines=[
                (text, most, choices(most), given)
                for (most, text), given in zip(item["rubric"], points, strict=True)
            ],
            comment=comment,
            changed=changed,
            wrong=wrong,
        )


def _seen(entry):
    """Tells what a marker saw of the marks of others when the page was made."""
    return text_hash(json.dumps(entry)) if entry else ""


def choices(most):
    """Return the points to choose from: in halves while they are few, and always `most`."""
    step = 0.5 if most <= 3 else 1
    steps = [i * step for i in range(int(most / step) + 1)]
    return steps if steps[-1] == most else [*steps, most]


def points_of(text, most):
    """Return the points that a form brought, or None if they are not from 0 to `most`."""
    try:
        points = float(text.replace(",", "."))
    except ValueError:
        return None
    if not 0 <= points <= most:
        return None
    return int(points) if points.is_integer() else points


def application(course, assignment, roster, token, part=Part()):  # noqa: B008
    """Return the web application, which answers only below ``/token/``.

    Parameters
    ----------
    course : path
    assignment : Assignment
    roster : dict of str to Student, or None
    token : str
        A secret.
    part : Part
        What this marker marks.

    Returns
    -------
    tornado.web.Application
    """
    base = f"/{token}/"
    needs = dict(desk=Desk(course, assignment, roster, part), base=base)
    return tornado.web.Application(
        [(base, Overview, needs), (f"{base}names", Names, needs), (f"{base}(\\w+)", Mark, needs)],
        default_handler_class=Page,
        default_handler_args=needs,
        xsrf_cookies=True,
        xsrf_cookie_name="belowzero_xsrf",  # Jupyter's cookies are this machine's too
        xsrf_cookie_kwargs=dict(httponly=True, samesite="Strict", path=base),
        log_function=lambda handler: None,  # a log would show the address
    )


def serve(course, assignment, roster=None, port=0, open_browser=True, part=Part()):  # noqa: B008
    """Serve the page until Ctrl-C, and say then what is left.

    Parameters
    ----------
    course : path
    assignment : Assignment
    roster : dict of str to Student, optional
        For the marker who switches names on.
    port : int
        0 takes a free one.
    open_browser : bool
        On a machine that others use too, say no: they can see what the browser was started with.
    part : Part
        What this marker marks; all, if it is left out.
    """
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(course, assignment, roster, port, open_browser, part))
    print()
    for item, group in by_item(answers(course, assignment, roster, part)).items():
        left = sum(answer.points is None for answer in group)
        print(
            f"{assignment.headings[item]}: {len(group) - left} of {len(group)} marked, {left} left"
        )


async def _serve(course, assignment, roster, port, open_browser, part):
    token = secrets.token_urlsafe(24)
    sockets = bind_sockets(port, "127.0.0.1")
    page = application(course, assignment, roster, token, part)
    HTTPServer(page, max_body_size=MOST_BYTES).add_sockets(sockets)
    address = f"http://127.0.0.1:{sockets[0].getsockname()[1]}/{token}/"
    print(f"Mark {assignment.name} at {address}\nCtrl-C ends it; all is saved.", flush=True)
    if open_browser:
        threading.Thread(target=webbrowser.open, args=[address], daemon=True).start()
    await asyncio.Event().wait()

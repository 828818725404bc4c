"""Submissions that misbehave: each costs its own marks, says why, and touches nothing else."""

import base64
import json
import os
import socket
import struct
import subprocess
import threading
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
import tiny_assignment

from coursework import batch, jail
from coursework.assignments import Assignment
from coursework.grading import grade
from coursework.jail import Limits, Process, Stopped

pytestmark = pytest.mark.usefixtures("jail")

LIMITS = Limits(seconds=2, total=20)
RIGHT = {"double": "right", "total": "right", "half": "right"}
TINY = Assignment("t1", tiny_assignment.source())


def solved(**answers):
    """The solution as a student hands it in, with some answers replaced and no plot."""
    notebook = TINY.solution()
    for cell in notebook.cells:
        name = cell.id.removeprefix("t1-")
        cell.source = answers.get(name, "" if name in ("plot", "words") else cell.source)
    return notebook


def statuses(marks):
    return {
        item["item"].removeprefix("t1-").removesuffix("-test"): item["status"]
        for item in marks["items"]
        if item["status"] not in ("needs a person", "blank")
    }


def graded(notebook, limits=LIMITS, **options):
    data = notebook if isinstance(notebook, bytes) else json.dumps(notebook).encode()
    return grade(TINY, "s1", data, "secret", limits=limits, **options)


def message(marks, item):
    return next(i["message"] for i in marks["items"] if i["item"] == f"t1-{item}-test")


# Answers that misbehave: a name, the code, the cell it stands in, and how the items end.
AS_AN_ANSWER = [
    ("a loop in a function", "half", "def half(z):\n    while True: pass", {"half": "time limit"}),
    ("a loop at top level", "half", "while True: pass", {"half": "time limit"}),
    (
        "a loop that swallows every exception",
        "half",
        "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True:\n"
        "    try:\n        while True: pass\n    except BaseException: pass",
        {"half": "time limit"},
    ),
    ("a sleep", "half", "import time\ntime.sleep(1000)", {"half": "time limit"}),
    ("os._exit in a function", "half", "def half(z):\n    import os; os._exit(0)",
     {"half": "stopped"}),
    ("os._exit at top level", "half", "import os\nos._exit(0)", {"half": "stopped"}),
    ("exit()", "half", "raise SystemExit(0)", {"half": "error"}),
    ("KeyboardInterrupt", "half", "def half(z):\n    raise KeyboardInterrupt", {"half": "error"}),
    ("a signal to itself", "half", "import os\nos.kill(os.getpid(), 9)", {"half": "stopped"}),
    ("a signal to everybody", "half", "import os\nos.kill(-1, 9)", {"half": "error"}),
    ("too much memory", "half", "def half(z):\n    return np.ones(2**31) * z[0]",
     {"half": "error"}),
    ("memory bit by bit", "half", "hold = []\nwhile True: hold.append(np.empty(2**21))",
     {"half": "error"}),
    ("endless printing", "half", "while True: print('marks' * 1000)", {"half": "time limit"}),
    ("endless recursion", "half", "def half(z):\n    return half(z)", {"half": "error"}),
    ("a fork bomb", "half", "import os\nwhile True: os.fork()", {"half": "error"}),
    ("a thread", "half", "import threading\nthreading.Thread(target=print).start()",
     {"half": "error"}),
    ("a shell", "half", "import subprocess\nsubprocess.run(['sh', '-c', 'ls'])",
     {"half": "error"}),
    ("input()", "half", "answer = input()", {"half": "error"}),
    ("the helper package", "half", "import belowzero", {"half": "error"}),
    ("a full disk", "half",
     "for i in range(1000):\n    open(f'{i}', 'wb').write(b'x' * 2**23)",
     {"half": "error"}),
    ("an object that equals everything", "half",
     "class Equal:\n    def __eq__(self, other): return True\n"
     "    def __getitem__(self, i): return self\n    def __array__(self, *a, **k): return self\n"
     "def half(z): return Equal()", {"half": "error"}),
    ("an array that equals everything", "half",
     "class Equal(np.ndarray):\n    def __eq__(self, other): return np.ones(self.shape, bool)\n"
     "    def __array_ufunc__(self, *a, **k): return True\n"
     "def half(z): return np.zeros(z.shape).view(Equal)", {"half": "error"}),
    ("a truth value that is neither", "half",
     "def half(z): return np.frombuffer(b'\\x02' * len(z), bool)", {"half": "wrong"}),
    ("a patched np.allclose", "half",
     "np.allclose = lambda *a, **k: True\nnp.testing.assert_allclose = np.allclose\n"
     "def half(z): return z", {"half": "wrong"}),
    ("patched builtins", "half",
     "import builtins\nbuiltins.AssertionError = KeyError\nbuiltins.abs = lambda x: 0\n"
     "def half(z): return z", {"half": "wrong"}),
    ("a patched runner", "half",
     "import __main__, sys\nfor module in list(sys.modules.values()):\n"
     "    if hasattr(module, 'unpack'): module.pack = lambda value: (True, [])\n"
     "frame = sys._getframe()\nwhile frame:\n    if 'pack' in frame.f_globals:\n"
     "        frame.f_globals['pack'] = lambda value: (True, [])\n    frame = frame.f_back\n"
     "def half(z): return z",
     {"double": "wrong", "total": "wrong", "half": "error"}),
    ("a reply that claims a huge array", "half",
     "import sys\nframe = sys._getframe()\nwhile frame:\n    if 'pack' in frame.f_globals:\n"
     "        frame.f_globals['pack'] = lambda value: "
     "({'array': '<f8', 'shape': [10**12]}, [b''])\n    frame = frame.f_back",
     {"half": "stopped"}),
    ("a reply of an object array", "half",
     "import sys\nframe = sys._getframe()\nwhile frame:\n    if 'pack' in frame.f_globals:\n"
     "        frame.f_globals['pack'] = lambda value: "
     "({'array': '|O', 'shape': [1]}, [b'12345678'])\n    frame = frame.f_back",
     {"half": "stopped"}),
    ("a huge array that takes no memory", "half",
     "def half(z): return np.broadcast_to(0.5, (10**6, 10**6))", {"half": "error"}),
    ("objects in an array", "half", "def half(z): return np.array([object()] * len(z))",
     {"half": "error"}),
    ("a deep list", "half",
     "def half(z):\n    deep = []\n    for _ in range(10**5): deep = [deep]\n    return deep",
     {"half": "wrong"}),
    ("a list of itself", "half",
     "def half(z):\n    deep = []\n    deep.append(deep)\n    return deep",
     {"half": "wrong"}),
    ("an error that cannot be read", "half",
     "class Bad(Exception):\n    def __str__(self): raise self\n"
     "def half(z): raise Bad", {"half": "error"}),
    ("an alarm that goes off later", "half",
     "import signal, os\nsignal.signal(signal.SIGALRM, lambda *a: os._exit(0))\n"
     "signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)\n"
     "while True: pass", {"half": "stopped"}),
    ("a cell that rewrites its source", "half",
     "import sys, inspect\nsys.argv[:] = ['x']\n__file__ = 'a1.ipynb'\n"
     "open(__file__, 'w').write('{}')\ndef half(z): return z / 2", {}),
    ("an answer that reads the clock", "half",
     "import time\ndef half(z):\n    t = int(time.time())\n    for s in range(t - 50, t + 50):\n"
     "        if np.allclose(np.random.default_rng(s).normal(size=5), z): return z / 2\n"
     "    return np.ones(len(z)) if len(z) == 1 else z", {"half": "wrong"}),
    ("a notebook's own lines", "half",
     "%matplotlib inline\n!pip install everything\ndef half(z): return z / 2", {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "code", "ends"), [case[1:] for case in AS_AN_ANSWER], ids=[c[0] for c in AS_AN_ANSWER]
)
def test_an_answer_that_misbehaves_costs_its_own_marks_only(cell, code, ends):
    marks = graded(solved(**{cell: code}))
    assert marks["status"] == "marked"
    assert statuses(marks) == RIGHT | ends
    for item in marks["items"]:
        assert item["earned"] == (item["points"] if item["status"] == "right" else 0)
        assert item["status"] in ("right", "blank") or item["message"]


def test_two_loops_cost_their_own_items_and_each_waits_once():
    waits = []

    class Watched(Process):
        def ask(self, request, *rest, **options):
            try:
                return super().ask(request, *rest, **options)
            except Stopped as stop:
                waits.append((request.get("cell") or request["call"], stop.status))
                raise

    looping = solved(double="def double(z):\n    while True: pass", half="while True: pass")
    marks = graded(looping, start=lambda: Watched(LIMITS))
    assert statuses(marks) == {"double": "time limit", "total": "time limit", "half": "time limit"}
    assert waits == [(name, "time limit") for name in ("t1-total", "t1-half", "double")]


LOOK_AROUND = """
import os, sys
found = [path for path in PATHS if os.path.exists(path)]
python = {sys.prefix, sys.base_prefix} - {"/usr"}
shown = {"bin", "dev", "etc", "lib", "lib64", "proc", "runner.py", "scratch", "usr"}
found += sorted(set(os.listdir(os.sep)) - shown - {path.split(os.sep)[1] for path in python})
for path in python:
    found += sorted(set(os.listdir(os.path.dirname(path))) - {os.path.basename(path)})
found += [name for name in os.environ if name in ("PYTEST_CURRENT_TEST", "CI", "USER")]
found += [entry for entry in os.listdir("/proc") if entry.isdigit() and int(entry) > 5]
def half(z):
    raise ValueError(" ".join(found) or "nothing")
"""


def test_the_jail_shows_nothing_of_the_machine(tmp_path):
    here = tmp_path / "solution.txt"
    here.write_text("42")
    paths = [str(here), __file__, "/etc/passwd", "/etc/shadow", "/var", "/sys"]
    looked = graded(solved(half=LOOK_AROUND.replace("PATHS", str(paths))))
    assert message(looked, "half") == "ValueError: nothing"


def test_the_jail_hides_both_packages_wherever_it_shows_python(monkeypatch):
    packages = Path(jail.__file__).parents[1]
    hidden = {str(packages / "belowzero"), str(packages / "coursework")}
    for place in ("prefix", "base_prefix"):
        with monkeypatch.context() as patch:
            patch.setattr(jail.sys, place, str(packages))
            command = jail._jail(LIMITS, 3)
        shown = command.index(str(packages))
        last = command[shown:]
        assert hidden <= {path for option, path in pairwise(last) if option == "--tmpfs"}


def test_nothing_is_written_outside(tmp_path):
    grade_book = tmp_path / "gradebook.db"
    grade_book.write_bytes(b"")
    written = f"""
import os, sqlite3
done = []
for place in (r"{tmp_path}", "/", "/usr", "/home", os.path.dirname(np.__file__), "/proc/sys"):
    try:
        open(os.path.join(place, "marks.json"), "w").write("full marks")
        done.append(place)
    except OSError:
        pass
try:
    sqlite3.connect(r"{grade_book}").execute("create table student (id)")
    done.append("grade book")
except sqlite3.Error:
    pass
def half(z):
    raise ValueError(" ".join(done) or "nothing")
"""
    assert message(graded(solved(half=written)), "half") == "ValueError: nothing"
    assert [path.name for path in tmp_path.iterdir()] == ["gradebook.db"]
    assert grade_book.read_bytes() == b""


def test_there_is_no_network():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        address = server.getsockname()
        marks = graded(solved(half=f"import socket\nsocket.create_connection({address}, 1)"))
        assert statuses(marks) == RIGHT | {"half": "error"}
        with pytest.raises(TimeoutError):
            server.accept()


def test_a_reply_that_imitates_the_runner_s_earns_nothing():
    forged = """
import os, json
for fd in range(3, 60):
    try:
        os.write(fd, b'{"reply": true, "sizes": []}\\n' * 50)
    except OSError:
        pass
def half(z): return z
def double(z): return z
"""
    marks = graded(solved(double=forged, total="total = 0.0", half=""))
    assert sum(item["earned"] or 0 for item in marks["items"]) == 0


def test_an_answer_never_sees_a_hidden_case():
    peek = """
import gc, sys
found = []
for held in [o for o in gc.get_objects() if isinstance(o, dict)]:
    texts = [v for k, v in list(held.items()) if isinstance(v, str) and k != "run"]
    found += [text for text in texts if "BEGIN HID" + "DEN" in text]
frame = sys._getframe()
while frame:
    found += [name for name in ("secret", "rng") if name in frame.f_globals]
    frame = frame.f_back
def half(z):
    raise ValueError(" ".join(found) or "nothing")
"""
    assert message(graded(solved(half=peek)), "half") == "ValueError: nothing"


def test_messages_are_short_and_printable():
    marks = graded(solved(half="def half(z): raise ValueError('\\x1b[31m\\u202e' + 'x' * 10**6)"))
    assert len(message(marks, "half")) < 700
    assert message(marks, "half").isprintable()


def test_code_that_writes_into_its_input_is_told_so():
    marks = graded(solved(double="def double(z):\n    z *= factor\n    return z"))
    assert message(marks, "double").endswith("an array that it was given: make a new one.")


def test_hidden_cases_differ_between_students_and_are_the_same_again():
    shown = solved(half="def half(z):\n    if len(z) > 1: raise ValueError(z)\n    return z / 2")
    data = json.dumps(shown).encode()
    seen = [
        message(grade(TINY, student, data, secret, limits=LIMITS), "half")
        for student, secret in (("s1", "a"), ("s1", "a"), ("s2", "a"), ("s1", "b"))
    ]
    assert seen[0] == seen[1]
    assert len(set(seen)) == 3


# Notebooks that misbehave.
def without_metadata(notebook):
    for cell in notebook.cells:
        cell.metadata = {}
    return notebook


def without_metadata_and_ids(notebook):
    notebook = json.loads(json.dumps(without_metadata(notebook)))
    for cell in notebook["cells"]:
        del cell["id"]
    return notebook


def with_new_ids(notebook):
    for i, cell in enumerate(without_metadata(notebook).cells):
        cell["id"] = f"other{i}"
    return notebook


def with_an_answer_twice(notebook):
    i = next(i for i, cell in enumerate(notebook.cells) if cell.id == "t1-half")
    notebook.cells.insert(i, notebook.cells[i].copy())
    notebook.cells[i]["source"] = "def half(z): return z"
    return notebook


def with_tests_edited(notebook):
    for cell in notebook.cells:
        if cell.id.endswith("-test"):
            cell["source"] = "pass"
            cell.metadata.nbgrader.points = 100
    return notebook


def without_tests(notebook):
    notebook.cells = [cell for cell in notebook.cells if not cell.id.endswith("-test")]
    return notebook


def with_a_kernel_that_does_not_exist(notebook):
    notebook.metadata["kernelspec"] = {"name": "none-such", "display_name": "x", "language": "x"}
    return notebook


def with_a_helper_in_a_new_cell(notebook):
    i = next(i for i, cell in enumerate(notebook.cells) if cell.id == "t1-half")
    notebook.cells[i]["source"] = "def half(z): return my_half(z)"
    notebook.cells.insert(i, nbformat.v4.new_code_cell("def my_half(z): return z / 2"))
    return notebook


def in_reverse(notebook):
    notebook.cells = notebook.cells[::-1]
    return notebook


STILL_RIGHT = [
    (without_metadata, "metadata"),
    (without_metadata_and_ids, "metadata"),
    (with_new_ids, "metadata"),
    (with_an_answer_twice, "t1-half is answered in 2 cells; the last filled one counts"),
    (with_tests_edited, ""),
    (without_tests, "3 test cells were missing"),
    (with_a_kernel_that_does_not_exist, ""),
    (with_a_helper_in_a_new_cell, ""),
    (in_reverse, ""),
]


@pytest.mark.parametrize(("change", "note"), STILL_RIGHT, ids=[c.__name__ for c, _ in STILL_RIGHT])
def test_what_an_editor_does_costs_nothing_and_is_reported(change, note):
    marks = graded(change(solved()))
    assert statuses(marks) == RIGHT
    assert [item["points"] for item in marks["items"]] == [2, 1, 1, 2, 1]
    assert note in "; ".join(marks["notes"])
    assert bool(marks["notes"]) == bool(note)


def test_the_pictures_are_those_of_the_answer():
    draw = "import matplotlib.pyplot as plt\nfigure = plt.figure(figsize=({}, 1))"
    notebook = solved(plot=draw.format(3))
    for width in 5, 7:  # tried out in cells of their own
        notebook.cells.insert(1, nbformat.v4.new_code_cell(draw.format(width)))
    marks = graded(notebook, limits=Limits())  # a slow machine takes seconds to import Matplotlib
    item = next(i for i in marks["items"] if i["item"] == "t1-plot")
    widths = [struct.unpack(">16xI", base64.b64decode(p)[:20])[0] for p in item["pictures"]]
    assert widths == [300]


def test_what_a_person_reads_may_stand_right_below_the_cell_for_it():
    notebook, release = solved(), TINY.release()
    for name, new in ("plot", nbformat.v4.new_code_cell), ("words", nbformat.v4.new_markdown_cell):
        i = next(i for i, cell in enumerate(notebook.cells) if cell.id == f"t1-{name}")
        notebook.cells[i] = next(cell for cell in release.cells if cell.id == f"t1-{name}")
        notebook.cells.insert(i + 1, new(f"number = 1  # {name}"))
    marks = graded(notebook)
    texts = {item["item"]: item.get("text") for item in marks["items"]}
    assert texts["t1-plot"] == "number = 1  # plot"
    assert texts["t1-words"] == "number = 1  # words"
    assert "t1-plot is answered in 2 cells" in "; ".join(marks["notes"])


def test_a_lost_answer_is_blank_and_reported():
    notebook = solved()
    notebook.cells = [cell for cell in notebook.cells if cell.id != "t1-half"]
    marks = graded(notebook)
    assert next(i for i in marks["items"] if i["item"] == "t1-half-test")["status"] == "blank"
    assert any("t1-half was not found" in note for note in marks["notes"])


def test_somebody_else_s_numbers_are_reported_and_not_used():
    marks = grade(TINY, "s1", json.dumps(solved()).encode(), "secret", variant=1, limits=LIMITS)
    assert statuses(marks) == RIGHT
    assert any("not the ones that were handed out" in note for note in marks["notes"])
    fixed = json.dumps(solved(total="total = 20.0")).encode()
    marks = grade(TINY, "s1", fixed, "secret", variant=1, limits=LIMITS)
    assert statuses(marks)["total"] == "wrong"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "no JSON"),
        (b'{"cells": [', "no JSON"),
        (b"\xff\xfe\x00", "no JSON"),
        (b"[" * 10**6, "no JSON"),
        (b"[]", "no list of cells"),
        (b'{"worksheets": []}', "no list of cells"),
        (b" " * (21 * 2**20), "21 MB"),
        (None, "link"),
    ],
)
def test_what_is_no_notebook_is_unreadable_and_no_zero(data, why):
    marks = grade(TINY, "s1", data, "secret", limits=LIMITS)
    assert marks["status"] == "unreadable"
    assert why in marks["notes"][0]
    assert marks["items"] == []


@pytest.mark.parametrize(
    "cells", [[None, 1, "x"], [{}], [{"cell_type": "code", "source": 3, "id": [], "metadata": 1}]]
)
def test_a_notebook_of_nonsense_is_blank(cells):
    marks = graded(json.dumps({"cells": cells}).encode())
    assert {item["status"] for item in marks["items"] if item["earned"] is not None} == {"blank"}
    assert marks["items"][-1]["status"] == "blank"


def course_with(tmp_path, **submissions):
    (tmp_path / "source" / "t1").mkdir(parents=True)
    (tmp_path / "source" / "t1" / "t1.ipynb").write_text(tiny_assignment.source())
    for student, data in submissions.items():
        path = tmp_path / "submitted" / student / "t1" / "t1.ipynb"
        path.parent.mkdir(parents=True)
        if isinstance(data, bytes):
            path.write_bytes(data)
        elif data == "link":
            path.symlink_to("/etc/passwd")
        elif data == "pipe":
            os.mkfifo(path)
        else:
            path.write_text(json.dumps(data))
    return tmp_path


def marks_in(course):
    return {p.stem: json.loads(p.read_text()) for p in (course / "marks" / "t1").glob("*.json")}


def test_a_class_with_hostile_students_keeps_everybody_s_marks(tmp_path):
    course = course_with(
        tmp_path,
        good=solved(),
        loop=solved(half="while True: pass"),
        gone=solved(half="import os\nos._exit(0)"),
        big=b" " * (21 * 2**20),
        broken=b"{",
        link="link",
        pipe="pipe",
        other=solved(),
    )
    told = []
    done = batch.grade_class(course, TINY, limits=LIMITS, tell=lambda *n: told.append(n))
    assert done == (8, 0)
    assert told == [(n, 8) for n in range(1, 9)]
    marks = marks_in(course)
    assert statuses(marks["good"]) == statuses(marks["other"]) == RIGHT
    assert marks["good"]["answers"] == marks["other"]["answers"]  # the same file, twice
    assert statuses(marks["loop"]) == RIGHT | {"half": "time limit"}
    assert statuses(marks["gone"]) == RIGHT | {"half": "stopped"}
    unreadable = {name for name, m in marks.items() if m["status"] == "unreadable"}
    assert unreadable == {"big", "broken", "link", "pipe"}


def test_an_interrupted_class_goes_on_where_it_was(tmp_path):
    course = course_with(tmp_path, **{f"s{i}": solved() for i in range(6)})

    class Enough(Exception):
        pass

    def stop_after_two(done, _):
        if done == 2:
            raise Enough

    with pytest.raises(Enough):
        batch.grade_class(course, TINY, jobs=1, limits=LIMITS, tell=stop_after_two)
    before = {path: path.stat().st_mtime_ns for path in (course / "marks" / "t1").iterdir()}
    assert len(before) == 2
    assert batch.grade_class(course, TINY, limits=LIMITS) == (4, 2)
    assert all(path.stat().st_mtime_ns == then for path, then in before.items())
    assert sorted(marks_in(course)) == [f"s{i}" for i in range(6)]
    assert batch.grade_class(course, TINY, limits=LIMITS) == (0, 6)
    (course / "submitted" / "s1" / "t1" / "t1.ipynb").write_text(json.dumps(solved(half="")))
    assert batch.grade_class(course, TINY, limits=LIMITS) == (1, 5)


def test_what_ran_out_of_time_is_graded_again_with_more(tmp_path):
    course = course_with(tmp_path, a=solved(), b=solved(half="while True: pass"))
    batch.grade_class(course, TINY, limits=LIMITS)
    assert batch.grade_class(course, TINY, limits=Limits(seconds=3, total=20)) == (1, 1)
    assert batch.grade_class(course, TINY, limits=LIMITS) == (0, 2)


def test_no_process_and_no_thread_is_left(tmp_path):
    course = course_with(tmp_path, a=solved(), b=solved(half="while True: pass"))
    threads = threading.active_count()
    batch.grade_class(course, TINY, limits=LIMITS)
    assert threading.active_count() <= threads
    running = subprocess.run(
        ["ps", "--ppid", str(os.getpid()), "-o", "args="], stdout=-1, text=True
    )
    assert "runner.py" not in running.stdout

"""Where student code runs: in a jail that `bubblewrap <https://github.com/containers/bubblewrap>`_
makes on Linux, without a network, with no view of anything but its inputs, and within limits.
"""

import contextlib
import importlib.util
import json
import os
import platform
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from . import runner

# Linux's numbers of the calls that start a process or a thread, and of the processor they are of.
_FORKS = {"x86_64": (0xC000003E, (56, 57, 58, 435)), "aarch64": (0xC00000B7, (220, 435))}
_SECONDS_TO_START = 60


@dataclass(frozen=True)
class Limits:
    """What student code may use; seconds are counted by the clock.

    `seconds` holds for one cell or one call, `total` for a whole submission, both in seconds;
    `memory`, `disk` and `reply` are in bytes.
    """

    seconds: float = 20.0
    total: float = 120.0
    memory: int = 2**30
    disk: int = 64 * 2**20
    reply: int = 64 * 2**20


class Stopped(Exception):
    """The student's process did not answer: `status` is "time limit" or "stopped"."""

    def __init__(self, status):
        super().__init__(status)
        self.status = status


class StudentError(Exception):
    """The student's code raised an error."""


class JailError(RuntimeError):
    """The jail does not work; no student is to blame."""


class Process:
    """A process that runs a student's code and answers requests, until it is stopped.

    Parameters
    ----------
    limits : Limits
    jailed : bool
        False runs the code with the rights of whoever calls: for code that you trust only.

    Raises
    ------
    JailError
        Where no process could be started.
    """

    def __init__(self, limits, jailed=True):
        self.limits = limits
        rules = _no_new_process() if jailed else None
        command = _jail(limits, rules.fileno()) if jailed else [sys.executable, "-I"]
        script = "/runner.py" if jailed else runner.__file__
        resources = {"AS": limits.memory, "FSIZE": limits.disk, "NOFILE": 64, "CORE": 0}
        self.process = subprocess.Popen(
            [*command, script, json.dumps(resources)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            pass_fds=(rules.fileno(),) if jailed else (),
            start_new_session=True,
        )
        if rules:
            rules.close()
        try:  # the time to start is not the student's
            self.ask({"run": "", "cell": "start"}, seconds=_SECONDS_TO_START)
        except Stopped as stop:
            raise JailError(f"no process for student code could be started ({stop})") from stop

    def ask(self, request, buffers=(), seconds=None):
        """Send a request (see `runner.Runner.answer`) and return the value that comes back.

        Raises
        ------
        StudentError
            Where the student's code raised one.
        Stopped
            Where no answer came within `seconds`, the process ended, or it sent what is none.
        """
        late = threading.Event()

        def stop():
            late.set()
            self.process.kill()

        clock = threading.Timer(max(seconds or self.limits.seconds, 0), stop)
        clock.start()
        try:
            head = {**request, "sizes": [len(part) for part in buffers]}
            self.process.stdin.write(json.dumps(head).encode() + b"\n" + b"".join(buffers))
            self.process.stdin.flush()
            tree, parts = self._reply()
            if type(tree) is dict and "error" in tree:
                name, text = runner.unpack({"list": tree["error"]}, [])
                raise StudentError(f"{name}: {text}" if text else f"{name}")
            return runner.unpack(tree, parts)
        except (OSError, ValueError, RecursionError, TypeError, KeyError) as error:
            self.close()
            raise Stopped("time limit" if late.is_set() else "stopped") from error
        finally:
            clock.cancel()
            clock.join()  # it would run on for a moment

    def _reply(self):
        line = self.process.stdout.readline(self.limits.reply)
        if not line.endswith(b"\n"):
            raise runner.Malformed("the process ended, or its answer is too long")
        head = json.loads(line)
        sizes = head["sizes"]
        if any(type(size) is not int or size < 0 for size in sizes):
            raise runner.Malformed("impossible sizes")
        if sum(sizes) > self.limits.reply:
            raise runner.Malformed("more bytes than allowed")
        parts = [self.process.stdout.read(size) for size in sizes]
        return head["reply"], parts

    def close(self):
        """End the process, and with the jail all that it started."""
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        with contextlib.suppress(OSError):  # it may have ended before it read everything
            self.process.stdin.close()


@cache
def why_no_jail():
    """Why this machine has no jail, in a sentence; None where it has one."""
    if sys.platform != "linux" or platform.machine() not in _FORKS:
        return "the jail needs Linux on x86_64 or aarch64"
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed (the command bwrap; Debian's package is bubblewrap)"
    with _no_new_process() as rules:
        command = [*_jail(Limits(), rules.fileno()), "-c", "import numpy"]
        tried = subprocess.run(
            command,
            capture_output=True,
            text=True,
            env=_environment(),
            pass_fds=(rules.fileno(),),
        )
    if tried.returncode:
        return f"bubblewrap does not work here: {tried.stderr.strip()[-300:]}"
    return None


def _environment():
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
    needed = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return {**needed, **threads, "MPLBACKEND": "Agg", "LANG": "C.UTF-8"}


def _jail(limits, rules):
    """The command that runs Python in the jail; the path of a script and its arguments follow."""
    show = []
    for path in dict.fromkeys([sys.base_prefix, sys.prefix]):
        show += ["--ro-bind", path, path]
    for path in ("/lib", "/lib64", "/bin"):
        if os.path.islink(path):
            show += ["--symlink", os.readlink(path), path]
        elif os.path.isdir(path):
            show += ["--ro-bind", path, path]
    for package in _hidden_packages():
        if any(package.is_relative_to(place) for place in ("/usr", sys.base_prefix, sys.prefix)):
            show += ["--tmpfs", str(package)]
    fonts = _font_list()
    return [
        *("bwrap", "--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent"),
        *("--new-session", "--cap-drop", "ALL", "--uid", "65534", "--gid", "65534"),
        *("--hostname", "jail", "--ro-bind", "/usr", "/usr"),
        *("--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"),
        *show,
        *("--proc", "/proc", "--dev", "/dev", "--size", str(limits.disk), "--tmpfs", "/scratch"),
        *(
            "--ro-bind",
            str(fonts),
            f"/scratch/mpl/{fonts.name}",
            "--setenv",
            "MPLCONFIGDIR",
            "/scratch/mpl",
        ),
        *("--setenv", "HOME", "/scratch", "--chdir", "/scratch"),
        *("--ro-bind", runner.__file__, "/runner.py", "--remount-ro", "/"),
        *("--seccomp", str(rules), sys.executable, "-I", "-B"),
    ]


def _hidden_packages():
    """Where this package is, and the book's helper, which answers half of what is asked."""
    for name in ("belowzero", __package__):
        spec = importlib.util.find_spec(name)
        yield from map(Path, spec.submodule_search_locations if spec else ())


@cache
def _font_list():
    """Matplotlib's list of fonts, which takes seconds to make and is therefore handed in."""
    from matplotlib import font_manager, get_cachedir  # writes the list where there is none

    name = f"fontlist-v{font_manager.FontManager.__version__}.json"
    return Path(get_cachedir(), name)


def _no_new_process():
    """An open file with the rules of Linux's seccomp: no new process and no new thread.

    They hold for the superuser too, whom RLIMIT_NPROC does not bind.
    """
    load, equal, above, give = 0x20, 0x15, 0x35, 0x06
    allow, deny, kill = 0x7FFF0000, 0x00050001, 0x80000000
    processor, calls = _FORKS[platform.machine()]
    steps = [
        (load, 0, 0, 4),  # the processor that the call is meant for
        (equal, 1, 0, processor),
        (give, 0, 0, kill),
        (load, 0, 0, 0),  # the call's number
        (above, len(calls) + 1, 0, 0x40000000),  # x32, a second set of numbers
        *((equal, len(calls) - i, 0, call) for i, call in enumerate(calls)),
        (give, 0, 0, allow),
        (give, 0, 0, deny),
    ]
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the caller closes it)
    file.write(b"".join(struct.pack("=HBBI", *step) for step in steps))
    file.seek(0)
    return file

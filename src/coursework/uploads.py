"""What was uploaded: the files in a folder or in a zip file, none of them followed or unpacked."""

import contextlib
import functools
import os
import re
import stat
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from .submissions import MOST_BYTES

MOST_UNPACKED = 2 * 2**30  # bytes of all notebooks in a zip file
MOST_FOLDERS = 30  # one in another

NOTEBOOK = re.compile(r"\.ipynb(?:\.(?:txt|json))?$", re.IGNORECASE)  # browsers add the second


@dataclass(frozen=True)
class Upload:
    """A file: the parts of its path, when it was changed, and why it cannot be used, if so."""

    parts: tuple[str, ...]
    time: datetime | None = None
    read: Callable[[], bytes] | None = None
    problem: str = ""

    @property
    def shown(self):
        """The path, fit to be printed."""
        return printable("/".join(self.parts))


@contextlib.contextmanager
def uploads(path):
    """Open what was uploaded; files can be read while it is open.

    Parameters
    ----------
    path : path
        A folder or a zip file.

    Yields
    ------
    list of Upload

    Raises
    ------
    ValueError
        Where there is neither.
    """
    path = Path(path)
    if path.is_dir():
        yield list(_in_folder(path))
        return
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path} is neither a folder nor a zip file: {error}") from None
    with archive:
        yield list(_in_zip(archive, path.name))


def printable(text):
    """A text without what would break a line, a terminal or a page, and not too long."""
    text = "".join(c if c.isprintable() else "\ufffd" for c in text)
    return text if len(text) <= 200 else text[:199] + "…"


def _in_folder(folder):
    waiting = [()]
    while waiting:
        parts = waiting.pop()
        try:
            entries = sorted(os.scandir(folder.joinpath(*parts)), key=lambda entry: entry.name)
        except OSError as error:
            yield Upload(parts or (folder.name,), problem=f"cannot be opened: {error.strerror}")
            continue
        for entry in entries:
            path = (*parts, entry.name)
            if _is_clutter(entry.name):
                continue
            if not entry.is_dir(follow_symlinks=False):
                yield _on_disk(entry, path)
            elif len(path) > MOST_FOLDERS:
                yield Upload(path, problem=f"lies deeper than {MOST_FOLDERS} folders")
            else:
                waiting.append(path)


def _on_disk(entry, parts):
    about = entry.stat(follow_symlinks=False)
    if stat.S_ISLNK(about.st_mode):
        return Upload(parts, problem="is a symbolic link, which is not followed")
    if not stat.S_ISREG(about.st_mode):
        return Upload(parts, problem="is no regular file")
    time = None
    with contextlib.suppress(OSError, OverflowError, ValueError):
        time = datetime.fromtimestamp(int(about.st_mtime))
    read = functools.partial(_contents, entry.path)
    return Upload(parts, time, read, _wrong_with(parts[-1], about.st_size))


def _contents(path):
    # It may have become a link, or a pipe that waits for a writer.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with open(os.open(path, flags), "rb") as file:
        return file.read(MOST_BYTES)


def _in_zip(archive, title):
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if sum(entry.file_size for entry in entries if NOTEBOOK.search(entry.filename)) > MOST_UNPACKED:
        limit = f"{MOST_UNPACKED / 2**30:g} GB"
        yield Upload((title,), problem=f"unpacks to more than {limit} and is not read")
        return
    for entry in sorted(entries, key=lambda entry: entry.filename):
        path = PurePosixPath(_name(entry))
        parts = tuple(part for part in path.parts if part not in ("/", "..")) or (title,)
        if any(map(_is_clutter, parts)):
            continue
        time = None
        with contextlib.suppress(ValueError):  # 1980 is what a zip file says that does not know
            time = datetime(*entry.date_time) if entry.date_time[0] > 1980 else None
        read = functools.partial(_unpacked, archive, entry)
        yield Upload(parts, time, read, _wrong_in_zip(entry, path))


def _name(entry):
    """An entry's name; macOS writes UTF-8 and does not say so, Windows may write backslashes."""
    name = entry.filename
    if not entry.flag_bits & 0x800:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode()
    return name.replace("\\", "/")


def _wrong_in_zip(entry, path):
    if path.is_absolute() or ".." in path.parts or re.match("[A-Za-z]:", str(path)):
        return "leads out of the zip file and is not read"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "is a symbolic link, which is not followed"
    if entry.flag_bits & 1:
        return "is encrypted"
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "is compressed by a method that is not read"  # zipfile reads it without a bound
    return _wrong_with(path.name, entry.file_size)


def _unpacked(archive, entry):
    with archive.open(entry) as file:
        return file.read(MOST_BYTES)


def _wrong_with(name, size):
    if size > MOST_BYTES:
        return f"has {size / 2**20:.0f} MB, more than the {MOST_BYTES >> 20} MB that are read"
    return "" if NOTEBOOK.search(name) or name == "timestamp.txt" else "is no notebook"


def _is_clutter(name):
    is_hidden = name.startswith(".") and not NOTEBOOK.search(name)
    return is_hidden or name.startswith("._") or name == "__MACOSX"

"""Run a student's code, and answer for it in plain values.

This file runs by itself in the student's process, where the package is not to be had. It reads
requests from its standard input, a line of JSON and then the bytes of the arrays, and answers in
the same form. Nothing is pickled. What it says is the student's word: whoever reads it, trusts
none of it (`unpack` checks all there is to check).
"""

import base64
import contextlib
import io
import json
import math
import os
import re
import sys

import numpy as np

DTYPE = re.compile(r"[<|](?:b1|[iu][1248]|f[248]|c8|c16|U\d{1,4})")
PICTURES, PICTURE_BYTES = 2, 1_000_000
_PLAIN = (type(None), bool, int, float, str)


class Malformed(ValueError):
    """A message that is not in the agreed form."""


class Unusable:
    """Stands for a value of a type that is not passed on."""

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f"<a value of type {self.name}>"


def pack(value):
    """A value as a tree for JSON, and the arrays' bytes beside it."""
    buffers = []

    def tree(value, depth=0):
        if type(value) in _PLAIN:
            return value
        if type(value) is np.ndarray or isinstance(value, np.generic):
            array = np.asarray(value)
            array = array.astype(array.dtype.newbyteorder("<"), copy=False)
            if DTYPE.fullmatch(array.dtype.str):
                buffers.append(array.tobytes())
                fixed = type(value) is np.ndarray and not value.flags.writeable
                shape = list(array.shape)
                return {"array": array.dtype.str, "shape": shape, "fixed": fixed,
                        "scalar": type(value) is not np.ndarray}  # fmt: skip
        if type(value) in (list, tuple) and depth < 10:
            return {type(value).__name__: [tree(part, depth + 1) for part in value]}
        if type(value) is dict and depth < 10:
            return {"dict": [[tree(key, 10), tree(v, depth + 1)] for key, v in value.items()]}
        return {"other": str(type(value).__name__)[:50]}

    return tree(value), buffers


def unpack(tree, buffers):
    """The value that `pack` took apart, from parts that may be anybody's.

    Raises
    ------
    Malformed
        Where the parts do not fit together.
    """
    buffers = iter(buffers)

    def value(tree):
        if type(tree) in _PLAIN:
            return tree
        if type(tree) is not dict or not tree:
            raise Malformed("neither a plain value nor a description of one")
        what = next(iter(tree))
        parts = tree[what]
        if what == "array":
            return array(parts, tree.get("shape"), tree)
        if what == "other" and type(parts) is str:
            return Unusable(parts)
        if type(parts) is list and what in ("list", "tuple"):
            return (list if what == "list" else tuple)(value(part) for part in parts)
        if type(parts) is list and what == "dict":
            if any(type(pair) is not list or len(pair) != 2 for pair in parts):
                raise Malformed("a dictionary whose items are no pairs")
            pairs = [(value(key), value(v)) for key, v in parts]
            if any(type(key) not in _PLAIN for key, _ in pairs):
                raise Malformed("a dictionary with a key that is not plain")
            return dict(pairs)
        raise Malformed(f"a value of the unknown kind {what!r:.50}")

    def array(dtype, shape, tree):
        if type(dtype) is not str or not DTYPE.fullmatch(dtype):
            raise Malformed(f"an array of type {dtype!r:.50}")
        if type(shape) is not list or len(shape) > 32:
            raise Malformed("an array without a shape")
        if any(type(n) is not int or n < 0 for n in shape):
            raise Malformed("an array with an impossible shape")
        data = next(buffers, b"")
        if math.prod(shape) * np.dtype(dtype).itemsize != len(data):
            raise Malformed("an array whose shape does not fit its bytes")
        if dtype == "|b1":  # any byte but 0 and 1 would be a truth value that equals neither
            found = np.frombuffer(data, np.uint8).reshape(shape) != 0
        else:
            found = np.frombuffer(data, dtype).reshape(shape).copy()
        if tree.get("scalar"):
            return found.reshape(-1)[0] if found.size == 1 else found
        found.flags.writeable = not tree.get("fixed")
        return found

    return value(tree)


class Runner:
    """A student's namespace and what can be asked of it."""

    def __init__(self):
        self.names = {"__name__": "__main__", "display": lambda *values, **options: None}

    def answer(self, request, buffers=()):
        """Carry out a request; return a tree and buffers, as `pack` does."""
        try:
            if "run" in request:
                try:
                    exec(compile(request["run"], request["cell"], "exec"), self.names)
                    return pack(_pictures() if request.get("pictures") else None)
                finally:  # as in a notebook, no figure outlives its cell
                    if "matplotlib.pyplot" in sys.modules:
                        sys.modules["matplotlib.pyplot"].close("all")
            if "get" in request:
                return pack(self._named(request["get"]))
            args, kwargs = unpack(request["with"], buffers)
            return pack(self._named(request["call"])(*args, **kwargs))
        except BaseException as error:  # SystemExit and KeyboardInterrupt are the student's too
            return {"error": [type(error).__name__[:50], _text(error)]}, []

    def _named(self, name):
        if name not in self.names:
            raise NameError(f"{name} is not defined")
        return self.names[name]


def _text(error):
    try:
        return str(error)[:500]
    except BaseException:
        return "(an error that does not say what it is)"


def _pictures():
    """The open figures as PNG, in base64."""
    plt = sys.modules.get("matplotlib.pyplot")
    pictures = []
    if plt is not None:
        for number in plt.get_fignums()[:PICTURES]:
            file = io.BytesIO()
            figure = plt.figure(number)
            size = np.clip(figure.get_size_inches(), 1, 12)
            figure.set_size_inches(size)
            figure.savefig(file, format="png", dpi=100)
            pictures.append(base64.b64encode(file.getvalue()[:PICTURE_BYTES]).decode())
    return pictures


def main():
    """Answer requests until there are no more; the first argument holds the limits, in JSON."""
    limit = json.loads(sys.argv[1])
    with contextlib.suppress(ImportError):  # Windows has no such limits
        import resource

        for name, value in limit.items():
            resource.setrlimit(getattr(resource, "RLIMIT_" + name), (value, value))
    requests, replies = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):  # what a student prints goes nowhere, and input() finds nothing
        os.dup2(nothing, standard)
    runner = Runner()
    for line in requests:
        request = json.loads(line)
        buffers = [requests.read(size) for size in request["sizes"]]
        tree, buffers = runner.answer(request, buffers)
        head = {"reply": tree, "sizes": [len(part) for part in buffers]}
        replies.write(json.dumps(head).encode() + b"\n" + b"".join(buffers))
        replies.flush()


if __name__ == "__main__":
    main()

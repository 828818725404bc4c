"""Files of the course folder: each is written as a whole or not at all."""

import json
import os
import secrets


def write(path, data):
    """Write bytes as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")  # others may write it, too
    part.write_bytes(data)
    os.replace(part, path)


def write_json(path, value):
    """Write a value as JSON, as a whole or not at all."""
    write(path, json.dumps(value, indent=1).encode())


def read_json(path):
    """Return what `write_json` wrote, or an empty dict where there is no file."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}

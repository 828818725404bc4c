"""Run notebooks top to bottom, each in a fresh kernel, and store their outputs.

A refresh of an unchanged notebook leaves no diff: what differs from run to run or from machine
to machine (widget state, the widget view, times, the kernel's version) is not stored.

    python tools/refresh.py chapters/index.ipynb
"""

import sys
from pathlib import Path

import environment  # noqa: F401
import nbformat
from nbclient import NotebookClient

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}


def clean(notebook):
    """Remove what is not the same on every run, in place."""
    notebook.metadata = nbformat.from_dict(METADATA)
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        for output in cell.get("outputs", []):
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)


def refresh(path):
    """Execute the notebook at `path` where it stands and write it back with its outputs."""
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(notebook, timeout=None, record_timing=False, store_widget_state=False)
    client.execute(cwd=path.parent)
    clean(notebook)
    nbformat.write(notebook, path)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(name)
        refresh(Path(name))

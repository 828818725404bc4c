"""Ask of every verdict whether it survives: with fresh draws, and with twice the training steps.

    python tools/stress.py [chapters/01-dying-relu.ipynb ...]

Each notebook runs with five other sets of draws (every generator gets another seed, data and
batches too), and once with every training twice as long: what it records after step 100 is then
what it finds after step 200. No notebook knows of it. How often each verdict held is stored in
`chapters/stress.json`, which the ledger reads; the notebooks as they ran lie in `_build/stress`.
"""

import json
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from itertools import product
from math import ceil
from pathlib import Path

import nbformat
import numpy as np
from nbclient import NotebookClient

from belowzero.claims import STRESS, fingerprint
from tools import environment  # noqa: F401

ROOT = Path(__file__).parents[1]
DRAWS = 5
STORED = ROOT / "chapters" / STRESS
WAYS = {f"redraw({k})": f"draws-{k}" for k in range(1, DRAWS + 1)} | {"lengthen()": "steps"}


def redraw(k):
    """Let every seed stand for other draws, the k-th set of them."""
    original = np.random.default_rng

    def default_rng(seed=None):
        if isinstance(seed, np.random.Generator):
            return seed
        return original([*np.atleast_1d(seed), 10_000 + k])

    np.random.default_rng = default_rng


def lengthen(factor=2):
    """Let training make more updates than it is told, and count them as the ones it was told."""
    import belowzero
    from belowzero import autodiff, sweeps, training

    def train(net, X, y, *, steps, batch_size=None, every=None, keep=(), **settings):
        epoch = ceil(len(X) / (batch_size or len(X)))
        seen = {
            "every": training.steps_of("every", epoch if every is None else every, steps),
            "keep": training.steps_of("keep", keep, steps),
        }
        later = {name: [factor * step for step in steps] for name, steps in seen.items()}
        settings |= later | dict(steps=factor * steps, batch_size=batch_size)
        history = original(net, X, y, **settings)
        kept = {step // factor: params for step, params in history.kept.items()}
        return history._replace(steps=history.steps // factor, kept=kept)

    def fit(params, loss, steps, lr, *, every=None, see=None, **settings):
        if every is not None:
            every = [factor * step for step in training.steps_of("every", every, steps)]
        look = see and (lambda params, step: see(params, step // factor))
        return plain(params, loss, factor * steps, lr, every=every, see=look, **settings)

    original, plain = training.train, autodiff.fit
    autodiff.fit = fit
    for module in belowzero, sweeps, training:
        module.train = train


def run(path, way):
    """Execute a notebook in one of the ways, and go on after errors; return it."""
    notebook = nbformat.read(path, as_version=4)
    code = f"import sys\nsys.path.insert(0, {str(ROOT)!r})\nfrom tools import stress\nstress.{way}"
    notebook.cells.insert(0, nbformat.v4.new_code_cell(code, id="stress"))
    client = NotebookClient(notebook, timeout=None, allow_errors=True, store_widget_state=False)
    client.execute(cwd=path.parent)
    folder = ROOT / "_build" / "stress" / WAYS[way]
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, folder / path.name)
    return notebook


def failed(notebook):
    """Return the ids of the cells that ended with an error, each with its message."""
    return {
        cell.id: f"{output.ename}: {output.evalue}"
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.output_type == "error"
    }


def main(paths):
    """Run the chapters in all ways, store what held, and return whether everything did."""
    jobs = list(product(paths, WAYS))
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        failures = dict(
            zip(jobs, map(failed, pool.map(run, *zip(*jobs, strict=True))), strict=True)
        )
    stored = json.loads(STORED.read_text(encoding="utf-8")) if STORED.exists() else {}
    for path in paths:
        runs = {name: failures[path, way] for way, name in WAYS.items()}
        for name, cells in runs.items():
            for cell, message in cells.items():
                print(f"{path.stem}, {name}, cell {cell}: {message}")
        stored[path.stem] = summary(nbformat.read(path, as_version=4), runs)
    STORED.write_text(json.dumps(stored, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    survived = [not ways for path in paths for ways in stored[path.stem]["verdicts"].values()]
    print(f"{sum(survived)} of {len(survived)} verdicts held in every run")
    return not any(failures.values())


def summary(notebook, runs):
    """Say of each verdict in which runs it failed, and which other cells did."""
    code = [cell.id for cell in notebook.cells if cell.cell_type == "code"]
    failed = {cell: [way for way in runs if cell in runs[way]] for cell in code}
    verdicts = {cell: ways for cell, ways in failed.items() if cell.startswith("verdict-")}
    return {
        "code": fingerprint(notebook),
        "ways": list(runs),
        "verdicts": {cell.removeprefix("verdict-"): ways for cell, ways in verdicts.items()},
        "broken": [cell for cell in code if failed[cell] and cell not in verdicts],
    }


if __name__ == "__main__":
    names = sys.argv[1:] or sorted((ROOT / "chapters").glob("*.ipynb"))
    sys.exit(not main([Path(name).resolve() for name in names]))

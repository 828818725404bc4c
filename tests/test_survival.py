"""What the book found stands on other processors, for other draws, and after more training."""

import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from numpy._core._multiarray_umath import __cpu_features__

from belowzero import autodiff, training
from belowzero.claims import STRESS, collect, fingerprint
from tools import stress
from tools.portable import PROCESSORS

CHAPTERS = Path(__file__).parents[1] / "chapters"
NOTEBOOKS = sorted(CHAPTERS.glob("*.ipynb"))
SURVIVED = json.loads((CHAPTERS / STRESS).read_text(encoding="utf-8"))

every_notebook = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)

# Near the edge of learning, where one bit decides.
TRAIN = """
import hashlib, sys
from belowzero import MLP, sweep, xor
X, y = xor(40, rng=1)
settings = dict(lr=1.0, steps=200, seed=range(20), batch_size=7, momentum=0.5)
for activation in "leaky_relu", "elu":
    run = sweep([2, 8, 8, 1], X, y, activation=activation, {resolution} **settings)
    print(hashlib.sha256(run.final.params.tobytes()).hexdigest())
"""
ROUNDED, EXACT = TRAIN.format(resolution=""), TRAIN.format(resolution="resolution=None,")
HAS_AVX2 = __cpu_features__.get("X86_V3", False)


def on(processor, code):
    """Run code on one of the processors and return what it prints."""
    environment = {**os.environ, **PROCESSORS[processor]}
    return subprocess.check_output([sys.executable, "-c", code], env=environment, text=True)


# Processors


def test_training_ends_with_the_same_bits_on_every_processor():
    assert len({on(processor, ROUNDED) for processor in PROCESSORS}) == 1


@pytest.mark.skipif(not HAS_AVX2, reason="this processor has no AVX2 that could be hidden")
def test_without_rounding_it_would_end_with_others():
    assert len({on(processor, EXACT) for processor in PROCESSORS}) > 1


# Verdicts


@every_notebook
def test_a_chapter_has_not_changed_since_its_verdicts_were_tried(path):
    stored = fingerprint(nbformat.read(path, as_version=4))
    assert SURVIVED[path.stem]["code"] == stored, "run: make stress"


@every_notebook
def test_every_cell_runs_with_fresh_draws_and_with_more_training(path):
    assert SURVIVED[path.stem]["broken"] == []


def test_every_verdict_holds_in_all_fresh_draws_and_with_twice_the_steps():
    always = f"Held in {stress.DRAWS} of {stress.DRAWS} fresh draws, and with twice the steps."
    assert {claim.survived for claim in collect(CHAPTERS)} == {always}


# How they are tried


@pytest.fixture
def stressed(monkeypatch):
    """Undo afterwards what a way of trying changes."""
    import belowzero
    from belowzero import sweeps

    monkeypatch.setattr(autodiff, "fit", autodiff.fit)
    monkeypatch.setattr(np.random, "default_rng", np.random.default_rng)
    for module in belowzero, sweeps, training:
        monkeypatch.setattr(module, "train", training.train)


def test_fresh_draws_are_others_each_time_and_the_same_again(stressed):
    original = np.random.default_rng

    def draws(seed):
        return np.random.default_rng(seed).normal(size=3).tolist()

    seen = [draws(7), draws([7, 1])]
    for k in 1, 2, 1:
        np.random.default_rng = original
        stress.redraw(k)
        seen += [draws(7), draws([7, 1])]
    assert seen[2:4] == seen[6:8]
    assert len(set(map(tuple, seen[:6]))) == 6


def test_a_generator_that_is_handed_over_goes_on(stressed):
    stress.redraw(1)
    rng = np.random.default_rng(0)
    assert np.random.default_rng(rng) is rng


@pytest.mark.parametrize("batch_size", [None, 5])
def test_more_training_records_at_each_step_what_comes_at_twice_the_step(stressed, batch_size):
    from belowzero import MLP

    X, y = np.random.default_rng(0).normal(size=(20, 2)), np.arange(20) % 2
    settings = dict(lr=0.5, batch_size=batch_size)
    true = training.train(MLP([2, 3, 1]), X, y, steps=80, every=1, keep=[40], **settings)
    stress.lengthen()
    longer = training.train(MLP([2, 3, 1]), X, y, steps=40, keep=[20], **settings)
    assert longer.steps[-1] == 40
    assert np.array_equal(longer.loss[0], true.loss[0, 2 * longer.steps])
    assert np.array_equal(longer.kept[20], true.kept[40])


def test_more_training_counts_alike_for_networks_that_autograd_differentiates(stressed):
    start, looks = {"w": np.ones((1, 1))}, [0, 5, 10]

    def loss(p, step):
        return (p["w"] ** 2)[:, 0]

    def see(p, step):
        return {"w": p["w"][:, 0], "step": np.array([step])}

    _, true = autodiff.fit(start, loss, 20, 0.1, every=[0, 10, 20], see=see)
    stress.lengthen()
    _, longer = autodiff.fit(start, loss, 10, 0.1, every=looks, see=see)
    assert np.array_equal(longer["w"], true["w"])
    assert longer["step"].tolist() == [looks]
    assert np.array_equal(autodiff.fit(start, loss, 10, 0.1, see=see)[1]["w"], true["w"][:, -1])

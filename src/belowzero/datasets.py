"""The book's small data sets, each returned as inputs X and labels y."""

import numpy as np


def churn():
    """Five customers, two features, and whether each left: small enough to follow by hand.

    Returns
    -------
    X : (5, 2) float array
    y : (5,) int array of 0 and 1

    >>> X, y = churn()
    >>> X[1], int(y[1])
    (array([0.9, 0.8]), 1)
    """
    X = np.array([[0.5, 0.1], [0.9, 0.8], [0.2, 0.3], [0.7, 0.6], [0.4, 0.2]])
    return X, np.array([0, 1, 0, 1, 0])


def xor(n_samples=200, *, noise=0.25, rng=0):
    """Four clouds around (±1, ±1); opposite ones share a class, so no line separates them.

    Parameters
    ----------
    n_samples : int
        A multiple of 4.
    noise : float
        Standard deviation of each cloud.
    rng : numpy.random.Generator or seed

    Returns
    -------
    X : (n_samples, 2) float array
    y : (n_samples,) int array of 0 and 1

    >>> X, y = xor(8)
    >>> X.shape, y.tolist()
    ((8, 2), [0, 1, 1, 0, 0, 1, 1, 0])
    """
    _check(n_samples, 4, noise)
    centres = np.resize([[-1, -1], [-1, 1], [1, -1], [1, 1]], (n_samples, 2))
    y = (centres[:, 0] != centres[:, 1]).astype(int)
    return centres + np.random.default_rng(rng).normal(0, noise, (n_samples, 2)), y


def circles(n_samples=200, *, noise=0.1, rng=0):
    """A ring of radius 1 around a ring of radius 1/2.

    Parameters and results are those of `xor`; `n_samples` is a multiple of 2.

    >>> X, y = circles(100, noise=0)
    >>> np.hypot(*X.T)[y == 1].max().round(3)
    np.float64(0.5)
    """
    _check(n_samples, 2, noise)
    rng = np.random.default_rng(rng)
    y = np.arange(n_samples) % 2
    angle = rng.uniform(0, 2 * np.pi, n_samples)
    X = np.column_stack([np.cos(angle), np.sin(angle)]) / (1 + y)[:, None]
    return X + rng.normal(0, noise, X.shape), y


def spirals(n_samples=200, *, noise=0.05, rng=0):
    """Two spirals, each once around the other, within radius 1.

    Parameters and results are those of `xor`; `n_samples` is a multiple of 2.

    >>> X, y = spirals(100, noise=0)
    >>> bool(np.allclose(X[y == 0], -X[y == 1]))
    True
    """
    _check(n_samples, 2, noise)
    rng = np.random.default_rng(rng)
    y = np.arange(n_samples) % 2
    radius = np.repeat(rng.uniform(0.05, 1, n_samples // 2), 2)
    angle = 2 * np.pi * radius + np.pi * y
    X = radius[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return X + rng.normal(0, noise, X.shape), y


def digits(*, scaling="standard"):
    """Handwritten digits of 8×8 pixels, from scikit-learn.

    Parameters
    ----------
    scaling : {"standard", "symmetric", "raw"}
        Pixels of mean 0 and variance 1 (constant ones 0), from −1 to 1, or as they are, 0 to 16.

    Returns
    -------
    X : (1797, 64) float array
    y : (1797,) int array of 0 to 9

    >>> X, y = digits(scaling="symmetric")
    >>> X.shape, float(X.min()), float(X.max())
    ((1797, 64), -1.0, 1.0)
    """
    X, y = _digits()
    return _scaled(X, X, scaling), y


def digits_split(*, scaling="standard", test_share=0.25, seed=0):
    """The digits in a training and a test set, with the classes in proportion in both.

    Parameters
    ----------
    scaling : {"standard", "symmetric", "raw"}
        As for `digits`; mean and variance are those of the training set.
    test_share : float
    seed : int

    Returns
    -------
    X, X_test : (samples, 64) float arrays
    y, y_test : (samples,) int arrays of 0 to 9

    >>> X, X_test, y, y_test = digits_split()
    >>> len(X), len(X_test)
    (1347, 450)
    """
    from sklearn.model_selection import train_test_split

    X, y = _digits()
    draw = int(
        np.random.default_rng(seed).integers(2**32)
    )  # as everywhere, so that all redraw alike
    X, X_test, y, y_test = train_test_split(
        X, y, test_size=test_share, random_state=draw, stratify=y
    )
    return _scaled(X, X, scaling), _scaled(X_test, X, scaling), y, y_test


def _digits():
    from sklearn.datasets import load_digits  # a second that only the digits should cost

    return load_digits(return_X_y=True)


def _scaled(X, by, scaling):
    if scaling == "standard":
        spread = by.std(axis=0)
        return (X - by.mean(axis=0)) / np.where(spread > 0, spread, 1)
    if scaling == "symmetric":
        return X / 8 - 1
    if scaling == "raw":
        return X
    raise ValueError(f"scaling must be 'standard', 'symmetric' or 'raw', got {scaling!r}")


def _check(n_samples, multiple, noise):
    if n_samples < multiple or n_samples % multiple:
        raise ValueError(f"n_samples must be a positive multiple of {multiple}, got {n_samples}")
    if not 0 <= noise < np.inf:
        raise ValueError(f"noise must be finite and not negative, got {noise}")

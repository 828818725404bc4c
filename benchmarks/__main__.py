"""Print one table of how fast and how small the book's code is.

Each row compares two ways of doing the same, side by side in one run: they take turns, so that
whatever else the machine does meets both. A ratio above 1 is in favour of the book's code.
"""

import os
import statistics
from importlib import import_module

from .timing import Row

os.environ.setdefault("TQDM_DISABLE", "1")


def line(row: Row) -> str:
    """Medians, and of the ratio also the quartiles."""
    ratios = sorted(theirs / ours for ours, theirs in zip(row.ours, row.theirs, strict=True))
    low, middle, high = statistics.quantiles(ratios, n=4) if len(ratios) > 1 else ratios * 3
    ours, theirs = statistics.median(row.ours), statistics.median(row.theirs)
    return (
        f"{row.name:<52} {ours:>10.4g} {theirs:>10.4g} {row.unit:<3} "
        f"{middle:>8.3g} ({low:.3g} to {high:.3g})  {row.note}"
    )


MODULES = ("sweeps", "functions", "sliders", "pages")


def main():
    """Run the benchmarks of every module named above, printing rows as they come."""
    print(f"{'':<52} {'book':>10} {'other':>10} {'':<3} {'ratio':>8} (quartiles)")
    for module in MODULES:
        for row in import_module(f".{module}", __package__).rows():
            print(line(row) if isinstance(row, Row) else row, flush=True)


if __name__ == "__main__":
    main()

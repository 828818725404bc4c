"""Draw which module imports which, from the code, as a figure in CONTRIBUTING.md.

python tools/imports.py
"""

import ast
import re
from graphlib import TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "CONTRIBUTING.md"
PACKAGES = ("belowzero", "coursework")
_FIGURE = re.compile(r"^```mermaid\n.*?^```\n", re.MULTILINE | re.DOTALL)


def imports(package):
    """Return the modules of a package of ours, each with the set of those that it imports.

    A package's ``__init__`` only passes names on, and is left out.
    """
    paths = [path for path in (ROOT / "src" / package).glob("*.py") if path.stem != "__init__"]
    return {
        path.stem: {name for name in _named(path) if _is_module(package, name)} for path in paths
    }


def _named(path):
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield from [node.module] if node.module else [alias.name for alias in node.names]


def _is_module(package, name):
    return (ROOT / "src" / package / f"{name}.py").is_file()


def without_detours(graph):
    """Return the graph without the arrows that others imply: a to c, where a to b to c is there.

    Raises
    ------
    graphlib.CycleError
        Where modules import each other.
    """
    reached = {}
    for name in TopologicalSorter(graph).static_order():
        reached[name] = graph[name].union(*(reached[other] for other in graph[name]))
    return {
        name: others - set().union(*(reached[other] for other in others))
        for name, others in graph.items()
    }


def figure():
    """Return the figure, as a block that GitHub draws."""
    lines = ["```mermaid", "flowchart LR"]
    for package in PACKAGES:
        lines += [f"  subgraph {package}"]
        for name, others in sorted(without_detours(imports(package)).items()):
            to = " & ".join(f"{package}.{other}" for other in sorted(others))
            lines += [f"    {package}.{name}[{name}]{to and ' --> '}{to}"]
        lines += ["  end"]
    return "\n".join([*lines, "```", ""])


def main():
    """Put the figure in its place."""
    page = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(_FIGURE.sub(lambda _: figure(), page), encoding="utf-8")


if __name__ == "__main__":
    main()

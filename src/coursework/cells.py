"""Cells: what nbgrader's format says of each, and what stands in a student's in its place."""

import ast
import re

CODE_STUB = "# YOUR CODE HERE\nraise NotImplementedError()"
TEXT_STUB = "YOUR ANSWER HERE"

_REGION = r"^([ \t]*)### BEGIN {0}[ \t]*\n(.*?)^[ \t]*### END {0}[ \t]*$\n?"
SOLUTION = re.compile(_REGION.format("SOLUTION"), re.MULTILINE | re.DOTALL)
HIDDEN = re.compile(_REGION.format("HIDDEN TESTS"), re.MULTILINE | re.DOTALL)
RUBRIC = re.compile(r"^[# \t]*rubric[ \t]+([\d.]+):[ \t]*(.+)$", re.MULTILINE)


def kind(cell):
    """What a cell is: "text", "free", "given", "answer", "test", or "read" (by a person)."""
    grader = cell.get("metadata", {}).get("nbgrader", {})
    if grader.get("grade"):
        return "read" if grader.get("solution") else "test"
    if grader.get("solution"):
        return "answer"
    if grader.get("locked"):
        return "given"
    return "free" if cell.get("cell_type") == "code" else "text"


def names_defined(code):
    """The names that code binds at its top level: dict of name to "function" or "value".

    Code that is no Python defines nothing.
    """
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    names = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            names[node.name] = "function"
        elif isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                for part in ast.walk(target):
                    if isinstance(part, ast.Name):
                        names.setdefault(part.id, "value")
    return names


def names_used(code):
    """The names that code reads, a set."""
    return {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}


def stubbed(text, is_code=True):
    """A cell's text with a stub in the place of each solution."""
    stub = CODE_STUB if is_code else TEXT_STUB
    indented = lambda found: "".join(f"{found[1]}{line}\n" for line in stub.splitlines())  # noqa: E731
    return SOLUTION.sub(indented, text).rstrip("\n")


def solved(text, is_code=True):
    """A cell's text with its solution, as a student who got it right would write it."""
    return RUBRIC.sub("", SOLUTION.sub(lambda found: found[2], text)).rstrip("\n")

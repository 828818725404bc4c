"""What every chapter and every module promises, checked over all of them."""

import ast
import importlib
import inspect
import itertools
import json
import pkgutil
import re
import subprocess
from pathlib import Path

import pytest
from IPython.core.inputtransformer2 import TransformerManager

import belowzero
import coursework

ROOT = Path(__file__).parents[1]
CHAPTERS = sorted(ROOT.glob("chapters/*.ipynb"))
MODULES = [
    importlib.import_module(module.name)
    for package in (belowzero, coursework)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
]
DEAD_WIDGETS = r"\b(interact|interactive|interactive_output|Output)\(|\.observe\("

every_chapter = pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
every_module = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)


def notebook(path):
    return json.loads(path.read_text(encoding="utf-8"))


def cells(path, kind):
    return [cell for cell in notebook(path)["cells"] if cell["cell_type"] == kind]


def source(cell):
    return "".join(cell["source"])


def prose(path):
    return "\n".join(source(cell) for cell in cells(path, "markdown"))


def outputs(path):
    return [output for cell in cells(path, "code") for output in cell["outputs"]]


def tracked_files():
    if not (ROOT / ".git").exists():
        pytest.skip("this is not a git checkout, so nothing says which files belong to it")
    listing = subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT, text=True)
    return [ROOT / name for name in listing.split("\0") if name and (ROOT / name).is_file()]


# Chapters


def test_there_are_chapters():
    assert CHAPTERS


@every_chapter
def test_a_chapter_has_no_slider_that_dies_in_the_published_page(path):
    dead = [source(cell) for cell in cells(path, "code") if re.search(DEAD_WIDGETS, source(cell))]
    assert not dead


@every_chapter
def test_a_code_cell_has_at_most_ten_lines(path):
    long = [source(cell) for cell in cells(path, "code") if source(cell).count("\n") >= 10]
    assert not long


@every_chapter
def test_code_that_the_page_folds_is_folded_in_jupyterlab_too(path):
    for cell in cells(path, "code"):
        folded = "hide-input" in cell["metadata"].get("tags", [])
        assert cell["metadata"].get("jupyter", {}).get("source_hidden", False) == folded


@every_chapter
def test_a_chapter_is_stored_as_executed_from_top_to_bottom(path):
    counts = [cell["execution_count"] for cell in cells(path, "code")]
    assert counts == list(range(1, len(counts) + 1)), "run: make refresh"


@every_chapter
def test_a_stored_chapter_has_no_errors_and_no_warnings(path):
    assert not [output for output in outputs(path) if output["output_type"] == "error"]
    assert not [output for output in outputs(path) if output.get("name") == "stderr"]


@every_chapter
def test_a_stored_chapter_has_no_progress_bar(path):
    assert not re.search(r"\d%\|", json.dumps(outputs(path)))


@every_chapter
def test_a_stored_chapter_has_no_widget_that_needs_a_kernel(path):
    assert "widgets" not in notebook(path)["metadata"]
    assert not [kind for o in outputs(path) for kind in o.get("data", {}) if "widget" in kind]


@every_chapter
def test_a_stored_chapter_says_nothing_of_the_machine_that_ran_it(path):
    assert notebook(path)["metadata"] == {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    assert not [cell["id"] for cell in cells(path, "code") if "execution" in cell["metadata"]]


@every_chapter
def test_every_cell_has_its_own_id(path):
    ids = [cell["id"] for cell in notebook(path)["cells"]]
    assert len(set(ids)) == len(ids)


@every_chapter
def test_every_slider_stores_a_still_and_its_captions(path):
    sliders = [cell for cell in cells(path, "code") if "explore(" in source(cell)]
    for cell in sliders:
        stored = [output["data"] for output in cell["outputs"] if "data" in output]
        assert any({"image/png", "text/plain"} <= set(data) for data in stored), source(cell)


@every_chapter
def test_names_are_written_the_field_s_way(path):
    assert not re.findall(r"\b(?:lrelu|RELU|Relu|Numpy|numpy array|Pytorch)\b", prose(path))


def test_nothing_is_defined_in_two_chapters():
    def definitions(path):
        for cell in cells(path, "code"):
            for node in ast.walk(ast.parse(TransformerManager().transform_cell(source(cell)))):
                if isinstance(node, ast.FunctionDef | ast.ClassDef):
                    yield ast.dump(ast.Module(node.body, []))

    stub = ast.dump(ast.Module([ast.Expr(ast.Constant(...))], []))  # the reader fills it in

    defined = [(path.stem, set(definitions(path)) - {stub}) for path in CHAPTERS]
    for (one, first), (other, second) in itertools.combinations(defined, 2):
        assert not first & second, f"{one} and {other} share code: move it into the package"


def test_no_two_figures_share_a_name():
    code = "\n".join(source(cell) for path in CHAPTERS for cell in cells(path, "code"))
    names = re.findall(r"\bname=\"([^\"]+)\"", code)
    assert len(set(names)) == len(names)


def test_the_contents_list_every_chapter_and_no_other():
    contents = (ROOT / "_toc.yml").read_text(encoding="utf-8")
    listed = re.findall(r"\b(?:root|file): (\S+)", contents)
    pages = [*CHAPTERS, *ROOT.glob("chapters/*.md")]
    assert sorted(listed) == sorted(f"chapters/{path.stem}" for path in pages)


# Sources


def cited_keys():
    text = "\n".join(prose(path) for path in CHAPTERS)
    keys = re.findall(r"\{cite(?::\w+)?\}`([^`]+)`", text)
    return {key.strip() for group in keys for key in group.split(",")}


def bibliography_keys():
    text = (ROOT / "chapters" / "references.bib").read_text(encoding="utf-8")
    return re.findall(r"^@\w+\{([^,]+),", text, flags=re.MULTILINE)


def test_every_cited_source_is_in_the_bibliography():
    assert not cited_keys() - set(bibliography_keys())


def test_every_source_in_the_bibliography_is_cited():
    assert not set(bibliography_keys()) - cited_keys()


def test_the_bibliography_lists_a_source_once():
    assert len(set(bibliography_keys())) == len(bibliography_keys())


# The packages


def public_functions(module):
    for name, value in vars(module).items():
        mine = getattr(value, "__module__", None) == module.__name__
        if mine and inspect.isfunction(value) and not name.startswith("_"):
            yield value


def returns_a_value(function):
    tree = ast.parse(inspect.getsource(function))
    returned = [node.value for node in ast.walk(tree) if isinstance(node, ast.Return)]
    return any(value and not ast.unparse(value).startswith("print(") for value in returned)


@every_module
def test_a_module_is_read_in_one_sitting(module):
    tree = ast.parse(inspect.getsource(module))
    for node in ast.walk(tree):
        if hasattr(node, "body") and isinstance(node.body, list):
            node.body = [part for part in node.body if not is_text(part)] or [ast.Pass()]
    assert ast.unparse(tree).count("\n") <= 250


def is_text(node):
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


@every_module
def test_every_public_function_says_what_it_takes_and_returns(module):
    siblings = {function.__name__ for function in public_functions(module)}
    for function in public_functions(module):
        text, name = inspect.getdoc(function) or "", function.__name__
        parameters = inspect.signature(function).parameters
        assert text, f"{name} has no docstring"
        refers = siblings & set(re.findall(r"`(\w+)`", text))  # "as for `leaky_relu`"
        if "Parameters\n---" not in text and (len(parameters) < 3 or refers):
            continue
        for parameter in parameters:
            described = re.search(rf"^[*\w, ]*\b{parameter}\b[*\w, ]*( : .+)?$", text, re.M)
            assert described, f"{name} does not describe {parameter}"
        if returns_a_value(function):
            assert re.search("^(Returns|Yields)\n---", text, re.M), f"{name} returns what?"


def test_the_activations_stand_on_their_own():
    code = inspect.getsource(importlib.import_module("belowzero.activations"))
    imported = set(re.findall(r"^\s*(?:from|import) ([\w.]+)", code, re.M))
    assert not [name for name in imported if name.startswith((".", "belowzero"))]


# The repository


def test_no_file_names_a_machine_or_a_package_registry():
    places = "|".join(["work", "root", "home", "tmp", "Users"])
    hosts = "|".join(["pypi", "pythonhosted", "npmjs", "debian"])
    pattern = re.compile(rf"(?<![\w.~/-])/(?:{places})/|\b(?:{hosts})\.(?:org|com)\b")
    for path in tracked_files():
        try:
            found = pattern.search(path.read_text(encoding="utf-8"))
        except UnicodeDecodeError:
            continue
        assert not found, f"{path.relative_to(ROOT)}: {found[0]}"

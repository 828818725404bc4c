"""What the documents tell a newcomer to type works."""

import re
from pathlib import Path

import belowzero
from belowzero import views
from belowzero.explore import Explorer

ROOT = Path(__file__).parents[1]


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_examples_in_contributing_are_cells_that_run():
    examples = re.findall(r"^```python\n(.*?)^```", read("CONTRIBUTING.md"), re.M | re.S)
    imports, slider, still, claim = examples
    names = {}
    exec(imports, names)
    for example in (slider, still):
        assert example.count("\n") <= 10
        definition, call = example.split("\n\n\n")
        exec(definition, names)
        figure = eval(call, names)
        assert isinstance(figure, Explorer)
        assert views.still(figure).startswith(b"\x89PNG")
    numbers, call = claim.split("\n", 1)
    exec(numbers, names)
    assert eval(call, names).data.startswith("**Holds when α = 1.**")


def test_the_first_line_of_contributing_is_the_command():
    assert read("CONTRIBUTING.md").startswith("`make test`")


def test_every_command_that_a_document_names_exists():
    verbs = set(re.findall(r"^(\w+):.*## ", read("Makefile"), re.M))
    documents = read("README.md") + read("CONTRIBUTING.md")
    named = re.findall(r"(?:^|`)make ((?:[a-z]+ ?)+)(?= |`|$)", documents, re.M)
    assert {verb for verbs_named in named for verb in verbs_named.split()} <= verbs


def test_every_file_that_the_readme_links_to_exists():
    for target in re.findall(r"\]\(([^)#]+)\)", read("README.md")):
        assert (ROOT / target).exists(), target


def test_the_changelog_begins_with_this_version():
    assert re.search(r"^## (\S+)", read("CHANGELOG.md"), re.M)[1] == belowzero.__version__

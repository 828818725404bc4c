"""The PyTorch example of the chapter on dying ReLU, run as a reader would run it."""

import json
import re
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="PyTorch is not installed, and the example needs it")
CHAPTER = Path(__file__).parents[1] / "chapters" / "01-dying-relu.ipynb"


@pytest.fixture
def printed(capsys):
    """Run the example, and return its names and what it printed."""
    cells = json.loads(CHAPTER.read_text(encoding="utf-8"))["cells"]
    text = next("".join(cell["source"]) for cell in cells if cell["id"] == "torch-example")
    names = {}
    exec(re.search(r"```python\n(.*?)```", text, re.S)[1], names)
    return names, capsys.readouterr().out


def test_the_example_prints_what_its_comment_says(printed):
    assert printed[1] == "{'1': 1.0}\n"


def test_the_example_counts_the_dead_units_of_a_layer(printed):
    names, _ = printed
    layer = torch.nn.Linear(2, 4)
    torch.nn.init.zeros_(layer.weight)
    layer.bias.data = torch.tensor([-1.0, 1.0, 0.0, 2.0])
    model = torch.nn.Sequential(layer, torch.nn.ReLU())
    assert names["dead_units"](model, torch.rand(5, 2)) == {"1": 0.5}


def test_a_channel_of_a_convolution_that_is_on_somewhere_is_not_dead(printed):
    names, _ = printed
    image = torch.full((3, 2, 4, 4), -1.0)
    image[1, 0, 2, 2] = 1.0
    assert names["dead_units"](torch.nn.Sequential(torch.nn.ReLU()), image) == {"0": 0.5}

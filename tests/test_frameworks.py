"""The table of frameworks in the chapter "Side by side", measured again where one is installed.

A test reads the table from the notebook and asks the framework. Where a framework is missing, its
tests are skipped and say so.
"""

import ast
import json
from pathlib import Path

import pytest

CHAPTER = Path(__file__).parents[1] / "chapters" / "05-side-by-side.ipynb"
TABLES = {"frameworks": "frameworks", "at-zero": "at_zero"}  # id of the cell, name of the table
COLUMNS = ["PyTorch", "JAX, flax", "TensorFlow, Keras"]


def torch_values():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    nn, functional = torch.nn, torch.nn.functional
    zero = torch.zeros(1)

    def slope(f):
        z = torch.zeros(1, requires_grad=True)
        f(z).sum().backward()
        return z.grad.item()

    prelu = nn.PReLU()
    return {
        "Leaky ReLU: default α": [nn.LeakyReLU().negative_slope],
        "PReLU: α at the start": [prelu.weight.item()],
        "PReLU: number of α for 3 units": [prelu.weight.numel()],
        "ELU: default α": [nn.ELU().alpha],
        "CELU: default α": [nn.CELU().alpha],
        "ReLU": [slope(functional.relu)],
        "Leaky ReLU, α = 0.1": [slope(nn.LeakyReLU(0.1))],
        "PReLU, α = 0.25": [slope(nn.PReLU(init=0.25))],
        "ELU, α = 0.5": [slope(nn.ELU(0.5))],
        "CELU, α = 0.5": [slope(nn.CELU(0.5))],
        "max(z, 0)": [slope(lambda z: torch.maximum(z, zero))],
        "max(0, z)": [slope(lambda z: torch.maximum(zero, z))],
    }


def jax_values():
    jax = pytest.importorskip("jax", reason="JAX is not installed")
    linen = pytest.importorskip("flax.linen", reason="flax is not installed")
    key, far = jax.random.PRNGKey(0), -100.0

    def slope(f):
        return float(jax.grad(f)(0.0))

    prelu = linen.PReLU()
    (alpha,) = jax.tree.leaves(prelu.init(key, jax.numpy.zeros(3)))
    quarter = {"params": {"negative_slope": jax.numpy.asarray(0.25)}}
    return {
        "Leaky ReLU: default α": [-float(jax.nn.leaky_relu(-1.0))],
        "PReLU: α at the start": [float(alpha)],
        "PReLU: number of α for 3 units": [alpha.size],
        "ELU: default α": [-float(jax.nn.elu(far))],
        "CELU: default α": [-float(jax.nn.celu(far))],
        "ReLU": [slope(jax.nn.relu)],
        "Leaky ReLU, α = 0.1": [slope(lambda z: jax.nn.leaky_relu(z, 0.1))],
        "PReLU, α = 0.25": [slope(lambda z: prelu.apply(quarter, z))],
        "ELU, α = 0.5": [slope(lambda z: jax.nn.elu(z, 0.5))],
        "CELU, α = 0.5": [slope(lambda z: jax.nn.celu(z, 0.5))],
        "max(z, 0)": [slope(lambda z: jax.numpy.maximum(z, 0.0))],
        "max(0, z)": [slope(lambda z: jax.numpy.maximum(0.0, z))],
    }


def keras_values():
    tf = pytest.importorskip("tensorflow", reason="TensorFlow is not installed")
    keras = pytest.importorskip("keras", reason="Keras is not installed")
    activations, layers = keras.activations, keras.layers
    one, far = tf.constant([[-1.0]]), tf.constant([[-100.0]])

    def slope(f):
        z = tf.Variable([[0.0]])
        with tf.GradientTape() as tape:
            a = tf.reduce_sum(f(z))
        return float(tape.gradient(a, z)[0, 0])

    leaks = tf.nn.leaky_relu, activations.leaky_relu, layers.LeakyReLU()
    prelu = layers.PReLU()
    prelu.build((None, 3))
    alpha = prelu.get_weights()[0]
    quarter = layers.PReLU(alpha_initializer=keras.initializers.Constant(0.25))
    quarter.build((None, 1))
    return {
        "Leaky ReLU: default α": [-float(leak(one)[0, 0]) for leak in leaks],
        "PReLU: α at the start": [alpha[0]],
        "PReLU: number of α for 3 units": [alpha.size],
        "ELU: default α": [-float(activations.elu(far)[0, 0])],
        "CELU: default α": [-float(activations.celu(far)[0, 0])],
        "ReLU": [slope(tf.nn.relu)],
        "Leaky ReLU, α = 0.1": [slope(lambda z: tf.nn.leaky_relu(z, 0.1))],
        "PReLU, α = 0.25": [slope(quarter)],
        "ELU, α = 0.5": [slope(lambda z: activations.elu(z, 0.5))],
        "CELU, α = 0.5": [slope(lambda z: activations.celu(z, 0.5))],
        "max(z, 0)": [slope(lambda z: tf.maximum(z, 0.0))],
        "max(0, z)": [slope(lambda z: tf.maximum(0.0, z))],
    }


MEASURE = dict(zip(COLUMNS, (torch_values, jax_values, keras_values), strict=True))


def printed():
    """Return the rows of both tables, as the notebook's code has them."""
    rows = {}
    for cell in json.loads(CHAPTER.read_text(encoding="utf-8"))["cells"]:
        if cell["id"] in TABLES:
            for node in ast.parse("".join(cell["source"])).body:
                if isinstance(node, ast.Assign) and node.targets[0].id == TABLES[cell["id"]]:
                    rows |= ast.literal_eval(node.value)
    return rows


def test_the_chapter_has_both_tables():
    rows = printed()
    assert len(rows) == 12
    assert {len(row) for row in rows.values()} == {len(COLUMNS)}


@pytest.mark.filterwarnings("default")  # frameworks warn of what is not ours
@pytest.mark.parametrize("column", COLUMNS)
def test_the_table_says_what_the_framework_does(column):
    measured = MEASURE[column]()
    rows = printed()
    assert measured.keys() == rows.keys()
    for name, row in rows.items():
        values = [float(text) for text in row[COLUMNS.index(column)].split(",")]
        assert measured[name] == pytest.approx(values, rel=1e-6), f"{name} in {column}"

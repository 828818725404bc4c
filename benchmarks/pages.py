"""Pages in a real browser: what a step of a slider costs, what a first visit transfers."""

import gzip
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tools.browser import find_browser, served, started

from .timing import Row

ROOT = Path(__file__).parents[1]
CHAPTER = "chapters/02-leaky-relu.html"
NOTEBOOKS = ("index", "02-leaky-relu")

# Every stop of the first slider of every figure: apply it, then ask for the layout. Once as the
# page does it, once by putting the whole picture of that stop in the place of the other.
STEPS = """() => {
  const ours = [], whole = [];
  for (const box of document.querySelectorAll(".explore")) {
    const slider = box.querySelector("input");
    const panels = box.querySelector(".explore-panels");
    const pictures = [];
    const stops = [...Array(+slider.max + 1).keys()].reverse().concat(0);
    for (const stop of stops) {
      const start = performance.now();
      slider.value = stop;
      slider.dispatchEvent(new Event("input", { bubbles: true }));
      panels.getBoundingClientRect();
      document.body.offsetHeight;
      ours.push(performance.now() - start);
      pictures.push(panels.innerHTML);
    }
    for (const picture of pictures) {
      const start = performance.now();
      panels.innerHTML = picture;
      panels.getBoundingClientRect();
      document.body.offsetHeight;
      whole.push(performance.now() - start);
    }
  }
  return [ours, whole];
}"""


def visit(browser, folder, page):
    """Return the kilobytes, gzipped, of all that a first visit asks of the folder."""
    seen = {}

    def keep(response):
        if response.ok and response.url.startswith(address):
            seen[response.url] = len(gzip.compress(response.body())) / 1000

    with served(folder) as address:
        tab = browser.new_page()
        tab.on("response", keep)
        tab.goto(f"{address}/{page}", wait_until="networkidle")
        tab.close()
    return sum(seen.values())


def build(folder, *options):
    """Build a book and return the seconds it took."""
    start = time.perf_counter()
    command = [Path(sys.executable).with_name("jupyter-book"), "build", ".", *options]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - start


def copy_book(folder, *, default):
    """Copy the book with two of its pages, with its configuration or with Jupyter Book's own."""
    (folder / "chapters").mkdir(parents=True)
    for name in (*(f"{n}.ipynb" for n in NOTEBOOKS), "references.md", "references.bib"):
        shutil.copy(ROOT / "chapters" / name, folder / "chapters")
    pages = "".join(f"  - file: chapters/{n}\n" for n in ("02-leaky-relu", "references"))
    (folder / "_toc.yml").write_text(f"format: jb-book\nroot: chapters/index\nchapters:\n{pages}")
    if default:
        settings = "title: Default\nbibtex_bibfiles: [chapters/references.bib]\n"
        settings += "execute: {execute_notebooks: force, timeout: 900}\n"
        (folder / "_config.yml").write_text(settings)
        references = folder / "chapters" / "references.md"  # without the style of site/bibliography
        references.write_text(references.read_text().replace(":style: alphabetical\n", ""))
    else:
        for part in ("site", "tools"):
            shutil.copytree(ROOT / part, folder / part)
        shutil.copy(ROOT / "_config.yml", folder)


def rows():
    program = find_browser()
    if program is None:
        yield "pages: no browser on this system"
        return
    with started(program) as browser, tempfile.TemporaryDirectory() as scratch:
        books = Path(scratch, "book"), Path(scratch, "default")
        for folder, default in zip(books, (False, True), strict=True):
            copy_book(folder, default=default)
        seconds = [[build(folder)] for folder in books]
        yield Row("two pages built and executed", *seconds, "s", "against a default Jupyter Book")
        sizes = [[visit(browser, folder / "_build" / "html", CHAPTER)] for folder in books]
        yield Row(
            "a first visit to Leaky ReLU, gzipped", *sizes, "kB", "without other hosts' files"
        )
        tab = browser.new_page()
        tab.goto((books[0] / "_build" / "html" / CHAPTER).as_uri())
        ours, whole = tab.evaluate(STEPS)
        tail = [statistics.quantiles(side, n=20)[-1] for side in (ours, whole)]
        note = f"95th percentiles of {len(ours)}: {tail[0]:.1f}, whole pictures {tail[1]:.1f} ms"
        yield Row("a step of a slider, up to layout", ours, whole, "ms", note)

"""The sliders and figures of the published pages, in a real browser."""

import itertools
import re

import nbformat
import pytest
from copies import begin_book
from pages import NARROW, every_notebook, unfold


def sliders(page):
    """Yield each slider of a page and its box, while the others stand where they start."""
    unfold(page)
    for box in page.locator(".explore").all():
        for slider in box.locator("input[type=range]").all():
            start = slider.input_value()
            yield box, slider
            slider.fill(start)


def picture(box):
    """Return a sum over the picture, which is long, so that only the sum leaves the browser."""
    return box.locator(".explore-panels").evaluate("""panels => {
        let sum = 0;
        for (const letter of panels.innerHTML) sum = (31 * sum + letter.codePointAt()) | 0;
        return sum;
    }""")


def state(box, slider):
    """Return what a reader and a screen reader are shown."""
    return {
        "picture": picture(box),
        "caption": box.locator(".explore-caption").inner_text(),
        "value": slider.get_attribute("aria-valuetext"),
    }


def assert_all_moved(states, box):
    for what in ("picture", "caption", "value"):
        assert len({shown[what] for shown in states}) > 1, f"{box.get_attribute('id')}: {what}"


@every_notebook
def test_arrow_keys_move_a_slider(visit, name):
    page = visit(name)
    for box, slider in sliders(page):
        states = []
        for key in ("Home", "ArrowRight", "End", "ArrowLeft"):
            slider.press(key)
            states.append(state(box, slider))
        assert_all_moved(states, box)
        for before, after in itertools.pairwise(states):
            assert before["value"] != after["value"] or len(slider_stops(slider)) < 3
    assert not page.complaints


@every_notebook
@pytest.mark.parametrize("pointer", ["mouse", "touch", "keys"])
def test_buttons_choose_a_word(visit, name, pointer):
    page = unfold(visit(name, has_touch=pointer == "touch", viewport=NARROW))
    for row in page.locator(".explore fieldset").all():
        assert row.locator("legend").inner_text()
        box = row.locator("xpath=ancestor::div[@class='explore']")
        states = []
        for choice in row.locator("label").all():
            if pointer == "mouse":
                choice.click()
            elif pointer == "touch":
                choice.tap()
            else:
                row.locator(":checked").press("ArrowRight")
            states.append([picture(box), box.locator(".explore-caption").inner_text()])
        for shown in zip(*states, strict=True):
            assert len(set(shown)) > 1, row.inner_text()
    assert not page.complaints


def slider_stops(slider):
    return range(int(slider.get_attribute("min")), int(slider.get_attribute("max")) + 1)


@every_notebook
@pytest.mark.parametrize("pointer", ["mouse", "touch"])
def test_a_pointer_moves_a_slider(visit, name, pointer):
    page = visit(name, has_touch=pointer == "touch", viewport=NARROW)
    for box, slider in sliders(page):
        slider.scroll_into_view_if_needed()
        track = slider.bounding_box()
        states = []
        for part in (0.02, 0.5, 0.98):
            place = track["x"] + part * track["width"], track["y"] + track["height"] / 2
            page.mouse.click(*place) if pointer == "mouse" else page.touchscreen.tap(*place)
            states.append(state(box, slider))
        assert_all_moved(states, box)
    assert not page.complaints


@every_notebook
def test_a_slider_tells_its_name_and_its_value(visit, name):
    for box, slider in sliders(visit(name)):
        symbol = slider.evaluate("input => input.labels[0].firstElementChild.textContent")
        assert symbol, box.get_attribute("id")
        assert slider.get_attribute("aria-valuetext").startswith(f"{symbol} = ")
        assert slider.locator("xpath=..").locator("output").inner_text()
        assert box.locator("svg").first.get_attribute("aria-label")
        assert box.locator(".explore-caption").get_attribute("aria-live") == "polite"


def stop_the_clock(page):
    """Let time pass only where a test says so; a clock that is installed goes on by itself."""
    page.clock.install(time=0)
    page.clock.pause_at(1)


@every_notebook
def test_play_plays_pauses_and_stops_at_the_end(visit, name):
    page = unfold(visit(name, before=stop_the_clock))
    for button in page.locator(".explore-play").all():
        box = button.locator("xpath=ancestor::div[@class='explore']")
        slider = box.locator("input").nth(int(button.get_attribute("data-plays") or 0))
        slider.press("Home")
        at_rest, begin = button.inner_text(), state(box, slider)
        button.click()
        page.clock.run_for(350)
        played = state(box, slider)
        assert_all_moved([begin, played], box)
        button.click()
        paused = state(box, slider)
        page.clock.run_for(5000)
        assert state(box, slider) == paused
        button.click()
        page.clock.run_for(200 * len(slider_stops(slider)))
        assert slider.input_value() == slider.get_attribute("max")
        assert button.inner_text() == at_rest
        button.click()
        again = state(box, slider)
        assert (again["caption"], again["value"]) == (begin["caption"], begin["value"])
        button.click()


@every_notebook
def test_a_figure_has_a_number_and_a_title(visit, name):
    for box in unfold(visit(name)).locator(".explore").all():
        figure = box.locator("xpath=ancestor::figure")
        assert re.match(r"Figure \d", figure.locator("figcaption").inner_text())


@every_notebook
def test_no_text_of_a_figure_is_cut_off(visit, name, fonts):
    cut = """pictures => pictures.flatMap(picture => {
        const frame = picture.getBoundingClientRect();
        const inside = box => frame.left - 1 <= box.left && box.right <= frame.right + 1;
        const texts = [...picture.querySelectorAll("text")];
        return texts.filter(t => !inside(t.getBoundingClientRect())).map(t => t.textContent);
    })"""
    page = unfold(visit(name, viewport=NARROW, using=fonts))
    assert not page.locator(".explore-panels svg").evaluate_all(cut)


@every_notebook
def test_figures_follow_the_theme(visit, name):
    colors = """() => [...document.querySelectorAll(".explore")].map(box => [
        ...new Set([...box.querySelectorAll("svg *")].flatMap(element => {
            const style = getComputedStyle(element);
            return [style.stroke, style.fill];
        }))].sort().join())"""
    page = visit(name, color_scheme="light")
    light = page.evaluate(colors)
    page.emulate_media(color_scheme="dark")
    dark = page.evaluate(colors)
    assert all(one != other for one, other in zip(light, dark, strict=True))


ASKING = """from belowzero import explore


def draw(ax, alpha):
    ax.plot([-1, 0, 1], [-alpha, 0, 1])
    return f"α = {alpha}"


explore(draw, "Bent", ask="Draw the line.", alpha=[0.1, 0.5])"""


@pytest.fixture(scope="module")
def asking(build, tmp_path_factory):
    """Build a page whose figure asks before it shows, and return its address on disk."""
    book = tmp_path_factory.mktemp("asking")
    begin_book(book, "a", "b")
    (book / "a.md").write_text("# A")
    cells = [nbformat.v4.new_markdown_cell("# B"), nbformat.v4.new_code_cell(ASKING)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), book / "b.ipynb")
    built = build(book)
    assert built.returncode == 0, built.stderr
    return (book / "_build/html/b.html").as_uri()


def test_a_figure_that_asks_shows_when_told_and_keeps_what_was_drawn(browser, asking):
    page = browser.new_page(viewport=NARROW)
    page.goto(asking)
    box, caption = page.locator(".explore"), page.locator(".explore-caption")
    cover, guess = page.locator(".explore-cover"), page.locator("polyline.explore-guess")
    slider = box.locator("input")
    assert box.get_by_text("Draw the line.").is_visible()
    assert not caption.is_visible() and not slider.is_visible()

    axes = cover.bounding_box()
    curve = box.locator("svg path[style*='2.2']").bounding_box()
    assert curve["x"] >= axes["x"] and curve["y"] >= axes["y"], "the cover hides the line"
    for _ in range(2):  # the second replaces the first
        page.mouse.move(axes["x"] + 20, axes["y"] + 100)
        page.mouse.down()
        page.mouse.move(axes["x"] + 120, axes["y"] + 50, steps=4)
        page.mouse.move(axes["x"] + 9999, axes["y"] + 50)
        page.mouse.up()
    assert len(guess.get_attribute("points").split()) == 5
    drawn = guess.bounding_box()
    assert drawn["x"] + drawn["width"] <= axes["x"] + axes["width"] + 2, "within the axes"

    box.get_by_role("button", name="Show").press("Enter")
    assert cover.count() == 0 and not box.get_by_role("button").count()
    assert caption.inner_text() == "α = 0.1"
    slider.press("End")
    assert caption.inner_text() == "α = 0.5"
    assert guess.is_visible()
    page.close()


def test_a_figure_that_asks_hides_nothing_on_paper_or_without_javascript(browser, asking):
    page = browser.new_page()
    page.goto(asking)
    page.emulate_media(media="print")
    assert page.locator(".explore-caption").is_visible()
    assert not page.locator(".explore-cover").is_visible()
    assert not page.locator(".explore-ask").is_visible()
    page.close()
    page = browser.new_page(java_script_enabled=False)
    page.goto(asking)
    assert page.locator(".explore-caption").is_visible()
    assert page.locator(".explore-cover, .explore-ask").count() == 0
    page.close()

import base64
import gc
import json
import re
import unicodedata
from xml.etree import ElementTree

import numpy as np
import pytest

from belowzero import views
from belowzero.explore import Explorer, explore
from belowzero.frames import MARGIN, differences, svg_panels, to_html
from belowzero.plots import PALETTE


def bent(ax, alpha=0.1):
    ax.plot([-1, 0, 1], [-alpha, 0, 1])
    ax.set(xlabel="z", ylim=(-1, 1))
    return f"α = {alpha:.1f}"


def bent_by_depth(ax, alpha, depth):
    ax.plot([0, 1], [0, alpha**depth])
    return f"{alpha:.1f} to the power {depth}"


def page_data(explorer):
    return json.loads(
        re.search(r'<script type="application/json">(.*)</script>', views.page(explorer))[1]
    )


def apply_differences(shown, slots, stop):
    """Do in Python what explore.js does in the page."""
    elements = [element for picture in shown for element in picture.iter()]
    for index, what, values, which in slots:
        element, value = elements[index], values[which[stop]]
        if what == "text":
            element.text = value or None
        elif what == "html":
            element[:] = list(ElementTree.fromstring(f"<g>{value}</g>"))
        elif value is None:
            element.attrib.pop(what, None)
        else:
            element.set(what, value)
    return [to_html(picture) for picture in shown]


# captions


def test_the_text_of_a_slider_is_its_title_and_the_caption_of_every_stop():
    assert repr(explore(bent, "Bent", alpha=[0.0, 0.5])) == "Bent\nα = 0.0\nα = 0.5"


def test_two_sliders_span_a_grid_with_the_last_one_fastest():
    explorer = explore(bent_by_depth, "Power", alpha=[0.1, 0.2], depth=[1, 2])
    assert list(explorer.captions.values()) == [
        "0.1 to the power 1",
        "0.1 to the power 2",
        "0.2 to the power 1",
        "0.2 to the power 2",
    ]


def test_a_figure_without_sliders_stands_still():
    explorer = explore(bent, "Still")
    assert repr(explorer) == "Still\nα = 0.1"
    assert "explore-controls" not in views.page(explorer)


def test_stops_may_be_words():
    explorer = explore(lambda ax, what: f"this is {what}", "Words", what=["ReLU", "ELU"])
    assert explorer.labels == {"what": ["ReLU", "ELU"]}


def test_numbers_are_labelled_with_the_decimals_that_tell_them_apart():
    labels = explore(lambda ax, **_: "x", "L", a=[0, 0.25, 1], b=[1, 2], c=[1e-5, 1]).labels
    assert labels == {"a": ["0.00", "0.25", "1.00"], "b": ["1", "2"], "c": ["1e−05", "1"]}


@pytest.mark.parametrize(
    ("stops", "labels"),
    [
        ([1e-10, 1], ["1e−10", "1"]),
        ([1e-10, 2e-10], ["1e−10", "2e−10"]),
        ([0.12341, 0.12342], ["0.12341", "0.12342"]),
        ([-0.5, -2e-17, 0.1 + 0.2], ["−0.5", "0.0", "0.3"]),
    ],
)
def test_labels_tell_stops_apart(stops, labels):
    assert explore(lambda ax, **_: "x", "L", a=stops).labels["a"] == labels


def test_a_start_is_a_stop_up_to_rounding():
    explorer = explore(bent, "Bent", alpha=np.linspace(0, 1, 41), start={"alpha": 0.3})
    assert explorer.start == (12,)


def test_a_stop_does_not_depend_on_the_stops_drawn_before_it():
    def draw(ax, k):
        ax.plot([0, 1], [0, k])
        if k == 1:
            ax.set_aspect("equal")
            ax.spines["left"].set_visible(False)
            ax.figure.text(0.5, 0.5, "here")
        return f"k = {k}"

    alone, after = (explore(draw, "Traces", k=stops) for stops in ([0], [0, 1]))
    first, again = ([to_html(panel) for panel in e.frame((0,))] for e in (alone, after))
    assert again == first


def test_a_minus_in_a_caption_is_typeset_but_no_hyphen_or_exponent():
    caption = repr(explore(lambda ax: "f(-1) = -0.5, two-fold, 1e-12, a-1", "Minus"))
    assert caption.endswith("f(−1) = −0.5, two-fold, 1e-12, a-1")


# names


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("What exp(z) − 1 loses near zero", "fig-what-exp-z-1-loses-near-zero"),
        ("ELU's slope: 4,000 networks, α = 1", "fig-elu-s-slope-4-000-networks-1"),
        ("Größe der Lücke", "fig-größe-der-lücke"),
        ("Η κλίση της ReLU", "fig-κλίση-της-relu"),
        ("Наклон ReLU, 10 запусков", "fig-наклон-relu-10-запусков"),
        ("ReLU 的斜率，10 次", "fig-relu-的斜率-10-次"),
        ("ميل الدالة", "fig-ميل-الدالة"),
        ("हिन्दी ढलान", "fig-हिन्दी-ढलान"),
    ],
)
def test_a_figure_is_named_by_the_words_of_its_title_in_any_script(title, name):
    assert explore(bent, title).name == name


def test_a_name_does_not_depend_on_how_its_accents_are_encoded():
    one, two = (explore(bent, unicodedata.normalize(form, "Größe")) for form in ("NFC", "NFD"))
    assert one.name == two.name


@pytest.mark.parametrize("title", ["", "…?!", "α"])
def test_a_title_without_words_needs_a_name(title):
    message = f"the title {title!r} has no words to name the figure by: give name="
    with pytest.raises(ValueError, match=re.escape(message)):
        explore(bent, title)
    assert explore(bent, title, name="fig-bent").name == "fig-bent"


# errors


def test_an_error_in_draw_names_the_stop():
    def broken(ax, alpha):
        return f"{1 / alpha}"

    with pytest.raises(RuntimeError, match="ZeroDivisionError at alpha = 0"):
        explore(broken, "Broken", alpha=[1, 0])


@pytest.mark.parametrize(
    ("grids", "error", "message"),
    [
        ({"alpha": []}, ValueError, "alpha has no stops"),
        ({"alpha": [0.1, np.nan]}, ValueError, "must be finite, not nan"),
        ({"alpha": [None]}, TypeError, "numbers or strings, not None"),
        ({"alpha": [[0.1]]}, TypeError, "numbers or strings, not [0.1]"),
        ({"alpha": 0.5}, TypeError, "alpha must be a sequence of stops, not 0.5"),
        ({"alpha": "abc"}, TypeError, "alpha must be a sequence of stops, not 'abc'"),
        ({"alpha": [1, "x"]}, TypeError, "all numbers or all strings"),
        ({"alpha": [0.1, 0.1]}, ValueError, "a stop twice"),
        ({"a": [1], "b": [1], "c": [1], "d": [1]}, ValueError, "at most three sliders, not 4"),
        ({"alpha": [1], "start": {"alpha": 2}}, ValueError, "alpha = 2 is no stop"),
        ({"alpha": [1], "start": {"beta": 2}}, ValueError, "'beta' names no slider"),
        ({"panels": 2.0}, ValueError, "a whole number from 1 to 4, not 2.0"),
        ({"alpha": [1], "play": "step"}, ValueError, "play='step' names no slider"),
        ({"panels": 0}, ValueError, "panels must be a whole number from 1 to 4, not 0"),
    ],
)
def test_a_slider_that_cannot_be_says_why(grids, error, message):
    with pytest.raises(error, match=re.escape(message)):
        explore(lambda ax, **_: "x", "Title", **grids)


@pytest.mark.parametrize("caption", ["", "two\nlines"])
def test_a_caption_is_one_line(caption):
    with pytest.raises(ValueError, match="one line"):
        explore(lambda ax: caption, "Title")


def test_a_forgotten_caption_is_an_error():
    with pytest.raises(TypeError, match="must return its caption, not None"):
        explore(lambda ax: None, "Title")


def test_draw_keeps_to_the_axes_it_is_given():
    def with_color_bar(ax):
        ax.figure.colorbar(ax.imshow([[0, 1]]))
        return "two axes"

    with pytest.raises(ValueError, match="must not add axes to the 1 it is given"):
        explore(with_color_bar, "Color bar")


def test_draw_must_be_a_function():
    with pytest.raises(TypeError, match="draw must be a function"):
        explore("draw", "Title", alpha=[1])


# frames


@pytest.mark.parametrize("start", [0, 2])
def test_differences_turn_the_frame_shown_into_every_other(start):
    def draw(axes, n):  # colour, text, position, number of elements: all of it changes
        for x in range(n):
            axes[0].plot([0, n], [x, n], color="#d55e00" if n > 1 else "#0072b2")
        axes[0].set_title(f"{n} <lines>")
        axes[1].text(0.1 * n, 0.5, "here")
        return f"n = {n}"

    explorer = explore(draw, "Lines", panels=2, n=[1, 2, 3, 5])
    frames = [explorer.frame((i,)) for i in range(4)]
    slots = differences(frames, start)
    for stop in [3, 0, 2, 1, start]:
        shown = explorer.frame((start,))
        expected = [to_html(picture) for picture in explorer.frame((stop,))]
        assert apply_differences(shown, slots, stop) == expected


def test_pictures_are_the_same_whenever_they_are_drawn():
    first, second = (views.page(explore(bent, "Bent", alpha=[0.0, 0.5])) for _ in range(2))
    assert first == second


def test_house_colours_become_variables_of_the_page():
    def draw(ax):
        ax.plot([0, 1], color=PALETTE["elu"][0])
        return "a line"

    page = views.page(explore(draw, "Elu"))
    assert "stroke:var(--bz-elu)" in page
    assert PALETTE["elu"][0] not in page


def test_ids_of_two_figures_never_meet():
    def ids(name):
        return set(re.findall(r'id="([^"]*)"', views.page(explore(bent, "Bent", name=name))))

    assert ids("fig-a").isdisjoint(ids("fig-b"))


def test_each_panel_is_a_picture_of_its_own():
    explorer = explore(lambda axes: "two", "Two", panels=2, size=(300, 200))
    first, second = svg_panels(explorer.figure, "x-")
    boxes = [f"{left - MARGIN} 0 {300 + 2 * MARGIN} 200" for left in (0, 300)]
    assert [first.get("viewBox"), second.get("viewBox")] == boxes


# the four views


def test_a_notebook_gets_text_a_still_and_widgets(monkeypatch):
    monkeypatch.delenv("BELOWZERO_VIEW", raising=False)
    bundle = explore(bent, "Bent", alpha=[0.0, 0.5])._repr_mimebundle_()
    assert set(bundle) == {
        "text/plain",
        "image/png",
        "application/vnd.jupyter.widget-view+json",
    }
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")


def test_a_page_gets_html_alone_and_a_test_both(monkeypatch):
    monkeypatch.delenv("BELOWZERO_VIEW", raising=False)
    notebook = set(explore(bent, "Bent", alpha=[0, 1])._repr_mimebundle_())
    monkeypatch.setenv("BELOWZERO_VIEW", "page")
    with monkeypatch.context() as without:
        without.setattr(views, "widget", None)  # whose state the page would carry along
        page = set(explore(bent, "Bent", alpha=[0, 1])._repr_mimebundle_())
    assert page == {"text/plain", "text/html"}
    monkeypatch.setenv("BELOWZERO_VIEW", "both")
    assert set(explore(bent, "Bent", alpha=[0, 1])._repr_mimebundle_()) == notebook | page


def test_the_page_starts_where_it_is_told_and_says_so_to_screen_readers():
    explorer = explore(bent, "Bent", alpha=[0.0, 0.25, 0.5], start={"alpha": 0.25})
    page = views.page(explorer)
    assert 'value="1"' in page and 'aria-valuetext="α = 0.25"' in page
    assert page_data(explorer)["captions"] == ["α = 0.0", "α = 0.2", "α = 0.5"]


def test_markup_in_titles_and_captions_stays_text():
    page = views.page(explore(lambda ax: "</script><b>&", '<i>title</i> "quoted"'))
    outside, inside = page.split('<script type="application/json">')
    assert "<b>" not in outside and "<i>" not in outside
    assert inside.count("</script>") == 1


def test_moving_a_widget_changes_its_picture():
    box = views.widget(explore(bent, "Bent", alpha=[0.0, 0.5]))
    _, picture, slider = box.children
    before = picture.value
    slider.value = 1
    assert "α = 0.5" in picture.value and picture.value != before


def test_a_live_picture_is_shown_before_garbage_is_looked_for():
    collects = []

    def watched(ax, alpha):
        collects.append(gc.isenabled())
        return bent(ax, alpha)

    box = views.widget(explore(watched, "Bent", alpha=[0.0, 0.5]))
    _, picture, slider = box.children
    picture.observe(lambda _: collects.append(gc.isenabled()), "value")
    collects.clear()
    slider.value = 1
    assert collects == [False, False]
    assert gc.isenabled()


def test_a_widget_plays_when_asked():
    how = dict(play="alpha", alpha=[0.0, 0.5], start={"alpha": 0.5})
    *_, slider, button = views.widget(explore(bent, "Bent", **how)).children
    assert type(button).__name__ == "Play"
    assert button.value == slider.index == 1


def test_the_style_sheet_has_each_colour_for_light_and_dark():
    for name, (light, dark) in PALETTE.items():
        assert (
            f"--bz-{name}:{light};" in views.stylesheet()
            and f"--bz-{name}:{dark};" in views.stylesheet()
        )


def test_explore_makes_an_explorer():
    assert isinstance(explore(bent, "Bent"), Explorer)


def test_room_is_kept_for_the_longest_label_so_that_the_track_stays_under_the_pointer():
    page = views.page(explore(bent, "Bent", alpha=[0.0, -0.125]))
    assert "--widest:6ch" in page


def said(ax, rule):
    return rule


def test_words_have_no_order_and_so_become_buttons():
    explorer = explore(said, "Starts", rule=["He", "<Glorot>"], start={"rule": "<Glorot>"})
    page = views.page(explorer)
    assert page.count('type="radio"') == 2 and 'type="range"' not in page
    assert "<legend>rule</legend>" in page and "&lt;Glorot&gt;" in page
    assert re.search(r'value="1"[^>]* checked>', page)
    *_, picture, buttons = views.widget(explorer).children
    assert type(buttons).__name__ == "ToggleButtons"
    assert "&lt;Glorot&gt;" in picture.value
    buttons.value = 0
    assert ">He<" in picture.value


def test_words_that_play_keep_their_order_and_their_slider():
    assert 'type="range"' in views.page(explore(said, "Ages", play="rule", rule=["old", "new"]))


def test_a_figure_may_ask_first():
    asking = explore(bent, "Bent", ask="Draw <it>.", alpha=[0.0, 0.5])
    page = views.page(asking)
    assert 'data-ask="Draw &lt;it&gt;." data-axes="74 26 278 190"' in page
    assert "data-ask" not in views.page(explore(bent, "Bent", alpha=[0.0, 0.5]))
    assert repr(asking) == repr(explore(bent, "Bent", alpha=[0.0, 0.5]))
    box = views.widget(asking)
    question, button = box.children
    assert "Draw &lt;it&gt;." in question.value
    button.click()
    assert "α = 0.0" in box.children[1].value


@pytest.mark.parametrize(
    ("ask", "error"), [(3, TypeError), ("", ValueError), (" ", ValueError), ("a\nb", ValueError)]
)
def test_a_question_is_one_line(ask, error):
    with pytest.raises(error, match=f"ask must be .*not {re.escape(repr(ask))}"):
        explore(bent, "Bent", ask=ask)

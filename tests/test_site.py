"""The published site in a real browser: what every page must be, and how the book is built."""

import functools
import json
import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from copies import begin_book
from fontTools.ttLib import TTFont
from pages import (
    DOCUMENTS,
    LANDING,
    NARROW,
    NARROWEST,
    PAGES,
    ROOT,
    WIDE,
    each_theme,
    every_document,
    every_notebook,
    every_page,
    from_server_and_disk,
    unfold,
)

STATIC = ROOT / "site" / "static"
SCRIPT = "\ufe00"  # asks for the script style of a letter, which the font's letters have


@functools.cache
def soup(site, name):
    return BeautifulSoup((site / urlsplit(name).path).read_text(encoding="utf-8"), "html.parser")


@functools.cache
def ids(site, name):
    return {element["id"] for element in soup(site, name).find_all(id=True)}


def violations(page, **options):
    """Let axe look at a page as it is read: what is folded twice looks like what is shown."""
    page.evaluate("""() => document.querySelectorAll("details.hide pre, .explore svg > *")
        .forEach(element => element.replaceChildren())""")
    found = (
        Axe().run(page, options={"resultTypes": ["violations"], **options}).response["violations"]
    )
    return [f"{rule['id']}: {node['html'][:200]}" for rule in found for node in rule["nodes"]]


# The site as a whole


def test_every_page_of_the_site_is_tested(site):
    pages = {path.relative_to(site).as_posix() for path in site.rglob("*.html")}
    assert pages == {*DOCUMENTS, "search.html", "index.html"}, "an old page? make clean"


def test_the_root_leads_to_the_landing_page(visit):
    page = visit("index.html")
    page.wait_for_url(f"**/{LANDING}")
    assert not page.complaints


def test_the_root_is_an_accessible_page_for_those_who_are_not_led_on(visit):
    def stay(page):
        page.route(f"**/{LANDING}", lambda route: route.fulfill(status=204))

    page = visit("index.html", before=stay)
    assert page.get_by_role("link").get_attribute("href") == LANDING
    assert not violations(page)


def test_links_lead_through_the_book_in_its_order_and_back(site):
    forth, back = (
        [soup(site, name).find("link", rel=direction) for name in DOCUMENTS]
        for direction in ("next", "prev")
    )
    assert [link and Path(link["href"]).name for link in forth] == [
        *(Path(name).name for name in DOCUMENTS[1:]),
        None,
    ]
    assert [link and Path(link["href"]).name for link in back] == [
        None,
        *(Path(name).name for name in DOCUMENTS[:-1]),
    ]


def test_pages_have_titles_and_descriptions_of_their_own(site):
    titles = [soup(site, name).title.text for name in PAGES]
    texts = [soup(site, name).find("meta", attrs={"name": "description"}) for name in DOCUMENTS]
    assert len(set(titles)) == len(titles)
    assert all(texts), dict(zip(DOCUMENTS, texts, strict=True))
    assert len({text["content"] for text in texts}) == len(texts)
    assert all(20 <= len(text["content"]) <= 165 for text in texts)


@from_server_and_disk
def test_search_finds_a_chapter(visit, place):
    page = visit(LANDING, place=place)
    page.get_by_role("searchbox").or_(page.locator("input.sidebar-search")).first.fill("slope")
    page.keyboard.press("Enter")
    results = page.locator("#search-results li a")
    results.first.wait_for()
    assert any("chapters/" in link.get_attribute("href") for link in results.all())
    results.first.click()
    page.locator("article h1").wait_for()
    assert not page.complaints


# Every page


@every_page
@from_server_and_disk
def test_a_page_loads_quietly_and_from_nowhere_else(visit, name, place):
    page = visit(name, place=place)
    page.wait_for_load_state("networkidle")
    assert not page.complaints


@every_document
@from_server_and_disk
def test_nothing_moves_while_a_page_arrives(visit, name, place, typewriter):
    def watch(page):
        page.add_init_script("""window.moved = 0;
            new PerformanceObserver((list) => {
                for (const shift of list.getEntries()) moved += shift.value;
            }).observe({ type: "layout-shift", buffered: true });""")

    page = visit(name, place=place, before=watch, viewport=NARROW, using=typewriter)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("moved") < 0.01


def wait_for_a_search(page):
    """Wait until a page that searches has done so: until then it adds and removes elements."""
    if "search.html" in page.url:
        page.get_by_text("Search finished").wait_for()


@every_page
def test_a_page_is_accessible(visit, name):
    page = unfold(visit(name, color_scheme="light"))
    wait_for_a_search(page)
    for screen in WIDE, NARROW:
        page.set_viewport_size(screen)
        page.emulate_media(color_scheme="light")
        assert not violations(page), screen
        page.emulate_media(color_scheme="dark")  # changes colours, and nothing else
        assert not violations(page, runOnly=["color-contrast"]), f"{screen} in the dark"


def test_the_typewriter_has_another_font(visit, browser, typewriter):
    narrow = """() => {
        const probe = document.createElement("span");
        probe.textContent = "illicit";
        probe.style.fontFamily = "serif"; // the page has faces of its own
        document.querySelector("article").append(probe);
        return probe.getBoundingClientRect().width;
    }"""
    widths = [visit(LANDING, using=one).evaluate(narrow) for one in (browser, typewriter)]
    assert widths[1] > 1.2 * widths[0]


@every_page
def test_nothing_is_wider_than_a_phone(visit, name, fonts):
    page = visit(name, viewport=NARROW, using=fonts)
    wait_for_a_search(page)
    unfold(page, "details")
    outside = """elements => elements.filter(element => {
        let box = element;
        while (!box.matches("article") && !/auto|scroll/.test(getComputedStyle(box).overflowX))
            box = box.parentElement;
        return box.matches("article") && element.getBoundingClientRect().right > innerWidth + 1;
    }).map(element => element.outerHTML.slice(0, 120))"""
    for screen in NARROW, NARROWEST:
        page.set_viewport_size(screen)
        assert page.evaluate("document.documentElement.scrollWidth") <= screen["width"]
        assert not page.locator("article *").evaluate_all(outside), screen


@every_page
def test_the_first_paint_waits_for_one_style_sheet_and_no_script(site, name):
    html = soup(site, name)
    (sheet,) = html.select("link[rel~=stylesheet]")
    assert (site / urlsplit(name).path).parent.joinpath(sheet["href"]).is_file()
    for script in html.select("script[src]"):
        assert script.has_attr("defer") or script.has_attr("async"), script


@every_page
def test_text_keeps_off_the_border_of_its_box(visit, name):
    page = unfold(visit(name))
    touching = """boxes => boxes.filter(box => {
        const { display, borderLeftStyle, borderLeftWidth } = getComputedStyle(box);
        if (display === "inline" || borderLeftStyle === "none" || borderLeftWidth === "0px") return;
        const texts = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
        const range = document.createRange(), edge = box.getBoundingClientRect().left + 4;
        while (texts.nextNode()) {
            range.selectNodeContents(texts.currentNode);
            const text = range.getBoundingClientRect();
            if (texts.currentNode.data.trim() && text.width && text.left < edge) return true;
        }
    }).map(box => box.outerHTML.slice(0, 120))"""
    for screen in WIDE, NARROWEST:
        page.set_viewport_size(screen)
        assert not page.locator("article *").evaluate_all(touching), screen


@pytest.mark.parametrize("width", [1240, 1280, 1300])
def test_the_contents_of_the_page_stand_beside_it(visit, width):
    page = visit("chapters/02-leaky-relu.html", viewport={"width": width, "height": 900})
    edge = page.locator("article").bounding_box()
    links = page.locator(".toc-drawer a:visible").all()
    assert len(links) == page.locator("article section section").count()
    for link in links:
        box = link.bounding_box()
        assert box["x"] >= edge["x"] + edge["width"]
        assert box["x"] + box["width"] <= width
    assert page.evaluate("document.documentElement.scrollWidth") == width


@every_page
def test_a_page_states_its_language_icon_and_one_heading(site, name):
    html = soup(site, name)
    assert html.html["lang"] == "en"
    icon = html.find("link", rel="icon")["href"]
    assert (site / urlsplit(name).path).parent.joinpath(icon).resolve().is_file()
    assert len(html.find_all("h1")) == 1


@every_page
def test_every_icon_is_drawn(site, name):
    html = soup(site, name)
    assert {use["href"][1:] for use in html.find_all("use")} <= ids(site, name)
    assert not html.select("i[class*='fa-'], span[class*='fa-']"), "there is no icon font"


@every_document
def test_every_link_within_the_book_leads_somewhere(site, name):
    page = site / name
    broken = []
    for element in soup(site, name).select("[href], [src]"):
        link = element.get("href") or element.get("src")
        parts = urlsplit(link)
        if parts.scheme or not link:
            continue
        target = page.parent.joinpath(unquote(parts.path)).resolve() if parts.path else page
        anchored = parts.fragment and target.suffix == ".html" and element.name == "a"
        if not target.is_file() or (
            anchored and unquote(parts.fragment) not in ids(site, str(target.relative_to(site)))
        ):
            broken.append(link)
    assert not broken


@every_notebook
def test_the_notebook_of_a_page_can_be_downloaded(visit, name):
    page = visit(name)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download this notebook").click()
    stored = (ROOT / name).with_suffix(".ipynb")
    assert download.value.suggested_filename == stored.name
    install, *cells = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))["cells"]
    assert install["id"] == "install"
    assert cells == json.loads(stored.read_text(encoding="utf-8"))["cells"]


@every_page
def test_a_page_is_still_where_the_reader_wants_no_motion(visit, name):
    page = visit(name, reduced_motion="reduce")
    moving = """elements => elements.filter(element => {
        const style = getComputedStyle(element);
        return parseFloat(style.transitionDuration) > 0 || style.scrollBehavior === "smooth"
            || !["none", ""].includes(style.animationName); // "" has just left the page
    }).map(element => element.outerHTML.slice(0, 80))"""
    assert not page.locator("*").evaluate_all(moving)


@every_document
def test_a_printed_page_is_its_article(visit, name):
    page = visit(name)
    page.emulate_media(media="print")
    left_out = page.locator(
        ".sidebar-drawer, .toc-drawer, .mobile-header, button, .explore-controls"
    )
    assert not any(element.is_visible() for element in left_out.all())
    assert page.locator("article h1").is_visible()


# Light and dark


@every_page
@each_theme
def test_every_box_is_as_dark_as_its_page(visit, name, theme):
    page = unfold(visit(name, color_scheme=theme), "details")
    wait_for_a_search(page)
    other = """(boxes, theme) => {
        const sample = { willReadFrequently: true };
        const paper = document.createElement("canvas").getContext("2d", sample);
        return boxes.filter(box => box.offsetWidth > 150).filter(box => {
            paper.clearRect(0, 0, 1, 1);
            paper.fillStyle = getComputedStyle(box).backgroundColor;
            paper.fillRect(0, 0, 1, 1);
            const [r, g, b, opaque] = paper.getImageData(0, 0, 1, 1).data;
            return opaque > 128 && (r + g + b > 384) !== (theme === "light");
        }).map(box => box.outerHTML.slice(0, 120));
    }"""
    chosen = "fieldset label"  # is meant to stand out
    assert not page.locator(f"body :not({chosen})").evaluate_all(other, theme)


def test_the_theme_switch_changes_the_page_and_is_remembered(visit):
    page = visit(LANDING, color_scheme="light")
    background = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(background)
    page.locator(".theme-toggle:visible").click()
    dark = page.evaluate(background)
    assert dark != light
    page.reload(wait_until="commit")
    page.locator("h1").wait_for()
    assert page.evaluate(background) == dark
    page.locator(".theme-toggle:visible").click()
    assert page.evaluate(background) == light
    assert not page.complaints


def test_the_keyboard_opens_the_list_of_chapters_on_a_phone(visit):
    page = visit(LANDING, viewport=NARROW)
    chapters = page.locator(".sidebar-drawer a").last
    assert not chapters.is_visible()
    page.get_by_role("button", name="Chapters").press("Enter")
    assert chapters.is_visible()


# Without JavaScript


@every_document
@each_theme
def test_without_javascript_everything_can_be_read(visit, name, theme):
    page = unfold(visit(name, java_script_enabled=False, color_scheme=theme))
    hidden = """elements => elements.filter(element =>
        !element.checkVisibility({visibilityProperty: true})
        && !element.closest("details:not([open])")
    ).map(element => element.outerHTML.slice(0, 120))"""
    assert not page.locator("article :is(p, li, pre, math, td)").evaluate_all(hidden)
    for box in page.locator(".explore").all():
        assert box.locator("svg").first.is_visible()
        assert box.locator(".explore-caption").is_visible()
    assert not any(element.is_visible() for element in page.locator(".explore-controls").all())


@every_document
def test_formulas_are_set_when_the_page_is_built(site, name):
    texts = soup(site, name).article.find_all(string=re.compile(r"\$\$|\\[a-z]+\{"))
    assert not [text for text in texts if not text.find_parent(["pre", "code", "script"])]


@every_document
def test_the_math_font_has_every_character_of_a_formula(site, name):
    font = TTFont(STATIC / "math.woff2").getBestCmap()
    missing = {
        character
        for element in soup(site, name).select("mi, mo, mn, mtext")
        for character in _as_set(element)
        if ord(character) not in font and not character.isspace() and character != SCRIPT
    }
    assert not missing, "add them to site/faces.py and run it"


@every_page
def test_the_faces_have_every_character_of_a_page(site, name):
    article = BeautifulSoup(str(soup(site, name).body), "html.parser")
    for element in article.select("pre, code, math, script, style"):
        element.decompose()
    text = {character for character in "".join(article.strings) if not character.isspace()}
    for weight in "", "-bold":  # what the face of text lacks comes from that of labels
        faces = [STATIC / f"{face}{weight}.woff2" for face in ("text", "label")]
        has = {chr(code) for face in faces for code in TTFont(face).getBestCmap()}
        assert not text - has, "add them to site/faces.py and run it"


def _as_set(element):
    """Return the text of a formula's element as browsers set it: single letters in italics."""
    text = element.get_text()
    if element.name != "mi" or len(text) != 1 or element.get("mathvariant") == "normal":
        return text
    for first, last, italic in (("A", "Z", 0x1D434), ("a", "z", 0x1D44E), ("α", "ω", 0x1D6FC)):
        if first <= text <= last:
            return "ℎ" if text == "h" else chr(italic + ord(text) - ord(first))
    return text


# What is folded


@every_document
def test_a_figure_has_one_fold_of_code_below_it(site, name):
    for figure in soup(site, name).select("figure:has(.explore)"):
        cell = figure.find_parent(class_="cell")
        folds = cell.find_all("details", class_="hide")
        assert len(folds) <= 1
        assert all(fold.find_previous("figure") is figure for fold in folds)
        before = cell.find_previous_sibling()
        assert "tag_hide-input" not in before.get("class", []), "its code is in two folds"


def test_a_link_to_a_folded_figure_opens_its_fold(visit):
    page = visit("chapters/01-dying-relu.html", reduced_motion="reduce")  # it is there at once
    figure = page.locator("details.deeper figure").first
    assert not figure.is_visible()
    name = figure.get_attribute("id")
    page.goto(f"{page.url}#{name}")
    assert figure.is_visible()
    assert figure.evaluate("figure => Math.abs(figure.getBoundingClientRect().top) < 300")


@every_document
def test_a_claim_is_a_card_with_the_word_of_its_verdict(site, name):
    html = soup(site, name)
    claims = html.select("a[id^=claim-]")
    cards = [claim.find_parent(class_="claim") for claim in claims]
    assert all(len(card.select(".chip")) == 1 for card in cards)
    assert all(card.select("details.hide") for card in cards)
    assert len(set(map(id, cards))) == len(claims)


def test_answers_say_whether_they_are_right_when_they_are_opened(visit):
    page = visit("chapters/02-leaky-relu.html")
    answers = page.locator("#check-yourself > details:is(.right, .wrong)")
    says = "answer => getComputedStyle(answer.firstElementChild, '::after').content"
    closed = set(answers.evaluate_all(f"all => all.map({says})"))
    assert closed == {"none"}
    unfold(page, "details")
    for kind, words in ("right", "✓ right"), ("wrong", "not this one"):
        shown = set(page.locator(f"details.{kind}").evaluate_all(f"all => all.map({says})"))
        assert shown == {f'"{words}"'}


# What readers do


def test_a_prediction_is_kept_and_comes_back_at_its_figure_and_beside_the_answer(visit):
    page = unfold(visit("chapters/02-leaky-relu.html"))
    second = page.get_by_label("Your prediction 2")
    second.fill("0.1, by far")
    page.reload()
    assert second.input_value() == "0.1, by far"
    assert page.get_by_label("Your prediction 1").input_value() == ""
    page.get_by_text("What the chapter found").click()
    unfold(page)
    back = page.locator("li > .predicted:visible")
    assert back.all_inner_texts() == ["You predicted: 0.1, by far"]
    assert back.locator("xpath=..").evaluate("li => [...li.parentNode.children].indexOf(li)") == 1
    at_figure = page.locator("figcaption .predicted:visible")
    assert at_figure.all_inner_texts() == ["You predicted: 0.1, by far"]
    answer = back.locator("xpath=..").locator("a[href^='#fig-']").first
    figure = at_figure.locator("xpath=ancestor::figure")
    assert answer.get_attribute("href") == f"#{figure.get_attribute('id')}"
    second.fill("")
    assert page.locator(".predicted:visible").count() == 0
    assert not page.complaints


@every_notebook
def test_every_prediction_comes_back_at_what_answers_it(visit, name):
    page = unfold(visit(name))
    boxes = page.locator("#predict textarea").all()
    for n, box in enumerate(boxes):
        box.fill(f"guess {n}")
    back = page.locator(".predicted:visible").all_inner_texts()
    assert sorted(back) == [f"You predicted: guess {n}" for n in range(len(boxes))]
    unfold(page, "#check-yourself > details")
    assert page.locator("#check-yourself .predicted:visible").count() == len(boxes)


@every_document
def test_each_prediction_has_its_answer_and_that_its_figure(site, name):
    asked = soup(site, name).select("#predict > ol > li")
    answers = soup(site, name).select("#check-yourself > details > ol > li")
    assert len(answers) == len(asked)
    for answer in answers:
        assert answer.select("a[href^='#']"), f"leads to no figure or table: {answer.text}"


def test_a_figure_stands_alone_by_its_address_and_by_its_link(visit):
    page = visit("chapters/02-leaky-relu.html?figure=fig-narrow")
    dialog = page.get_by_role("dialog")
    assert dialog.locator("svg").first.bounding_box()["height"] > 300
    dialog.locator("input").first.press("End")
    dialog.get_by_role("link", name="Close").click()
    assert not dialog.is_visible()
    assert page.locator("section #fig-narrow").count() == 1
    page.locator("#fig-narrow .enlarge").click()
    assert dialog.is_visible()
    page.keyboard.press("Escape")
    assert not dialog.is_visible()
    assert not page.complaints


def test_the_ledger_is_filtered_by_verdict_source_and_chapter(visit):
    page = visit("chapters/07-claims-ledger.html")
    rows, count = page.locator("#all-claims tbody tr:visible"), page.locator(".filter output")
    verdict, source, chapter = (
        page.get_by_role("combobox", name=name) for name in ("verdict", "source", "chapter")
    )
    everything = rows.count()
    assert count.inner_text() == f"{everything} of {everything} claims"
    counted = page.locator("table").first.locator("tbody tr").all_inner_texts()
    counted = [row.split("\t") for row in counted]
    assert sum(int(n) for _, n in counted[:-1]) == everything
    for name, n in counted[:-1]:
        verdict.select_option(name)
        assert rows.count() == int(n), name
    verdict.select_option("Does not hold")
    some = rows.count()
    said = rows.locator("td + td").all_inner_texts()
    assert all(text.startswith("Does not hold") for text in said)
    chapter.select_option("04-elu")
    assert 0 < rows.count() < some
    assert count.inner_text() == f"{rows.count()} of {everything} claims"
    verdict.select_option("all")
    chapter.select_option("all")
    for name in source.locator("option").all_inner_texts()[1:]:
        source.select_option(name)
        cited = rows.locator("td:first-child").all_inner_texts()
        assert cited and all(name in text for text in cited)


def test_a_printed_slider_stands_as_several_pictures_and_answers_at_the_end(visit):
    page = visit("chapters/02-leaky-relu.html")
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    stills = page.locator("#fig-narrow .explore-paper > div")
    captions = stills.locator(".explore-caption").all_inner_texts()
    assert captions == page.locator("#fig-narrow .explore-caption:visible").all_inner_texts()
    assert len(set(captions)) == 3
    assert page.locator("#fig-narrow svg:visible").count() == stills.locator("svg").count()
    tops = {still.bounding_box()["y"] for still in stills.all()}
    assert len(tops) == 1  # side by side
    answers = page.locator(".answers details")
    assert answers.count() == page.locator("#check-yourself details.right").count() + 1
    assert answers.first.inner_text().startswith("1. ")
    predictions = page.locator("#predict ol > li").count()
    assert answers.last.locator("ol > li").count() == predictions > 0
    left_out = page.locator(".skip-to-content, details.hide, .enlarge, textarea, .deeper > summary")
    assert not any(element.is_visible() for element in left_out.all())
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator(".explore-paper, .answers").count() == 0


# A small book, of the pages a and b


@pytest.fixture
def book(tmp_path):
    """Return the folder of a book that has a page a, and lacks its page b."""
    begin_book(tmp_path, "a", "b")
    (tmp_path / "a.md").write_text("# A\n")
    return tmp_path


def test_a_second_build_misses_nothing(build, book):
    (book / "b.md").write_text("# B\n")
    assert build(book).returncode == 0

    theme = book / "site/theme.py"
    theme.write_text(
        theme.read_text().replace('name="description" content', 'name="edited" content')
    )
    assert build(book).returncode == 0
    pages = [(book / "_build/html" / name).read_text() for name in ("a.html", "b.html")]
    assert all('name="edited"' in page for page in pages)

    (book / "b.md").write_text("# B\n\n{ref}`nowhere`\n")
    for _ in range(2):
        failed = build(book)
        assert failed.returncode and "nowhere" in failed.stderr


def write_figures(path, *titles):
    code = "from belowzero import explore\nexplore(lambda ax: 'a caption', {!r})"
    cells = [nbformat.v4.new_code_cell(code.format(title)) for title in titles]
    cells.insert(0, nbformat.v4.new_markdown_cell("# B"))
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)


def test_a_page_leads_to_figures_whose_titles_are_in_any_script(build, book):
    titles = ["Η κλίση", "Наклон ReLU", "斜率", "ميل الدالة", "हिन्दी", "Lücke"]
    names = ["fig-κλίση", "fig-наклон-relu", "fig-斜率", "fig-ميل-الدالة", "fig-हिन्दी", "fig-lücke"]
    write_figures(book / "b.ipynb", *titles)
    text = "# A\n\n" + ", ".join(f"{{numref}}`{name}`" for name in names)
    (book / "a.md").write_text(text, encoding="utf-8")
    built = build(book)
    assert built.returncode == 0, built.stderr
    site = book / "_build/html"
    links = [number.parent["href"] for number in soup(site, "a.html").select(".std-numref")]
    figures = [figure["id"] for figure in soup(site, "b.html").select("figure")]
    assert figures == names
    assert links == [f"b.html#{name}" for name in names]


def test_a_name_twice_on_a_page_ends_the_build(build, book):
    write_figures(book / "b.ipynb", "Bent", "Bent!")
    failed = build(book)
    assert failed.returncode
    taken = "the name fig-bent of the figure 'Bent!' is taken on this page"
    assert re.search(f"b.ipynb:.* {taken}", failed.stderr)

"""The published site in a real browser: every page, so that a new chapter needs no new test."""

import functools
import itertools
import json
import os
import re
import shutil
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from copies import begin_book
from fontTools.ttLib import TTFont
from matplotlib import get_data_path

from tools.browser import FLAGS, find_browser

ROOT = Path(__file__).parents[1]
TOC = (ROOT / "_toc.yml").read_text(encoding="utf-8")
DOCUMENTS = [f"{document}.html" for document in re.findall(r"(?:root|file): *(\S+)", TOC)]
LANDING = DOCUMENTS[0]
NOTEBOOKS = [name for name in DOCUMENTS if (ROOT / name).with_suffix(".ipynb").exists()]
PAGES = [*DOCUMENTS, "search.html?q=relu"]

WIDE = {"width": 1300, "height": 900}
NARROW = {"width": 390, "height": 844}
NARROWEST = {"width": 320, "height": 640}  # also 1280 pixels, enlarged four times
SCRIPT = "\ufe00"  # asks for the script style of a letter, which the font's letters have

every_page = pytest.mark.parametrize("name", PAGES)
every_document = pytest.mark.parametrize("name", DOCUMENTS)
every_notebook = pytest.mark.parametrize("name", NOTEBOOKS)
each_theme = pytest.mark.parametrize("theme", ["light", "dark"])
from_server_and_disk = pytest.mark.parametrize("place", ["server", "disk"])


@pytest.fixture
def visit(browser, site, site_url):
    """Return a function that opens a page; what is wrong with loading it is in `complaints`."""
    contexts = []
    root = {"server": site_url, "disk": site.as_uri()}

    def visit(name, *, place="server", before=None, using=browser, **options):
        context = using.new_context(**{"viewport": WIDE, **options})
        contexts.append(context)
        page = context.new_page()
        page.complaints = complaints = []
        page.on("console", lambda message: complaints.append(f"console: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(f"error: {error}"))

        def watch(request):
            if not request.url.startswith((root[place], "data:", "blob:")):
                complaints.append(f"another host: {request.url}")

        def mourn(request):
            if request.failure != "net::ERR_ABORTED":  # the page was left before it arrived
                complaints.append(f"{request.failure}: {request.url}")

        def look(response):
            if response.status >= 400:
                complaints.append(f"{response.status}: {response.url}")

        page.on("request", watch)
        page.on("response", look)
        page.on("requestfailed", mourn)
        if before:
            before(page)
        page.goto(f"{root[place]}/{name}")
        return page

    yield visit
    for context in contexts:
        context.close()


@functools.cache
def soup(site, name):
    return BeautifulSoup((site / urlsplit(name).path).read_text(encoding="utf-8"), "html.parser")


@functools.cache
def ids(site, name):
    return {element["id"] for element in soup(site, name).find_all(id=True)}


def violations(page):
    found = Axe().run(page).response["violations"]
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


def wait_for_a_search(page):
    """Wait until a page that searches has done so: until then it adds and removes elements."""
    if "search.html" in page.url:
        page.get_by_text("Search finished").wait_for()


@every_page
@each_theme
def test_a_page_is_accessible(visit, name, theme):
    page = visit(name, color_scheme=theme)
    wait_for_a_search(page)
    assert not violations(page)
    page.set_viewport_size(NARROW)
    assert not violations(page), "on a phone"


@pytest.fixture(scope="session")
def typewriter(browser, tmp_path_factory):
    """Start a browser on a system whose only font is a wide one, each letter as wide as an m."""
    home = tmp_path_factory.mktemp("fonts")
    shutil.copy(Path(get_data_path(), "fonts", "ttf", "DejaVuSansMono.ttf"), home)
    settings = f"<fontconfig><dir>{home}</dir><cachedir>{home}</cachedir></fontconfig>"
    (home / "fonts.conf").write_text(settings, encoding="utf-8")
    variables = {**os.environ, "FONTCONFIG_FILE": str(home / "fonts.conf")}
    other = browser.browser_type.launch(executable_path=find_browser(), args=FLAGS, env=variables)
    yield other
    other.close()


@pytest.fixture(params=["system", "typewriter"])
def fonts(request, browser):
    """Return the browser whose fonts are the system's, and the one that has a single other."""
    return browser if request.param == "system" else request.getfixturevalue("typewriter")


def test_the_typewriter_has_another_font(visit, browser, typewriter):
    narrow = """() => {
        const probe = document.createElement("span");
        probe.textContent = "illicit";
        document.querySelector("article").append(probe);
        return probe.getBoundingClientRect().width;
    }"""
    widths = [visit(LANDING, using=one).evaluate(narrow) for one in (browser, typewriter)]
    assert widths[1] > 1.2 * widths[0]


@every_page
def test_nothing_is_wider_than_a_phone(visit, name, fonts):
    page = visit(name, viewport=NARROW, using=fonts)
    wait_for_a_search(page)
    page.evaluate("document.querySelectorAll('details').forEach(box => box.open = true)")
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


@every_notebook
def test_no_text_of_a_figure_is_cut_off(visit, name, fonts):
    cut = """pictures => pictures.flatMap(picture => {
        const frame = picture.getBoundingClientRect();
        const inside = box => frame.left - 1 <= box.left && box.right <= frame.right + 1;
        const texts = [...picture.querySelectorAll("text")];
        return texts.filter(t => !inside(t.getBoundingClientRect())).map(t => t.textContent);
    })"""
    page = visit(name, viewport=NARROW, using=fonts)
    assert not page.locator(".explore-panels svg").evaluate_all(cut)


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
        if not target.is_file():
            broken.append(link)
        elif parts.fragment and target.suffix == ".html" and element.name == "a":
            if unquote(parts.fragment) not in ids(site, target.relative_to(site).as_posix()):
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


# Without JavaScript


@every_document
@each_theme
def test_without_javascript_everything_can_be_read(visit, name, theme):
    page = visit(name, java_script_enabled=False, color_scheme=theme)
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
    font = TTFont(ROOT / "site" / "static" / "math.woff").getBestCmap()
    missing = {
        character
        for element in soup(site, name).select("mi, mo, mn, mtext")
        for character in _as_set(element)
        if ord(character) not in font and not character.isspace() and character != SCRIPT
    }
    assert not missing, "add them to site/mathfont.py and run it"


def _as_set(element):
    """Return the text of a formula's element as browsers set it: single letters in italics."""
    text = element.get_text()
    if element.name != "mi" or len(text) != 1 or element.get("mathvariant") == "normal":
        return text
    for first, last, italic in (("A", "Z", 0x1D434), ("a", "z", 0x1D44E), ("α", "ω", 0x1D6FC)):
        if first <= text <= last:
            return "ℎ" if text == "h" else chr(italic + ord(text) - ord(first))
    return text


# Sliders


def sliders(page):
    """Yield each slider of a page and its box, while the others stand where they start."""
    for box in page.locator(".explore").all():
        for slider in box.locator("input[type=range]").all():
            start = slider.input_value()
            yield box, slider
            slider.fill(start)


def state(box, slider):
    """Return what a reader and a screen reader are shown."""
    return {
        "picture": box.locator(".explore-panels").inner_html(),
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
    page = visit(name, before=stop_the_clock)
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
    for box in visit(name).locator(".explore").all():
        figure = box.locator("xpath=ancestor::figure")
        assert re.match(r"Figure \d", figure.locator("figcaption").inner_text())


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

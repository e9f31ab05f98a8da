"""The page in a real browser: nothing asked for, nothing complained about, nothing cut off."""

import shutil

import pytest
from playwright.sync_api import sync_playwright

from marketsofone.report.page import render_report

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium: the page was not seen in a browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]

OVERLAPPING = """() => {
  document.querySelectorAll('.tree details').forEach(one => one.open = true);
  const boxes = [...document.querySelectorAll('.tree li .row > *')].map(one => one.getBoundingClientRect())
    .filter(box => box.width > 1 && box.height > 1).sort((a, b) => a.top - b.top);
  let found = 0;
  boxes.forEach((a, i) => { for (let j = i + 1; j < boxes.length && boxes[j].top < a.bottom - 1; j++) {
    const b = boxes[j]; if (b.left < a.right - 1 && a.left < b.right - 1) found++; } });
  return [boxes.length, found];
}"""

PAIRS = """() => {
  const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  return ['--soft', '--accent', '--ink', '--gain'].map(
    ink => ['--paper', '--panel'].map(paper => [colour(ink), colour(paper)]));
}"""


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def show(browser, tmp_path):
    """Opens a page of results at a width; gives the tab, what it asked for and what it complained about."""
    def opened(results, width, scheme="light"):
        file = tmp_path / "report.html"
        file.write_text(render_report(results), encoding="utf-8")
        tab = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        asked, said = [], []
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.goto(file.as_uri())
        return tab, asked[1:], said
    return opened


@pytest.mark.parametrize("width", [390, 820, 1280])
def test_the_page_is_quiet_and_no_wider_than_the_screen(show, large, width):
    tab, asked, said = show(large, width)
    assert (asked, said) == ([], [])
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    count, overlapping = tab.evaluate(OVERLAPPING)
    assert count > 137 * 5
    assert overlapping == 0
    tab.close()


def test_its_own_style_passes_its_own_policy(show, small):
    tab, _, _ = show(small, 1280, scheme="dark")
    assert tab.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 22, 28)"
    tab.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_small_text_stands_out_from_its_paper(show, small, scheme):
    tab, _, _ = show(small, 1280, scheme)
    colours = tab.evaluate(PAIRS)
    assert all(contrast(ink, paper) >= 4.5 for pairs in colours for ink, paper in pairs)
    tab.close()


def test_on_paper_the_reasons_of_the_plan_have_the_widest_column(show, small):
    tab, _, _ = show(small, 760)
    tab.emulate_media(media="print")
    told = "Its best hour earns 45.8 times its price: what it costs and what it would earn elsewhere. " * 2
    head, cells = ("".join(f"<{kind}>{text}</{kind}>" for text in ("Segment", "pursue", "4.9", "EUR 1", "100%", told))
                   for kind in ("th", "td"))
    tab.evaluate("rows => document.querySelector('main').insertAdjacentHTML('beforeend', rows)",
                 f"<section id='plan'><table class='cards'><thead><tr>{head}</tr></thead>"
                 f"<tbody><tr>{cells}</tr></tbody></table></section>")
    widths = tab.evaluate("[...document.querySelectorAll('#plan td')].map(one => one.getBoundingClientRect().width)")
    assert widths[-1] > 2 * max(widths[:-1])
    tab.close()


def contrast(one, other):
    """Contrast of two colours as WCAG 2.2 defines it."""
    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


def luminance(colour):
    parts = [int(colour[at:at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

"""Every page that links lead to, as a browser and a screen reader meet it: by axe, light and dark, and on a phone."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe

GRAVE = ("serious", "critical")
SCHEMES = ("light", "dark")
HREFS = """[...document.querySelectorAll('main a[href], nav a[href]')]
  .map(one => new URL(one.getAttribute('href'), location).href.split('#')[0])"""


def kind(path):
    """Pages of one kind differ by an id or a choice only."""
    split = urlsplit(path)
    return re.sub(r"/([^/]*\d[^/]*|(?<=segment/)market)", "/*", split.path), *sorted(re.findall(r"(\w+)=", split.query))


def links(seat):
    found = seat.tab.evaluate(HREFS)
    return [url.removeprefix(seat.address) for url in found if url.startswith(seat.address + "/")]


def walked(seat):
    """Opens one page of every kind that links lead to, from the start page on."""
    waiting, seen = ["/"], set()
    while waiting:
        path = waiting.pop(0)
        if kind(path) in seen or Path(urlsplit(path).path).suffix:
            continue
        seen.add(kind(path))
        seat.go(path)
        waiting += links(seat)
        yield path


def grave(seat):
    """What axe finds that would keep someone out, as rule and places."""
    found = Axe().run(seat.tab).response["violations"]
    return [(each["id"], node["html"][:120]) for each in found if each["impact"] in GRAVE for node in each["nodes"][:3]]


@pytest.mark.parametrize("role", ["admin", "marketing"])
def test_axe_finds_nothing_grave_on_any_page_and_none_is_wider_than_a_phone(sit, role):
    seat, found, wide = sit(role, width=390), {}, []
    for path in walked(seat):
        for scheme in SCHEMES:
            seat.tab.emulate_media(color_scheme=scheme)
            if told := grave(seat):
                found[path, scheme] = told
        if seat.tab.evaluate("document.documentElement.scrollWidth") > 390:
            wide.append(path)
    assert (found, wide) == ({}, [])


def test_a_long_name_in_the_trail_that_leads_to_a_segment_wraps_on_a_phone(sit):
    seat = sit("analyst", width=390)
    seat.go("/segment/market")
    seat.go(next(path for path in links(seat) if path.startswith("/segment/s")))
    for name in ("landing page: " + "7f9098284a86ee80, " * 20, "x" * 300):
        seat.tab.evaluate("name => document.querySelectorAll('.crumbs bdi').forEach(e => e.textContent = name)", name)
        assert seat.tab.evaluate("document.documentElement.scrollWidth") <= 390


def test_axe_finds_nothing_grave_at_the_door(chromium, sit):
    seat = sit("rep")
    seat.submit("Sign out rep")
    assert grave(seat) == []


def test_every_page_says_the_same_without_script(sit):
    """Script adds comfort, never words: what a page says and offers stands in its HTML."""
    with_script, without = sit("admin"), sit("admin", script=False)
    for path in walked(with_script):
        without.go(path)
        shown = [seat.tab.locator("main").inner_text() for seat in (with_script, without)]
        assert shown[0] == shown[1], path
        assert without.heading()

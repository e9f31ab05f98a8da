"""Pictures of every page of the app that links lead to: 390, 1280 and 1920 pixels wide, light and dark.

    python benchmarks/screens.py --to DIR [--project PROJECT] [--only WORD] [--width PIXELS ...] [--scheme NAME ...]

Without a project it simulates a company and runs it. The pictures are for looking at, not for the repository.
"""

import argparse
import re
import secrets
import shutil
import socket
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from urllib.parse import urlsplit

import uvicorn
from playwright.sync_api import sync_playwright

from marketsofone.app import application
from marketsofone.project import run_project, simulate_project

WIDTHS = (390, 1280, 1920)
SCHEMES = ("light", "dark")
ACCOUNTS = 800
SEED = 41_006
HREFS = """[...document.querySelectorAll('main a[href], nav a[href]')]
  .map(one => new URL(one.getAttribute('href'), location).href.split('#')[0])"""


@contextmanager
def serving(folder):
    """The app of a project on a free port; gives its address and the key of its one person."""
    key = secrets.token_urlsafe(24)
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(application(folder, local_key=key), log_level="error"))
        thread = Thread(target=server.run, kwargs={"sockets": [place]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{place.getsockname()[1]}", key
        finally:
            server.should_exit = True
            thread.join()


def kind(path):
    """Pages of one kind differ by an id or a choice only; one picture of each is enough."""
    split = urlsplit(path)
    place = re.sub(r"/[^/]*\d[^/]*|(?<=/segment)/market", "", split.path)
    return place or "/", *sorted(re.findall(r"(\w+)=", split.query))


def name_of(path):
    """The name of a picture.

    >>> name_of("/market?level=2"), name_of("/")
    ('market-level', 'today')
    """
    place, *asked = kind(path)
    return "-".join([place.strip("/").replace("/", "-") or "today", *asked])


def paths(tab, address, only):
    """One address of every kind of page, from the start page on; given while its page is open."""
    waiting, seen = [f"{address}/"], set()
    while waiting:
        path = waiting.pop(0).removeprefix(address)
        if kind(path) in seen or Path(urlsplit(path).path).suffix:
            continue
        seen.add(kind(path))
        tab.goto(address + path)
        waiting += [url for url in tab.evaluate(HREFS) if url.startswith(f"{address}/")]
        if only in name_of(path):
            yield path


def shoot(folder, target, only, widths, schemes):
    """Writes the pictures of a project's app."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        raise SystemExit("No chromium on this machine: no pictures were taken.")
    with serving(folder) as (address, key), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page()
        tab.goto(f"{address}/enter?key={key}")
        for path in paths(tab, address, only):
            for width in widths:
                tab.set_viewport_size({"width": width, "height": 900})
                for scheme in schemes:
                    tab.emulate_media(color_scheme=scheme)
                    tab.screenshot(path=target / f"{name_of(path)}-{width}-{scheme}.png", full_page=True)
            print(path, flush=True)
        browser.close()


def main():
    """Serve a project, or a simulated one, and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--to", type=Path, required=True)
    parser.add_argument("--project", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--width", type=int, nargs="*", default=WIDTHS)
    parser.add_argument("--scheme", nargs="*", choices=SCHEMES, default=SCHEMES)
    asked = parser.parse_args()
    asked.to.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as made:
        folder = asked.project or Path(made)
        if not asked.project:
            simulate_project(folder, accounts=ACCOUNTS, seed=SEED)
            run_project(folder)
        shoot(folder, asked.to, asked.only, asked.width, asked.scheme)


if __name__ == "__main__":
    main()

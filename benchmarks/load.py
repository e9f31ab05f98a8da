"""How fast the app answers: 50 people at once at 100,000 buyers, and one person at 1,000,000.

    python benchmarks/load.py [--buyers N] [--large N] [--people N] [--seconds S] [--project DIR] [--large-project DIR]
                              [--page FILE]

The server is `uvicorn` in a process of its own with real sign-ins; who asks is another process of one thread.
Three ways of asking: people who think between pages (closed loop), pages asked at a steady rate whether or not
earlier ones have come (open loop, time counted from when a page was due), and people who never think.
Companies are simulated by the plan `large` unless projects that have a run are given.
"""

import argparse
import asyncio
import os
import platform
import random
import re
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from tempfile import TemporaryDirectory

import httpx2
from speed import make

from marketsofone.project import run_project
from marketsofone.project.people.signing import open_door
from marketsofone.project.snapshots.shelf import Shelf
from marketsofone.project.snapshots.snapshot import open_snapshot

PASSWORD = "a password for the load"
ROLES = ("rep", "rep", "rep", "leader", "analyst")
THINK_SECONDS = 5.0
RATES = (5, 10, 20, 40)
SEED = 41_007
BAR_P95_MS, BAR_WORST_MS, BAR_ONE_MS = 300.0, 2_000.0, 500.0
WAY = ("Today", "Market", "Segment", "Buyer", "Find", "Note")
"""What one person asks for in turn; a write once a round."""


@dataclass(frozen=True)
class Asked:
    """One answer: which page, milliseconds, and whether it was as it should be."""

    page: str
    ms: float
    good: bool


@dataclass(frozen=True)
class Loop:
    """One way of asking, what came of it, and the seconds of processor that the server spent on it."""

    name: str
    answers: list[Asked]
    seconds: float
    spent: float

    def ms(self, page=None):
        """Milliseconds in order, of one page or of all."""
        return sorted(each.ms for each in self.answers if page in (None, each.page))

    @property
    def errors(self):
        """Answers that were not as they should be."""
        return sum(not each.good for each in self.answers)


@contextmanager
def serving(folder):
    """The server of a project in a process of its own; gives its address, and the number of its process."""
    with subprocess.Popen([sys.executable, "-c", SERVER, str(folder)], stdout=subprocess.PIPE, text=True) as server:
        try:
            yield server.stdout.readline().strip(), server.pid
        finally:
            server.terminate()


SERVER = """
import sys
from pathlib import Path
import uvicorn
from marketsofone.app import application, warm
from marketsofone.app.listening import taken
from marketsofone.app.serving import how_served

app = application(Path(sys.argv[1]))
warm(app)  # as m1 serve does
place = taken("127.0.0.1", 0)
print(f"http://127.0.0.1:{place.getsockname()[1]}", flush=True)
uvicorn.Server(how_served(app)).run(sockets=[place])
"""


def spent_by(process):
    """Seconds of processor that a process has used."""
    user, system = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def engage(folder, people):
    """Signs people on: reps on a rep of the run each, leaders on a team."""
    door, shelf = open_door(folder), Shelf(open_snapshot(folder))
    reps = [rep for rep in shelf.reps.values() if rep["source_id"]]
    for number in range(people):
        role, rep = ROLES[number % len(ROLES)], reps[number % len(reps)]
        name = f"load {number} {time.time_ns()}"
        person = door.people.add(name, role, rep=rep["source_id"] if role == "rep" else None,
                                 team=rep["team"] if role == "leader" else None)
        door.choose_password(door.invite(person), PASSWORD)
        yield name
    door.people.close()


class Person:
    """Someone at a browser, who walks `WAY` and follows links of the pages shown."""

    def __init__(self, client, name, seed):
        self._client, self._name, self._rng = client, name, random.Random(seed)
        self._cookies, self._segments, self._buyers = {}, ["market"], []

    async def sign_in(self):
        """Opens a session."""
        answer = await self._client.post("/sign-in", data={"name": self._name, "password": PASSWORD})
        assert answer.status_code == 303, answer.status_code
        self._cookies = {"cookie": answer.headers["set-cookie"].partition(";")[0]}

    async def ask(self, page, due=None):
        """Asks for one page; counted from when it was due."""
        start = time.perf_counter() if due is None else due
        try:
            answer = await self._sent(page)
            led = answer.headers.get("location", "").startswith("/buyer/")
            good = led if page == "Note" else answer.status_code == 200 or (page == "Find" and led)
            if not good:
                print(f"{page} answered {answer.status_code}", flush=True)
            self._noted(answer.text)
        except httpx2.HTTPError:
            good = False
        return Asked(page, 1_000 * (time.perf_counter() - start), good)

    async def _sent(self, page):
        if page == "Note":
            address = f"/buyer/{self._rng.choice(self._buyers)}/note"
            return await self._client.post(address, data={"text": "asked for a price"}, headers=self._cookies)
        return await self._client.get(self._address(page), headers=self._cookies)

    def _address(self, page):
        match page:
            case "Today":
                return "/"
            case "Market":
                return "/market"
            case "Segment":
                return f"/segment/{self._rng.choice(self._segments)}"
            case "Buyer":
                return f"/buyer/{self._rng.choice(self._buyers)}"
            case _:
                return f"/find?text=A{self._rng.randrange(100):03d}"

    def _noted(self, text):
        self._segments += [each for each in set(re.findall(r"/segment/(\w+)", text)) if each not in self._segments]
        self._buyers = re.findall(r'href="/buyer/(\d+)', text) or self._buyers


async def crowd(address, names):
    """People who signed in, one after the other: the tries of one address are limited on purpose."""
    limits = httpx2.Limits(max_connections=len(names) + 1)
    client = httpx2.AsyncClient(base_url=address, headers={"sec-fetch-site": "same-origin"}, timeout=30, limits=limits)
    people = [Person(client, name, SEED + number) for number, name in enumerate(names)]
    for person in people:
        await person.sign_in()
        await person.ask("Today")
    return client, people


async def closed(people, seconds, think):
    """Everyone walks round and thinks between pages, `think` seconds on average."""
    end, answers = time.perf_counter() + seconds, []

    async def walk(number, person):
        rng = random.Random(number)
        turn = number
        await asyncio.sleep(rng.uniform(0, think))
        while time.perf_counter() < end:
            answers.append(await person.ask(WAY[turn % len(WAY)]))
            turn += 1
            if think:
                await asyncio.sleep(rng.expovariate(1 / think))

    await asyncio.gather(*(walk(number, person) for number, person in enumerate(people)))
    return answers


async def opened(people, seconds, rate):
    """Pages fall due at random, `rate` a second on average, whether or not earlier ones have come."""
    rng, due, asked = random.Random(rate), time.perf_counter(), []
    end = due + seconds
    while (due := due + rng.expovariate(rate)) < end:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        asked.append(asyncio.create_task(rng.choice(people).ask(rng.choice(WAY), due)))
    return [await each for each in asked]


async def measure(address, process, names, seconds):
    """All ways of asking, one after the other."""
    client, people = await crowd(address, names)
    found = []
    for name, way in [(f"{len(names)} people, {THINK_SECONDS:g} s of thought", lambda: closed(people, seconds,
                                                                                           THINK_SECONDS)),
                      *((f"{rate} pages a second, come what may", lambda rate=rate: opened(people, seconds, rate))
                        for rate in RATES),
                      (f"{len(names)} people who never think", lambda: closed(people, seconds / 2, 0.0))]:
        start, before = time.perf_counter(), spent_by(process)
        answers = await way()
        found.append(Loop(name, answers, time.perf_counter() - start, spent_by(process) - before))
        print(f"{found[-1].name}: {len(found[-1].answers)} answers, {found[-1].errors} errors, "
              f"p95 {p95(found[-1].ms()):.0f} ms, worst {found[-1].ms()[-1]:.0f} ms", flush=True)
    await client.aclose()
    return found


async def alone(address, process, names, times=40):
    """One person, page after page, from the first look on."""
    client, (person, *_) = await crowd(address, names)
    before = spent_by(process)
    answers = [await person.ask(page) for _ in range(times) for page in ("Market", "Segment", "Buyer")]
    await client.aclose()
    return Loop("one person", answers, 0.0, spent_by(process) - before)


def p95(ms):
    """The 95th percentile."""
    return quantiles(ms, n=20, method="inclusive")[-1] if len(ms) > 1 else ms[0]


def ready(folder, buyers):
    """A project with a run: as given, or made."""
    if not (folder / "runs" / "latest").is_file():
        make(folder, buyers)
        run_project(folder)
    return folder


def table(head, rows):
    """A table in Markdown."""
    lines = ["| " + " | ".join(head) + " |", "| --- |" + " ---: |" * (len(head) - 1)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def page(loops, one, sizes, people, load):
    """The measurements as a page."""
    parts = [_head(sizes, people, load), "## Many people", _loops(loops), "## Page by page, people who think",
             _pages(loops[0], WAY), "## One person", _pages(one, ("Market", "Segment", "Buyer")), _bars(loops, one)]
    return "\n\n".join(parts) + "\n"


def _head(sizes, people, load):
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"""# Load

Written by `python benchmarks/load.py --page docs/evidence/load.md` on {datetime.now(UTC):%d %B %Y}, on a virtual
machine with {os.cpu_count()} cores and {memory:.0f} GiB ({platform.system()}, Python {platform.python_version()}).
When it started, {load[0]:.1f} processes on average wanted a core, ours not among them.

Many people: {people} at {sizes[0]:,} buyers, three of five of them reps, one a leader, one an analyst; each walks
{", ".join(WAY)} and round again. *Note* writes a line into the record, flushed to the disk; everything follows links
of the pages shown. One person: an analyst at {sizes[1]:,} buyers. The server is one process of `uvicorn`; the one who
asks shares its two cores and reads every byte. Processor a page is what the server spent in that time, whoever
waited. Companies are simulated by the plan `large`."""


def _loops(loops):
    head = ("asked how", "answers", "a second", "median, ms", "p95, ms", "worst, ms", "errors",
            "processor a page, ms")
    rows = [(each.name, f"{len(each.answers):,}", f"{len(each.answers) / each.seconds:.1f}",
             f"{each.ms()[len(each.answers) // 2]:.0f}", f"{p95(each.ms()):.0f}", f"{each.ms()[-1]:.0f}",
             str(each.errors), f"{1_000 * each.spent / len(each.answers):.0f}") for each in loops]
    return table(head, rows)


def _pages(loop, pages):
    head = ("page", "answers", "median, ms", "p95, ms", "worst, ms")
    told = {each: loop.ms(each) for each in pages if loop.ms(each)}
    return table(head, [(each, str(len(ms)), f"{ms[len(ms) // 2]:.0f}", f"{p95(ms):.0f}", f"{ms[-1]:.0f}")
                        for each, ms in told.items()])


def _bars(loops, one):
    thinking, steady = loops[0], loops[2]
    told = [(f"p95 under {BAR_P95_MS:g} ms: {each.name}", f"{p95(each.ms()):.0f} ms", p95(each.ms()) < BAR_P95_MS)
            for each in (thinking, steady)]
    told += [(f"none over {BAR_WORST_MS / 1_000:g} s: {each.name}", f"{each.ms()[-1]:.0f} ms",
              each.ms()[-1] < BAR_WORST_MS) for each in (thinking, steady)]
    told += [("no error, any way of asking", str(sum(each.errors for each in loops)),
              not any(each.errors for each in loops))]
    told += [(f"{name} under {BAR_ONE_MS:g} ms for one person", f"{one.ms(name)[-1]:.0f} ms at worst",
              one.ms(name)[-1] < BAR_ONE_MS) for name in ("Market", "Segment", "Buyer")]
    rows = [(wanted, found, "met" if met else "**not met**") for wanted, found, met in told]
    return "\n\n".join(["## Against the bars", table(("bar", "measured", ""), rows)])


def main():
    """Measure, print, and write the page where one is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--buyers", type=int, default=100_000)
    parser.add_argument("--large", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--project", type=Path)
    parser.add_argument("--large-project", type=Path)
    parser.add_argument("--page", type=Path)
    asked = parser.parse_args()
    with ExitStack() as held:
        many = asked.project or Path(held.enter_context(TemporaryDirectory()))
        large = asked.large_project or Path(held.enter_context(TemporaryDirectory()))
        ready(many, asked.buyers)
        ready(large, asked.large)
        load = os.getloadavg()
        names = list(engage(many, asked.people))
        with serving(many) as (address, process):
            loops = asyncio.run(measure(address, process, names, asked.seconds))
        names = list(engage(large, 5))[-1:]
        with serving(large) as (address, process):
            one = asyncio.run(alone(address, process, names))
        sizes = [open_snapshot(folder).manifest["counts"]["buyers"] for folder in (many, large)]
    text = page(loops, one, sizes, asked.people, load)
    print(text)
    if asked.page:
        asked.page.parent.mkdir(parents=True, exist_ok=True)
        asked.page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

"""What repairs a problem, as whoever looks at a page can do it: a browser has no command line.

Commands are found in the sentences, where runs and jobs keep them too, and each gives way to the page that does the
same; the words around it stand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from marketsofone.errors import MarketError
from marketsofone.project.people.access import LOCAL, Right, Viewer

_LINES = r"(?:[^\S\n]*\n\s*m1 (?P<alone>[a-z]+)[^\n]*)+"
"""Commands on lines of their own."""
_OPTIONS = r"(?: (?:list|preview|solve|freeze)\b)?(?: (?:--?[a-z]+|csv|\.\.\.|<[^>]+>|[A-Z]+\b))*"
_WITHIN = rf"(?:(?<=: ) +)?\bm1 (?P<within>[a-z]+)(?:-[a-z]+)?{_OPTIONS}(?P<last>(?=\.?\s*(?:\n|$)))?"
"""A command within a sentence, or at its end."""
_COMMANDS = re.compile(f"{_LINES}|{_WITHIN}")

_Place = tuple[Right, str, str, str]
_MARKET: _Place = ("see_market", "on", "the page Market", "an admin")
_SEGMENT: _Place = ("decide", "on", "the page of the segment", "a leader, an analyst or an admin")
_DATA: _Place = ("load", "on", "the page Data", "an analyst or an admin")
_PLACES: Mapping[str, _Place] = {
    **dict.fromkeys(("run", "runs", "diff", "check", "init"), _DATA),
    **dict.fromkeys(("strata", "tree", "scores"), _MARKET), **dict.fromkeys(("accept", "name"), _SEGMENT),
    **dict.fromkeys(("judge", "object"), ("write", "on", "the page of the buyer", "a leader or an analyst")),
    "rank": ("see_buyers", "in", "the search field", "a leader or an analyst"),
    "buyer": ("see_buyers", "on", "the page of the buyer", "a leader or an analyst"),
    "rows": ("see_buyers", "on", "the page of the buyer or the segment", "a leader or an analyst"),
    "plan": ("see_market", "on", "the page Plan", "an admin"),
    "crosswalk": ("see_market", "on", "the page Crosswalk", "an admin"),
    "people": ("manage_people", "on", "the page People", "an admin"),
}
"""By command: the right to do the same on a page, where that is, and who has the right."""


def in_browser(text: str, viewer: Viewer | None) -> str:
    r"""A text in which every command has given way to the page that does it, or to who may.

    Examples
    --------
    >>> from marketsofone.project.people.access import LOCAL
    >>> in_browser("m1 strata lists them; a stratum may have gone.", LOCAL)
    'The page Market lists them; a stratum may have gone.'
    >>> in_browser("Run again, or open another run (m1 runs lists them):\n  m1 run market", LOCAL)
    'Run again, or open another run (the page Data lists them): on the page Data.'
    >>> in_browser("Run it first:\n  m1 run market", None)
    'Run it first: ask an analyst or an admin.'
    """
    return _COMMANDS.sub(lambda found: _instead(found, viewer), text)


def problem_told(problem: MarketError, folder: Path) -> str:
    """What was wanted and what was found, in a line that leaves out where the project lies on its machine."""
    return f"{problem.wanted} Found: {problem.found}".replace(f"Project {folder} ", "This project ")


def _instead(found: re.Match[str], viewer: Viewer | None) -> str:
    """What stands in place of a command: within a sentence a noun, where it is all there is to do, that."""
    before, after = found.string[:found.start()].rstrip(), found.string[found.end():]
    noun, todo = _place(found["alone"] or found["within"], viewer)
    if found["alone"] is None and (found["last"] is None or before[-1:] not in ("", ":", ".")):
        return _begun(noun.removesuffix(",") if after[:1] in (",", ".", ";", ")") else noun, before)
    lead = " " if before and found["alone"] else ""
    return f"{lead}{_begun(todo, before)}{'' if after.startswith('.') else '.'}"


def _place(command: str, viewer: Viewer | None) -> tuple[str, str]:
    """Where a command has its like, as a noun, and what to do about it."""
    if command not in _PLACES:
        if viewer == LOCAL:
            return "the terminal", "in the terminal"
        whose = "whoever looks after this app"
        return f"the terminal, which {whose} has,", f"in the terminal, by {whose}"
    right, at, where, who = _PLACES[command]
    if viewer is not None and viewer.may(right):
        return where, f"{at} {where}"
    return f"{where}, which {who} may use,", f"ask {who}"


def _begun(words: str, before: str) -> str:
    """Words with a capital where a sentence begins."""
    return words if before and before[-1] not in ".?!" else words[:1].upper() + words[1:]

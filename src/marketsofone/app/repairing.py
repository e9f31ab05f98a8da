"""What repairs a problem, as whoever looks at a page can do it: a browser has no command line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise

from marketsofone.project.people.access import Right, Viewer

_COMMAND = re.compile(r"\bm1 ([a-z]+)")
_CLAUSE = re.compile(r"(?<=[.;:])[^\S\n]+|\n\s*(?=m1 )")

_Way = tuple[Right, str, str]
_MARKET: _Way = ("see_market", "the page Market shows the segments", "ask an admin which segments there are")
_BUYER: _Way = ("see_buyers", "the search field finds a buyer by its key", "ask a leader or an analyst")
_DATA: _Way = ("load", "the page Data lists the runs", "ask an analyst or an admin which runs there are")
_SEGMENT: _Way = ("decide", "the page of the segment does it", "ask a leader, an analyst or an admin to do it")
_INSTEAD: Mapping[str, _Way] = {
    "run": ("load", "the page Data starts a run", "ask an analyst or an admin to start a run"),
    "runs": _DATA, "diff": _DATA, "strata": _MARKET, "tree": _MARKET, "segment": _MARKET,
    "rank": _BUYER, "buyer": _BUYER, "accept": _SEGMENT, "name": _SEGMENT,
    "rows": ("see_buyers", "the page of a buyer or of a segment opens its rows", "ask a leader or an analyst"),
    "plan": ("see_market", "the page Plan shows the plan", "ask an admin to see the plan"),
    "judge": ("write", "the page of the buyer corrects it", "ask a leader or an analyst to correct it"),
    "people": ("manage_people", "the page People shows who there is", "ask an admin"),
}
"""By command: the right to do the same on a page, what does it there, and what to do without that right."""
_ASK = "ask whoever looks after this app: it is done in the terminal"


def in_browser(repair: str, viewer: Viewer | None) -> str:
    """A repair in which every clause that names a command says what to do on a page instead, or whom to ask.

    Examples
    --------
    >>> from marketsofone.project.people.access import LOCAL
    >>> in_browser("m1 strata lists them; a stratum may have gone.", LOCAL)
    'The page Market shows the segments; a stratum may have gone.'
    >>> in_browser("Run it first: m1 run market", LOCAL)
    'Run it first: the page Data starts a run.'
    """
    if not _COMMAND.search(repair):
        return repair
    clauses = [_instead(clause, viewer) for clause in _CLAUSE.split(repair)]
    told = [clauses[0], *(clause for before, clause in pairwise(clauses) if clause != before)]
    joined = " ".join(told)
    return joined[:1].upper() + joined[1:]


def _instead(clause: str, viewer: Viewer | None) -> str:
    """What is done in place of a clause's command; the clause as it is where it names none."""
    named = _COMMAND.search(clause)
    if not named:
        return clause
    found = _INSTEAD.get(named[1])
    end = clause[-1] if clause[-1] in ";:" else "."
    if found is None:
        return f"{_ASK}{end}"
    right, page, ask = found
    return f"{page if viewer is not None and viewer.may(right) else ask}{end}"

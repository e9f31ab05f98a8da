"""The commands by name: what ``m1`` understands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cyclopts import App

from marketsofone.cli import (
    approaching,
    distinguishing,
    families,
    history,
    identifying,
    looking,
    making,
    managing,
    opening,
    planning,
    segmenting,
    segments_view,
    serving,
    stating,
)
from marketsofone.cli.help_page import HelpPage

app = App(
    name="m1", usage="Usage: m1 COMMAND [PROJECT] [OPTIONS]", version_flags=[], help_format="plaintext",
    help_formatter=HelpPage(), suppress_keyboard_interrupt=False,
    help="From a company's own files to its micro-markets: three scores, down to one buyer.\n\n"
         "Everything stays on this machine. Start with m1 init, then m1 check, then m1 run.")

COMMANDS: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("init", "FOLDER --from DIR", making.propose),
    ("simulate", "FOLDER [OPTIONS]", making.simulate),
    ("check", "[PROJECT] [OPTIONS]", making.check),
    ("run", "[PROJECT]", making.run),
    ("scores", "[PROJECT] [OPTIONS]", looking.scores),
    ("strata", "[PROJECT] [OPTIONS]", looking.strata),
    ("tree", "[PROJECT] [OPTIONS]", segments_view.tree),
    ("rank", "[PROJECT] [OPTIONS]", looking.rank),
    ("today", "[PROJECT] [OPTIONS]", approaching.today),
    ("buyer", "ID [PROJECT] [OPTIONS]", looking.buyer),
    ("rows", "[PROJECT] --buyer ID | --stratum ID [OPTIONS]", opening.rows),
    ("identity", "STRATUM [PROJECT] [OPTIONS]", identifying.identity),
    ("distinct", "A B [PROJECT] [OPTIONS]", distinguishing.distinct),
    ("segment list", "[PROJECT] [OPTIONS]", segmenting.overview),
    ("segment preview", "[NAME] [PROJECT] [OPTIONS]", segmenting.preview),
    ("segment members", "NAME [PROJECT] [OPTIONS]", segmenting.members),
    ("segment why", "NAME BUYER [PROJECT] [OPTIONS]", segmenting.why),
    ("segment freeze", "NAME [PROJECT] --reason TEXT [OPTIONS]", segmenting.freeze),
    ("segment drift", "NAME [PROJECT] [OPTIONS]", segmenting.drift),
    ("alarms", "[PROJECT] [OPTIONS]", segments_view.alarms),
    ("stability", "[PROJECT] [OPTIONS]", segments_view.stability),
    ("accept", "STRATUM [PROJECT] --note TEXT [OPTIONS]", segments_view.accept),
    ("crosswalk", "[PROJECT] [OPTIONS]", families.crosswalk),
    ("audience", "STRATUM CLASS [PROJECT] [OPTIONS]", families.audience),
    ("plan solve", "[PROJECT] [OPTIONS]", planning.solve),
    ("plan compare", "[PROJECT] [OPTIONS]", planning.compare),
    ("plan explain", "BUYER-OR-SEGMENT [PROJECT] [OPTIONS]", planning.explain),
    ("plan drain", "[PROJECT] [OPTIONS]", planning.drain),
    ("report", "[PROJECT] [OPTIONS]", looking.report),
    ("export", "[PROJECT] --to DIR [OPTIONS]", looking.export),
    ("runs", "[PROJECT] [OPTIONS]", history.runs),
    ("diff", "[PROJECT] [BEFORE] [AFTER] [OPTIONS]", history.difference),
    ("judge", "ABOUT ID --score SCORE --value VALUE [OPTIONS]", stating.judgement),
    ("judge-effort", "ABOUT ID --hours H --none M --half M --now M --more M --most M [OPTIONS]", stating.effort),
    ("name", "STRATUM NAME [PROJECT] [OPTIONS]", identifying.name),
    ("object", "ABOUT ID [OPTIONS]", stating.objection),
    ("refuse", "ABOUT ID [OPTIONS]", stating.refusal),
    ("merge", "KIND ID OTHER [OPTIONS]", stating.merge),
    ("people add", "NAME [PROJECT] [OPTIONS]", managing.add),
    ("people list", "[PROJECT] [OPTIONS]", managing.overview),
    ("people invite", "NAME [PROJECT]", managing.invite),
    ("people close", "NAME [PROJECT]", managing.close),
    ("serve", "[PROJECT] [OPTIONS]", serving.serve),
    ("version", "", making.version),
)
"""Name, what may follow it, and the function that does it; in the order one meets them."""

GROUPS = {"segment": "Segments written by hand in market.toml: who is in, why, and since when.",
          "plan": "Where each selling hour goes, what it is expected to earn, what if, and where hours drain.",
          "people": "Who may open the app of a team, and the links that let them in."}
"""Commands of two words: what the first one is about."""

_groups: dict[str, App] = {}
for _order, (_name, _usage, _command) in enumerate(COMMANDS):
    _group, _space, _own = _name.rpartition(" ")
    if _group and _group not in _groups:
        _groups[_group] = App(name=_group, help=GROUPS[_group], usage=f"Usage: m1 {_group} COMMAND", sort_key=_order,
                              version_flags=[], help_format="plaintext", help_formatter=HelpPage())
        app.command(_groups[_group])
    _groups.get(_group, app).command(_command, name=_own, usage=f"Usage: m1 {_name} {_usage}".rstrip(),
                                     sort_key=_order)

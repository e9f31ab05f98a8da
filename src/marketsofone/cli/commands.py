"""The commands by name: what ``m1`` understands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cyclopts import App

from marketsofone.cli import distinguishing, history, looking, making, stating
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
    ("rank", "[PROJECT] [OPTIONS]", looking.rank),
    ("buyer", "ID [PROJECT] [OPTIONS]", looking.buyer),
    ("distinct", "A B [PROJECT] [OPTIONS]", distinguishing.distinct),
    ("report", "[PROJECT] [OPTIONS]", looking.report),
    ("export", "[PROJECT] --to DIR [OPTIONS]", looking.export),
    ("runs", "[PROJECT] [OPTIONS]", history.runs),
    ("diff", "[PROJECT] [BEFORE] [AFTER] [OPTIONS]", history.difference),
    ("judge", "ABOUT ID --score SCORE --value VALUE [OPTIONS]", stating.judgement),
    ("object", "ABOUT ID [OPTIONS]", stating.objection),
    ("version", "", making.version),
)
"""Name, what may follow it, and the function that does it; in the order one meets them."""

for _order, (_name, _usage, _command) in enumerate(COMMANDS):
    app.command(_command, name=_name, usage=f"Usage: m1 {_name} {_usage}".rstrip(), sort_key=_order)

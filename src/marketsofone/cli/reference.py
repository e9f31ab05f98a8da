"""Writes ``docs/reference/cli.md`` from the help of the commands: ``python -m marketsofone.cli.reference``."""

from __future__ import annotations

import io
import sys
from collections.abc import Sequence
from pathlib import Path

from cyclopts import App
from rich.console import Console

from marketsofone.cli.commands import COMMANDS, app

WIDTH = 100
PAGE = Path("docs/reference/cli.md")


def help_text(words: Sequence[str]) -> str:
    """The help page that the words of a command lead to, as plain text."""
    page = io.StringIO()
    console = Console(file=page, width=WIDTH, color_system=None, force_terminal=False)
    shown: App = app
    shown.help_print(list(words), console=console)
    return "\n".join(line.rstrip() for line in page.getvalue().strip().splitlines())


def reference() -> str:
    """The whole reference page."""
    pages = [("m1", help_text([])), *((f"m1 {name}", help_text(name.split())) for name, _, _ in COMMANDS)]
    sections = [f"## {name}\n\n```\n{text}\n```" for name, text in pages]
    head = ("# The command line\n\nWritten from the help of the commands by "
            "`python -m marketsofone.cli.reference`; do not edit.")
    return "\n\n".join([head, *sections]) + "\n"


if __name__ == "__main__":
    page = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(reference(), encoding="utf-8")

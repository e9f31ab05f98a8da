"""The look of a help page: usage, what, when it misleads, then names and their meaning; plain text."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cyclopts.help import HelpEntry, HelpPanel
    from rich.console import Console, ConsoleOptions

WIDEST = 100
"""Characters in a line, where the screen has room for them."""


class HelpPage:
    """Prints the parts of a help page; the command line calls it for each."""

    def render_usage(self, console: Console, options: ConsoleOptions, usage: object) -> None:
        """The line that says what may follow the command."""
        _print(console, f"{str(usage or '').strip()}\n")

    def render_description(self, console: Console, options: ConsoleOptions, description: object) -> None:
        """What the command does, and when its answer misleads."""
        paragraphs = _plain(description).split("\n\n")
        wrapped = (textwrap.fill(" ".join(each.split()), _width(console)) for each in paragraphs)
        _print(console, "\n".join(wrapped) + "\n")

    def __call__(self, console: Console, options: ConsoleOptions, panel: HelpPanel) -> None:
        """A list of commands or of options."""
        entries = [(_label(entry), _meaning(entry)) for entry in panel.entries]
        if not entries:
            return
        wide = max(len(label) for label, _ in entries) + 2
        room = max(_width(console) - wide - 2, 20)
        lines = [line for label, meaning in entries for line in _lines(label, meaning, wide, room)]
        _print(console, "\n".join(lines))


def _width(console: Console) -> int:
    return min(console.width, WIDEST)


def _print(console: Console, text: str) -> None:
    console.print(text, markup=False, highlight=False, soft_wrap=True)


def _plain(description: object) -> str:
    """The words of a description, without what the command line wrapped around them."""
    held = getattr(description, "primary_renderable", description)
    return str(getattr(held, "plain", held or "")).strip()


def _label(entry: HelpEntry) -> str:
    """What one types: the place of a positional argument, else the option."""
    return entry.positional_label or ", ".join((*entry.names, *entry.shorts))


def _meaning(entry: HelpEntry) -> str:
    hints = [", ".join(entry.choices)] if entry.choices else []
    if entry.default is not None:
        hints.append(f"default: {entry.default}")
    if entry.required and not entry.positional_label:
        hints.append("required")
    description = " ".join(_plain(entry.description).split())
    return f"{description} [{'; '.join(hints)}]" if hints else description


def _lines(label: str, meaning: str, wide: int, room: int) -> list[str]:
    """A label and its meaning, wrapped into the second column."""
    first, *rest = textwrap.wrap(meaning, room, break_on_hyphens=False) or [""]
    return [f"  {label:<{wide}}{first}".rstrip(), *(f"  {'':<{wide}}{line}" for line in rest)]

"""API keys as lines of a page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import Form

from marketsofone.project.people.signing import SCOPES

if TYPE_CHECKING:
    from marketsofone.project.people.managing import PassKey

Scope = Annotated[str, Form(pattern=f"^({'|'.join(SCOPES)})$")]


@dataclass(frozen=True, slots=True)
class KeyLine:
    """An API key in a list: never its text."""

    number: int
    label: str
    scope: str
    made: str


def key_lines(keys: Iterable[PassKey]) -> tuple[KeyLine, ...]:
    """Keys that still open, as lines."""
    return tuple(KeyLine(key.id, key.label, key.scope, f"{key.made_at:%Y-%m-%d}") for key in keys)

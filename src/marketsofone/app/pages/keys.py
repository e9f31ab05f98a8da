"""API keys as lines of a page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from fastapi import Form

from marketsofone.project.people.signing import KEY_DAYS, MOST_KEY_DAYS, SCOPES

if TYPE_CHECKING:
    from marketsofone.project.people.managing import PassKey

Scope = Annotated[str, Form(pattern=f"^({'|'.join(SCOPES)})$")]

Days = Annotated[int, Form(ge=1, le=MOST_KEY_DAYS)]


@dataclass(frozen=True, slots=True)
class KeyLine:
    """An API key in a list: never its text."""

    number: int
    label: str
    scope: str
    made: str
    ends: str


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys of a person that still open, and what the form for another offers."""

    lines: tuple[KeyLine, ...]
    scopes: tuple[str, ...] = SCOPES
    days: int = KEY_DAYS
    most_days: int = MOST_KEY_DAYS


def keys_shown(keys: Iterable[PassKey] = ()) -> Keys:
    """Keys that still open; those made before keys had an end say that they have none."""
    return Keys(tuple(KeyLine(key.id, key.label, key.scope, f"{key.made_at:%Y-%m-%d}",
                              f"ends {key.ends_at:%Y-%m-%d}" if key.ends_at else "without an end") for key in keys))


def kept_where(days: int) -> str:
    """What is said beside the text of a new key."""
    return (f"Keep it where the program finds it. It is not shown again, and ends after {days:,} "
            f"day{'s' if days > 1 else ''}.")

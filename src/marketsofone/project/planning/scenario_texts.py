"""How a scenario is written: a name and its changes, as text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from marketsofone.errors import SettingsInvalid

ALIKE = 0.6
"""A name this much like that of a rep may be meant for it."""

KEYS = ("hours", "rep", "leave", "worth", "chance", "cost", "weeks", "assign")
GRAMMAR = ("name: key=value; key=value. hours=1.2 (all reps' hours times 1.2), hours=R0001:30 (a week), "
           "rep=NEW:20:60:north (a new rep: hours a week, cost an hour, region), leave=STRATUM, worth=STRATUM:0.9 "
           "(what its buyers bring, times), chance=STRATUM:0.8 (of winning them, times), cost=70 (of an hour), "
           "weeks=8, assign=yes")
"""How a scenario is written."""

_EXAMPLES = {"hours": "hours=1.2 (all hours times 1.2) or hours=R0001:30 (a week)",
             "rep": "rep=NEW:20:60:north (hours a week, cost of an hour, region)", "worth": "worth=STRATUM:0.9",
             "chance": "chance=STRATUM:0.8", "cost": "cost=70", "weeks": "weeks=8"}


@dataclass(frozen=True, slots=True)
class Scenario:
    """A change of what is known, and whether buyers may get other reps.

    Parameters
    ----------
    name : str
    changes : tuple of (str, str)
        Key and value, as written.
    assign : bool
    """

    name: str
    changes: tuple[tuple[str, str], ...] = ()
    assign: bool = False


def read_scenario(text: str) -> Scenario:
    """A scenario as a person writes it (`GRAMMAR`).

    Raises
    ------
    SettingsInvalid
        A part of it is not ``key=value`` with a known key.

    Examples
    --------
    >>> read_scenario("more: hours=1.2; leave=hotels").changes
    (('hours', '1.2'), ('leave', 'hotels'))
    """
    head = re.match(r"\s*([^=;:]+):\s+", text)
    name, rest = (head[1].strip(), text[head.end():]) if head else (text.strip(), text)
    changes: list[tuple[str, str]] = []
    for part in filter(None, map(str.strip, rest.split(";"))):
        key, _equals, value = (each.strip() for each in part.partition("="))
        if key not in KEYS or not value:
            raise SettingsInvalid("A scenario is written as key=value, parts joined by semicolons.", f"'{part}'.",
                                  f"Write {GRAMMAR}.")
        changes.append((key, value))
    adds = any(key == "rep" or (key == "assign" and value == "yes") for key, value in changes)
    return Scenario(name, tuple(changes), adds)


def asked_of_reps(text: str, known: Sequence[str]) -> list[tuple[str, str]]:
    """Changes that a list of reps with hours asks for: ``R0001:30, NEW:20:60:north``.

    A name the run does not know is a new rep where cost or region come with it, or it is like no rep there is.

    Raises
    ------
    SettingsInvalid
        Hours are missing, or a name is hardly another one than that of a rep there is.
    """
    asked = []
    for part in filter(None, map(str.strip, text.split(","))):
        name, hours, *more = [*part.split(":"), ""][:3]
        if not hours:
            raise SettingsInvalid("--reps gives each rep its hours a week.", f"'{part}'.",
                                  f"Write {name or 'R0001'}:30, or for a new rep NEW:20:60:north.")
        near = get_close_matches(name, known, n=3, cutoff=ALIKE)
        if name not in known and not any(more) and near:
            raise SettingsInvalid("--reps names reps by their keys.", f"'{name}', no rep of this run.",
                                  f"Did you mean {' or '.join(near)}? A new rep comes with a cost of an hour or a "
                                  f"region: {name}:{hours}:60.")
        asked.append(("hours" if name in known else "rep", part))
    return asked


def said_number(text: str, key: str) -> float:
    """The number of a change.

    Raises
    ------
    SettingsInvalid
        It is none, or below 0.
    """
    try:
        number = float(text)
    except ValueError:
        number = -1.0
    if not 0 <= number < float("inf"):
        raise SettingsInvalid(f"{key} of a scenario needs a number, not below 0.", f"'{text}'.",
                              f"Write {_EXAMPLES[key]}.")
    return number

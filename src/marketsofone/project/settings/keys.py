"""Checks a section of the project file, key by key, and says how to repair what it refuses."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints
from zoneinfo import available_timezones

from marketsofone.customer.tables import TABLES
from marketsofone.errors import SettingsInvalid, shortened
from marketsofone.sources.spelling import nearest

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Section = TypeVar("Section", bound="DataclassInstance")


@dataclass(frozen=True, slots=True)
class Rule:
    """What a value of the project file must be.

    Parameters
    ----------
    says : str
        In words, to end the sentence "it must be ...".
    example : str
        A value as it stands in the file.
    holds : callable
        Whether a value is such a one.
    names : callable
        The names it may be, to find the nearest to a misspelt one; none for other values.
    """

    says: str
    example: str
    holds: Callable[[Any], bool]
    names: Callable[[], list[str]] = list


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_day(value: object) -> bool:
    return isinstance(value, date) and not isinstance(value, datetime)


def _is_outcome(value: object) -> bool:
    return value in outcomes()


def _is_name(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_pin(value: object) -> bool:
    placed = isinstance(value, Mapping) and set(value) == {"at", "on"} and all(map(_is_name, value.values()))
    return placed or _is_name(value)


def outcomes() -> list[str]:
    """What a step may name: a customer table, or one of its fields as ``table.field``."""
    of_fields = [f"{table.name}.{field.name}" for table in TABLES.values() for field in table.fields]
    return [*TABLES, *of_fields]


def whole(least: int, most: int, example: int) -> Rule:
    """A whole number from ``least`` to ``most``."""
    return Rule(f"a whole number from {least:,} to {most:,}", str(example),
                lambda value: type(value) is int and least <= value <= most)


def one_of(*names: str) -> Rule:
    """One of a few words."""
    return Rule(f"one of {', '.join(names)}", f'"{names[0]}"',
                lambda value: value in names, lambda: list(names))


TEXT = Rule("a text in quotation marks", '"Acme"',
            lambda value: isinstance(value, str) and bool(value.strip()))
CURRENCY = Rule("the three capital letters of an ISO 4217 code", '"EUR"',
                lambda value: isinstance(value, str) and re.fullmatch("[A-Z]{3}", value) is not None)
DAY = Rule("a day, written without quotation marks", "2026-06-30", _is_day)
ZONE = Rule("a time zone of the IANA list", '"Europe/Berlin"',
            lambda value: isinstance(value, str) and value in available_timezones(),
            lambda: sorted(available_timezones()))
SHARE = Rule("a share from 0 to 1 (35% is 0.35)", "0.35",
             lambda value: _is_number(value) and 0 <= value <= 1)
INNER_SHARE = Rule("a share above 0 and below 1 (5% is 0.05)", "0.05",
                   lambda value: _is_number(value) and 0 < value < 1)
AMOUNT = Rule("an amount of money, not below 0", "60.0", lambda value: _is_number(value) and value >= 0)
HOURS = Rule("a number of hours above 0", "1.5", lambda value: _is_number(value) and value > 0)
NAMES = Rule("a list of sales dimensions", '["sector"]',
             lambda value: isinstance(value, list) and all(map(_is_name, value)))
PINS = Rule("a list of sales dimensions, or of places each with its dimension",
            '["sector", { at = "whole market / sector: retail", on = "payment_format" }]',
            lambda value: isinstance(value, list) and all(map(_is_pin, value)))
FLAG = Rule("true or false", "true", lambda value: isinstance(value, bool))
OUTCOME = Rule("a customer table or one of its fields", '"opportunity.outcome"', _is_outcome, outcomes)


@dataclass(frozen=True, slots=True)
class ProjectFile:
    """The text of ``market.toml``, to say where in it something stands."""

    path: Path
    text: str

    def place(self, section: str, key: str = "") -> str:
        """The file and, where the key or section can be found in it, the line."""
        line = self._line(section, key)
        return f"{self.path}, line {line}" if line else str(self.path)

    def _line(self, section: str, key: str) -> int:
        """Number of the line on which the key, else its section, stands; 0 where neither is found."""
        found, inside = 0, section == ""
        for number, line in enumerate(self.text.splitlines(), start=1):
            header = re.match(r"\s*\[+\s*([^\]]+?)\s*\]", line)
            if header:
                inside = f"{header[1]}.".replace('"', "").startswith(f"{section}.")
                found = found or (number if inside else 0)
            elif inside and key and re.match(rf'\s*"?{re.escape(key)}"?\s*=', line):
                return number
        return found

    def unknown_section(self, name: str, known: Sequence[str]) -> SettingsInvalid:
        """The error for a section that is not one of ``known``, with the nearest right one."""
        close = nearest(name, known)
        repair = f"If '{close}' is meant, write:\n  [{close}]" if close else "Take it out."
        return SettingsInvalid(f"The project file has the sections {shortened(known)}.",
                               f"'{name}' in {self.place(name)}.", repair)

    def unknown_key(self, section: str, key: str, value: object, known: Sequence[str]) -> SettingsInvalid:
        """The error for a key that is not one of ``known``, with the nearest right one."""
        close, repair = nearest(key, known), "Take the line out."
        if close:
            repair = f"If '{close}' is meant, write:\n  [{section}]\n  {close} = {_shown(value)}"
        return SettingsInvalid(f"[{section}] has the keys {shortened(known, most=20)}.",
                               f"'{key}' in {self.place(section, key)}.", repair)

    def impossible(self, section: str, key: str, value: object, rule: Rule) -> SettingsInvalid:
        """The error for a value that its rule refuses."""
        example = _nearest_text(value, rule) or rule.example
        return SettingsInvalid(f"{key} of [{section}] must be {rule.says}.",
                               f"{_shown(value)} in {self.place(section, key)}.",
                               f"Write, for instance:\n  [{section}]\n  {key} = {example}")

    def missing(self, section: str, key: str, rule: Rule) -> SettingsInvalid:
        """The error for a key that must be given and is not."""
        return SettingsInvalid(f"[{section}] needs {key}: {rule.says}.",
                               f"no such key in {self.place(section)}.",
                               f"Add, for instance:\n  [{section}]\n  {key} = {rule.example}")


def _shown(value: object, most: int = 40) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= most else f"{text[:most]}..."


def _nearest_text(value: object, rule: Rule) -> str:
    """The right spelling of a misspelt name, as it stands in the file; empty where none is near."""
    close = nearest(str(value), rule.names())
    return f'"{close}"' if close else ""


def rules(kind: type[DataclassInstance]) -> dict[str, Rule]:
    """The rule of each field of a dataclass whose fields are ``Annotated[type, rule]``."""
    return {name: hint.__metadata__[0] for name, hint in get_type_hints(kind, include_extras=True).items()}


def read_section(kind: type[Section], name: str, raw: object, file: ProjectFile) -> Section:
    """One section of the file as ``kind``, a dataclass whose fields are ``Annotated[type, rule]``.

    Raises
    ------
    SettingsInvalid
        A key is unknown or missing, or a value is not what its rule says.
    """
    if not isinstance(raw, Mapping):
        raise SettingsInvalid(f"'{name}' is a section of the project file.",
                              f"a single value in {file.place('', name)}.",
                              f"Write it as a section:\n  [{name}]")
    known = rules(kind)
    for key, value in raw.items():
        if key not in known:
            raise file.unknown_key(name, key, value, list(known))
        if not known[key].holds(value):
            raise file.impossible(name, key, value, known[key])
    for key in required(kind):
        if key not in raw:
            raise file.missing(name, key, known[key])
    make: Callable[..., Section] = kind
    return make(**raw)


def required(kind: type[DataclassInstance]) -> list[str]:
    """The fields of a dataclass that have no default."""
    return [each.name for each in fields(kind) if each.default is MISSING and each.default_factory is MISSING]

"""Segments written by hand and the criteria of a comparison, as the project file states them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from marketsofone.errors import SettingsInvalid
from marketsofone.project.settings.keys import SHARE, TEXT, ProjectFile, Rule, read_section

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Section = TypeVar("Section", bound="DataclassInstance")

_FIELDS = Rule("a list of dimensions or traits by their names", '["payment_format"]',
               lambda value: isinstance(value, list) and all(isinstance(one, str) and one.strip() for one in value))
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}")


@dataclass(frozen=True, slots=True)
class SegmentSettings:
    """A segment written by hand.

    Parameters
    ----------
    rule : str
        Who is in it: `marketsofone.strata.rules` tells how it is written.
    name : str
        What people call it; absent: the name of its section.
    note : str
        A remark.
    """

    rule: Annotated[str, TEXT]
    name: Annotated[str, TEXT] = ""
    note: Annotated[str, TEXT] = ""


@dataclass(frozen=True, slots=True)
class CriterionSettings:
    """What speaks of a criterion when two groups are compared, and how close counts as alike.

    Parameters
    ----------
    fields : sequence of str
        Dimensions or traits that speak of it, in place of those whose names say so.
    margin : float or None
        Groups within it are alike: points of share, or for amounts a share of what is typical. Absent:
        the margin that is asked for.
    """

    fields: Annotated[Sequence[str], _FIELDS] = ()
    margin: Annotated[float | None, SHARE] = None


def read_segments(raw: object, file: ProjectFile) -> dict[str, SegmentSettings]:
    """The ``[segments.<name>]`` sections.

    Raises
    ------
    SettingsInvalid
        A section has no rule, a key that is not known, or a name that cannot be one.
    """
    return _named(SegmentSettings, "segments", raw, file)


def read_criteria(raw: object, file: ProjectFile) -> dict[str, CriterionSettings]:
    """The ``[criteria.<name>]`` sections.

    Raises
    ------
    SettingsInvalid
        A key is not known, a value cannot be, or a field is to speak of two criteria.
    """
    found = _named(CriterionSettings, "criteria", raw, file)
    first: dict[str, str] = {}
    for name, said in found.items():
        for one in said.fields:
            if first.setdefault(one, name) != name:
                raise SettingsInvalid("A field speaks of one criterion.",
                                      f"'{one}' in [criteria.{first[one]}] and in "
                                      f"{file.place(f'criteria.{name}', 'fields')}.", "Take it out of one of them.")
    return found


def _named(kind: type[Section], above: str, raw: object, file: ProjectFile) -> dict[str, Section]:
    if not isinstance(raw, Mapping):
        raise SettingsInvalid(f"Each of the {above} is a section of the project file.",
                              f"a single value in {file.place('', above)}.", f"Write:\n  [{above}.<name>]")
    return {name: _one(kind, above, name, each, file) for name, each in raw.items()}


def _one(kind: type[Section], above: str, name: str, raw: Any, file: ProjectFile) -> Section:
    if not _NAME.fullmatch(name):
        raise SettingsInvalid(f"The name of one of the {above} is made of letters, digits, - and _, at most 60.",
                              f"another one in {file.place(above)}.",
                              f"Write, for instance:\n  [{above}.big_leasers]")
    return read_section(kind, f"{above}.{name}", raw, file)

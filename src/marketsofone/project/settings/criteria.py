"""The criteria of a comparison as the project file states them: which fields speak of each, and its margin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from marketsofone.errors import SettingsInvalid, shortened
from marketsofone.sources.spelling import nearest

if TYPE_CHECKING:
    from marketsofone.customer import UserColumn
    from marketsofone.project.settings.market_file import Settings


def check_criteria(settings: Settings, columns: Sequence[UserColumn]) -> None:
    """That ``[criteria]`` names what is there.

    Raises
    ------
    SettingsInvalid
        A criterion is unknown and has no fields, a field is no dimension or trait, or a score is given fields.
    """
    from marketsofone.scores import SCORES
    from marketsofone.strata.distinct_criteria import CRITERIA

    own = sorted({column.name for column in columns})
    for name, said in settings.criteria.items():
        if name in SCORES and said.fields:
            raise SettingsInvalid(f"[criteria.{name}] may set a margin: a score has its own evidence.",
                                  f"fields {shortened(said.fields)}.", "Take the line out that says fields.")
        for one in said.fields:
            if one not in own:
                raise _unknown(f"[criteria.{name}] fields are dimensions or traits.", one, own)
        if not said.fields and name not in (*CRITERIA, *SCORES, *own):
            raise _unknown("A criterion is a score, a dimension, one of ours, or has fields of its own.", name,
                           [*CRITERIA, *SCORES, *own])


def stated_criteria(settings: Settings) -> dict[str, str]:
    """Dimension or trait -> the criterion it is said to speak of."""
    return {one: name for name, said in settings.criteria.items() for one in said.fields}


def stated_margins(settings: Settings) -> dict[str, float]:
    """Criterion -> the margin within which groups are alike in it."""
    return {name: said.margin for name, said in settings.criteria.items() if said.margin is not None}


def _unknown(wanted: str, name: str, known: Sequence[str]) -> SettingsInvalid:
    close = nearest(name, known)
    return SettingsInvalid(wanted, f"'{name}'.", f"If '{close}' is meant, write that." if close
                           else f"There are: {shortened(known, most=20)}.")

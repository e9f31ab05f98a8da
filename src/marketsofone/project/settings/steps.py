"""``[steps]``: which outcome answers which score's question."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import Annotated

from marketsofone.errors import SettingsInvalid
from marketsofone.project.settings.keys import DAY, OUTCOME, ProjectFile


@dataclass(frozen=True, slots=True)
class Steps:
    """Which outcome is which step: a customer table, or one of its fields as ``table.field``.

    A step left out is not observed. No outcome feeds two steps, so nothing counts twice.
    """

    pull: Annotated[str | None, OUTCOME] = None
    competitiveness: Annotated[str | None, OUTCOME] = None
    attractiveness: Annotated[str | None, OUTCOME] = None


@dataclass(frozen=True, slots=True)
class Since:
    """From which day on what began counts for a score, where a rate has moved; absent: all there is counts.

    Only the score forgets: what began before stays among what happened, on every page and in every segment. Sales have
    no such day, for what a buyer is worth is learned from a horizon.
    """

    pull: Annotated[date | None, DAY] = None
    competitiveness: Annotated[date | None, DAY] = None


def check_since(since: Since, steps: Steps, file: ProjectFile) -> None:
    """Raise `SettingsInvalid` where a day is stated for a score that no step answers."""
    for each in fields(Since):
        if getattr(since, each.name) is not None and getattr(steps, each.name) is None:
            from marketsofone.scores import SCORES

            raise SettingsInvalid(
                f"[since] {each.name} says from which day on an outcome counts that [steps] names.",
                f"no {each.name} in [steps], and {each.name} in {file.place('since', each.name)}.",
                f'Take the line out, or write:\n  [steps]\n  {each.name} = "{SCORES[each.name].steps[0]}"')


def check_steps(steps: Steps, file: ProjectFile) -> None:
    """Raise `SettingsInvalid` where an outcome feeds two scores, or one whose question it does not answer."""
    _check_differ(steps, file)
    _check_answer(steps, file)


def _check_differ(steps: Steps, file: ProjectFile) -> None:
    first: dict[str, str] = {}
    for each in fields(Steps):
        outcome = getattr(steps, each.name)
        if outcome is None:
            continue
        if outcome in first:
            raise SettingsInvalid(
                "An outcome feeds one step only, so that nothing counts twice.",
                f'"{outcome}" as {first[outcome]} and as {each.name} in {file.place("steps", each.name)}.',
                f"Take out the line that says {each.name}, or name the outcome that shows it.")
        first[outcome] = each.name


def _check_answer(steps: Steps, file: ProjectFile) -> None:
    """Each score has a few outcomes that answer its question; another one would be counted as what it is not."""
    from marketsofone.scores import SCORES

    for each in fields(Steps):
        outcome = getattr(steps, each.name)
        may = SCORES[each.name].steps
        if outcome is not None and outcome not in may:
            raise SettingsInvalid(
                f"{each.name} of [steps] is answered by {' or '.join(may)}.",
                f'"{outcome}" in {file.place("steps", each.name)}.',
                f'Write, for instance:\n  [steps]\n  {each.name} = "{may[0]}"')

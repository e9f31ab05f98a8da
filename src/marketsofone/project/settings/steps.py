"""``[steps]``: which outcome answers which score's question."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Annotated

from marketsofone.errors import SettingsInvalid
from marketsofone.project.settings.keys import OUTCOME, ProjectFile


@dataclass(frozen=True, slots=True)
class Steps:
    """Which outcome is which step: a customer table, or one of its fields as ``table.field``.

    A step left out is not observed. No outcome feeds two steps, so nothing counts twice.
    """

    pull: Annotated[str | None, OUTCOME] = None
    competitiveness: Annotated[str | None, OUTCOME] = None
    attractiveness: Annotated[str | None, OUTCOME] = None


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

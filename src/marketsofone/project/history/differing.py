"""What differs between two runs, in sentences: the same in the terminal and in the browser."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from marketsofone.project.words import counted

if TYPE_CHECKING:
    from marketsofone.project.history.diff import Change, Difference, Moved


def difference_sentences(found: Difference) -> tuple[str, ...]:
    """A difference in a few lines: who stayed, what of the settings and the evidence differs, what moved."""
    told = (
        f"From {found.before} to {found.after}: {counted(found.stayed, 'buyer')} stayed, "
        f"{found.came:,} came, {found.went:,} went.",
        *_changes("Settings", found.settings), *_changes("Evidence (trials)", found.evidence),
        *_names("Input files that differ", [each.name for each in found.inputs]),
        *_names("Strata that came", found.strata_came), *_names("Strata that went", found.strata_went),
        *map(_moved, found.moved))
    return tuple(told)


def shown(value: object) -> str:
    """A value before or after, short enough to stand beside the other."""
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
    return "none" if value is None else str(value)


def was(change: Change) -> str:
    """A change in words: what it was, what it is."""
    return f"{shown(change.before)} -> {shown(change.after)}"


def _changes(heading: str, changes: Sequence[Change]) -> Iterator[str]:
    if changes:
        yield f"{heading}: " + "; ".join(f"{each.name} {was(each)}" for each in changes)


def _names(heading: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        yield f"{heading}: {'; '.join(names)}"


def _moved(moved: Moved) -> str:
    by = "" if moved.median is None else f", at the median by {shown(moved.median)}"
    return f"{counted(moved.buyers, 'buyer')} moved in {moved.name.replace('_', ' ')}{by}."

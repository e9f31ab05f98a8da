"""What buyers need, desire and expect, in the words that were written down."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from marketsofone.project.showing.figures import share
from marketsofone.project.snapshots.shelf import Row, Shelf
from marketsofone.project.statements.subjects import Subject, subjects_of

if TYPE_CHECKING:
    from marketsofone.project.statements.entering import Entry, Notebook

MOST = 3
"""So many wishes of a buyer stand beside its move, the latest first."""


def wish_words(entry: Entry) -> str:
    """A wish in a sentence: what it is about, how strong, and the buyer's own words."""
    says: Any = entry.says
    strength = "" if says.strength is None else f", strength {share(says.strength)}"
    return f"{says.theme}{strength}" + (f": {says.words}" if says.words else "")


def wishes_told(shelf: Shelf, notebook: Notebook, rows: Iterable[Row]
                ) -> Mapping[int, tuple[tuple[str, str], ...]]:
    """Of each buyer its latest wishes in force: which kind, and the sentence."""
    told: dict[Subject, list[Entry]] = defaultdict(list)
    for entry in notebook.of_kind("wish"):
        told[entry.about, entry.about_id].append(entry)
    return {row["buyer_id"]: _latest(told, subjects_of(shelf, row)) for row in rows}


def _latest(told: Mapping[Subject, list[Entry]], subjects: Iterable[Subject]) -> tuple[tuple[str, str], ...]:
    own = sorted((entry for subject in subjects for entry in told.get(subject, ())), key=lambda entry: -entry.id)
    return tuple((str(getattr(entry.says, "kind", "")), wish_words(entry)) for entry in own[:MOST])

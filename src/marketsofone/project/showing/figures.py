"""Numbers as every page shows them: written and drawn by the report's own hand, so that none differs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from marketsofone.project.snapshots.shelf import Row, Shelf

if TYPE_CHECKING:
    from marketsofone.report.figures import Figure as Figure


def figures(shelf: Shelf, rows: Sequence[Row]) -> tuple[tuple[Figure, ...], ...]:
    """The three scores and the worth of an hour of each row, all on one scale per column."""
    from marketsofone.report.figures import ruler
    from marketsofone.report.glossary import SHOWN

    measured = ruler(rows, SHOWN, shelf.strata[0], currency_of(shelf))
    return tuple(measured.figures(row) for row in rows)


def titles() -> tuple[tuple[str, str], ...]:
    """Of each figure that is shown: its title and the question it answers."""
    from marketsofone.report.glossary import SHOWN

    return tuple((score.title, score.question) for score in SHOWN)


def currency_of(shelf: Shelf) -> str:
    """ISO 4217 code of every amount of a run."""
    return str(shelf.snapshot.manifest["currency"])


def taken_for_granted(shelf: Shelf) -> tuple[str, ...]:
    """What every number of a run takes for granted, a sentence each: scores without evidence, and what is assumed."""
    from marketsofone.report.glossary import SCORES

    manifest = shelf.snapshot.manifest
    silent = manifest["conditional_on"]
    assumed = [label for label in manifest["labels"] if label.partition(":")[0] not in silent]
    return (*(score.without for score in SCORES if score.name in silent),
            *(f"{label[:1].upper()}{label[1:]}." for label in assumed))


def money(value: float | None, currency: str) -> str:
    """An amount in major units, as every page writes it."""
    from marketsofone.report import words

    return words.money(value, currency)


def share(value: float | None) -> str:
    """A share in percent, as every page writes it."""
    from marketsofone.report import words

    return words.share(value)


def percent(value: float | None) -> str:
    """A share of hours or of draws, as every page writes it."""
    from marketsofone.report import words

    return words.percent(value)


def firm(value: float | None, runner_up: str | None) -> str:
    """How often a choice is the same when the plan is drawn from what is not known, as every page writes it."""
    from marketsofone.report import plan_words

    return plan_words.firm(value, runner_up)


def hours(value: float | None) -> str:
    """Hours, as every page writes them."""
    from marketsofone.report import words

    return words.hours(value)


def size(count_of_bytes: float) -> str:
    """The size of a file, as every page writes it."""
    from marketsofone.report import words

    return words.size(count_of_bytes)


def count(value: Any) -> str:
    """A count, as every page writes it."""
    from marketsofone.report import words

    return words.count(value)


def reasons(text: str | None) -> tuple[str, ...]:
    """The sentences of a cell of reasons."""
    from marketsofone.report.ranking import reasons as sentences

    return sentences(text)

"""Scores in words: what one means for a buyer, how it stands beside the market, and what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from marketsofone.project.showing.figures import currency_of, money, share
from marketsofone.project.snapshots.shelf import Row, Shelf
from marketsofone.scores import SCORES

_SAYS: Mapping[str, tuple[str, str, str]] = {
    "pull": ("Lets us in {} of the time", "more readily than the market", "less readily than the market"),
    "competitiveness": ("Once in, we win {}", "more often than in the market", "less often than in the market"),
    "attractiveness": ("If won, contributes {}", "more than the market", "less than the market"),
}
_UNSEEN: Mapping[str, str] = {
    "pull": "Buyers like it let us in {} of the time",
    "competitiveness": "Once in, we win {} of buyers like it",
    "attractiveness": "If won, buyers like it contribute {}",
}
"""Of a buyer of whom nothing was seen, only its like can be spoken of."""
_LIKE = "not shown to differ from the market"
OWN, BORROWED = 1 / 3, 2 / 3
"""Less borrowed than the first rests on the buyer itself; more than the second on its segment."""


@dataclass(frozen=True, slots=True)
class Said:
    """One score in words.

    Parameters
    ----------
    score : str
    value : str
        The sentence with its number.
    beside : str
        Beside the whole market: above or below only where the 90% interval says so.
    sure : str
        What it rests on.
    """

    score: str
    value: str
    beside: str
    sure: str


def said_of(shelf: Shelf, row: Row) -> tuple[Said, ...]:
    """The scores of a buyer in words, in the order a sale meets them; those without evidence are left out."""
    return tuple(_said(shelf, row, score) for score in _SAYS if row.get(score) is not None)


def _said(shelf: Shelf, row: Row, score: str) -> Said:
    sentence, above, below = _SAYS[score]
    base = shelf.strata[0].get(score)
    sentence = sentence if row.get(f"{score}_trials") else _UNSEEN[score]
    shown = _shown(shelf, score, row[score])
    beside = above if base is not None and row[f"{score}_low"] > base else (
        below if base is not None and row[f"{score}_high"] < base else _LIKE)
    return Said(score, sentence.format(shown), f"{beside} ({_shown(shelf, score, base)})", _sure(row, score))


def _shown(shelf: Shelf, score: str, value: float | None) -> str:
    return money(value, currency_of(shelf)) if score == "attractiveness" else share(value)


def _sure(row: Row, score: str) -> str:
    """What a score rests on, by how much of it is borrowed."""
    borrowed = row.get(f"{score}_borrowed")
    if borrowed is None:
        return ""
    if not row.get(f"{score}_trials"):
        return SCORES[score].unseen
    return ("mostly its own record" if borrowed < OWN else "mostly its segment's record" if borrowed > BORROWED
            else "part its own record, part its segment's")

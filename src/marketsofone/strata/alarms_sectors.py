"""Every sector of a market asked how mixed it is, in needs, win rate and margin."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marketsofone.estimates.candidates import Dimension
from marketsofone.estimates.sampled import Sampled
from marketsofone.strata.alarms import (
    Inside,
    Variation,
    beside_profile,
    beside_score,
    inside_profile,
    inside_score,
    inside_share,
)
from marketsofone.strata.distinct_criteria import criterion
from marketsofone.strata.edge_parting import MONEY, sectors
from marketsofone.strata.evidence import Sums
from marketsofone.strata.splitting import Candidate

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

NEEDS = "needs"
ASKED = (NEEDS, "competitiveness", MONEY)
"""The measures a sector may be mixed in."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What each buyer said it needs: the place of the answer among the words, -1 where not known."""

    codes: Ints
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Mixed:
    """How mixed a sector is in one measure.

    Parameters
    ----------
    sector : int
    measure : str
        One of ``ASKED``.
    buyers : int
        Of the sector, among those sampled.
    inside : Inside or None
        None where it cannot be told.
    """

    sector: int
    measure: str
    buyers: int
    inside: Inside | None


def mixed_sectors(
    sample: Sampled, sector: Ints, dimensions: Sequence[Dimension], needs: Answers | None, level: float
) -> list[Mixed]:
    """How mixed each sector is, in every measure that has evidence.

    Parameters
    ----------
    sample : Sampled
    sector : int array, shape (buyers,)
        The sector of each buyer, -1 for none.
    needs : Answers or None
    level : float
        Chance that a bound of one answer is wrong.
    """
    found = sectors(sample, sector, dimensions)
    told = []
    for number in sorted({int(each) for each in np.unique(sector) if each >= 0}):
        rows = np.flatnonzero(sector == number)
        for measure, inside in _asked(sample, rows, found.get(number, []), dimensions, needs, level / 2):
            told.append(Mixed(number, measure, len(rows), inside))
    return told


def _asked(
    sample: Sampled, rows: Ints, found: Sequence[Candidate], dimensions: Sequence[Dimension],
    needs: Answers | None, level: float,
) -> Iterator[tuple[str, Inside | None]]:
    if needs is not None and len(needs.words) > 1:
        others = [d for d in dimensions if criterion(d.name) != NEEDS]
        inside = inside_profile(list(_profiles(sample, rows, others, needs)), level)
        own, market = (_counted(needs.codes[of], len(needs.words)) for of in (rows, slice(None)))
        yield NEEDS, _share(inside, beside_profile(own, market, level))
    for score in ASKED[1:]:
        if score in sample.sums:
            sector, whole = (_sums(sample, score, of) for of in (rows, slice(None)))
            yield score, _share(inside_score(found, score, level), beside_score(sector, whole, level))


def _share(inside: Variation | None, beside: Variation) -> Inside | None:
    return None if inside is None else inside_share(inside, beside)


def _profiles(
    sample: Sampled, rows: Ints, dimensions: Sequence[Dimension], needs: Answers
) -> Iterator[tuple[str, Floats]]:
    """Buyers of a sector by half, value and answer, for each dimension with two values there."""
    for dimension in dimensions:
        codes = sample.codes[dimension.name][rows]
        known = (codes >= 0) & (needs.codes[rows] >= 0)
        values, place = np.unique(codes[known], return_inverse=True)
        if len(values) > 1:
            shape = (2, len(values), len(needs.words))
            cell = np.ravel_multi_index((sample.half[rows][known], place, needs.codes[rows][known]), shape)
            yield dimension.name, np.bincount(cell, minlength=int(np.prod(shape))).reshape(shape).astype(np.float64)


def _counted(codes: Ints, words: int) -> Floats:
    return np.bincount(codes[codes >= 0], minlength=words).astype(np.float64)


def _sums(sample: Sampled, score: str, rows: Ints | slice) -> Sums:
    return Sums(score == MONEY, *sample.sums[score][:, rows].sum(axis=1, keepdims=True))


def answers_of(sample: Sampled, stated: Mapping[int, str]) -> Answers | None:
    """What buyers stated, else what a dimension says that speaks of needs; None where neither does.

    Parameters
    ----------
    stated : mapping
        By ``buyer_id``.
    """
    if stated:
        words = tuple(sorted(set(stated.values())))
        place = {word: number for number, word in enumerate(words)}
        codes = [place[stated[buyer]] if buyer in stated else -1 for buyer in sample.buyer_id.tolist()]
        return Answers(np.array(codes, dtype=np.int64), words)
    named = next((name for name in sample.codes if criterion(name) == NEEDS), None)
    return None if named is None else Answers(sample.codes[named], sample.words[named])

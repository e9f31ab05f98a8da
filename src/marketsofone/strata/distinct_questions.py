"""Tallies of groups turned into questions: the first group of each pair is even, the second the odd one after it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketsofone.strata.distinct import Question, Unit
from marketsofone.strata.distinct_amounts import Spread, amount_contrast
from marketsofone.strata.distinct_profiles import profile_contrast
from marketsofone.strata.distinct_shares import share_contrast
from marketsofone.strata.evidence import Sums

Floats = NDArray[np.float64]


def profile_question(criterion: str, rows: pd.DataFrame, pair: int) -> Question:
    """Counts by ``group`` and ``value`` as a question; the value that tells most is the one shown.

    Parameters
    ----------
    rows : DataFrame
        ``group``, ``value``, ``buyers``, ``units``, ``companies`` (``estimates.groups.profile``).
    """
    own = rows[rows["group"].isin([2 * pair, 2 * pair + 1])]
    values, place = np.unique(own["value"].to_numpy(dtype=str), return_inverse=True)
    counts = np.zeros((2, max(len(values), 1)))
    counts[own["group"].to_numpy(np.int64) - 2 * pair, place] = own["units"]
    (a, one), (b, other) = (_row(own, 2 * pair + side, ("buyers", "companies")) for side in (0, 1))
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1.0)
    contrast = profile_contrast(counts[:1], counts[1:])
    most = int(contrast.telling[0])
    return Question(
        criterion, "profile", contrast, a, b, a, b, pair,
        on=str(values[most]) if a and b else "", value_a=_known(shares[0, most], a),
        value_b=_known(shares[1, most], b), companies=(one, other))


def share_question(criterion: str, rows: pd.DataFrame, pair: int) -> Question:
    """Sums of a score by ``group`` as a question (``estimates.groups.share_sums``)."""
    tallies = [_row(rows, 2 * pair + side, ("buyers", "trials", "units")) for side in (0, 1)]
    counted = [_row(rows, 2 * pair + side, ("buyers", "n", "s", "nn", "ns", "ss", "alone")) for side in (0, 1)]
    sums = [Sums(False, *(np.array([part]) for part in (*own, 0.0, 0.0, alone))) for *own, alone in counted]
    contrast = share_contrast(sums[0], sums[1])
    (a, b) = tallies
    return Question(criterion, "share", contrast, a[0], b[0], a[1], b[1], pair,
                    value_a=_known(float(contrast.rate_a[0]), a[1]), value_b=_known(float(contrast.rate_b[0]), b[1]),
                    companies=(a[2], b[2]))


def amount_question(criterion: str, rows: pd.DataFrame, scale: float, pair: int, unit: Unit) -> Question:
    """Sums of an amount by ``group`` as a question (``estimates.groups.amount_sums``)."""
    a, b = (_row(rows, 2 * pair + side, ("buyers", "n", "units")) for side in (0, 1))
    spreads = [Spread(*(np.array([part]) for part in _row(rows, 2 * pair + side, ("units", "g", "gg"))))
               for side in (0, 1)]
    contrast = amount_contrast(spreads[0], spreads[1], np.array([scale]))
    typical = [scale * float(np.sinh(middle[0])) for middle in (contrast.middle_a, contrast.middle_b)]
    return Question(criterion, unit, contrast, a[0], b[0], a[1], b[1], pair,
                    value_a=_known(typical[0], a[0]), value_b=_known(typical[1], b[0]), companies=(a[2], b[2]))


def unseen_question(criterion: str, pair: int, unit: Unit) -> Question:
    """A criterion of which nobody has recorded anything."""
    nothing = np.zeros((1, 1))
    return Question(criterion, unit, profile_contrast(nothing, nothing), 0.0, 0.0, 0.0, 0.0, pair)


def _row(rows: pd.DataFrame, group: int, parts: tuple[str, ...]) -> list[float]:
    own = rows[rows["group"] == group]
    return [float(own[part].sum()) for part in parts]


def _known(value: float, behind: float) -> float | None:
    return float(value) if behind > 0 else None

"""What a group of buyers is worth on each score, with an interval, from what each buyer is."""

from __future__ import annotations

from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
import pandas as pd
from scipy import special

from marketsofone.estimates.estimate import PROBABILITY

SUMS = ("n", "value", "spread", "borrowed", "squares")
"""Sums over a group's buyers in one stratum: their number, values, variances, borrowed shares and squares of these."""

_REACH = float(special.ndtri(0.5 + PROBABILITY / 2))


@dataclass(frozen=True, slots=True)
class GroupScore:
    """A score of a group of buyers: the mean over them, and where it lies with 90% probability."""

    value: float
    low: float
    high: float


def group_sums(buyers: ir.Table, score: str, inside: ir.BooleanValue) -> dict[str, ir.Value]:
    """``SUMS`` of one score over the buyers that are inside, to be aggregated by ``stratum_id``. Runs nothing.

    Parameters
    ----------
    buyers : Ibis table
        ``<score>`` with ``_low``, ``_high`` and ``_borrowed``.
    """
    value, borrowed = buyers[score], buyers[f"{score}_borrowed"].fill_null(0.0)
    known = inside & value.notnull()
    spread = (buyers[f"{score}_high"] - buyers[f"{score}_low"]) / (2.0 * _REACH)
    parts = (known.cast("float64"), value, spread * spread, borrowed, borrowed * borrowed)
    return {f"{score}_{name}": part.sum(where=known).fill_null(0.0) for name, part in zip(SUMS, parts, strict=True)}


def group_score(score: str, sums: pd.DataFrame, strata: pd.DataFrame, *, money: bool) -> GroupScore | None:
    """The mean of a score over a group, from sums of its buyers by stratum; None where nobody has the score.

    A buyer's doubt has two parts: its own, which averages out over many, and that of the stratum it borrows
    from, which all its neighbours share and which does not. So does a stratum's doubt in turn: part its own,
    part its parent's. Shared parts are added up along the tree before they are squared.

    Misleads where a rule asks for the score itself: who is picked for a high value is a little less high.

    Parameters
    ----------
    sums : DataFrame
        ``stratum_id`` and what `group_sums` gave, a row a stratum.
    strata : DataFrame
        ``stratum_id``, ``parent_id``, ``level``, ``<score>_low``, ``<score>_high``, ``<score>_borrowed``.
    money : bool
        An amount rather than a share.
    """
    own = sums.set_index("stratum_id")[[f"{score}_{name}" for name in SUMS]]
    own.columns = pd.Index(SUMS)
    people = float(own["n"].sum())
    if people <= 0:
        return None
    middle = float(own["value"].sum()) / people
    variance = _variance(own, _doubts(score, strata), people)
    low, high = _amount_ends(middle, variance) if money else _share_ends(middle, variance)
    return GroupScore(middle, low, high)


def _doubts(score: str, strata: pd.DataFrame) -> pd.DataFrame:
    """Every stratum, the deepest first: its parent, its variance and the share of it that is borrowed."""
    spread = (strata[f"{score}_high"] - strata[f"{score}_low"]).astype("float64") / (2.0 * _REACH)
    found = pd.DataFrame({
        "stratum_id": strata["stratum_id"], "parent": strata["parent_id"], "level": strata["level"],
        "variance": spread.fillna(0.0) ** 2, "borrowed": strata[f"{score}_borrowed"].astype("float64").fillna(0.0)})
    return found.sort_values(["level", "stratum_id"], ascending=[False, True]).set_index("stratum_id")


def _variance(own: pd.DataFrame, doubts: pd.DataFrame, people: float) -> float:
    variances = doubts["variance"].to_dict()
    shared = own.index.map(variances).to_numpy(np.float64)
    alone = np.maximum(own["spread"].to_numpy() - own["squares"].to_numpy() * shared, 0.0).sum() / people**2
    load = (own["borrowed"] / people).to_dict()
    total = float(alone)
    for node in doubts.itertuples():
        carried, above = load.get(node.Index, 0.0), variances.get(node.parent)
        passed = node.borrowed if above is not None else 0.0
        total += carried**2 * max(node.variance - passed**2 * (above or 0.0), 0.0)
        if above is not None:
            load[node.parent] = load.get(node.parent, 0.0) + carried * passed
    return total


def _share_ends(middle: float, variance: float) -> tuple[float, float]:
    """A beta law of that mean and variance, at the least worth one trial; the mean itself is never left outside."""
    if variance <= 0 or not 0 < middle < 1:
        return middle, middle
    size = max(middle * (1.0 - middle) / variance - 1.0, 1.0)
    tail = (1.0 - PROBABILITY) / 2
    ends = special.betaincinv(middle * size, (1.0 - middle) * size, [tail, 1.0 - tail])
    return min(float(ends[0]), middle), max(float(ends[1]), middle)


def _amount_ends(middle: float, variance: float) -> tuple[float, float]:
    """Lognormal where the mean is above zero, else normal."""
    if middle <= 0:
        reach = _REACH * float(np.sqrt(variance))
        return middle - reach, middle + reach
    spread = float(np.sqrt(np.log1p(variance / middle**2)))
    centre = float(np.log(middle)) - spread**2 / 2.0
    return float(np.exp(centre - _REACH * spread)), float(np.exp(centre + _REACH * spread))


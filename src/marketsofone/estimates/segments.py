"""What a group of buyers is worth on each score, with an interval, from what each buyer is."""

from __future__ import annotations

from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from marketsofone.estimates.estimate import PROBABILITY, REACH
from marketsofone.estimates.fused import variance_of_fused
from marketsofone.pooling import Loads, Tree, handed_down, shares

SUMS = ("n", "rows", "value", "variance", "borrowed", "squares", "drawn")
"""Sums over a group's buyers in one stratum: their number, the number of all buyers there, values, variances,
borrowed shares, squares of these, and how far each would move with a prior size larger by its like."""

DOUBTS = ("moves", "leans", "unstated", "whole", "hidden", "alike", "common")
"""What is not known of a stratum and shared by its buyers: `marketsofone.pooling.Doubts`, and ``hidden``, the variance
of the level of a part that no split tells from the rest, by the logarithm of how much smaller it is."""

Floats = NDArray[np.float64]


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
        ``<score>`` with ``_prior``, ``_variance`` and ``_borrowed``.
    """
    value, borrowed = buyers[score], buyers[f"{score}_borrowed"].fill_null(0.0)
    known = inside & value.notnull()
    drawn = borrowed * (buyers[f"{score}_prior"] - value)
    parts = {"n": known.cast("float64"), "value": value, "variance": buyers[f"{score}_variance"],
             "borrowed": borrowed, "squares": borrowed * borrowed, "drawn": drawn}
    sums = {f"{score}_{name}": part.sum(where=known).fill_null(0.0) for name, part in parts.items()}
    return sums | {f"{score}_rows": value.notnull().cast("float64").sum()}


def group_score(
    score: str, sums: pd.DataFrame, doubts: pd.DataFrame, fused: pd.DataFrame | None = None, *, money: bool
) -> GroupScore | None:
    """The mean of a score over a group, from sums of its buyers by stratum; None where nobody has the score.

    What is not known of each buyer alone averages out over many. What its neighbours share does not: the level of the
    stratum they borrow from, which hangs in turn on that of the stratum above; how alike buyers are, which moves all
    that are picked for their record; a factor that all values have in common; and, where a group is but a part of its
    strata, how far such parts may lie from the whole though no split shows it, those above all that a split of the same
    dimension put together.

    Parameters
    ----------
    sums : DataFrame
        ``stratum_id`` and what `group_sums` gave: a row a stratum, or one for each value of the dimensions in ``fused``
        (columns of their names; null where no split on the way to the stratum keeps values of it together).
    doubts : DataFrame
        A row a stratum: ``stratum_id``, ``parent_id``, ``level``, ``buyers`` and ``DOUBTS``, of this score.
    fused : DataFrame, optional
        Values that splits keep together (`marketsofone.estimates.fused.FUSED`, with ``stratum_id``), of this score.
    money : bool
        An amount rather than a share.
    """
    own = sums.groupby("stratum_id")[[f"{score}_{name}" for name in SUMS]].sum()
    own.columns = pd.Index(SUMS)
    people = float(own["n"].sum())
    if people <= 0:
        return None
    middle = float(own["value"].sum()) / people
    variance = _variance(own, doubts, people)
    if fused is not None and len(fused):
        borrowed = sums[f"{score}_borrowed"] / people
        load = {str(name): borrowed.groupby([sums["stratum_id"], sums[name]]).sum()
                for name in fused["dimension"].unique()}
        below = doubts.dropna(subset="parent_id")
        variance += variance_of_fused(load, fused, dict(zip(below["stratum_id"], below["parent_id"], strict=True)))
    low, high = _amount_ends(middle, variance) if money else _share_ends(middle, variance)
    return GroupScore(middle, low, high)


def _variance(own: pd.DataFrame, doubts: pd.DataFrame, people: float) -> float:
    """Of the mean over a group, each shared part added up over all who share it before it is squared."""
    beside = doubts.sort_values(["level", "stratum_id"]).set_index("stratum_id")
    rows = own.reindex(beside.index).fillna(0.0)
    load = rows["borrowed"] / people
    common = float(beside["common"].max()) if "common" in beside else 0.0   # older runs say nothing of it
    together = rows["squares"] * beside["whole"] + common * rows["value"] ** 2 / np.maximum(rows["n"], 1.0)
    alone = np.maximum(rows["variance"] - together, 0.0) / people**2
    smaller = np.log(np.maximum(rows["rows"], 1.0) / np.maximum(rows["n"], 1.0))
    total = float((alone + load**2 * (beside["unstated"] + smaller * beside["hidden"])).sum())
    total += float(rows["drawn"].sum() / people) ** 2 * float(beside["alike"].max())
    total += common * float(rows["value"].sum() / people) ** 2
    return total + _of_levels((load * beside["leans"]).to_numpy(np.float64), beside)


def _of_levels(load: Floats, beside: pd.DataFrame) -> float:
    """Variance that comes from the levels of strata, parents first: what leans on a split one leans on its parts."""
    place = {stratum: number for number, stratum in enumerate(beside.index)}
    parent = np.array([place.get(above, -1) for above in beside["parent_id"]], dtype=np.int64)
    tree = Tree(parent)
    share = shares(tree, beside["buyers"].to_numpy(np.float64))
    loads = Loads(np.stack(beside["moves"].to_list(), axis=1))
    return float(loads.variance(tree, handed_down(tree, share, load))[0])


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
        reach = REACH * float(np.sqrt(variance))
        return middle - reach, middle + reach
    spread = float(np.sqrt(np.log1p(variance / middle**2)))
    centre = float(np.log(middle)) - spread**2 / 2.0
    return float(np.exp(centre - REACH * spread)), float(np.exp(centre + REACH * spread))


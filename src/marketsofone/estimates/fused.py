"""Values of a dimension that a split keeps together: how far each may lie from the part that they make.

A split puts values into one part as long as nothing shows that they differ. That nothing shows it is no sign that they
are alike: of few buyers little shows. Who asks for one of them alone is told what is known of the part, and how far the
value may lie from it, given what its own buyers say and how far apart all values at that split lie.

References
----------
Gelman, Hill & Yajima (2012), Why we (usually) don't have to worry about multiple comparisons: values that were chosen
to look alike are judged by their posterior under what all values say, which no choice among them can mislead.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketsofone.customer import Stratum
from marketsofone.estimates.candidates import Dimension
from marketsofone.pooling import Family, Parts, PriorSize, fit_part_sizes

Floats = NDArray[np.float64]

_TOLD = ("n", "s", "nn", "alone")
FUSED = ("stratum", "dimension", "value", "share", "departs", "unsure")
"""Of a value of a dimension in the stratum that a split made of it and others: its share of the stratum's buyers, how
far its mean is thought to lie from that of the stratum above, and the variance of that."""


def split_values(
    strata: Sequence[Stratum], levels: Sequence[pd.DataFrame], scores: Sequence[str]
) -> pd.DataFrame:
    """What all buyers say of each value of the dimension that a stratum was split on.

    Parameters
    ----------
    strata : sequence of Stratum
        The whole tree.
    levels : sequence of DataFrame
        The candidate tallies that it was grown from, level by level (`candidates.fetch_candidates`).

    Returns
    -------
    DataFrame
        A row a value: ``parent`` and ``stratum`` (numbers of the stratum split and of the part), ``dimension``,
        ``value``, ``people``, and for each score the parts ``n``, ``s``, ``nn`` and ``alone``.
    """
    keys = ["node", "dimension", "value"]
    made = pd.DataFrame([(s.parent, s.split_on, value, s.number) for s in strata[1:] for value in s.values],
                        columns=[*keys, "stratum"])
    sums = ["people", *(f"{score}_{part}" for score in scores for part in _TOLD)]
    at = [level.merge(made, on=keys)[[*keys, "stratum", *sums]] for level in levels if len(made)]
    found = pd.concat(at) if at else pd.DataFrame(columns=[*keys, "stratum", *sums])
    return found.groupby([*keys, "stratum"], as_index=False)[sums].sum().rename(columns={"node": "parent"})


def fit_fused(
    values: pd.DataFrame, dimensions: Sequence[Dimension], score: str, family: Family, buyers: PriorSize
) -> pd.DataFrame:
    """How far each value may lie from others that a split put into one part with it.

    Parameters
    ----------
    values : DataFrame
        From `split_values`.
    dimensions : sequence of Dimension
        Values of those that may not explain the score are left out.
    family : Share or Amount
    buyers : PriorSize
        How alike buyers of one stratum are.

    Returns
    -------
    DataFrame
        ``FUSED``, in units of the score and these squared; values that are a part by themselves are left out too.

    Notes
    -----
    It misleads where values lie along a line (steps of a number): neighbours are then more alike than is said here.

    Examples
    --------
    >>> from marketsofone.pooling import Share, known
    >>> said = {"n": 40.0, "s": [4.0, 30.0, 6.0], "nn": 40.0, "alone": 40.0}
    >>> told = pd.DataFrame({"parent": 0, "stratum": [1, 2, 1], "dimension": "sector", "value": ["a", "b", "c"],
    ...                      "people": 40.0} | {f"pull_{part}": of for part, of in said.items()})
    >>> found = fit_fused(told, [Dimension("sector", "dim_sector")], "pull", Share(), known(1e6))
    >>> found[["value", "departs"]].round(1).values.tolist()
    [['a', -0.2], ['c', -0.2]]
    """
    values = values[values["dimension"].isin([one.name for one in dimensions if score in one.scores])]
    n, s, nn, alone = (values[f"{score}_{part}"].to_numpy(np.float64) for part in _TOLD)
    if not len(values) or n.sum() <= 0:
        return pd.DataFrame(columns=FUSED)
    size = buyers.middle
    trials = n * n * (size - family.curvature) / np.maximum(size * alone + nn, 1e-12)
    departs, unsure = _placed(family, values, trials, s / np.maximum(n, 1e-12))
    of = values.groupby("stratum")
    share = values["people"] / of["people"].transform("sum")
    told = values[["stratum", "dimension", "value"]].assign(share=share, departs=departs, unsure=unsure)
    return told[of["value"].transform("size") > 1].reset_index(drop=True)


def _placed(family: Family, values: pd.DataFrame, trials: Floats, mean: Floats) -> tuple[Floats, Floats]:
    """How far the mean of each value lies from that of all at its split, and the variance of that."""
    _, place = np.unique(values["parent"], return_inverse=True)
    people, total, seen = (np.bincount(place, of)[place] for of in (values["people"], trials * mean, trials))
    everyone = np.sum(trials * mean) / np.sum(trials)
    level = np.where(seen > 0, total / np.maximum(seen, 1e-12), everyone)
    under = Parts(place, values["people"].to_numpy(np.float64) / people, int(place.max()) + 1)
    size = fit_part_sizes(family, under, trials, np.where(trials > 0, mean, level), level)
    k, likely = size.sizes[:, None], size.of(len(values))
    each = (k * level + trials * mean) / (k + trials)
    middle = np.sum(likely * each, axis=0)
    left = family.left(each, level, k, trials)
    return middle - level, np.sum(likely * (left + (each - middle) ** 2), axis=0)


def variance_of_fused(
    load: Mapping[str, pd.Series], fused: pd.DataFrame, parent: Mapping[str, str]
) -> float:
    """Variance of a group's mean that comes from values that splits kept together and the group does not hold alike.

    A buyer counts for the last split by a dimension on the way to its stratum.

    Parameters
    ----------
    load : mapping
        Of each dimension, by ``stratum_id`` and value: how much of a group's mean leans on strata through such buyers.
    fused : DataFrame
        ``FUSED``, with ``stratum_id`` in place of ``stratum``.
    parent : mapping
        The stratum above each; the market has none.
    """
    kept = set(fused[["stratum_id", "dimension"]].itertuples(index=False, name=None))
    held: dict[tuple[str, str, str], float] = {}
    for dimension, by in load.items():
        for (stratum, value), leans in by.items():
            above: str | None = stratum
            while above is not None and (above, dimension) not in kept:
                above = parent.get(above)
            if above is not None:
                held[above, dimension, value] = held.get((above, dimension, value), 0.0) + leans
    own = np.array([held.get(key, 0.0) for key in fused[["stratum_id", "dimension", "value"]].itertuples(index=False)])
    place = fused.groupby(["stratum_id", "dimension"]).ngroup().to_numpy()
    away = own - np.bincount(place, own)[place] * fused["share"].to_numpy()
    moved = np.bincount(place, away * fused["departs"].to_numpy())
    return float(np.sum(moved**2) + np.sum(away**2 * fused["unsure"].to_numpy()))

"""Sales strata and marketing classes side by side: who of the one stands in the other.

Every buyer counts as one, spread over classes by chance and over the strata of a level in proportions
where a dimension is not yet known, so that each level adds up to all buyers, class by class.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_GRID = 2.0**20


@dataclass(frozen=True, slots=True)
class Audience:
    """What marketing spends on one of its classes, and how much of it misses the chosen sales segments.

    Parameters
    ----------
    name : str
        The class.
    spend, outside : float
        On its buyers, and on those of them outside the chosen segments; each buyer counted by the
        chance that it is of the class.
    """

    name: str
    spend: float
    outside: float

    @property
    def outside_share(self) -> float:
        """Share of the spend that misses; 0 where nothing is spent."""
        return self.outside / self.spend if self.spend > 0 else 0.0


def by_place(place: Ints, shares: NDArray[np.floating], places: int, weight: Floats | None = None) -> Floats:
    """Buyers, or what they weigh, by their place and class, shape (places, classes).

    Parameters
    ----------
    place : int array, shape (buyers,)
        Buyers of one place stand in the strata in the same proportions.
    shares : float array, shape (classes, buyers)
        Chance of each class; sums to one for a buyer.
    places : int
    weight : float array, shape (buyers,), optional
        What each buyer weighs; 1 where absent.
    """
    weighed = shares if weight is None else shares * weight
    return np.column_stack([np.bincount(place, chance, minlength=places) for chance in weighed])


def crosswalk(
    buyers: Floats, spend: Floats, spread: pd.DataFrame, classes: Sequence[str], chosen: Mapping[str, bool]
) -> pd.DataFrame:
    """Each stratum of each level with each class.

    Parameters
    ----------
    buyers, spend : float array, shape (places, classes)
        From :func:`by_place`.
    spread : DataFrame
        Where the buyers of each place stand on each level (:func:`~marketsofone.strata.shares`).
    classes : sequence of str
    chosen : mapping
        By ``stratum_id``: whether sales works it.

    Returns
    -------
    DataFrame
        ``level``, ``stratum_id``, ``class``, ``buyers`` (those of both), ``in_class`` (share of the
        stratum's buyers that are of the class), ``in_stratum`` (share of the class's buyers that are of
        the stratum), ``overlap`` (Jaccard: those of both as a share of those of either), ``spend`` and
        ``chosen``. Buyers of a level add up exactly where chances are multiples of one part in 2**20.
    """
    rows = []
    for level, of_level in spread.groupby("level", sort=True):
        ids = of_level["stratum_id"].drop_duplicates().tolist()
        both, paid = _on_level(buyers, of_level, ids, exact=True), _on_level(spend, of_level, ids, exact=False)
        rows.append(_long(int(level), ids, both, paid, classes, chosen))
    return pd.concat(rows, ignore_index=True)


def _on_level(of_place: Floats, spread: pd.DataFrame, ids: Sequence[str], *, exact: bool) -> Floats:
    """Place by place handed to the strata of one level, shape (strata, classes)."""
    rows = spread.sort_values(["place", "stratum_id"])
    place = rows["place"].to_numpy(np.int64)
    handed = rows["share"].to_numpy(np.float64)[:, None] * of_place[place]
    if exact:
        handed = np.rint(handed * _GRID) / _GRID
        first = np.flatnonzero(np.diff(place, prepend=-1))
        handed[first] += of_place[place[first]] - np.add.reduceat(handed, first, axis=0)
    total = np.zeros((len(ids), of_place.shape[1]))
    numbered = {stratum_id: i for i, stratum_id in enumerate(ids)}
    np.add.at(total, rows["stratum_id"].map(numbered).to_numpy(np.int64), handed)
    return total


def _long(
    level: int, ids: Sequence[str], both: Floats, paid: Floats, classes: Sequence[str], chosen: Mapping[str, bool]
) -> pd.DataFrame:
    stratum, of_class = both.sum(axis=1, keepdims=True), both.sum(axis=0, keepdims=True)
    return pd.DataFrame({
        "level": level,
        "stratum_id": np.repeat(np.array(ids, dtype=object), len(classes)),
        "class": np.tile(np.array(classes, dtype=object), len(ids)),
        "buyers": both.ravel(),
        "in_class": _share(both, stratum).ravel(),
        "in_stratum": _share(both, of_class).ravel(),
        "overlap": _share(both, stratum + of_class - both).ravel(),
        "spend": paid.ravel(),
        "chosen": np.repeat([chosen[stratum_id] for stratum_id in ids], len(classes)),
    })


def _share(part: Floats, whole: Floats) -> Floats:
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1.0), 0.0)


def audiences(table: pd.DataFrame) -> tuple[Audience, ...]:
    """What marketing spends on each class, and on which part of it sales would not follow.

    Parameters
    ----------
    table : DataFrame
        From :func:`crosswalk`; its deepest level is read, where strata are the leaves of the tree.
    """
    leaves = table[table["level"] == table["level"].max()]
    outside = leaves["spend"].where(~leaves["chosen"], 0.0)
    sums = leaves.assign(outside=outside).groupby("class", sort=False)[["spend", "outside"]].sum()
    return tuple(Audience(str(row.Index), float(row.spend), float(row.outside)) for row in sums.itertuples())

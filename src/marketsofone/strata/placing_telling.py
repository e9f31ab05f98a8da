"""Where a buyer stands whose next dimension is not known: what else is known of it tells, as far as it can.

Of the buyers whose part is known, the tallies by any other dimension show how much it says about the
part. Each dimension is fitted on one half of the buyers and judged on the other, so that one that says
nothing is not used; its thin values lean on what all buyers do.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from marketsofone.customer import Stratum, children

Floats = NDArray[np.float64]

MOST_TELLING = 3
"""Dimensions kept a stratum: of the first that is known of a buyer, its value counts."""

_SIZES = np.logspace(-1, 6, 29)
_LEAST = 0.5
_DOUBT = 1.0
"""Nats that a dimension must tell of buyers it was not fitted on, besides the logarithm of how many were tried."""


@dataclass(frozen=True, slots=True)
class Telling:
    """What the values of one dimension say of the part that a buyer belongs to.

    Parameters
    ----------
    dimension : str
    values : mapping
        Value -> its place in ``shares``.
    shares : float array, shape (values, parts)
        Chance of each part; rows sum to one.
    gain : float
        What it tells, in nats a buyer of the half it was not fitted on.
    """

    dimension: str
    values: Mapping[str, int]
    shares: Floats
    gain: float


@dataclass(frozen=True, slots=True)
class Parting:
    """How the buyers of a split stratum spread over its parts.

    Parameters
    ----------
    parts : tuple of int
        Numbers of the strata right below it.
    marginal : float array, shape (parts,)
        Share of each among the buyers whose part is known.
    telling : tuple of Telling
        Most telling first.
    """

    parts: tuple[int, ...]
    marginal: Floats
    telling: tuple[Telling, ...]


def fit_partings(strata: Sequence[Stratum], tallies: pd.DataFrame, buyers: Sequence[int]) -> dict[int, Parting]:
    """Of each split stratum, how its buyers spread over its parts and what tells it.

    Parameters
    ----------
    strata : sequence of Stratum
    tallies : DataFrame
        ``node`` (where buyers are placed), ``half``, ``dimension``, ``value``, ``people``
        (``estimates.fetch_candidates``).
    buyers : sequence of int
        Buyers placed in each stratum or below it.

    Returns
    -------
    dict
        By the number of the stratum. Strata none of whose parts holds a buyer are left out.
    """
    known = tallies[tallies["value"].notna()]
    fitted = {}
    for stratum in strata:
        parts = tuple(part.number for part in children(strata, stratum.number))
        if sum(buyers[part] for part in parts) > 0:
            marginal = np.array([buyers[part] for part in parts], dtype=np.float64)
            fitted[stratum.number] = Parting(parts, marginal / marginal.sum(), _telling(strata, parts, known))
    return fitted


def _telling(strata: Sequence[Stratum], parts: Sequence[int], known: pd.DataFrame) -> tuple[Telling, ...]:
    """The dimensions that tell most of the part, beside the one that makes it."""
    part = _part_of(strata, parts)[known["node"].to_numpy(np.int64)]
    inside = (part >= 0) & (known["dimension"] != strata[parts[0]].split_on).to_numpy()
    rows = known[inside].assign(part=part[inside])
    by_dimension = [(str(name), _counted(of, len(parts))) for name, of in rows.groupby("dimension", sort=True)]
    found = [_fitted(name, counts, values) for name, (counts, values) in by_dimension]
    least = _DOUBT + np.log(max(len(found), 1))
    telling = [one for one, (_name, (counts, _v)) in zip(found, by_dimension, strict=True)
               if one.gain * counts.sum() > least]
    return tuple(sorted(telling, key=lambda one: (-one.gain, one.dimension))[:MOST_TELLING])


def _part_of(strata: Sequence[Stratum], parts: Sequence[int]) -> NDArray[np.int64]:
    """The part in or below which each stratum stands, by its place among the parts; -1 for those elsewhere."""
    part = np.full(len(strata), -1, dtype=np.int64)
    for stratum in strata:  # parents come first
        part[stratum.number] = parts.index(stratum.number) if stratum.number in parts \
            else part[stratum.parent] if stratum.parent >= 0 else -1
    return part


def _counted(rows: pd.DataFrame, parts: int) -> tuple[Floats, list[str]]:
    """Buyers of each half by value and part, shape (2, values, parts)."""
    values, place = np.unique(rows["value"].to_numpy(dtype=str), return_inverse=True)
    counts = np.zeros((2, len(values), parts))
    np.add.at(counts, (rows["half"].to_numpy(np.int64), place, rows["part"].to_numpy(np.int64)), rows["people"])
    return counts, values.tolist()


def _fitted(name: str, counts: Floats, values: Sequence[str]) -> Telling:
    both = counts.sum(axis=0)
    shares = _pooled(both, _marginal(both))
    gain = sum(_gained(counts[half], counts[1 - half]) for half in (0, 1))
    return Telling(name, {value: place for place, value in enumerate(values)}, shares,
                   float(gain / max(counts.sum(), 1.0)))


def _gained(fitted_on: Floats, judged_on: Floats) -> float:
    """Log likelihood of buyers who were not looked at, less what all buyers alike would give."""
    marginal = _marginal(fitted_on)
    return float(np.sum(judged_on * (np.log(_pooled(fitted_on, marginal)) - np.log(marginal))))


def _marginal(counts: Floats) -> Floats:
    total = counts.sum(axis=0) + _LEAST
    marginal: Floats = total / total.sum()
    return marginal


def _pooled(counts: Floats, marginal: Floats) -> Floats:
    """Chance of each part by value, thin values leaning on the marginal as much as values are alike.

    References
    ----------
    Minka (2000, revised 2012), Estimating a Dirichlet distribution; its prior size by likelihood.
    """
    size = _prior_size(counts, marginal)
    pooled: Floats = (counts + size * marginal) / (counts.sum(axis=1, keepdims=True) + size)
    return pooled


def _prior_size(counts: Floats, marginal: Floats) -> float:
    """How many buyers of its own a value needs to weigh as much as all values together."""
    prior = _SIZES[:, None, None] * marginal
    own = special.gammaln(counts + prior) - special.gammaln(prior)
    people = counts.sum(axis=1)
    whole = special.gammaln(people + _SIZES[:, None]) - special.gammaln(_SIZES[:, None])
    return float(_SIZES[int(np.argmax(own.sum(axis=(1, 2)) - whole.sum(axis=1)))])

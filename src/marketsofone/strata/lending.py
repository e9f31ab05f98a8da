"""What other strata say of a dimension: one that parts them is looked at first here, without paying twice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

_LENT = 0.5
_LEAST = 1e-12


def shares_told(chances: Mapping[str, float]) -> dict[str, float]:
    """How credible it is of each dimension that it is the one that parts a stratum; what is left: none of them.

    Parameters
    ----------
    chances : mapping
        Of what each dimension shows where nothing differs.

    References
    ----------
    Sellke, Bayarri & Berger (2001), Calibration of p values for testing precise null hypotheses: the most that
    a chance can speak for a difference.

    Examples
    --------
    >>> {name: round(share, 2) for name, share in shares_told({"need": 0.001, "region": 0.2}).items()}
    {'need': 0.94, 'region': 0.02}
    """
    chance = np.clip(np.array(list(chances.values()), dtype=np.float64), _LEAST, 1.0)
    speaks = chance < np.exp(-1.0)
    odds = np.zeros_like(chance)
    odds[speaks] = -1.0 / (np.e * chance[speaks] * np.log(chance[speaks])) / len(chance)
    return dict(zip(chances, (odds / (1.0 + odds.sum())).tolist(), strict=True))


def lent_shares(names: Sequence[str], elsewhere: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The share of what a stratum may spend on each of its dimensions; together one.

    At least half is spent evenly, so that a dimension which matters here only pays at most twice; the more
    strata elsewhere were told apart by a dimension, the more of the rest goes to it.

    Parameters
    ----------
    names : sequence of str
        The dimensions of the stratum.
    elsewhere : sequence of mapping
        For each stratum that shares no buyer with it: dimension -> `shares_told`. Being other buyers, they say
        nothing of how chance fell here, so a chance divided by its share is as honest as one paid evenly.

    References
    ----------
    Genovese, Roeder & Wasserman (2006), False discovery control with p-value weighting; Ignatiadis & Huber (2021),
    Covariate powered cross-weighted multiple testing.

    Examples
    --------
    >>> lent_shares(["need", "region"], [{"need": 1.0}])
    {'need': 0.625, 'region': 0.375}
    """
    told = {name: sum(one.get(name, 0.0) for one in elsewhere) for name in names}
    whole = sum(told.values())
    even = (1.0 + (1.0 - _LENT) * whole) / max(len(told), 1)
    return {name: (even + _LENT * share) / (1.0 + whole) for name, share in told.items()}

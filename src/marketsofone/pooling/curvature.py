"""How far single amounts of one buyer differ, in units of their mean: what its own record is worth hangs on it."""

from __future__ import annotations

import numpy as np

from marketsofone.pooling.family import Amount, Floats
from marketsofone.pooling.shrinking import share_kept

_LEAST, _MOST = 0.05, 50.0
_FEW = 10


def fit_curvature(rows: Floats, trials: Floats, total: Floats, squares: Floats) -> Amount:
    """The squared coefficient of variation of one amount, from buyers with more than one.

    Parameters
    ----------
    rows, trials, total, squares : float array, shape (buyers,)
        Amounts of each buyer: how many, the trials they are worth (fewer where some were seen only in
        part), their sum, and the sum of each one's square over its trials.

    Notes
    -----
    Where no buyer has two amounts, what lies within buyers cannot be told from what lies between
    them; half of all variance is then taken to lie within. So it is where those who have brought nothing.
    Of a handful of amounts their spread is hardly known: one sale alone would have none.

    Amounts that were seen only in part differ less than whole ones do, for their trials: who may leave early has
    not left yet. How far they differ is a line in how much was seen, read where all of it is.
    """
    seen = trials > 0
    k, n, s, q = rows[seen], trials[seen], total[seen], squares[seen]
    if not seen.any() or s.sum() <= 0:
        return Amount(1.0)
    many = k >= 2
    if np.sum(k[many] - 1.0) < _FEW or not s[many].any():
        middle = s.sum() / n.sum()
        return _amount(_as_far_as_told(0.5 * (q.sum() / n.sum() / middle**2 - 1.0), float(k.sum())))
    k, n, s, q = k[many], n[many], s[many], q[many]
    weight = (k - 1.0) / np.sum(k - 1.0)
    each = (q - s**2 / n) / (k - 1.0)
    square = float(np.sum(weight * (s / n) ** 2))
    noise = float(np.sum(weight * each)) * float(np.sum(weight / n))
    return _amount(_of_whole(n / k, each, weight) / max(square - noise, 0.05 * square))


def _amount(curvature: float) -> Amount:
    return Amount(float(np.clip(curvature, _LEAST, _MOST)))


def _as_far_as_told(curvature: float, amounts: float) -> float:
    """What a handful of amounts say of how far amounts differ: one says nothing, so that it is taken for one.

    Where there are more than a few they speak alone.
    """
    told = min((amounts - 1.0) / _FEW, 1.0)
    return told * curvature + (1.0 - told)


def _of_whole(part: Floats, within: Floats, weight: Floats) -> float:
    """Variance within buyers where amounts are seen whole: along a line in the ``part`` that was seen, not downwards.

    A few buyers bend a line by chance: its slope is shrunk towards none by how unsure it is.

    References
    ----------
    White (1980), A heteroskedasticity-consistent covariance matrix estimator.
    """
    middle, mean = float(np.sum(weight * part)), float(np.sum(weight * within))
    away = weight * (part - middle)
    across = float(np.sum(away * (part - middle)))
    if across <= 1e-12:
        return mean
    slope = float(np.sum(away * within)) / across
    doubt = float(np.sum((away * (within - mean - slope * (part - middle))) ** 2)) / across**2
    return mean + share_kept(slope, doubt) * slope * (1.0 - middle)

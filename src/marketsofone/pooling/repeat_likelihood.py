"""The BG/NBD log-likelihood of repeat buying, with exact first and second derivatives.

Written so that no special function is needed: the ratios of gamma functions are sums over how many
buyers made more than ``j`` repeat purchases, which are counted once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from marketsofone.pooling.repeat_ascent import Floats, Surface

BLOCK = 2_048  # rows at a time: in the cache, and too few for linear algebra to start threads that wait


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """What the likelihood needs to know of the buyers.

    Parameters
    ----------
    once : tuple of float arrays
        ``T`` and ``weight`` of those who never bought again.
    again : tuple of float arrays
        ``x``, ``t_x``, ``T`` and ``weight`` of those who did. ``x`` may be a mean of several.
    more_than : float array, shape (largest x,)
        Buyers who made more than 0, 1, 2, ... repeat purchases.
    """

    once: tuple[Floats, Floats]
    again: tuple[Floats, Floats, Floats, Floats]
    more_than: Floats


def more_than(x: Floats, weight: Floats) -> Floats:
    """How many buyers have a count above 0, 1, 2, ...

    Examples
    --------
    >>> more_than(np.array([0.0, 2.0, 1.0]), np.array([5.0, 1.0, 3.0])).tolist()
    [4.0, 1.0]
    """
    buyers = np.bincount(x.astype(np.int64), weights=weight).astype(np.float64)
    above: Floats = np.cumsum(buyers[:0:-1])[::-1]
    return above


def repeat_likelihood(history: History, logs: Floats) -> Surface:
    """Log-likelihood of the BG/NBD model at the logarithms of ``r``, ``alpha``, ``a`` and ``b``.

    Parameters
    ----------
    history : History
    logs : float array, shape (4,)

    Returns
    -------
    Surface
        In nats; the derivatives are with respect to the logarithms.

    References
    ----------
    Fader, Hardie and Lee, "Counting your customers the easy way", *Marketing Science* 24 (2005),
    equation 6.
    """
    return _added(_parts(history, np.exp(logs)))


def _parts(history: History, parameters: Floats) -> Iterator[Surface]:
    yield _counts(history.more_than, parameters)
    for T, weight in _blocks(history.once):
        yield _waiting(np.zeros_like(T), T, weight, parameters)
    for x, t_x, T, weight in _blocks(history.again):
        yield _waiting(x, T, weight, parameters)
        yield _leaving(x, t_x, T, weight, parameters)


def _added(parts: Iterable[Surface]) -> Surface:
    height, slope, curve = 0.0, np.zeros(4), np.zeros((4, 4))
    for part in parts:
        height += part.height
        slope += part.slope
        curve += part.curve
    return Surface(height, slope, curve)


def _blocks(columns: tuple[Floats, ...]) -> list[tuple[Floats, ...]]:
    starts = range(0, len(columns[0]), BLOCK)
    return [tuple(column[start:start + BLOCK] for column in columns) for start in starts]


def _counts(above: Floats, parameters: Floats) -> Surface:
    """Number of purchases: product over j < x of (r + j)(b + j) / (a + b + j)."""
    r, _, a, b = parameters
    j = np.arange(len(above), dtype=float)
    rate, stay, risk = r + j, b + j, a + b + j
    height = above @ np.log(rate * (stay / risk))
    at_r, at_b, at_a, at_risk = (above / rate) * r, (above / stay) * b, above / risk * a, above / risk * b
    slope = np.array([at_r.sum(), 0.0, -at_a.sum(), (at_b - at_risk).sum()])
    curve = np.zeros((4, 4))
    curve[0, 0] = at_r @ (j / rate)
    curve[2, 2] = -at_a @ ((b + j) / risk)
    curve[2, 3] = curve[3, 2] = at_a @ (b / risk)
    curve[3, 3] = at_b @ (j / stay) - at_risk @ ((a + j) / risk)
    return Surface(float(height), slope, curve)


def _waiting(x: Floats, T: Floats, weight: Floats, parameters: Floats) -> Surface:
    """Buying at a gamma-distributed rate until T: alpha ** r / (alpha + T) ** (r + x)."""
    r, alpha = parameters[:2]
    clock = alpha + T
    spread = np.log(clock)
    share = weight * (alpha / clock)
    weighted = r * (weight @ (spread - np.log(alpha)))
    pull = share @ (r + x)
    slope, curve = np.zeros(4), np.zeros((4, 4))
    slope[0], slope[1] = -weighted, r * weight.sum() - pull
    curve[0, 0] = -weighted
    curve[0, 1] = curve[1, 0] = r * (weight.sum() - share.sum())
    curve[1, 1] = (share * (alpha / clock)) @ (r + x) - pull
    return Surface(float(-weighted - (weight * x) @ spread), slope, curve)


def _leaving(x: Floats, t_x: Floats, T: Floats, weight: Floats, parameters: Floats) -> Surface:
    """The chance that silence since the last purchase is for good: log(1 + odds of having left)."""
    r, alpha, a, b = parameters
    n, now, last, stay = r + x, alpha + T, alpha + t_x, b + (x - 1.0)
    silence = np.log(now / last)
    odds = np.log(a / stay) + n * silence
    faint = np.exp(-np.abs(odds))
    left = np.where(odds >= 0.0, 1.0, faint) / (1.0 + faint)
    height = weight @ (np.maximum(odds, 0.0) + np.log(1.0 + faint))

    share, doubt = weight * left, weight * (faint / (1.0 + faint) ** 2)
    gap = alpha / now - alpha / last
    ways = np.stack([r * silence, n * gap, np.ones_like(x), -b / stay])
    slope = ways @ share
    curve = (ways * doubt) @ ways.T
    curve[0, 0] += slope[0]
    curve[0, 1] += r * (share @ gap)
    curve[1, 0] += r * (share @ gap)
    curve[1, 1] += slope[1] - (share * ways[1]) @ (alpha / now + alpha / last)
    curve[3, 3] += slope[3] + (share * ways[3]) @ ways[3]
    return Surface(float(height), slope, curve)

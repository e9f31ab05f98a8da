"""What a fitted BG/NBD model expects of a buyer: still alive, how many purchases, how spread.

The usual formula for the expectation divides zero by zero at ``a = 1`` and overflows for buyers with
thousands of purchases. The same number is a sum of probabilities, each of them a product of two:

    P(more than j purchases | alive now) = P(K > j) * (b + x)_j / (a + b + x)_j

``K``, the purchases were the buyer never to leave, is negative binomial, and the second factor is the
chance not to leave after any of the first j. Every term is positive, so nothing cancels; the sum is
taken from its far end by Horner's rule, and gives the second moment in the same pass.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, betaln, expit

from marketsofone.errors import ValuesInvalid
from marketsofone.pooling.repeat_ascent import Floats
from marketsofone.pooling.repeat_buying import RepeatModel

Whole = npt.NDArray[np.int64]

BLOCK = 4_096       # histories at a time, so that the arrays in between stay in the cache
MOST_TERMS = 20_000  # sums longer than this are integrated
NODES, WEIGHTS = np.polynomial.legendre.leggauss(8)
LEAST_ODDS = 1e-30  # shorter horizons than this count as this
FAR_END = 1e-250    # where the unscaled probabilities start; their sum scales them to one


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """How many purchases each buyer may make.

    Parameters
    ----------
    mean, variance : float array, shape (buyers,)
        Of the number of purchases.
    none : float array, shape (buyers,)
        Chance of no purchase at all.
    """

    mean: Floats
    variance: Floats
    none: Floats


def probability_alive(model: RepeatModel, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike) -> Floats:
    """Chance that each buyer has not left by ``T``.

    A buyer without repeat purchases is alive for sure in this model, which flatters the once-only.

    Parameters
    ----------
    model : RepeatModel
    x, t_x, T : array_like, shape (buyers,)
        As in ``RepeatCells``.

    Returns
    -------
    float array, shape (buyers,)
        From 0 to 1.

    References
    ----------
    Fader, Hardie and Lee, "Computing P(alive) using the BG/NBD model" (2008).
    """
    count, last, now = (np.asarray(column, dtype=float) for column in (x, t_x, T))
    alive: Floats = np.where(count > 0.0, expit(-log_odds_of_leaving(model, count, last, now)), 1.0)
    return alive


def log_odds_of_leaving(model: RepeatModel, x: Floats, t_x: Floats, T: Floats) -> Floats:
    """Logarithm of the odds that a buyer who bought again has left by ``T``, shape (buyers,)."""
    with np.errstate(divide="ignore"):
        odds = np.log(model.a / (model.b + np.maximum(x, 1.0) - 1.0))
    silent: Floats = odds + (model.r + x) * np.log((model.alpha + T) / (model.alpha + t_x))
    return silent


def expected_purchases(model: RepeatModel, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike,
                       horizon: float) -> Floats:
    """Purchases each buyer is expected to make in the next ``horizon`` units of time.

    Parameters
    ----------
    model : RepeatModel
    x, t_x, T : array_like, shape (buyers,)
        As in ``RepeatCells``.
    horizon : float
        In the unit of time of the model, at least 0.

    Returns
    -------
    float array, shape (buyers,)

    Raises
    ------
    ValuesInvalid
        The horizon is negative or not finite.

    Examples
    --------
    The first customer of the CDNOW sample, 39 weeks ahead:

    >>> cdnow = RepeatModel(0.243, 4.414, 0.793, 2.426, -9582.4, (0.0, 0.0, 0.0, 0.0), 2357)
    >>> expected_purchases(cdnow, [2], [30.43], [38.86], 39).round(3).tolist()
    [1.226]
    """
    return purchase_spread(model, x, t_x, T, horizon).mean


def expected_new(model: RepeatModel, horizon: float) -> float:
    """Purchases expected over ``horizon`` of a buyer who has just bought for the first time.

    The first purchase itself is not counted. Units and errors as in ``expected_purchases``.
    """
    return float(purchase_spread(model, [0.0], [0.0], [0.0], horizon).mean[0])


def purchase_spread(model: RepeatModel, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike,
                    horizon: float) -> Spread:
    """Mean, variance and chance of none of each buyer's purchases in the next ``horizon`` units of time.

    Exact for the model, chance of having left included; the uncertainty of the model's own parameters
    is not in it, see ``purchase_doubt``.

    Parameters and errors as in ``expected_purchases``.
    """
    if not 0.0 <= horizon < np.inf:
        raise ValuesInvalid("A horizon needs to be a length of time, 0 or more.", f"{horizon}")
    count, last, now = (np.asarray(column, dtype=float) for column in (x, t_x, T))
    histories, which = _distinct(count, now)
    mean, pairs = _moments_if_alive(model, *histories, horizon)
    alive = probability_alive(model, count, last, now)
    expected = alive * mean[which]
    again = -np.expm1(-(model.r + count) * np.log1p(horizon / (model.alpha + now)))
    return Spread(expected, expected * (1.0 - expected) + 2.0 * alive * pairs[which], 1.0 - alive * again)


def purchase_doubt(model: RepeatModel, x: npt.ArrayLike, t_x: npt.ArrayLike, T: npt.ArrayLike,
                   horizon: float) -> Floats:
    """How far the expected purchases move with one standard error of the model, along each unsure direction.

    The directions are unsure independently of each other, so squares add up over them; along one of them all
    buyers move together, so for a sum of buyers the moves add up first (the delta method, by differences).
    Half the move between both ends of a step: a limit named in ``ridge`` counts as known.

    Parameters and errors as in ``expected_purchases``.

    Returns
    -------
    float array, shape (directions, buyers)
    """
    ends = [[purchase_spread(replace(model, r=r, alpha=alpha, a=a, b=b), x, t_x, T, horizon).mean
             for r, alpha, a, b in pair] for pair in model.doubt]
    moves = [(up - down) / 2.0 for up, down in ends]
    return np.array(moves).reshape(len(moves), np.size(np.asarray(x)))


def _distinct(x: Floats, T: Floats) -> tuple[tuple[Floats, Floats], Whole]:
    """The distinct (x, T), and which of them each buyer has."""
    times = np.unique(T)
    counts = np.unique(x)
    key = np.searchsorted(counts, x) * len(times) + np.searchsorted(times, T)
    keys, which = np.unique(key, return_inverse=True)
    return (counts[keys // len(times)], times[keys % len(times)]), which


def _moments_if_alive(model: RepeatModel, x: Floats, T: Floats, horizon: float) -> tuple[Floats, Floats]:
    """Expected purchases and expected pairs of purchases of buyers who are alive."""
    mean, pairs = np.zeros_like(x), np.zeros_like(x)
    if horizon == 0.0:
        return mean, pairs
    n, odds = model.r + x, np.maximum(horizon / (model.alpha + T), LEAST_ODDS)
    terms = _terms(n, odds)
    order = np.argsort(terms)
    near = order[:np.searchsorted(terms[order], MOST_TERMS)]
    for row in order[len(near):]:
        mean[row], pairs[row] = _integrals(n[row], odds[row], model.a, model.b + x[row], int(terms[row]))
    for start in range(0, len(near), BLOCK):
        block = near[start:start + BLOCK]
        mean[block], pairs[block] = _sums(n[block], odds[block], model.a, model.b + x[block], terms[block])
    return mean, pairs


def _terms(n: Floats, odds: Floats) -> Whole:
    """A number of purchases that K exceeds with a chance below 1e-15 or so."""
    mean = n * odds
    tail = 36.0 / np.log1p(1.0 / odds)
    terms: Whole = np.ceil(mean + 9.0 * np.sqrt(mean * (1.0 + odds)) + tail + 4.0).astype(np.int64)
    return terms


def _sums(n: Floats, odds: Floats, a: float, stays: Floats, terms: Whole) -> tuple[Floats, Floats]:
    """Sums over j of P(more than j) and of j * P(more than j), from the far end inwards.

    ``terms`` rises from row to row; a row joins in at its own number of terms.
    """
    back = (1.0 + odds) / odds
    chance, beyond = np.full_like(n, FAR_END), np.zeros_like(n)
    mean, pairs = np.zeros_like(n), np.zeros_like(n)
    joins = np.searchsorted(terms, np.arange(terms[-1]), side="right")
    for j in range(len(joins) - 1, -1, -1):
        rows = slice(joins[j], None)
        beyond[rows] += chance[rows]
        kept = (stays[rows] + j) / (a + stays[rows] + j)
        pairs[rows] = kept * (pairs[rows] + mean[rows])
        mean[rows] = beyond[rows] + kept * mean[rows]
        chance[rows] *= (j + 1.0) / (n[rows] + j) * back[rows]
    total = beyond + chance
    return mean / total, pairs / total


def _integrals(n: float, odds: float, a: float, stays: float, terms: int) -> tuple[float, float]:
    """The same two sums for one history with very many terms, to about seven digits.

    The first thousand terms are summed, the rest integrated over stretches that grow by 2% each.
    """
    ends = np.append(np.geomspace(1000.0, terms, 2 + int(50.0 * np.log(terms / 1000.0))) - 0.5, terms)
    half, middle = np.diff(ends) / 2.0, (ends[1:] + ends[:-1]) / 2.0
    j = np.append(np.arange(1000.0), middle[:, None] + half[:, None] * NODES)
    width = np.append(np.ones(1000), half[:, None] * WEIGHTS)
    still = betainc(j + 1.0, n, odds / (1.0 + odds)) * np.exp(betaln(a, stays + j) - betaln(a, stays))
    return float(width @ still), float(width @ (j * still))

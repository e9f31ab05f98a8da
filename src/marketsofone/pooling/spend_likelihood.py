"""The Gamma-Gamma log-likelihood of mean spend, with exact first and second derivatives."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betaln, polygamma, psi

from marketsofone.pooling.repeat_ascent import Floats, Surface

BLOCK = 2_048  # rows at a time: in the cache, and too few for linear algebra to start threads that wait


@dataclass(frozen=True, slots=True, eq=False)
class SpendHistory:
    """What the likelihood needs to know of the buyers.

    Parameters
    ----------
    counts, buyers : float array, shape (distinct counts,)
        Each number of purchases, and the buyers who made it.
    constant : float
        Sum over buyers of minus the log of mean spend.
    log_total : float
        Sum over buyers of purchases times the log of total spend.
    cells : tuple of float arrays
        Purchases, total spend and weight. Alike buyers may stand together at their mean.
    """

    counts: Floats
    buyers: Floats
    constant: float
    log_total: float
    cells: tuple[Floats, Floats, Floats]


def spend_likelihood(history: SpendHistory, logs: Floats) -> Surface:
    """Log-likelihood of the Gamma-Gamma model at the logarithms of ``p``, ``q`` and ``gamma``.

    Parameters
    ----------
    history : SpendHistory
    logs : float array, shape (3,)

    Returns
    -------
    Surface
        In nats; the derivatives are with respect to the logarithms.

    References
    ----------
    Fader and Hardie, "The Gamma-Gamma model of monetary value" (2013), equation 1a.
    """
    p, q, gamma = np.exp(logs)
    x, n = history.counts, history.buyers
    everyone = n.sum()
    (logged, x_logged), (near, x_near), (nearer, x_nearer) = _sums(history.cells, gamma)
    height = (history.constant - n @ betaln(p * x, q) + everyone * q * logs[2] - q * logged
              + p * (history.log_total - x_logged))
    both, both_bend = psi(p * x + q), polygamma(1, p * x + q)
    slope = np.array([
        (n * x) @ (both - psi(p * x)) + history.log_total - x_logged,
        n @ both - everyone * (psi(q) - logs[2]) - logged,
        (everyone * q - q * near - p * x_near) / gamma,
    ]) * (p, q, gamma)
    curve = np.diag(slope)
    curve[0, 0] += p**2 * ((n * x**2) @ (both_bend - polygamma(1, p * x)))
    curve[1, 1] += q**2 * (n @ both_bend - everyone * polygamma(1, q))
    curve[2, 2] += q * nearer + p * x_nearer - everyone * q
    curve[0, 1] = curve[1, 0] = p * q * ((n * x) @ both_bend)
    curve[0, 2] = curve[2, 0] = -p * x_near
    curve[1, 2] = curve[2, 1] = q * (everyone - near)
    return Surface(float(height), slope, curve)


def _sums(cells: tuple[Floats, Floats, Floats], gamma: float) -> Floats:
    """Of log(gamma + total), gamma / (gamma + total) and its square: over buyers, and over purchases."""
    sums = np.zeros((3, 2))
    for start in range(0, len(cells[0]), BLOCK):
        x, total, weight = (column[start:start + BLOCK] for column in cells)
        near = gamma / (gamma + total)
        sums += np.stack([np.log(gamma + total), near, near * near]) @ np.stack([weight, weight * x], axis=1)
    return sums

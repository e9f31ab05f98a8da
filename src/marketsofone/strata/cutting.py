"""Steps of a number: how likely chance alone shows so telling a cut between two of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import special

from marketsofone.strata.evidence import Means, chi_square

Floats = NDArray[np.float64]

_POINTS, _WEIGHTS = np.polynomial.laguerre.laggauss(12)


def cut_chance(means: Means) -> float:
    """Chance that some cut of the steps into low and high parts them as much as the most telling one does.

    Many steps that rise or fall are seen by one cut, at one degree of freedom, where a test of all steps
    against all spends a degree on each. It is blind to a middle that differs from both ends alike.

    Parameters
    ----------
    means : Means
        Of the steps, in order.

    Notes
    -----
    The chance of the first cut, and of each further one that it tells more than it should where the cut
    before does not: neighbouring cuts part nearly the same buyers. Never below the true chance.

    References
    ----------
    Worsley (1982), An improved Bonferroni inequality and applications, *Biometrika* 69; Lausen & Schumacher
    (1992), Maximally selected rank statistics, *Biometrics* 48.

    Examples
    --------
    >>> round(cut_chance(Means(np.array([0.1, 0.1, 0.4, 0.4]), np.full(4, 0.01))), 4)
    0.0076
    """
    use = np.isfinite(means.variance) & (means.variance > 0)
    if use.sum() < 2:
        return 1.0
    weight = 1.0 / means.variance[use]
    below, seen = weight.cumsum()[:-1], (weight * means.mean[use]).cumsum()
    above = weight.sum() - below
    apart = (seen[:-1] / below - (seen[-1] - seen[:-1]) / above) / np.sqrt(1.0 / below + 1.0 / above)
    most = _normal(float(np.abs(apart).max()), float(means.freedom[0]))
    single = 2.0 * float(special.ndtr(-most))
    alike = np.sqrt(below[:-1] * above[1:] / (below[1:] * above[:-1]))
    return min(single + float(np.minimum(_beyond(most, alike), single).sum()), 1.0)


def _normal(most: float, freedom: float) -> float:
    """The departure of a normal law as surprising as one over an estimated standard error (Student's t)."""
    return float(np.sqrt(chi_square(np.array([most**2]), np.ones(1), np.array([freedom]))[0]))


def _beyond(most: float, alike: Floats) -> Floats:
    """Chance that a cut tells more than ``most`` and the one before, so ``alike`` to it, does not.

    An integral over the tail of a normal law, by Gauss and Laguerre; where ``most`` is small no bound is needed.
    """
    if most < 1.0:
        return np.ones_like(alike)
    at = most + _POINTS / most
    rest = np.sqrt(np.maximum(1.0 - alike**2, 1e-12))[:, None]
    inside = special.ndtr((most - alike[:, None] * at) / rest) - special.ndtr((-most - alike[:, None] * at) / rest)
    tail = _WEIGHTS * np.exp(-0.5 * (_POINTS / most) ** 2)
    return np.asarray(2.0 * np.exp(-0.5 * most**2) / np.sqrt(2.0 * np.pi) / most * (inside @ tail))

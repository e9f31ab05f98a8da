"""How the chance of success falls from one trial to the next, because those who would say yes soon have gone.

Every buyer has a chance of its own, the same at each trial, and chances differ between buyers as a beta
distribution. Buyers are tried until they say yes or are given up. Plain numbers only, one row per number of trials.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from marketsofone.errors import ValuesInvalid

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tried:
    """Chances of a success, over buyers: ``a`` and ``b`` of their beta distribution.

    ``alike`` is the log likelihood if all buyers had one chance, ``log_likelihood`` that of the fit; twice the gap
    is what says whether the chance falls.
    """

    a: float
    b: float
    log_likelihood: float
    alike: float

    def chance(self, trial: Floats) -> Floats:
        """P(success at this trial | none before), the first being 1, shape of ``trial``."""
        return np.asarray(self.a / (self.a + self.b + trial - 1.0))

    def worth_making(self, cost_share: float) -> float:
        """How many trials are worth making where one costs this share of what a success is worth.

        The chance falls with every failure, so one goes on while it is at least the cost. Infinite where nothing falls.

        Examples
        --------
        >>> Tried(1.0, 9.0, 0.0, 0.0).worth_making(0.05)      # 1/10, 1/11, ..., 1/20
        11.0
        """
        if self.chance(np.array([1.0]))[0] < cost_share:
            return 0.0
        return float(np.floor(self.a / cost_share - self.a - self.b + 1.0 + 1e-9))


def fit_trials(trials: Floats, successes: Floats, given_up: Floats) -> Tried:
    """The distribution of chances that the record of trials speaks for.

    Being given up must not tell of the chance: where buyers are dropped because they seemed hopeless, the chance of
    those who stay falls too little, and more trials look worth making than are.

    Parameters
    ----------
    trials : float array, shape (rows,)
        Number of trials, 1 or more.
    successes, given_up : float array, shape (rows,)
        Buyers who said yes at that trial, and who were dropped after it.

    Raises
    ------
    ValuesInvalid
        No success, or no failure, to learn from.

    References
    ----------
    Weinberg & Gladen (1986), The beta-geometric distribution applied to comparative fecundability studies; Fader &
    Hardie (2007), How to project customer retention.

    Examples
    --------
    >>> found = fit_trials(np.arange(1.0, 5), np.array([100.0, 75, 58, 46]), np.array([0.0, 0, 0, 721]))
    >>> found.chance(np.array([1.0, 4.0])).round(3)
    array([0.1  , 0.061])
    """
    yes, tried = float(successes.sum()), float(((successes + given_up) * trials).sum())
    if not 0 < yes < tried:
        raise ValuesInvalid("Falling chances are learned from successes and failures.",
                            f"{yes:,.0f} successes in {tried:,.0f} trials.", "Record how each trial ended.")
    rate = yes / tried

    def misfit(place: Floats) -> float:
        a, b = np.exp(np.clip(place, -12.0, 12.0))
        some = special.betaln(a + 1.0, b + trials - 1.0)
        none = special.betaln(a, b + trials)
        return float(-(np.sum(successes * some + given_up * none) - (yes + given_up.sum()) * special.betaln(a, b)))

    alike = yes * float(np.log(rate)) + (tried - yes) * float(np.log1p(-rate))
    found = optimize.minimize(misfit, np.log([10.0 * rate, 10.0 * (1.0 - rate)]), method="Nelder-Mead",
                              options={"xatol": 1e-6, "fatol": 1e-6, "maxiter": 2000})
    a, b = np.exp(np.clip(found.x, -12.0, 12.0))
    return Tried(float(a), float(b), -float(found.fun), alike)

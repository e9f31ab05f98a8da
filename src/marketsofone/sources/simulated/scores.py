"""What is true of each account: three chances and amounts, from its place and its own nature.

Pull is a probit; competitiveness a comparison with the rival met, complementary log-log; what an order
is worth and how often orders come are exponentials. None of these is what the estimators assume.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr, ndtri

from marketsofone.sources.simulated.buyers import Buyers
from marketsofone.sources.simulated.chance import Floats, Ints, stream
from marketsofone.sources.simulated.plan import Plan

RIVALS = ("Alder", "Birch", "Cedar", "Dogwood", "Elm")
RIVAL_GAP = 0.35
NO_RIVAL = len(RIVALS)
NO_RIVAL_SHARE, HOME_SHARE = 0.25, 0.5
SIZE_PART = 0.6
ORDER_GAP_SHAPE = 2.0
ORDERS_A_YEAR, STAY_YEARS = 8.0, 3.0
LINES_AN_ORDER = 3.0
RETURN_SHARE = 0.02


@dataclass(frozen=True, slots=True)
class Scores:
    """What is true of each account.

    Parameters
    ----------
    pull : float array, shape (accounts,)
        P(answer) of one outgoing approach.
    head_to_head : float array, shape (accounts, rivals + 1)
        P(won) against each rival alone; last column: no rival met.
    meets : float array, shape (accounts, rivals + 1)
        How often each of these is met; rows sum to one.
    line_contribution : float array, shape (accounts,)
        Mean contribution of a line bought, major units.
    gap_rate : float array, shape (accounts,)
        Rate of the gamma gaps (shape `ORDER_GAP_SHAPE`) between orders, per day.
    leaving_rate : float array, shape (accounts,)
        Chance per day that the account has left for good.

    """

    pull: Floats
    head_to_head: Floats
    meets: Floats
    line_contribution: Floats
    gap_rate: Floats
    leaving_rate: Floats

    @property
    def competitiveness(self) -> Floats:
        """P(won | in), over the rivals the account meets."""
        return np.asarray((self.head_to_head * self.meets).sum(axis=1))

    def attractiveness(self, horizon_days: int) -> Floats:
        """Expected contribution over the horizon that follows a win, major units, no later win between."""
        kept = 1 - 2 * RETURN_SHARE
        orders = repeat_orders(self.gap_rate, self.leaving_rate, horizon_days)
        return self.line_contribution * LINES_AN_ORDER * (1 + kept * orders)


def draw_scores(plan: Plan, buyers: Buyers, seed: int) -> Scores:
    """What is true of each account of this plan and seed."""
    rng = stream(seed, "scores")
    pull = ndtr(ndtri(plan.pull) + buyers.latent[:, 0])
    middle = np.log(-np.log1p(-plan.competitiveness))
    rivals = rng.permutation(np.linspace(-RIVAL_GAP, RIVAL_GAP, len(RIVALS)))
    ahead = middle + buyers.latent[:, 1, None] - np.append(rivals, -RIVAL_GAP) * plan.structure
    money = buyers.latent[:, 2]
    leaving = np.exp(plan.buyer_spread * rng.normal(size=len(buyers)))
    return Scores(
        pull=pull,
        head_to_head=-np.expm1(-np.exp(ahead)),
        meets=_rivals_met(rng, len(buyers)),
        line_contribution=plan.line_contribution * np.exp(SIZE_PART * money),
        gap_rate=ORDER_GAP_SHAPE * ORDERS_A_YEAR / 365 * np.exp((1 - SIZE_PART) * money),
        leaving_rate=leaving / (365 * STAY_YEARS),
    )


def repeat_orders(gap_rate: Floats, leaving_rate: Floats, horizon_days: float) -> Floats:
    """Orders expected after the first, within the horizon.

    With gamma gaps of shape 2 and rate r, an order comes on day t with density
    ``r / 2 * (1 - exp(-2 r t))``; the account is still there with chance ``exp(-m t)``.

    References
    ----------
    Cox, *Renewal Theory* (1962), section 4.4.

    Examples
    --------
    >>> repeat_orders(np.array([0.2]), np.array([1e-12]), 365.0).round(2)
    array([36.25])

    """
    both = leaving_rate + 2 * gap_rate
    stays = -np.expm1(-leaving_rate * horizon_days) / leaving_rate
    return np.asarray(gap_rate / 2 * (stays + np.expm1(-both * horizon_days) / both))


def _rivals_met(rng: np.random.Generator, accounts: int) -> Floats:
    """How often each account meets each rival, and none: one home rival, the others now and then."""
    home: Ints = rng.integers(len(RIVALS), size=accounts)
    elsewhere = (1 - NO_RIVAL_SHARE - HOME_SHARE) / (len(RIVALS) - 1)
    meets = np.full((accounts, len(RIVALS) + 1), elsewhere)
    meets[np.arange(accounts), home] = HOME_SHARE
    meets[:, NO_RIVAL] = NO_RIVAL_SHARE
    return meets

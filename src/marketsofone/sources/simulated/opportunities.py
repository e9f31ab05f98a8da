"""What follows an answer: an opportunity, the rivals met on it, won, lost or still open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from marketsofone.sources.simulated.approaches import Approaches
from marketsofone.sources.simulated.chance import Flags, Floats, Ints, pick, stream
from marketsofone.sources.simulated.columns import instants, keys, numbers, texts
from marketsofone.sources.simulated.offer import UNIT_MARGIN
from marketsofone.sources.simulated.plan import Plan
from marketsofone.sources.simulated.scores import LINES_AN_ORDER, NO_RIVAL, RIVALS, Scores

OPENED_SHARE = 0.9
MEAN_DAYS_TO_CLOSE = 60.0
ENTERED_LATE_SHARE, ENTERED_LATE_DAYS = 0.1, 5.0


@dataclass(frozen=True, slots=True)
class Opportunities:
    """Possible sales, in order of opening: the trials of competitiveness once decided.

    Parameters
    ----------
    account : int array, shape (opportunities,)
        Index of the account.
    opened, closed : float array, shape (opportunities,)
        Days since the start of the history; open where ``closed`` lies after its end.
    rivals : int array, shape (opportunities, 2)
        Index into `RIVALS`; the same twice where one was met, `NO_RIVAL` twice where none.
    win : float array, shape (opportunities,)
        True chance that it is won, given the rivals met.
    decided, won : bool array, shape (opportunities,)
        As the history shows at its end.

    """

    account: Ints
    opened: Floats
    closed: Floats
    rivals: Ints
    win: Floats
    decided: Flags
    won: Flags

    def wins(self) -> tuple[Ints, Floats, Floats]:
        """Account of each win, its day, and the day of that account's next win (infinite: none)."""
        account, day = self.account[self.won], self.closed[self.won]
        order = np.lexsort((day, account))
        account, day = account[order], day[order]
        following = np.append(day[1:], np.inf)
        same = np.append(account[1:] == account[:-1], False)
        return account, day, np.where(same, following, np.inf)


def draw_opportunities(plan: Plan, approaches: Approaches, scores: Scores, seed: int) -> Opportunities:
    """Opportunities of this plan and seed. Rivals, length and outcome are drawn apart from each other."""
    rng = stream(seed, "opportunities")
    opens = approaches.answered & (rng.random(len(approaches.account)) < OPENED_SHARE)
    account, opened = approaches.account[opens], approaches.day[opens]
    rivals = _rivals(rng, scores, account)
    win = scores.head_to_head[account[:, None], rivals].mean(axis=1)
    closed = opened + rng.gamma(2.0, MEAN_DAYS_TO_CLOSE / 2, size=len(account))
    decided = closed < plan.days
    won = decided & (rng.random(len(account)) < win)
    return Opportunities(account, opened, closed, rivals, win, decided, won)


def _rivals(rng: np.random.Generator, scores: Scores, account: Ints) -> Ints:
    """Two draws of a rival by how often the account meets each, or none met at all."""
    met = scores.meets[:, :NO_RIVAL] / scores.meets[:, :NO_RIVAL].sum(axis=1, keepdims=True)
    rivals = np.column_stack([pick(rng, met, account), pick(rng, met, account)])
    none = rng.random(len(account)) < scores.meets[account, NO_RIVAL]
    return np.where(none[:, None], NO_RIVAL, rivals)


def opportunity_keys(which: Ints) -> pa.Array:
    """Keys of opportunities by index."""
    return keys("D", which, width=7)


def opportunity_table(plan: Plan, found: Opportunities, scores: Scores, rep: Ints, product: Ints,
                      contact: pa.Array | None, seed: int) -> pa.Table:
    """The pipeline as a CRM would export it at the end of the history.

    ``rep`` (int array) says who looks after each account, ``contact`` (text array or None) who decides;
    ``product`` (int array) what each opportunity offers.
    """
    rng = stream(seed, "pipeline")
    rows = len(found.account)
    contribution = scores.line_contribution[found.account] * LINES_AN_ORDER * rng.lognormal(-0.125, 0.5, rows)
    amount = contribution / UNIT_MARGIN[product]
    last = np.where(found.decided, found.closed, found.opened)
    late = rng.random(rows) < ENTERED_LATE_SHARE
    known = np.minimum(last + ENTERED_LATE_DAYS * rng.random(rows), np.nextafter(plan.days, 0))
    columns = {
        "opportunity_id": opportunity_keys(np.arange(rows)),
        "account_id": keys("A", found.account),
        "rep_id": keys("R", rep[found.account], width=4),
        "product_id": keys("P", product, width=2),
        "outcome": texts(np.where(found.decided, 1 + found.won, 0), ("open", "lost", "won")),
        "entered": pa.array(np.ones(rows, dtype=np.bool_)),
        "opened_at": instants(found.opened, plan.start),
        "entered_at": instants(found.opened, plan.start),
        "closed_at": instants(np.minimum(found.closed, plan.days), plan.start, known=found.decided),
        "known_at": instants(known, plan.start, known=late),
        "amount": numbers(amount),
        "cost": numbers(amount - contribution),
    }
    if contact is not None:
        columns["contact_id"] = contact.take(pa.array(found.account))
    return pa.table(columns)


def rival_met_table(found: Opportunities) -> pa.Table:
    """Who else was considered, one row per opportunity and rival."""
    first, second = found.rivals.T
    met = np.concatenate([np.flatnonzero(first != NO_RIVAL), np.flatnonzero(second != first)])
    rival = np.concatenate([first[first != NO_RIVAL], second[second != first]])
    order = np.argsort(met, kind="stable")
    return pa.table({
        "opportunity_id": opportunity_keys(met[order]),
        "competitor_id": texts(rival[order], RIVALS),
    })

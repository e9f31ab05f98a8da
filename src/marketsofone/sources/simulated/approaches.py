"""Who is approached, how often and when, and who answers; the other touches beside."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from scipy.special import ndtri

from marketsofone.sources.simulated.buyers import Buyers
from marketsofone.sources.simulated.chance import Flags, Floats, Ints, stream
from marketsofone.sources.simulated.columns import instants, keys, numbers, only, texts
from marketsofone.sources.simulated.plan import Plan
from marketsofone.sources.simulated.scores import Scores

MEAN_APPROACHES, MEAN_MARKETING, MEAN_INBOUND = 2.4, 0.4, 0.2
WORKED_SHARE = 0.65
LOT_FACTORS = (0.5, 1.5)
ARMS = ("low effort", "high effort")
NO_LOT = -1
MARKETING_ANSWERS = 0.08
LOGGED_LATE_SHARE, LOGGED_LATE_DAYS = 0.2, 3.0
CHANNELS = (("call", "visit", "mail"), ("call", "mail"), ("mail", "event"))
MESSAGES = ("lower running cost", "faster delivery", "people like you")


@dataclass(frozen=True, slots=True)
class Approaches:
    """Outgoing sales touches, in order of time: the trials of pull.

    Parameters
    ----------
    account : int array, shape (approaches,)
        Index of the account.
    day : float array, shape (approaches,)
        Days since the start of the history.
    answered : bool array, shape (approaches,)
        Whether the buyer let us in.
    lot : int array, shape (accounts,)
        Index into `ARMS` where effort was set by lot, else `NO_LOT`.

    """

    account: Ints
    day: Floats
    answered: Flags
    lot: Ints


def draw_approaches(plan: Plan, buyers: Buyers, scores: Scores, seed: int) -> Approaches:
    """Approaches of this plan and seed; some chosen by reps, some set by lot."""
    rng = stream(seed, "approaches")
    lot = np.where(rng.random(len(buyers)) < plan.randomised_share, rng.integers(2, size=len(buyers)), NO_LOT)
    mean = _chosen_effort(rng, plan, buyers, scores)
    mean = np.where(lot == NO_LOT, mean, MEAN_APPROACHES * np.array(LOT_FACTORS)[lot])
    times = rng.poisson(mean * plan.trials_scale)
    account, day = _spread_over_history(rng, plan, times)
    answered = rng.random(len(account)) < scores.pull[account]
    return Approaches(account, day, answered, lot)


def lot_table(approaches: Approaches) -> pa.Table:
    """Accounts whose effort was set by lot, as lists: those never approached in the end included."""
    drawn = np.flatnonzero(approaches.lot != NO_LOT)
    return pa.table({"list_name": texts(approaches.lot[drawn], ARMS), "account_id": keys("A", drawn)})


def _chosen_effort(rng: np.random.Generator, plan: Plan, buyers: Buyers, scores: Scores) -> Floats:
    """Approaches expected by account where reps choose: they favour size, value and, perhaps, pull."""
    size = _standard(np.log(buyers.employees))
    liking = plan.selective_entry * (0.5 * size + 0.7 * buyers.hidden)
    liking += plan.selective_on_pull * _standard(ndtri(scores.pull))
    worked = ndtri(WORKED_SHARE) + liking + rng.normal(size=len(buyers)) > 0
    effort = worked * np.exp(0.4 * liking) * rng.weibull(2.0, size=len(buyers))
    return np.asarray(effort * (MEAN_APPROACHES / max(effort.mean(), 1e-9)))


def _standard(values: Floats) -> Floats:
    return np.asarray((values - values.mean()) / max(values.std(), 1e-9))


def _spread_over_history(rng: np.random.Generator, plan: Plan, times: Ints) -> tuple[Ints, Floats]:
    """Events of each account on days by lot, in order of time."""
    account = np.repeat(np.arange(len(times)), times)
    day = plan.days * rng.random(len(account))
    order = np.argsort(day, kind="stable")
    return account[order], day[order]


def touch_table(plan: Plan, approaches: Approaches, rep: Ints, contact: pa.Array | None,
                seed: int) -> pa.Table:
    """All touches, in order of time: approaches, inbound contacts, marketing.

    The array ``rep`` says who looks after each account, the text array ``contact`` who decides there.
    """
    rng = stream(seed, "touches")
    touched = np.zeros(plan.accounts, dtype=np.bool_)
    touched[approaches.account] = True
    inbound = _spread_over_history(rng, plan, rng.poisson(MEAN_INBOUND / WORKED_SHARE * touched))
    marketing = _spread_over_history(rng, plan, rng.poisson(MEAN_MARKETING, size=plan.accounts))
    kind = np.repeat([0, 1, 2], [len(approaches.day), len(inbound[1]), len(marketing[1])])
    account = np.concatenate([approaches.account, inbound[0], marketing[0]])
    day = np.concatenate([approaches.day, inbound[1], marketing[1]])
    answered = np.concatenate([
        approaches.answered, np.zeros(len(inbound[1]), np.bool_),
        rng.random(len(marketing[1])) < MARKETING_ANSWERS,
    ])
    order = np.argsort(day, kind="stable")
    return _touch_columns(rng, plan, kind[order], account[order], day[order], answered[order],
                          approaches.lot, rep, contact)


def _touch_columns(rng: np.random.Generator, plan: Plan, kind: Ints, account: Ints, day: Floats,
                   answered: Flags, lot: Ints, rep: Ints, contact: pa.Array | None) -> pa.Table:
    """Touches by ``kind``: 0 an approach, 1 inbound, 2 marketing."""
    rows = len(kind)
    approach, marketing = kind == 0, kind == 2
    minutes = rng.gamma(4.0, plan.approach_hours * 15.0, size=rows) * np.array([1.0, 0.2, 0.02])[kind]
    late = rng.random(rows) < LOGGED_LATE_SHARE
    known = np.minimum(day + LOGGED_LATE_DAYS * rng.random(rows), np.nextafter(plan.days, 0))
    columns = {
        "touch_id": keys("T", np.arange(rows), width=8),
        "account_id": keys("A", account),
        "rep_id": keys("R", rep[account], width=4, known=~marketing),
        "happened_at": instants(day, plan.start),
        "known_at": instants(known, plan.start, known=late),
        "team": texts(marketing.astype(np.int64), ("sales", "marketing")),
        "direction": texts((kind == 1).astype(np.int64), ("out", "in")),
        "channel": _channel(rng, kind),
        "campaign": texts((day // 91).astype(np.int64), _campaigns(plan), known=marketing),
        "message": texts(rng.integers(len(MESSAGES), size=rows), MESSAGES, known=kind != 1),
        "minutes": numbers(minutes, 1),
        "cost": numbers(rng.gamma(2.0, np.array([6.0, 0.0, 1.5])[kind])),
        "answered": only(pa.array(answered), kind != 1),
        "arm": texts(np.maximum(lot[account], 0), ARMS, known=approach & (lot[account] != NO_LOT)),
    }
    if contact is not None:
        columns["contact_id"] = contact.take(pa.array(account))
    return pa.table(columns)


def _channel(rng: np.random.Generator, kind: Ints) -> pa.Array:
    """A channel of those its ``kind`` has."""
    among = np.array([len(names) for names in CHANNELS])
    first = np.cumsum(among) - among
    code = first[kind] + (rng.random(len(kind)) * among[kind]).astype(np.int64)
    return texts(code, [name for names in CHANNELS for name in names])


def _campaigns(plan: Plan) -> list[str]:
    return [f"quarter {number + 1}" for number in range(plan.days // 91 + 1)]

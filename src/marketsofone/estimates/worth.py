"""What the record of one company is worth where the trials of a company resemble each other.

A company that was tried six hundred times is no six hundred companies: once its own share of successes is known, more
trials say nothing more of others like it. A mean in which it counts six hundred times hangs on its luck alone, and no
law of large numbers tells how far it may stray.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np
from ibis import _

from marketsofone.features.adding import SHARES, averaged

if TYPE_CHECKING:
    import ibis.expr.types as ir

_FEW = 10
_OF_ALL = 4.0
"""Times one over how alike two trials are: a record so long says four fifths of all that one without end would."""


def weighed(rows: ir.Table, score: str, company: str, *, money: bool) -> ir.Table:
    """Rows in which no company counts for more trials of a score than say something new, and ``<score>_alone``.

    Parameters
    ----------
    rows : Ibis table
        A row a buyer: ``<score>_n`` trials (null: none), ``<score>_s`` their total, and the company it belongs to.
    company : str
        The column that names it.
    money : bool
        Amounts count as they are.
    """
    n, s, alone = f"{score}_n", f"{score}_s", f"{score}_alone"
    most = np.inf if money else fetch_most(_records(rows, n, s, company))
    if not np.isfinite(most):
        return rows.mutate(**{alone: rows[n]})
    whole = rows[n] if company == "buyer_id" else rows[n].sum().over(group_by=company)
    share = ibis.least(1.0, most / whole.nullif(0.0))
    return rows.mutate(**{n: rows[n] * share, s: rows[s] * share, alone: rows[n] * share * share})


def _records(rows: ir.Table, n: str, s: str, company: str) -> ir.Table:
    if company == "buyer_id":
        return rows.select(trials=rows[n], total=rows[s])
    return rows.group_by(company).agg(trials=rows[n].sum(), total=rows[s].sum())


def fetch_most(records: ir.Table) -> float:
    """Trials from which on the record of a company says little new: four over how alike two trials of a company are.

    The likeness is that of all companies tried twice or more, each counted once, so that the largest have no more say.
    What sets strata apart is in it too: it makes the largest records count for a little less than they could.

    Parameters
    ----------
    records : Ibis table
        ``trials`` and ``total`` of each company.

    Returns
    -------
    float
        Infinite where trials of a company are no more alike than others, or where too few tell.

    References
    ----------
    Donner & Klar (2000), *Design and Analysis of Cluster Randomization Trials*, chapter 1 (the design effect).
    """
    many = records.filter(_.trials >= 2).mutate(rate=_.total / _.trials)
    told = many.agg(count=_.count(), rate=averaged(_.rate, SHARES), square=averaged(_.rate * _.rate, SHARES),
                    alone=averaged(1.0 / _.trials, SHARES))
    row = told.execute().iloc[0]
    count, rate = int(row["count"]), float(row["rate"])
    spread = (float(row["square"]) - rate * rate) * count / max(count - 1, 1)
    return most_of(count, rate, spread, float(row["alone"]))


def most_of(count: int, rate: float, spread: float, alone: float) -> float:
    """The same from so many shares of two trials or more: their mean and variance, and the mean of one over trials.

    Examples
    --------
    Of many who were tried twice, half won both times and half none: one trial says all, and four are more than enough.

    >>> most_of(1000, 0.5, 0.25, 0.5)
    4.0
    """
    if count < _FEW or not 0.0 < rate < 1.0:
        return np.inf
    alike = (spread / (rate * (1.0 - rate)) - alone) / (1.0 - alone)
    return _OF_ALL / alike if alike > 0 else np.inf

"""Tallies: what the engine counts, and all that pooling needs to know.

A tally is a count, a sum and a sum of squares by some levels. Tallies of disjoint rows add up, so a
refresh with new rows equals a rebuild.
"""

from __future__ import annotations

from collections.abc import Sequence

import ibis.expr.types as ir
from ibis import _

from marketsofone.features.adding import SHARES, SQUARES, added

SUMS = ("rows", "trials", "total", "squares")
"""What a tally keeps: rows seen, trials they are worth, what they sum to, and the sum of each row's
squared total over its trials (so that a row worth half a trial counts as it should)."""


def tally(rows: ir.Table, levels: Sequence[str]) -> ir.Table:
    """One row per combination of levels that has rows. Builds a query, runs nothing.

    Parameters
    ----------
    rows : Ibis table
        ``trials`` and ``total`` a row (``measures`` makes them), and the levels.
    levels : sequence of str

    Returns
    -------
    Ibis table
        The levels and ``SUMS``, all double; and ``strays``, where rows have it.
    """
    strays = {"strays": added(rows.strays, SHARES)} if "strays" in rows.columns else {}
    return rows.group_by(list(levels)).agg(
        **strays, rows=_.count().cast("float64"), trials=_.trials.sum(), total=added(_.total),
        squares=added(_.total * _.total / _.trials.nullif(0.0), SQUARES),
    )


def combine(first: ir.Table, second: ir.Table, levels: Sequence[str], sign: int = 1) -> ir.Table:
    """Two tallies of disjoint rows as one; with ``sign`` -1, the second taken out of the first.

    Levels left without rows are dropped, as if they had never been seen.
    """
    signed = second.mutate(**{name: second[name] * sign for name in SUMS})
    both = first.select(*levels, *SUMS).union(signed.select(*levels, *SUMS))
    summed = both.group_by(list(levels)).agg(**{name: _[name].sum() for name in SUMS})
    return summed.filter(_.rows > 0.5)

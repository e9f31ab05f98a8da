"""Tallies of candidate splits: what each value of each dimension says of each score, node by node.

Companies stand in two halves, told apart by the parity of their id, so that a split can be chosen on
one half and judged on the other. Buyers of one company stand in one half, and those of them who share a
value count as one: what moves the company moves them all, and chance does not even it out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd
from ibis import _

from marketsofone.engine import hold
from marketsofone.estimates.worth import weighed
from marketsofone.features.adding import SHARES, SQUARES, added, averaged

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

PARTS = ("buyers", "n", "s", "nn", "ns", "ss", "g", "gg", "alone")
"""Sums kept a score: buyers with trials; sum of trials n, totals s; of n*n, n*s, s*s; of g and g*g,
where g is the logarithm of one plus a buyer's mean amount over the typical one; and what n*n would be if
no two trials of a buyer were alike: n, and less where a record counts for less than its trials (`worth`).
Buyers of one company who share a value are one buyer here."""

MONEY = "attractiveness"
"""The score whose trials are amounts."""

EVIDENCE = "evidence"
"""The table that :func:`gather_evidence` holds in the engine."""

_CUTS = 16


@dataclass(frozen=True, slots=True)
class Dimension:
    """A sales dimension as the tree sees it.

    Parameters
    ----------
    name : str
        As the user calls it.
    column : str
        Its column in the evidence.
    cuts : tuple of float
        For a number: the limits between its steps, readable ones; empty for a text.
    scores : tuple of str
        The scores it may be judged by; a dimension known only of those who bought cannot explain
        winning them.
    """

    name: str
    column: str
    cuts: tuple[float, ...] = ()
    scores: tuple[str, ...] = ("pull", "competitiveness", "attractiveness")

    def stretch(self, values: Sequence[str]) -> tuple[float | None, float | None]:
        """Where steps of a number that lie side by side begin and end; None where that is open, or it is a text.

        Examples
        --------
        >>> size = Dimension("size", "dim_size", (10.0, 200.0))
        >>> size.stretch(["0"]), size.stretch(["1", "2"])
        ((None, 10.0), (10.0, None))
        """
        if not self.cuts:
            return None, None
        steps = sorted(map(int, values))
        return (None, *self.cuts)[steps[0]], (*self.cuts, None)[steps[-1]]


def readable(values: Sequence[float]) -> tuple[float, ...]:
    """Values rounded to the fewest significant digits, two or more, that keep half of them apart; rising.

    Examples
    --------
    >>> readable([103.2, 104.9, 2871.0])
    (100.0, 2900.0)
    >>> readable([1994.0, 2003.0, 2011.0, 2018.0])
    (1990.0, 2000.0, 2010.0, 2020.0)
    """
    kept = {float(v) for v in values if v is not None and np.isfinite(v)}
    rounded: set[float] = set()
    for digits in range(1, 16):
        rounded = {float(f"{v:.{digits}e}") for v in kept}
        if len(rounded) >= len(kept) / 2:
            break
    return tuple(sorted(rounded))


def fetch_cuts(buyers: ir.Table, column: str) -> tuple[float, ...]:
    """Readable limits that divide the known values of a number into at most sixteen steps."""
    shares = [i / _CUTS for i in range(1, _CUTS)]
    limits = buyers.agg(limits=buyers[column].cast("float64").quantile(shares)).execute()["limits"][0]
    return readable(limits)


def gather_evidence(
    engine: Backend, buyers: ir.Table, dimensions: Sequence[Dimension], tallies: Mapping[str, ir.Table],
    companies: ir.Table | None = None,
) -> ir.Table:
    """One row a buyer: its half, its dimensions as texts and its tally of each score.

    Parameters
    ----------
    companies : Ibis table, optional
        ``buyer_id`` and ``company``, where several buyers belong to one; each is one by itself where left out.
    """
    columns = {d.column: _coded(buyers, d) for d in dimensions}
    rows = with_companies(buyers.select("buyer_id", **columns), companies)
    rows = rows.mutate(half=(rows[company_of(rows)] % 2).cast("int8"))
    for score, tallied in tallies.items():
        parts = [f"{score}_{part}" for part in ("n", "s", "alone")]
        own = counted(tallied, score, companies).select("buyer_id", *parts)
        rows = rows.left_join(own, "buyer_id").drop("buyer_id_right")
    for score, tallied in tallies.items():
        rows = _with_amount(rows, score, tallied)
    return hold(engine, EVIDENCE, rows)


def with_companies(rows: ir.Table, companies: ir.Table | None) -> ir.Table:
    """Rows of buyers with the ``company`` that each belongs to; as they are where each is one by itself (None)."""
    return rows if companies is None else rows.left_join(companies, "buyer_id").drop("buyer_id_right")


def company_of(rows: ir.Table) -> str:
    """The column that tells which buyers belong together: their own id where each stands alone."""
    return "company" if "company" in rows.columns else "buyer_id"


def counted(tallied: ir.Table, score: str, companies: ir.Table | None) -> ir.Table:
    """A score's tallies with what counts of them: ``<score>_n``, ``<score>_s``, ``<score>_alone`` beside ``trials``."""
    rows = with_companies(tallied.select("buyer_id", "trials", **{f"{score}_n": _.trials, f"{score}_s": _.total}),
                          companies)
    return weighed(rows, score, company_of(rows), money=score == MONEY)


def _coded(buyers: ir.Table, dimension: Dimension) -> ir.Value:
    value = buyers[dimension.column]
    if not dimension.cuts:
        return value.cast("string")
    number = value.cast("float64")
    steps = [(number < cut, str(i)) for i, cut in enumerate(dimension.cuts)]
    return ibis.cases((number.isnull(), ibis.null("string")), *steps, else_=str(len(dimension.cuts)))


def _with_amount(rows: ir.Table, score: str, tallied: ir.Table) -> ir.Table:
    if score != MONEY:
        return rows.mutate(**{f"{score}_g": ibis.null("float64")})
    tried = tallied.filter(_.trials > 0)
    typical = tried.agg(typical=(tried.total / tried.trials).median()).execute()["typical"][0]
    scale = float(typical) if typical is not None and typical > 0 else 1.0
    mean = rows[f"{score}_s"] / rows[f"{score}_n"].nullif(0.0)
    return rows.mutate(**{f"{score}_g": (ibis.greatest(mean, 0.0) / scale + 1.0).ln()})


def fetch_candidates(
    evidence: ir.Table, placed: ir.Table, dimensions: Sequence[Dimension], scores: Sequence[str]
) -> pd.DataFrame:
    """Sums by node, half, dimension and value, for the nodes in ``placed``: one query for a level.

    Parameters
    ----------
    evidence : Ibis table
        From :func:`gather_evidence`.
    placed : Ibis table
        ``buyer_id`` and ``node`` of the buyers whose nodes may be split.

    Returns
    -------
    DataFrame
        ``node``, ``half``, ``dimension``, ``value`` (null: not known), ``people`` (buyers) and
        ``<score>_<part>`` for each of ``PARTS``.
    """
    sums = {"people": _.people.sum()}
    for score in scores:
        sums |= _sums(score)
    return _by_value(evidence, placed, dimensions, scores, sums)


def fetch_profile(evidence: ir.Table, placed: ir.Table, dimensions: Sequence[Dimension]) -> pd.DataFrame:
    """Buyers by node, half, dimension and value as ``people``."""
    return _by_value(evidence, placed, dimensions, (), {"people": _.people.sum()})


def fetch_witnesses(evidence: ir.Table, standing: ir.Table, dimensions: Sequence[Dimension]) -> pd.DataFrame | None:
    """Companies by node and dimension, each once for every value it shows there: ``witnesses``.

    None where each buyer is a company by itself.

    Parameters
    ----------
    standing : Ibis table
        ``buyer_id``, ``node``: a buyer may stand in several.
    """
    if company_of(evidence) == "buyer_id" or not dimensions:
        return None
    rows = evidence.inner_join(standing, "buyer_id")
    parts = [shown_by_companies(rows.select("node", "company", value=d.column, dimension=ibis.literal(d.name)),
                                "dimension") for d in dimensions]
    return _together(parts).execute()


def shown_by_companies(rows: ir.Table, by: str) -> ir.Table:
    """``node``, ``by``, ``witnesses``: companies, each once for every known value it shows. Runs nothing."""
    shown = rows.filter(_["value"].notnull()).select("node", by, "company", "value").distinct()
    return shown.group_by("node", by).agg(witnesses=_.count().cast("float64"))


def _by_value(
    evidence: ir.Table, placed: ir.Table, dimensions: Sequence[Dimension], scores: Sequence[str],
    sums: Mapping[str, ibis.Deferred],
) -> pd.DataFrame:
    rows = evidence.inner_join(placed, "buyer_id")
    parts = [
        _of_companies(rows.mutate(value=rows[d.column]), scores).group_by("node", "half", "value").agg(**sums)
        .mutate(dimension=ibis.literal(d.name)) for d in dimensions
    ]
    return _together(parts).execute()


def _together(parts: Sequence[ir.Table]) -> ir.Table:
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def _of_companies(rows: ir.Table, scores: Sequence[str]) -> ir.Table:
    """Buyers of one company who share node and value as one, with its mean amount."""
    if company_of(rows) == "buyer_id":
        return rows.mutate(people=ibis.literal(1))
    sums = {f"{score}_{part}": added(_[f"{score}_{part}"], SHARES)
            for score in scores for part in ("n", "s", "alone")}
    means = {f"{score}_g": averaged(_[f"{score}_g"], where=_[f"{score}_n"].notnull()) for score in scores}
    return rows.group_by("node", "half", "value", "company").agg(people=_.count(), **sums, **means)


def _sums(score: str) -> dict[str, ibis.Deferred]:
    n, s, g, alone = (_[f"{score}_{part}"] for part in ("n", "s", "g", "alone"))
    values = (n.count(), added(n, SHARES), added(s), added(n * n, SHARES), added(n * s), added(s * s, SQUARES),
              added(g), added(g * g), added(alone, SHARES))
    return {f"{score}_{part}": value for part, value in zip(PARTS, values, strict=True)}

"""What people say of effort: the curves their points stand for, how far each person is trusted, and both pooled.

A judgement and what is known without it are pooled by what each is worth in trials. What is known without it is not
only the buyer's own record: a prospect that nobody ever called is still known as one of its kind. And a person who
judged many buyers can be seen beside the record of them all (`pooling.judges`), so that one who overstates threefold
is taken at a third, whoever is judged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd
from ibis import _

from marketsofone.errors import MarketError, ValuesInvalid
from marketsofone.pooling.judges import AS_CLAIMED, fit_judge
from marketsofone.pooling.response_curve import judged_curve

if TYPE_CHECKING:
    import ibis.expr.types as ir

JUDGED = "judged"
"""Status of a curve in which a person's word weighs more than all else."""

PARTS = ("ceiling", "slope")
"""What a person is seen to misjudge, each apart: what endless effort adds, and what the first hour adds."""

_COLUMNS = ("stated_by", "about", "about_id", "sure", "ceiling", "scale", "shape", "misfit")


def judged_curves(said: pd.DataFrame) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """The curves people's points stand for, and a sentence on each that could not be taken.

    Parameters
    ----------
    said : DataFrame
        ``stated_by``, ``about``, ``about_id``, ``hours``, ``none``, ``half``, ``now``, ``more``, ``most``, ``sure``.

    Returns
    -------
    DataFrame
        The same rows with ``ceiling``, ``scale``, ``shape``, ``misfit`` in place of the points.
    """
    kept, problems = [], []
    for row in said.itertuples(index=False):
        try:
            found = judged_curve(row.hours, row.none, row.half, row.now, row.more, row.most)
            if not row.sure > 0:
                raise ValuesInvalid("A judgement is worth some trials.", f"sure = {row.sure:g}.", "State more than 0.")
        except MarketError as problem:
            problems.append(f"{problem.wanted} {problem.found}")
            continue
        curve = found.curve
        kept.append((row.stated_by, row.about, row.about_id, float(row.sure), curve.ceiling, curve.scale, curve.shape,
                     found.misfit))
    return pd.DataFrame(kept, columns=list(_COLUMNS)), tuple(problems)


def fetch_judges(curves: ir.Table, judged: ir.Table, known: ir.Table) -> pd.DataFrame:
    """How far each person may be trusted.

    Parameters
    ----------
    curves, known : Ibis table
        As ``with_judgements`` takes them.
    judged : Ibis table
        ``buyer_id``, ``stated_by``, ``about``, ``about_id``, ``sure``, ``ceiling``, ``scale``, ``shape``: one row a
        judgement and buyer it speaks of.

    Returns
    -------
    DataFrame
        ``stated_by``, and of each part ``<part>_bias``, ``<part>_noise``, ``<part>_doubt`` as in ``Judge``; a person
        of whom nothing can be seen is taken as claimed.
    """
    beside = judged.inner_join(curves, "buyer_id", rname="{name}_seen").inner_join(known, "buyer_id")
    beside = beside.mutate(slope=_.ceiling / _.scale, slope_seen=_.ceiling_seen / _.scale_seen)
    people = judged.select("stated_by").distinct().order_by("stated_by").execute()
    for part in PARTS:
        rows = _compared(beside, part)
        found = {who: fit_judge(*(of[name].to_numpy(np.float64) for name in _SEEN))
                 for who, of in rows.groupby("stated_by")}
        for name in ("bias", "noise", "doubt"):
            people[f"{part}_{name}"] = [_steady(getattr(found.get(who, AS_CLAIMED), name))
                                        for who in people["stated_by"]]
    return people


_SEEN = ("apart", "unsure", "buyers", "sure")


def _compared(beside: ir.Table, part: str) -> pd.DataFrame:
    """One row a judgement: what is judged beside what is known without it, where something is."""
    told = beside.filter((_[part] > 0) & (_[f"{part}_seen"] > 0) & (_[f"{part}_known"] > 0))
    keys = ("stated_by", "about", "about_id")
    return told.group_by(*keys).agg(
        apart=(_[part] / _[f"{part}_seen"]).ln().mean(), unsure=(1.0 / _[f"{part}_known"]).mean(),
        buyers=_.count(), sure=_.sure.max()).order_by(*keys).execute()


def _steady(value: float) -> float:
    """A value without its last digits: an engine adds rows up in any order, and they would differ between runs."""
    return float(f"{value:.9g}")


def as_trusted(judged: ir.Table, judges: ir.Table) -> ir.Table:
    """Judgements with each person's bias taken out, and worth what that person has shown. Runs nothing.

    Parameters
    ----------
    judged : Ibis table
        As ``fetch_judges`` takes it.
    judges : Ibis table
        As ``fetch_judges`` gives it.

    Returns
    -------
    Ibis table
        ``buyer_id``, ``told_ceiling``, ``told_slope``, ``told_thin`` (one over the shape), ``ceiling_sure``,
        ``slope_sure`` (trials).
    """
    rows = judged.inner_join(judges, "stated_by")
    value = {"ceiling": rows.ceiling, "slope": rows.ceiling / rows.scale}
    told = {f"told_{part}": value[part] * (-rows[f"{part}_bias"]).exp() for part in PARTS}
    sure = {f"{part}_sure": 1.0 / (rows[f"{part}_noise"] / rows.sure + rows[f"{part}_doubt"]) for part in PARTS}
    return rows.select("buyer_id", told_thin=1.0 / rows.shape, **told, **sure)


def with_judgements(curves: ir.Table, trusted: ir.Table, known: ir.Table) -> ir.Table:
    """Curves with people's judgements pooled in, each part in proportion to what each side is worth in trials.

    Several judgements on one buyer are pooled first. Runs nothing.

    Parameters
    ----------
    curves : Ibis table
        ``buyer_id``, ``ceiling``, ``scale``, ``shape``, ``status``.
    trusted : Ibis table
        As ``as_trusted`` gives them: one row a judgement and buyer it speaks of.
    known : Ibis table
        ``buyer_id``, ``ceiling_known``, ``slope_known``: what the curve is worth in trials without the judgement. With
        0 nothing is known, and the judgement stands alone.
    """
    told = trusted.group_by("buyer_id").agg(
        told_ceiling=(_.ceiling_sure * _.told_ceiling).sum() / _.ceiling_sure.sum(),
        told_slope=(_.slope_sure * _.told_slope).sum() / _.slope_sure.sum(),
        told_thin=(_.slope_sure * _.told_thin).sum() / _.slope_sure.sum(),
        ceiling_sure=_.ceiling_sure.sum(), slope_sure=_.slope_sure.sum())
    rows = curves.left_join(told, "buyer_id").drop("buyer_id_right").left_join(known, "buyer_id")
    rows = rows.mutate(**{f"{part}_share": (rows[f"{part}_sure"] / (
        rows[f"{part}_sure"] + rows[f"{part}_known"].fill_null(0.0))).fill_null(0.0) for part in PARTS})
    ceiling = _mixed(rows.ceiling, rows.told_ceiling, rows.ceiling_share)
    slope = _mixed(rows.ceiling / rows.scale, rows.told_slope, rows.slope_share)
    thin = _mixed(1.0 / rows.shape, rows.told_thin, rows.slope_share)
    moved = rows.slope_share > 0
    return rows.select(
        "buyer_id", ceiling=ceiling,
        scale=ibis.cases((moved & (slope > 0), ceiling / slope), else_=rows.scale),
        shape=ibis.cases((moved & (thin > 0), 1.0 / thin), (moved, float("inf")), else_=rows.shape),
        status=ibis.cases((rows.slope_share > 0.5, JUDGED), else_=rows.status))


def _mixed(seen: ibis.Value, told: ibis.Value, share: ibis.Value) -> ibis.Value:
    return ibis.cases((share > 0, (1.0 - share) * seen + share * told), else_=seen)

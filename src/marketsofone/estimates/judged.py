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

LEAST_TOLD = 0.02
"""What is judged counts as at least this part of what is known without it: nothing at all has no logarithm."""

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
        ``stated_by``, and of each part ``<part>_bias`` and so on as in ``Judge``; a person of whom nothing can be seen
        is taken as claimed.
    """
    beside = judged.inner_join(curves, "buyer_id", rname="{name}_seen").inner_join(known, "buyer_id")
    beside = beside.mutate(slope=_.ceiling / _.scale, slope_seen=_.ceiling_seen / _.scale_seen)
    people = judged.select("stated_by").distinct().order_by("stated_by").execute()
    for part in PARTS:
        rows = _compared(beside, part)
        found = {who: fit_judge(*(of[name].to_numpy(np.float64) for name in _SEEN))
                 for who, of in rows.groupby("stated_by")}
        for name in ("bias", "doubt", "noise", "slope", "middle"):
            people[f"{part}_{name}"] = [_steady(getattr(found.get(who, AS_CLAIMED), name))
                                        for who in people["stated_by"]]
    return people


_SEEN = ("said", "seen", "unsure", "buyers", "sure")


def _compared(beside: ir.Table, part: str) -> pd.DataFrame:
    """One row a judgement: what is judged beside what is known without it, where something is.

    What is known is a mean; of a lognormal the middle lies below it by half the variance.
    """
    told = beside.filter((_[part] > 0) & (_[f"{part}_seen"] > 0) & (_[f"{part}_known"] > 0))
    keys = ("stated_by", "about", "about_id")
    return told.group_by(*keys).agg(
        said=_[part].ln().mean(), seen=(_[f"{part}_seen"].ln() - 0.5 * (1.0 + 1.0 / _[f"{part}_known"]).ln()).mean(),
        unsure=(1.0 / _[f"{part}_known"]).mean(), buyers=_.count(), sure=_.sure.max()).order_by(*keys).execute()


def _steady(value: float) -> float:
    """A value without its last digits: an engine adds rows up in any order, and they would differ between runs."""
    return float(f"{value:.9g}")


def as_trusted(judged: ir.Table, judges: ir.Table) -> ir.Table:
    """Judgements with each person's bias taken out, and worth what that person has shown. Runs nothing.

    Of a person who tells buyers apart by half only half of what is said is the person's: the rest is what is known
    without it, which `with_judgements` puts in.

    Parameters
    ----------
    judged : Ibis table
        As ``fetch_judges`` takes it.
    judges : Ibis table
        As ``fetch_judges`` gives it.

    Returns
    -------
    Ibis table
        ``buyer_id``, ``told_thin`` (one over the shape), and of each part ``told_<part>``, ``<part>_sure`` (trials) and
        ``<part>_apart`` (by how much the person tells buyers apart).
    """
    rows = judged.inner_join(judges, "stated_by")
    value = {"ceiling": rows.ceiling, "slope": rows.ceiling / rows.scale}
    apart = {part: rows[f"{part}_slope"] for part in PARTS}
    told = {f"told_{part}": value[part] * ((apart[part] - 1.0) * rows[f"{part}_middle"] - rows[f"{part}_bias"]).exp()
            for part in PARTS}
    sure = {f"{part}_sure": 1.0 / (rows[f"{part}_noise"] / rows.sure + rows[f"{part}_doubt"]) for part in PARTS}
    return rows.select("buyer_id", told_thin=1.0 / rows.shape, **told, **sure,
                       **{f"{part}_apart": apart[part] for part in PARTS})


def with_judgements(curves: ir.Table, trusted: ir.Table, known: ir.Table) -> ir.Table:
    """Curves with people's judgements pooled in, on the logarithm, by what each side is worth in trials.

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
    told = _together(trusted.inner_join(curves.select("buyer_id", "ceiling", slope=_.ceiling / _.scale), "buyer_id"))
    rows = curves.left_join(told, "buyer_id").drop("buyer_id_right").left_join(known, "buyer_id")
    share = {part: rows[f"{part}_says"] / (rows[f"{part}_sure"] + rows[f"{part}_known"].fill_null(0.0))
             for part in PARTS}
    rows = rows.mutate(**{f"{part}_share": ibis.least(share[part].fill_null(0.0), 1.0) for part in PARTS})
    ceiling = _pooled(rows.ceiling, rows.told_ceiling, rows.ceiling_share)
    slope = _pooled(rows.ceiling / rows.scale, rows.told_slope, rows.slope_share)
    thin = _mixed(1.0 / rows.shape, rows.told_thin, rows.slope_share)
    moved = rows.slope_share > 0
    return rows.select(
        "buyer_id", ceiling=ceiling,
        scale=ibis.cases((moved & (slope > 0), ceiling / slope), else_=rows.scale),
        shape=ibis.cases((moved & (thin > 0), 1.0 / thin), (moved, float("inf")), else_=rows.shape),
        status=ibis.cases((rows.slope_share > 0.5, JUDGED), else_=rows.status))


def _together(beside: ir.Table) -> ir.Table:
    """All that is told of a buyer: ``told_<part>``, what it says (``<part>_says``) and what is then known (``_sure``).

    With a slope b, told is ``seen`` times what is said beyond it, and moves it by ``b v / (b^2 v + noise)`` of that,
    ``v`` being what was not known: the mean of the truth, given both.
    """
    says = {part: beside[f"{part}_apart"] * beside[f"{part}_sure"] for part in PARTS}
    rest = {part: ibis.cases((beside[part] > 0, beside[part].pow(1.0 - beside[f"{part}_apart"])), else_=1.0)
            for part in PARTS}
    sums = {f"told_{part}": (says[part] * beside[f"told_{part}"] * rest[part]).sum() / says[part].sum()
            for part in PARTS}
    sums |= {f"{part}_says": says[part].sum() for part in PARTS}
    sums |= {f"{part}_sure": (beside[f"{part}_apart"] * says[part]).sum() for part in PARTS}
    thin = (says["slope"] * beside.told_thin).sum() / says["slope"].sum()
    return beside.group_by("buyer_id").agg(told_thin=thin, **sums)


def _pooled(seen: ibis.Value, told: ibis.Value, share: ibis.Value) -> ibis.Value:
    """Both pooled on the logarithm: the mean of the truth where both err lognormally. Where nothing is seen, told."""
    least = ibis.greatest(told, LEAST_TOLD * seen)
    logs = ((1.0 - share) * _log(seen) + share * _log(least)).exp()
    return ibis.cases((share > 0, ibis.cases((seen > 0, logs), else_=_mixed(seen, told, share))), else_=seen)


def _log(value: ibis.Value) -> ibis.Value:
    return ibis.cases((value > 0, value), else_=1.0).ln()


def _mixed(seen: ibis.Value, told: ibis.Value, share: ibis.Value) -> ibis.Value:
    return ibis.cases((share > 0, (1.0 - share) * seen + share * told), else_=seen)

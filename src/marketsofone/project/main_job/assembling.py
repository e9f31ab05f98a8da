"""Puts a run's results together: the tables of a snapshot, from the rooms' answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd
from ibis import _

from marketsofone.customer import path
from marketsofone.engine import hold, release
from marketsofone.estimates import PROBABILITY, Estimate
from marketsofone.project.ground.serving import with_rep
from marketsofone.scores import SCORES
from marketsofone.scores.hour import Hour, with_hour_value
from marketsofone.scores.reasons import with_reasons

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from marketsofone.project.ground.gathered import Gathered
    from marketsofone.project.ground.stratifying import Stratified

SHOWN = ("", "_low", "_high", "_trials", "_borrowed")
NO_BASIS = "No basis for contact holds: it is scored and not to be approached."
VALUES = ("value_per_hour", "value_per_hour_low", "value_per_hour_high")


def hold_sheet(
    engine: Backend, gathered: Gathered, stratified: Stratified, estimates: Mapping[str, Estimate], hour: Hour,
    served: ir.Table | None,
) -> ir.Table:
    """The numbers of every buyer, held in the engine: what `buyers_table` is read from."""
    rows = gathered.buyers.select("buyer_id", "source_id", "kind", "account_id")
    rows = rows.inner_join(stratified.placed, "buyer_id")
    for score, made in estimates.items():
        rows = rows.inner_join(_columns(made, score, hour), "buyer_id")
    rows = with_hour_value(rows, list(estimates), hour, PROBABILITY)
    rows = rows.inner_join(hold(engine, "ranked", ranks(rows, gathered)), "buyer_id")
    sheet = hold(engine, "sheet", with_rep(rows, served))
    release(engine, "ranked")
    return sheet


def buyers_table(
    sheet: ir.Table, gathered: Gathered, stratified: Stratified, estimates: Mapping[str, Estimate], currency: str
) -> ir.Table:
    """Every buyer once, as the contract in docs/architecture.md says, in the order of the sheet.

    Texts are made as they are read: a sheet that is to be sorted is sorted without them.
    """
    rows = sheet.mutate(stratum_id=_of_node(sheet, [s.stratum_id for s in stratified.strata]),
                       path=_of_node(sheet, [" / ".join(path(stratified.strata, s.number)) for s in stratified.strata]))
    rows = with_reasons(rows, gathered.steps, currency)
    rows = rows if gathered.unapproached is None else _with_bar(rows)
    rows = rows.mutate(**{f"{s}{e}": ibis.null("float64") for s in SCORES if s not in estimates for e in SHOWN})
    kept = [f"{score}{ending}" for score in SCORES for ending in SHOWN]
    return rows.select(
        "buyer_id", "source_id", "kind", "account_id", "stratum_id", "path", *kept, *VALUES, "rank", "reasons",
        *(f"{score}_{part}" for score in estimates for part in ("prior", "weight", "variance")), "rep_id",
    )


def _of_node(rows: ir.Table, texts: Sequence[str]) -> ir.Value:
    """The text of each buyer's stratum: looked up by number, so that a sorted sheet is joined with nothing."""
    return ibis.array(texts)[rows.node]


def ranks(rows: ir.Table, gathered: Gathered) -> ir.Table:
    """``buyer_id`` and ``rank``, best first: sorted without the columns that have no say in it.

    Who may not be contacted has no rank; nothing that lists whom to approach lists a buyer without one.
    """
    rows = _with_decided(rows.mutate(worth=_to_ten_digits(rows.worth)), gathered)
    if gathered.unapproached is None:
        return rows.select("buyer_id", rank=_place())
    free = rows.anti_join(gathered.unapproached, "buyer_id")
    ranked = free.select("buyer_id", rank=_place())
    barred = rows.semi_join(gathered.unapproached, "buyer_id")
    return ranked.union(barred.select("buyer_id", rank=ibis.null(ranked["rank"].type())))


def _place() -> ibis.Value:
    order = ibis.window(order_by=[_.behind, _.worth.desc(), _.source_id, _.buyer_id])
    return ibis.row_number().over(order) + 1


def _to_ten_digits(value: ir.FloatingValue) -> ibis.Value:
    """Two buyers of whom the same is known stand as their keys do, not as the last digit of a sum falls."""
    size = ibis.literal(10.0) ** (9.0 - value.abs().nullif(0.0).log10().floor())
    return ibis.coalesce((value * size).round() / size, value)


def _with_bar(rows: ir.Table) -> ir.Table:
    """Rows whose reasons begin with why nobody may approach a buyer, where that is so."""
    told = ibis.literal(f"{NO_BASIS} | ") + rows["reasons"]
    return rows.mutate(reasons=ibis.cases((rows["rank"].isnull(), told), else_=rows["reasons"]))


def _with_decided(rows: ir.Table, gathered: Gathered) -> ir.Table:
    """Rows with ``behind``: a buyer that is nothing but an opportunity, and a decided one, stands behind all others.

    Joined, not asked inside the order: an engine takes no query there that itself puts rows in order.
    """
    rows = rows.select("buyer_id", "source_id", "kind", "worth")
    if "opportunity" not in gathered.tables:
        return rows.mutate(behind=ibis.literal(0))
    decided = gathered.tables["opportunity"].filter(_.outcome.isin(["won", "lost"])).select(decided="opportunity_id")
    joined = rows.left_join(decided, [("buyer_id", "decided")])
    return joined.mutate(behind=ibis.cases(((_.kind == "opportunity") & _.decided.notnull(), 1), else_=0))


def _columns(made: Estimate, score: str, hour: Hour) -> ir.Table:
    cost = hour.serve_cost if score == "attractiveness" else 0.0
    together = "beside" in made.buyers.columns
    size = _.size if together else ibis.literal(made.pooled.buyer_size.middle)
    value = {"": _.value - cost, "_low": _.low - cost, "_high": _.high - cost, "_trials": _.trials,
             "_borrowed": _.borrowed, "_variance": _.variance, "_prior": _.prior - cost, "_total": _.total,
             "_told": _.told_trials, "_size": size, "_beside": _.beside if together else ibis.literal(0.0),
             "_weight": _.trials + _.told_trials + size}
    return made.buyers.select("buyer_id", **{f"{score}{ending}": of for ending, of in value.items()})


def strata_table(
    stratified: Stratified, estimates: Mapping[str, Estimate], counts: Sequence[int], hour: Hour
) -> pd.DataFrame:
    """Every stratum once, parents first."""
    strata = stratified.strata
    split_on = {s.parent: s.split_on for s in strata}
    frame = pd.DataFrame({
        "stratum_id": [s.stratum_id for s in strata],
        "parent_id": [strata[s.parent].stratum_id if s.parent >= 0 else None for s in strata],
        "level": [s.depth for s in strata],
        "name": [s.name for s in strata],
        "path": [" / ".join(path(strata, s.number)) for s in strata],
        "split_on": [split_on.get(s.number) for s in strata],
        "buyers": list(counts),
    })
    for score in SCORES:
        _add_score(frame, score, estimates.get(score), hour)
    valued = _valued(frame, estimates, hour)
    for name in VALUES:
        frame[name] = valued[name].to_numpy(np.float64, na_value=np.nan)
    frame["why"] = [s.why for s in strata]
    frame["gain"] = [s.gain for s in strata]
    return frame


def _add_score(frame: pd.DataFrame, score: str, made: Estimate | None, hour: Hour) -> None:
    cost = hour.serve_cost if score == "attractiveness" else 0.0
    if made is None:
        for ending in SHOWN:
            frame[f"{score}{ending}"] = np.nan
        return
    nodes = made.nodes
    frame[score], frame[f"{score}_low"] = nodes.mean - cost, nodes.low - cost
    frame[f"{score}_high"], frame[f"{score}_trials"] = nodes.high - cost, nodes.trials
    frame[f"{score}_borrowed"] = nodes.borrowed


def _valued(frame: pd.DataFrame, estimates: Mapping[str, Estimate], hour: Hour) -> pd.DataFrame:
    rows = frame[list(estimates)].copy()
    for score, made in estimates.items():
        rows[f"{score}_variance"] = made.nodes.variance
    rows["place"] = range(len(rows))
    return with_hour_value(ibis.memtable(rows), list(estimates), hour, PROBABILITY).order_by("place").execute()


def opportunities_table(gathered: Gathered, buyers: ir.Table, wins: ir.Table | None) -> ir.Table | None:
    """Every opportunity once, each with its own chance of being won where that is observed.

    Parameters
    ----------
    wins : Ibis table or None
        ``opportunity_id``, ``win``, ``win_low``, ``win_high``, ``reasons``.
    """
    if "opportunity" not in gathered.tables:
        return None
    rows = gathered.tables["opportunity"].select("opportunity_id", "outcome")
    rows = rows.inner_join(gathered.owner["opportunity"].select("opportunity_id", "buyer_id"), "opportunity_id")
    rows = rows.inner_join(buyers.select("buyer_id", "stratum_id"), "buyer_id")
    link = gathered.tables["entity_link"].filter(_.entity == "opportunity")
    link = link.group_by("entity_id").agg(source_id=_.source_id.min())
    rows = rows.left_join(link, [("opportunity_id", "entity_id")])
    if wins is None:
        nothing = ibis.null("float64")
        rows = rows.mutate(win=nothing, win_low=nothing, win_high=nothing, reasons=ibis.null("string"))
    else:
        rows = rows.left_join(wins, "opportunity_id").drop("opportunity_id_right")
    return rows.select("opportunity_id", "source_id", "buyer_id", "stratum_id", "outcome", "win", "win_low",
                       "win_high", "reasons")


def evidence_table(gathered: Gathered, estimates: Mapping[str, Estimate], notes: Mapping[str, str],
                   units: Mapping[str, str], hour: Hour) -> pd.DataFrame:
    """What each score rests on in the whole market."""
    rows = []
    for score in SCORES:
        made = estimates.get(score)
        if made is None:
            rows.append({"score": score, "unit": None, "trials": 0.0, "buyers": 0, "base": None, "low": None,
                         "high": None, "note": notes.get(score, "")})
            continue
        cost = hour.serve_cost if score == "attractiveness" else 0.0
        seen = int(gathered.tallies[score].semi_join(gathered.buyers, "buyer_id").count().execute())
        rows.append({"score": score, "unit": units[score], "trials": float(made.nodes.trials[0]), "buyers": seen,
                     "base": float(made.nodes.mean[0] - cost), "low": float(made.nodes.low[0] - cost),
                     "high": float(made.nodes.high[0] - cost), "note": notes.get(score, "")})
    return pd.DataFrame(rows)

"""The response of every buyer to hours: what the record says, what people say, and the curve of each buyer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isfinite
from typing import TYPE_CHECKING

import ibis
import numpy as np
from ibis import _

from marketsofone.customer import path
from marketsofone.engine import hold
from marketsofone.estimates.judged import as_trusted, fetch_judges, judged_curves, with_judgements
from marketsofone.estimates.response import ResponseFit, driver_cells, fit_response
from marketsofone.estimates.response_curves import (
    NO_HOURS_CREDITED,
    Clock,
    approaches_doubt,
    buyers_curves,
    response_doubt,
)
from marketsofone.features.effort import Outcome
from marketsofone.features.statements import told_of_buyers
from marketsofone.pooling.response import NOTHING
from marketsofone.project.planning.choice import DECIDED
from marketsofone.project.words import listed
from marketsofone.sources import Finding

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd
    from ibis.backends.duckdb import Backend

    from marketsofone.customer import Stratum
    from marketsofone.estimates import Estimate
    from marketsofone.project.ground.gathered import Gathered, Openings
    from marketsofone.project.ground.stratifying import Stratified
    from marketsofone.project.settings.market_file import Settings

TOLD_BEYOND = 1.25
"""People whose judgements are off by more than so many times are told of."""

HARDLY_APART = 0.4
"""So are people who tell buyers apart by less than so much of how far they lie apart."""

USUAL_SURE = 5.0
"""Periods on record that a judgement is worth where its author does not say."""

CREDIBLE_BEND = 2.0
"""Where no bend is seen among customers, returns are taken to diminish at so many times the usual effort: beyond what
was tried nothing is known, and a plan must not be led there by a straight line."""

_HARDLY = 1e-9
_CHANCES = ("pull", "competitiveness")


@dataclass(frozen=True, slots=True)
class Responses:
    """What an hour does, buyer by buyer.

    Parameters
    ----------
    curves : Ibis table or None
        ``buyer_id``, ``ceiling``, ``scale``, ``shape``, ``status``, ``won`` (whether it is a customer already) and
        ``worth_spread`` (standard deviation of the logarithm of what it is worth), hours and contribution those of
        the period planned. None where nothing can be planned.
    fits : mapping
        ``prospects`` and ``customers`` -> what the record says of effort.
    why_none : str
        Why nothing can be planned; empty where something can.
    findings : tuple of Finding
    """

    curves: ir.Table | None
    fits: Mapping[str, ResponseFit]
    why_none: str
    findings: tuple[Finding, ...] = ()


def respond(engine: Backend, settings: Settings, gathered: Gathered, stratified: Stratified,
            estimates: Mapping[str, Estimate]) -> Responses:
    """The curve of every buyer, as far as anything is known of it; runs where the strata and the scores are known."""
    if "attractiveness" not in estimates or gathered.effort is None:
        return Responses(None, {}, "no money is counted: [steps] attractiveness has no evidence")
    chances = [score for score in _CHANCES if score in estimates]
    fits = {"prospects": _fitted(engine, settings, gathered, stratified, "won"),
            "customers": _fitted(engine, settings, gathered, stratified, "order_line")}
    judged, findings = _judged(engine, gathered, stratified)
    findings = (*findings, *_few_open(gathered.effort.openings), *taken_for_granted(chances))
    rows = hold(engine, "to_plan", _known(settings, gathered, estimates))
    market, plan = settings.market, settings.plan
    clock = Clock(market.approach_hours, market.horizon_days, plan.response_days)
    of_customers = _credible(fits["customers"])
    curves = buyers_curves(
        _prospects(rows, chances), _customers(engine, rows, gathered.effort.spent, clock),
        [*(chances or _CHANCES[:1]), "attractiveness"], fits["prospects"], of_customers, clock,
        gathered.effort.openings.share)
    if judged is not None:
        curves, told = _with_judged(engine, rows, curves, judged, fits)
        findings = (*findings, *told)
    share = plan.weeks * 7.0 / market.horizon_days
    beside = rows.select("buyer_id", "customer", "decided", "attractiveness", "attractiveness_variance")
    joined = beside.left_join(curves, "buyer_id").drop("buyer_id_right")
    of_period = ibis.cases((joined.customer, share), else_=1.0)
    made = joined.select(
        "buyer_id", won=_.customer, shape=_.shape.fill_null(float("inf")),
        status=ibis.cases((joined.decided, DECIDED), else_=_.status.fill_null(NO_HOURS_CREDITED)),
        ceiling=ibis.cases((joined.decided, 0.0), else_=_.ceiling.fill_null(0.0) * of_period),
        scale=_.scale.fill_null(clock.hours) * of_period, worth_spread=_spread(joined))
    held = hold(engine, "curve", made)
    some = int(held.filter(_.ceiling > 0).count().execute())
    why = "" if some else "no buyer's response to hours can be told: " + " ".join(
        f"{name}: {fit.reason}" for name, fit in fits.items())
    return Responses(held, fits, why, findings)


_IF_GRANTED = {"pull": ("how readily buyers let us in", "each approach as one that is let in",
                        "Map what tells it, touch.answered or opportunity.entered, and name it in [steps] pull."),
               "competitiveness": ("how often we win once we are in", "each that lets us in as won",
                                   "Map opportunity.outcome, and name it in [steps] competitiveness.")}


def taken_for_granted(chances: Sequence[str]) -> tuple[Finding, ...]:
    """That a plan takes for granted what nothing tells, where another chance is known."""
    missing = [score for score in _CHANCES if score not in chances] if chances else []
    return tuple(Finding("plan_takes_for_granted", "warning", f"[steps] {score}",
                         f"Nothing tells {unknown}: the plan takes {taken}, so it promises more than comes.", repair)
                 for score in missing for unknown, taken, repair in [_IF_GRANTED[score]])


def _few_open(openings: Openings) -> tuple[Finding, ...]:
    """That not every answer becomes an opportunity, where that is so."""
    if openings.share == 1.0:
        return ()
    return (Finding(
        "answers_unopened", "info", "touch.answered",
        f"{openings.answers:,} answers to approaches led to {openings.opportunities:,} opportunities before a buyer's "
        f"first win. The plan counts {openings.share:.0%} of answers as an opportunity; the rank takes each for "
        "one, which changes no order."),)


def _known(settings: Settings, gathered: Gathered, estimates: Mapping[str, Estimate]) -> ir.Table:
    """Each buyer with its scores, whether it is a customer, and how often it was tried."""
    assert gathered.activity is not None
    won = _.won.fill_null(0)
    did = gathered.activity.select(
        "buyer_id", customer=(won + _.orders.fill_null(0)) > 0, over=won + _.lost.fill_null(0),
        tried=_.approaches.fill_null(0).cast("float64"))
    rows = gathered.buyers.select("buyer_id", "kind").inner_join(did, "buyer_id")
    for score in (*_CHANCES, "attractiveness"):
        if score in estimates:
            cost = settings.market.serve_cost if score == "attractiveness" else 0.0
            borrowed = {"borrowed": _.borrowed} if score == "attractiveness" else {}
            rows = rows.inner_join(estimates[score].buyers.select(
                "buyer_id", **{score: _.value - cost, f"{score}_variance": _.variance}, **borrowed), "buyer_id")
    return rows.mutate(decided=(_.kind == "opportunity") & (_.over > 0))


def _prospects(rows: ir.Table, chances: Sequence[str]) -> ir.Table:
    """Buyers not yet won; nobody where the chance of winning one is not observed at all."""
    if chances:
        return rows.filter(~_.customer)
    return rows.filter(ibis.literal(False)).mutate(pull=ibis.literal(0.5), pull_variance=ibis.literal(0.0))


def _customers(engine: Backend, rows: ir.Table, spent: ir.Table | None, clock: Clock) -> ir.Table:
    """Customers with what is expected of them, and the effort it was brought at: their own of the last horizon."""
    told = rows.filter(_.customer).select("buyer_id", base=_.attractiveness, borrowed=_.borrowed)
    if spent is None:
        return told.mutate(touches=ibis.literal(0.0))
    periods = clock.horizon_days / clock.period_days
    effort = hold(engine, "present_effort", spent.group_by("buyer_id").agg(
        touches=_.touches.sum().cast("float64") / periods))
    return told.left_join(effort, "buyer_id").select("buyer_id", "base", "borrowed", touches=_.touches.fill_null(0.0))


def _credible(fit: ResponseFit) -> ResponseFit:
    """The fit with a bend where none is seen."""
    return fit if isfinite(fit.bend) else replace(fit, bend=CREDIBLE_BEND * fit.mean_effort)


def _spread(rows: ir.Table) -> ibis.Value:
    """Spread of the logarithm of a lognormal with this mean and variance; 0 where nothing is to be earned."""
    square = rows.attractiveness.cast("float64") * rows.attractiveness
    ratio = rows.attractiveness_variance.cast("float64") / square.nullif(0.0)
    return ibis.cases((rows.attractiveness > 0, (1.0 + ratio).ln().sqrt()), else_=0.0)


def _fitted(engine: Backend, settings: Settings, gathered: Gathered, stratified: Stratified,
            outcome: Outcome) -> ResponseFit:
    assert gathered.effort is not None
    panel = gathered.effort.panels.get(outcome)
    if panel is None:
        return nothing_on_record("No touches with dates are on record." if not gathered.effort.panels
                                 else "No such outcome is on record.")
    drivers = [_column(gathered, name) for name in settings.plan.drivers]
    if drivers:
        cells = driver_cells(gathered.buyers, drivers)
    else:
        cells = stratified.placed.select("buyer_id", cell=_.node.cast("string"))
    rows, drawn = panel, gathered.effort.lots.get(outcome)
    if outcome == "order_line":
        rows, drawn = _once_won(rows), None if drawn is None else _once_won(drawn)
    rows = rows.inner_join(cells, "buyer_id").select("buyer_id", "period", "cell", "outcome", effort=_.touches)
    held = hold(engine, f"answering_{outcome}", rows)
    if int(held.count().execute()) == 0:
        return nothing_on_record("No buyer was seen in a whole period with touches.")
    if drawn is not None:
        drawn = hold(engine, f"drawn_{outcome}", drawn.select("buyer_id", "arm", "outcome", effort=_.touches))
    return _steady(fit_response(held, drawn, drivers=list(settings.plan.drivers) or ["their stratum"]))


def _steady(fit: ResponseFit) -> ResponseFit:
    """The fit without its last digits: an engine adds rows up in any order, and they would differ between runs."""
    return replace(fit, elasticity=_rounded(fit.elasticity), low=_rounded(fit.low), high=_rounded(fit.high),
                   mean_effort=float(f"{fit.mean_effort:.9g}"), bend=float(f"{fit.bend:.9g}"))


def _rounded(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.9g}")


def _once_won(panel: ir.Table) -> ir.Table:
    """Buyers in the periods after that of their first order: whether they order in a period must not put them in."""
    first = panel.filter(_.outcome != 0).group_by("buyer_id").agg(first=_.period.max())
    return panel.inner_join(first, "buyer_id").filter(_.period < _.first).drop("first")


def nothing_on_record(reason: str) -> ResponseFit:
    """The answer where there is nothing to compare."""
    return ResponseFit("not identified", None, None, None, float("nan"), 0.0, 0.0, float("inf"), NOTHING, reason)


def _column(gathered: Gathered, name: str) -> str:
    """The column of the buyers that a dimension or trait of this name fills."""
    from marketsofone.errors import SettingsInvalid, shortened

    for column in gathered.columns:
        if name in (column.name, column.column) and column.column in gathered.buyers.columns:
            return column.column
    raise SettingsInvalid("[plan] drivers names dimensions or traits.", f"'{name}'.",
                          f"There are: {shortened(column.name for column in gathered.columns)}.")


def _judged(engine: Backend, gathered: Gathered, stratified: Stratified) -> tuple[ir.Table | None, tuple[Finding, ...]]:
    """Curves that people hold, one row a judgement and buyer it speaks of."""
    if "effort" not in gathered.tables:
        return None, ()
    said = gathered.tables["effort"].execute()
    said["sure"], said["stated_by"] = said["sure"].fillna(USUAL_SURE), said["stated_by"].fillna("")
    curves, problems = judged_curves(said.sort_values(["about", "about_id", "hours"]))
    findings = tuple(Finding("effort_refused", "warning", "record: effort", f"A judgement of effort is not used. {why}",
                             "m1 judge-effort states it anew.") for why in problems)
    if curves.empty:
        return None, findings
    rows = hold(engine, "judged_effort", curves)
    kept = ("buyer_id", "stated_by", "about", "about_id", "sure", "ceiling", "scale", "shape")
    of_buyers = told_of_buyers(rows, gathered.tables, gathered.owner).select(*kept)
    return hold(engine, "judged", of_buyers.union(_of_strata(engine, rows, stratified).select(*kept))), findings


def _with_judged(engine: Backend, rows: ir.Table, curves: ir.Table, judged: ir.Table, fits: Mapping[str, ResponseFit],
                 ) -> tuple[ir.Table, tuple[Finding, ...]]:
    """Curves with judgements pooled in, each person's as far as it is borne out; and what a person should know."""
    held = hold(engine, "curve_without_word", curves)
    known = hold(engine, "known_without_word", _worth_in_trials(rows, held, fits))
    judges = fetch_judges(held, judged, known)
    trusted = as_trusted(judged, hold(engine, "judges", judges))
    return with_judgements(held, trusted, known), _judges_told(judges)


def _worth_in_trials(rows: ir.Table, curves: ir.Table, fits: Mapping[str, ResponseFit]) -> ir.Table:
    """What each curve is worth in trials without judgement: one over its relative variance.

    A prospect's follows from what is not known of its scores and of approaches, a customer's from what is not known of
    its worth and of the response, its own periods on record beside; where the record tells no response, nothing is
    known of a customer.
    """
    beside = curves.inner_join(rows.select("buyer_id", "customer", "tried", "attractiveness",
                                           "attractiveness_variance"), "buyer_id")
    worth = ibis.greatest(_spread(beside) ** 2, _HARDLY)
    approaches, response = approaches_doubt(fits["prospects"]) ** 2, response_doubt(fits["customers"]) ** 2
    own = ibis.literal(0.0) if fits["customers"].elasticity is None else beside.tried + 1.0 / (worth + response)
    some = beside.attractiveness > 0
    return beside.select(
        "buyer_id", ceiling_known=ibis.cases((beside.customer, own), (some, 1.0 / worth), else_=0.0),
        slope_known=ibis.cases((beside.customer, own), (some, 1.0 / (worth + 1.0 / beside.shape + approaches)),
                               else_=0.0))


def _judges_told(judges: pd.DataFrame) -> tuple[Finding, ...]:
    """That some people's judgements are taken for less or more than they say, or hardly count."""
    return (*_off(judges), *_astray(judges))


def _astray(judges: pd.DataFrame) -> tuple[Finding, ...]:
    many = int((judges["ceiling_slope"] < HARDLY_APART).sum())
    if not many:
        return ()
    return (Finding("judgement_astray", "info", "record: effort",
                    f"{_people(many, judges)} said of some buyers what all that is known tells of others: "
                    "hardly heard.", "Go through their judgements with them; m1 judge-effort states one anew."),)


def _people(many: int, judges: pd.DataFrame) -> str:
    who = "One person who judges" if many == 1 else f"{many:,} people who judge"
    return f"{who} effort, of {len(judges):,},"


def _off(judges: pd.DataFrame) -> tuple[Finding, ...]:
    times = np.exp(judges["ceiling_bias"].to_numpy())
    off = times[(times > TOLD_BEYOND) | (times < 1.0 / TOLD_BEYOND)]
    if not len(off):
        return ()
    said = listed([f"{each:.1f}" for each in off[:3]])
    return (Finding("judgement_off", "info", "record: effort",
                    f"{_people(len(off), judges)} said {said} times what all that is known of the same buyers "
                    "bears out, and is taken for so much less or more.",
                    "Go through their judgements with them; m1 judge-effort states one anew."),)


def _of_strata(engine: Backend, rows: ir.Table, stratified: Stratified) -> ir.Table:
    """Judgements of a stratum, of each buyer that stands in it or below it."""
    import pandas as pd

    strata = stratified.strata
    under = pd.DataFrame([(name, stratum.number) for stratum in strata for above in _line(strata, stratum.number)
                          for name in {above.stratum_id, " / ".join(path(strata, above.number))}],
                         columns=["about_id", "node"])
    standing = stratified.placed.inner_join(hold(engine, "under", under), "node")
    return rows.filter(_.about == "stratum").inner_join(standing.select("buyer_id", "about_id"), "about_id")


def _line(strata: Sequence[Stratum], number: int) -> Iterator[Stratum]:
    """A stratum and all above it."""
    while number >= 0:
        yield strata[number]
        number = strata[number].parent

"""The reps of a run: who serves which buyer, and the hours and costs each brings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import ibis
from ibis import _

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from marketsofone.project.ground.gathered import Gathered

_TOLD = {"team": "string", "region": "string", "week_hours": "float64", "hour_cost": "float64"}


def with_rep(buyers: ir.Table, served: ir.Table | None) -> ir.Table:
    """Buyers with ``rep_id``: who serves each; null where the data name nobody."""
    if served is None:
        return buyers.mutate(rep_id=ibis.null("int64"))
    return buyers.left_join(served.select("buyer_id", "rep_id"), "buyer_id").drop("buyer_id_right")


def shared_buyers(served: ir.Table | None) -> int:
    """Buyers whose accounts name different reps."""
    return 0 if served is None else int(served.filter(_.reps > 1).count().execute())


def reps_table(gathered: Gathered, buyers: ir.Table, exponent: int) -> ir.Table:
    """Every rep once: ``rep_id``, ``source_id``, ``team``, ``region``, ``week_hours``, ``hour_cost`` and ``buyers``.

    Parameters
    ----------
    buyers : Ibis table
        With ``rep_id``, as `with_rep` gives it.
    exponent : int
        Decimal places of the market's currency: ``hour_cost`` is in major units.
    """
    served = buyers.filter(_.rep_id.notnull()).group_by("rep_id").agg(buyers=_.count())
    if "rep" not in gathered.tables:
        told = served.select("rep_id").mutate(**{name: ibis.null(kind) for name, kind in _TOLD.items()})
    else:
        known = gathered.tables["rep"]
        told = known.select("rep_id", "team", "region", week_hours=known.week_hours.cast("float64"),
                            hour_cost=known.hour_cost.cast("float64") / float(10**exponent))
    link = gathered.tables["entity_link"].filter(_.entity == "rep")
    link = link.group_by(rep=_.entity_id).agg(source_id=_.source_id.min())
    rows = told.left_join(link, [("rep_id", "rep")]).left_join(served.rename(of="rep_id"), [("rep_id", "of")])
    return rows.select("rep_id", "source_id", *_TOLD, buyers=rows.buyers.fill_null(0))

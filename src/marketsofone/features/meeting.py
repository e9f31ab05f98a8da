"""Whom else an opportunity considers: each rival on record, by how much of the opportunity it stands for.

What is written down about an opportunity once it was decided, the rival to whom it was lost above all, was not known
while it was open: it explains no outcome.
"""

from __future__ import annotations

from collections.abc import Mapping

import ibis.expr.types as ir
from ibis import _

from marketsofone.customer.tables import OF_OPPORTUNITY


def noted_in_time(tables: Mapping[str, ir.Table]) -> dict[str, ir.Table]:
    """The same tables, without what became known of an opportunity after the day on which it was won or lost.

    Parameters
    ----------
    tables : mapping
        Customer tables known by the date, ``opportunity`` among them.
    """
    decided = tables["opportunity"].filter(_.outcome != "open", _.closed_at.notnull()).select(
        decided_id=_.opportunity_id, decided_on=_.closed_at.cast("timestamp").cast("date"))
    found = dict(tables)
    for name in OF_OPPORTUNITY:
        if name in tables:
            rows = tables[name]
            noted = rows.known_at.cast("timestamp").cast("date")
            joined = rows.mutate(noted_on=noted).left_join(decided, [("opportunity_id", "decided_id")])
            late = (joined.noted_on > joined.decided_on).fill_null(False)
            found[name] = joined.filter(~late).select(*rows.columns)
    return found


def rivals_met(tables: Mapping[str, ir.Table]) -> ir.Table | None:
    """Rivals of each opportunity; None where nobody writes down who was met. Runs nothing.

    Parameters
    ----------
    tables : mapping
        Customer tables known by the date, ``opportunity`` among them.

    Returns
    -------
    Ibis table or None
        ``opportunity_id``, ``competitor_id`` (null: none on record), ``part`` (those of an opportunity add up to one).
    """
    if "rival_met" not in tables:
        return None
    met = tables["rival_met"].select("opportunity_id", "competitor_id").distinct()
    many = met.group_by("opportunity_id").agg(rivals=_.count())
    rows = tables["opportunity"].select("opportunity_id").left_join(met, "opportunity_id").drop("opportunity_id_right")
    rows = rows.left_join(many, "opportunity_id").drop("opportunity_id_right")
    return rows.select("opportunity_id", "competitor_id", part=1.0 / _.rivals.fill_null(1))

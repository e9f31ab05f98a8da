"""Whom else an opportunity considers: each rival on record, by how much of the opportunity it stands for."""

from __future__ import annotations

from collections.abc import Mapping

import ibis.expr.types as ir
from ibis import _


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

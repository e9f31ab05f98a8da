"""Instants as the clock of the market shows them: from here on a day is a day of the market's own zone."""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir

from marketsofone.customer.tables import TABLES


def _as_shown(zone: str, instant: ir.TimestampValue) -> ir.TimestampValue: ...


_clock = ibis.udf.scalar.builtin(_as_shown, name="timezone",
                                 signature=(("string", "timestamp('UTC', 6)"), "timestamp(6)"))


def on_its_clock(tables: Mapping[str, ir.Table], zone: str) -> dict[str, ir.Table]:
    """Customer tables whose instants are those of the market's zone, in place of UTC.

    What was known by a date is asked before (`known_by` asks in UTC); everything after it counts days, and the day of
    an order of the evening is the day on which people placed it.

    Parameters
    ----------
    tables : mapping
        Customer tables known by the date, their instants UTC without a zone.
    zone : str
        IANA name of the market's time zone.
    """
    if zone == "UTC":
        return dict(tables)
    return {name: _shown(name, table, zone) for name, table in tables.items()}


def _shown(name: str, table: ir.Table, zone: str) -> ir.Table:
    moments = [field.name for field in TABLES[name].fields if field.kind == "instant"] if name in TABLES else []
    return table.mutate(**{moment: _clock(zone, table[moment].cast("timestamp('UTC', 6)"))
                           for moment in moments if moment in table.columns})

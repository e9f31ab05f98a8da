"""What is told of buyers beside numbers: every touch with one, the people on record where it is, its sites."""

from __future__ import annotations

from collections.abc import Mapping

import ibis.expr.types as ir
from ibis import _

from marketsofone.customer.tables import RECORD
from marketsofone.features.permitted import people_profiled


def touches(tables: Mapping[str, ir.Table], buyers: ir.Table) -> ir.Table | None:
    """Every touch with a buyer, both teams' and both ways, as counted events hold them (`counted_events`).

    ``buyer_id``, ``happened_on``, ``team``, ``channel``, ``direction``, ``minutes``, ``answered``; None where no
    touches are known. Contacts that people wrote down are not among them: pages show those as they were written.
    """
    if "touch" not in tables:
        return None
    rows = tables["touch"].filter(_.source != RECORD).semi_join(buyers, "buyer_id")
    happened = _.happened_at.cast("timestamp").cast("date")
    return rows.select("buyer_id", "team", "channel", "direction", "minutes", "answered", happened_on=happened)


def people(tables: Mapping[str, ir.Table], buyers: ir.Table) -> ir.Table | None:
    """The people on record at the accounts of buyers who may be profiled; None where no contacts are known.

    ``account_id`` (where the person works), ``site_id`` (for which the person decides), ``contact_id``, ``source_id``
    (the source's key), ``role``, ``decides``. Names are in no customer table.
    """
    if "contact" not in tables:
        return None
    keys = tables["entity_link"].filter(_.entity == "contact").group_by("entity_id").agg(source_id=_.source_id.min())
    rows = people_profiled(tables).filter(_.account_id.notnull())
    rows = rows.semi_join(buyers.filter(_.account_id.notnull()), "account_id")
    rows = rows.left_join(keys, rows.contact_id == keys.entity_id)
    return rows.select("account_id", "site_id", "contact_id", "source_id", "role", "decides")


def sites(owner: Mapping[str, ir.Table], buyers: ir.Table) -> ir.Table | None:
    """Sites that count as their account: ``account_id``, ``buyer_id``; None where accounts are no buyers."""
    if "account" not in owner:
        return None
    folded = owner["account"].filter((_.kind == "account") & (_.account_id != _.buyer_id))
    return folded.semi_join(buyers, "buyer_id").select("account_id", "buyer_id")

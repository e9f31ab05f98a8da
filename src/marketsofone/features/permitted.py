"""Who may be profiled and who may be approached: decided here, and only here.

Who objected to profiling, or whose basis for it ended, is no buyer; whose basis for contact ended is scored
and not listed as someone to approach. An account that objects does so for every buyer of it, those at its sites too,
and not for the companies of a group.
"""

from __future__ import annotations

from collections.abc import Mapping

import ibis
import ibis.expr.types as ir
from ibis import _

from marketsofone.customer.permission import CONTACT, PROFILING, PURPOSES, REFUSALS
from marketsofone.customer.tables import RECORD
from marketsofone.features.counted_as import counted_as
from marketsofone.features.spoken_of import stated_of_buyers

Tables = Mapping[str, ir.Table]
_GROUPS_ABOVE = 4
"""Groups that may stand between a company and one above it."""


def unprofiled(tables: Tables, owner: Tables) -> ir.Table | None:
    """``buyer_id`` of who may not be profiled; None where the data hold neither objections nor permissions."""
    parts = []
    if "objection" in tables:
        said = tables["objection"].select("about", "about_id")
        parts += [stated_of_buyers(said, tables, owner).select("buyer_id"), *_at_accounts(said, tables, owner)]
    if "permission" in tables:
        parts.append(_without_basis(tables, owner, PROFILING))
    return ibis.union(*parts, distinct=True) if len(parts) > 1 else parts[0].distinct() if parts else None


def unapproached(tables: Tables, owner: Tables) -> ir.Table | None:
    """``buyer_id`` of who may not be contacted; None where the data hold no permissions."""
    return _without_basis(tables, owner, CONTACT) if "permission" in tables else None


def filed_permissions(tables: Tables, owner: Tables, buyers: ir.Table, barred: ir.Table) -> ir.Table:
    """What files say of the permission of buyers, whenever it holds: between runs the day goes on.

    Parameters
    ----------
    tables : mapping
        Customer tables with every permission, those that have not begun by the day or are over included.
    buyers : Ibis table
        ``buyer_id`` of who is profiled.
    barred : Ibis table
        ``buyer_id`` of those who may not be contacted: what is said of it is not needed any more.

    Returns
    -------
    Ibis table
        ``buyer_id``, ``purpose`` (one of the two that are served here), ``refused``, ``valid_from``, ``valid_to``.
    """
    said = tables["permission"].filter(_.source.fill_null("") != RECORD)
    parts = [_of_purpose(said, purpose).mutate(purpose=ibis.literal(purpose)) for purpose in PURPOSES]
    told = ibis.union(*parts).select("about", "about_id", "purpose", "refused", "valid_from", "valid_to")
    rows = stated_of_buyers(told, tables, owner).semi_join(buyers, "buyer_id")
    rows = rows.anti_join(barred.mutate(purpose=ibis.literal(CONTACT)), ["buyer_id", "purpose"])
    return rows.select("buyer_id", "purpose", "refused", "valid_from", "valid_to").distinct()


def people_profiled(tables: Tables) -> ir.Table:
    """Rows of ``contact`` of those who may be profiled, whoever the buyers are and by whatever key it was said."""
    return without_unprofiled(tables["contact"], tables)


def without_unprofiled(rows: ir.Table, tables: Tables) -> ir.Table:
    """Rows that tell of people (``contact_id``), those who may not be profiled left out."""
    if "contact" not in tables:
        return rows
    barred = unprofiled(tables, {"contact": tables["contact"].view().select("contact_id", buyer_id=_.contact_id)})
    return rows if barred is None else rows.anti_join(barred, [("contact_id", "buyer_id")])


def companies_below(tables: Tables) -> ir.Table | None:
    """Companies of a group that objected, as ``account_id``: each is a person in law and objects for itself.

    Those that did so are not among them. None where no account objected. Companies stand below the group, or below one
    that stands there, and so on.
    """
    if "objection" not in tables or "account" not in tables:
        return None
    named = _accounts_named(tables["objection"].select("about", "about_id"), tables)
    companies = tables["account"].filter(_.form.fill_null("") != "site").select("account_id", "parent_id")
    found = [companies.semi_join(named, [("parent_id", "entity_id")])]
    for _step in range(_GROUPS_ABOVE):
        found.append(companies.view().semi_join(found[-1].view(), [("parent_id", "account_id")]))
    below = ibis.union(*(each.select("account_id") for each in found), distinct=True)
    return below.anti_join(named, [("account_id", "entity_id")])


def _at_accounts(said: ir.Table, tables: Tables, owner: Tables) -> list[ir.Table]:
    """Buyers at an account that is spoken of: who decides there, its sites, its opportunities that are buyers."""
    accounts, parts = _accounts_named(said, tables), []
    if "account" in tables:
        sites = accounts.inner_join(counted_as(tables["account"]), [("entity_id", "buyer_id")])
        accounts = accounts.union(sites.select(entity_id=_.account_id))
    if "account" in owner:
        parts.append(owner["account"].select("account_id", "buyer_id"))
    if "contact" in owner:
        at = tables["contact"].select("contact_id", account_id=ibis.coalesce(_.site_id, _.account_id))
        parts.append(owner["contact"].select("contact_id", "buyer_id").inner_join(at, "contact_id"))
    if "opportunity" in owner:
        alone = owner["opportunity"].filter(_.kind == "opportunity").select("opportunity_id", "buyer_id")
        parts.append(alone.inner_join(tables["opportunity"].select("opportunity_id", "account_id"), "opportunity_id"))
    return [part.semi_join(accounts, [("account_id", "entity_id")]).select("buyer_id") for part in parts]


def _accounts_named(said: ir.Table, tables: Tables) -> ir.Table:
    """``entity_id`` of the accounts that are spoken of themselves."""
    link = tables["entity_link"].filter(_.entity == "account").select("entity_id", "source_id")
    named = said.filter(_.about.isin(["account", "buyer"])).inner_join(link, [("about_id", "source_id")])
    return named.select("entity_id").distinct()


def _without_basis(tables: Tables, owner: Tables, purpose: str) -> ir.Table:
    """Buyers with permissions for a purpose on record, none of which holds; and those of whom a refusal holds.

    Of whom nothing is on record for the purpose, nothing is said.
    """
    said = _of_purpose(tables["permission"], purpose)
    told = stated_of_buyers(said.select("about", "about_id", "holds", "refused"), tables, owner)
    counted = told.group_by("buyer_id").agg(
        granted=(_.holds & ~_.refused).any(), refused=(_.holds & _.refused).any())
    return counted.filter(_.refused | ~_.granted).select("buyer_id")


def _of_purpose(permission: ir.Table, purpose: str) -> ir.Table:
    """Permissions for a purpose, and whether each is a refusal."""
    said = permission.filter(_.purpose.strip().lower().isin(PURPOSES[purpose]))
    return said.mutate(refused=_.basis.strip().lower().isin(REFUSALS))

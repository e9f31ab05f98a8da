"""Which account a site counts as, below the level of sites and where its company is spoken of."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
from ibis import _

_SITES_ABOVE = 4
"""Sites that may stand between a site and its account."""


def counted_as(account: ir.Table) -> ir.Table:
    """``account_id`` and ``buyer_id``, the account it counts as: of a site the one it belongs to, where that is known.

    Sites above a site are passed through; those that lead in a circle, or through more of each other than anybody has,
    stay themselves.

    Parameters
    ----------
    account : Ibis table
        ``account_id``, ``parent_id``, ``form``.
    """
    sites = account.filter((_.form == "site") & _.parent_id.notnull())
    above = sites.select(site=_.account_id, above=_.parent_id)
    led = above.rename(at0="above")
    for step in range(_SITES_ABOVE):
        further = above.view().rename({f"through{step}": "site", f"at{step + 1}": "above"})
        led = led.left_join(further, [(f"at{step}", f"through{step}")])
    last = ibis.coalesce(*(led[f"at{step}"] for step in range(_SITES_ABOVE, -1, -1)))
    led = led.select("site", last=last)
    ends = account.anti_join(above, [("account_id", "site")]).select(company=_.account_id)
    led = ends.inner_join(led, [("company", "last")]).select("site", "company")
    rows = account.select("account_id").left_join(led, [("account_id", "site")])
    return rows.select("account_id", buyer_id=ibis.coalesce(_.company, _.account_id))

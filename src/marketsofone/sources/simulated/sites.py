"""Companies over sites: accounts that decide at their own site, a few of a sector under one company each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from marketsofone.sources.simulated.buyers import Buyers
from marketsofone.sources.simulated.chance import Flags, Ints, stream
from marketsofone.sources.simulated.columns import keys, texts
from marketsofone.sources.simulated.layout import DIMENSIONS, Layout
from marketsofone.sources.simulated.plan import Plan

SITES_A_COMPANY = 3
NO_COMPANY = -1
_DECIDES = [dimension.name for dimension in DIMENSIONS].index("deciding_site")
_OWN_SITE = DIMENSIONS[_DECIDES].values.index("own site")


@dataclass(frozen=True, slots=True)
class Sites:
    """Which accounts are sites, and of which company.

    Parameters
    ----------
    company : int array, shape (accounts,)
        Number of the company an account is a site of, else `NO_COMPANY`.
    sector, first : int array, shape (companies,)
        Sector of each company, and the account that is its first site.

    """

    company: Ints
    sector: Ints
    first: Ints

    @property
    def is_site(self) -> Flags:
        """Whether each account is a site of a company."""
        return np.asarray(self.company != NO_COMPANY)

    def companies(self, accounts: Ints) -> pa.Array:
        """Key of the company that each of the accounts is a site of; null for none."""
        company = self.company[accounts]
        return keys("G", np.maximum(company, 0), known=company != NO_COMPANY)


def draw_sites(plan: Plan, buyers: Buyers, seed: int) -> Sites | None:
    """Sites and their companies, none of which reaches over two sectors; None where the plan has none.

    What is true of a site does not depend on its company: each site decides for itself.
    """
    if not plan.sites:
        return None
    rng = stream(seed, "sites")
    may = buyers.codes[:, _DECIDES] == _OWN_SITE
    site = np.flatnonzero(may & (rng.random(len(buyers)) < plan.sites))
    site = site[np.lexsort((rng.random(len(site)), buyers.sector[site]))]
    sector = buyers.sector[site]
    place = np.arange(len(site)) - np.searchsorted(sector, sector)
    starts = place % SITES_A_COMPANY == 0
    company = np.full(len(buyers), NO_COMPANY, dtype=np.int64)
    company[site] = np.cumsum(starts) - 1
    return Sites(company, sector[starts], site[starts])


def with_companies(account: pa.Table, sites: Sites, layout: Layout, rep: Ints) -> pa.Table:
    """The account table with ``parent_id`` and ``form``, and a row for each company below the accounts.

    Of a company no more is known than its sector and ``rep``, who looks after its first site.
    """
    names = ("company", "site")
    own = account.append_column("parent_id", sites.companies(np.arange(account.num_rows)))
    own = own.append_column("form", texts(sites.is_site.astype(np.int64), names))
    above = pa.table({
        "account_id": keys("G", np.arange(len(sites.first))),
        "rep_id": keys("R", rep[sites.first], width=4),
        "sector": texts(sites.sector, layout.sectors),
        "form": texts(np.zeros(len(sites.first), dtype=np.int64), names),
    })
    return pa.concat_tables([own, above], promote_options="default").combine_chunks()

"""The account and contact tables: what the company knows of its market, gaps included."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from marketsofone.sources.simulated.buyers import REGIONS, Buyers
from marketsofone.sources.simulated.chance import Flags, Floats, Ints, stream
from marketsofone.sources.simulated.columns import keys, numbers, only, texts
from marketsofone.sources.simulated.layout import DIMENSIONS, Layout
from marketsofone.sources.simulated.plan import Plan
from marketsofone.sources.simulated.sites import Sites

SPOKEN_KNOWN_SHARE = 0.9
TRAIT_KNOWN_SHARE = 0.85
NUMBER_TRAITS = ("web_visits", "years_trading", "growth_percent")
TEXT_TRAITS = {"legal_form": ("private", "public", "cooperative"), "web_shop": ("yes", "no")}
NOISE_VALUES = ("w", "x", "y", "z")
ROLES = ("buying", "technical", "management")


def noise_names(plan: Plan) -> list[str]:
    """Names of the columns that say nothing."""
    return [f"noise_{number + 1:03d}" for number in range(plan.noise_dimensions)]


def account_table(plan: Plan, layout: Layout, buyers: Buyers, approached: Flags, rep: Ints,
                  seed: int) -> pa.Table:
    """Accounts with dimensions and traits; some dimensions are known of approached accounts only.

    What is known does not depend on whether the account answered, so that a gap tells no outcome.
    """
    rng = stream(seed, "accounts")
    return pa.table({
        "account_id": keys("A", np.arange(len(buyers))),
        "rep_id": keys("R", rep, width=4),
        "sector": texts(buyers.sector, layout.sectors),
        "region": texts(buyers.region, REGIONS),
        "employees": pa.array(buyers.employees.astype(np.int64)),
        **_dimensions(rng, buyers, approached),
        **_traits(rng, buyers.traits),
        **{name: texts(rng.integers(len(NOISE_VALUES), size=len(buyers)), NOISE_VALUES)
           for name in noise_names(plan)},
    })


def _dimensions(rng: np.random.Generator, buyers: Buyers, approached: Flags) -> dict[str, pa.Array]:
    columns = {}
    for code, dimension in zip(buyers.codes.T, DIMENSIONS, strict=True):
        if not dimension.ordered:
            heard = approached & (rng.random(len(buyers)) < SPOKEN_KNOWN_SHARE)
            columns[dimension.name] = texts(code, dimension.values, known=heard if dimension.spoken else None)
    return columns


def _traits(rng: np.random.Generator, told: Floats) -> dict[str, pa.Array]:
    """Traits as people record them: the three that tell on odd scales, two that tell nothing."""
    scaled = np.column_stack([np.exp(5 + told[:, 0]), 15 + 5 * told[:, 1], 4 + 6 * told[:, 2]])
    columns = {name: numbers(values, 1) for name, values in zip(NUMBER_TRAITS, scaled.T, strict=True)}
    for name, values in TEXT_TRAITS.items():
        columns[name] = texts(rng.integers(len(values), size=len(told)), values)
    return {name: only(column, rng.random(len(told)) < TRAIT_KNOWN_SHARE)
            for name, column in columns.items()}


def deciding_contacts(plan: Plan, seed: int) -> pa.Array | None:
    """Key of the deciding contact by account, null where not known; None where the plan has none."""
    if not plan.deciding_contacts:
        return None
    known = stream(seed, "contacts").random(plan.accounts) < plan.deciding_contacts
    return keys("C", np.arange(plan.accounts), known=known)


def contact_table(contact: pa.Array, sites: Sites | None, seed: int) -> pa.Table:
    """One deciding contact of each account that has one; of a site, at its company and for that site."""
    account = np.flatnonzero(contact.is_valid().to_numpy(zero_copy_only=False))
    role = stream(seed, "roles").integers(len(ROLES), size=len(account))
    columns = {
        "contact_id": contact.take(pa.array(account)),
        "account_id": keys("A", account),
        "role": texts(role, ROLES),
        "decides": pa.array(np.ones(len(account), dtype=np.bool_)),
    }
    if sites is not None:
        columns["site_id"] = only(columns["account_id"], sites.is_site[account])
        columns["account_id"] = pc.coalesce(sites.companies(account), columns["account_id"])
    return pa.table(columns)

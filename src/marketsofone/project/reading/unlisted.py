"""Between runs: who objected, or whose basis is over, is shown nowhere, or on no list, from that moment on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marketsofone.customer.permission import CONTACT, PROFILING, concerns, refuses
from marketsofone.project.snapshots.parquet import scanned
from marketsofone.project.snapshots.snapshot import Snapshot, damage_told
from marketsofone.project.statements.merge_statements import said_of_each_key

if TYPE_CHECKING:
    from marketsofone.project.statements.entering import Notebook
    from marketsofone.record import Entry

Subject = tuple[str, str]
Known = tuple[frozenset[int], frozenset[int], frozenset[int]]
"""Buyers of whom a permission has begun, of whom one holds, and of whom a refusal does."""
FILED = "permissions"
"""The table of a run that holds what files say of the permission of its buyers."""
LISTED = ("rank", "place", "hours", "touches", "choice", "hour_value", "hour_value_low", "hour_value_high",
          "expected_contribution", "expected_contribution_low", "expected_contribution_high", "next_hour_value",
          "inclusion_share")
"""Columns that say of a buyer when, and how long, to approach it, and what a plan expects of that."""
_NOTHING: Known = (frozenset(), frozenset(), frozenset())
_KEPT = 64
"""Answers that stay in memory: every page asks, and what was said seldom changes."""


def unlisted(run: Snapshot, notebook: Notebook, day: date | None = None) -> frozenset[int]:
    """``buyer_id`` of the buyers of a run who are on no list of whom to approach any more.

    The written record says so, or a basis that its files tell of is over since, or a refusal has begun. What the run
    itself knew is in it: who objected before is no buyer there, who had no basis has no rank.

    Parameters
    ----------
    day : date, optional
        On which it is asked what holds; absent: today.
    """
    return objectors(run, notebook, day) | uncontactable(run, notebook, day)


def uncontactable(run: Snapshot, notebook: Notebook, day: date | None = None) -> frozenset[int]:
    """``buyer_id`` of the buyers of a run who may not be contacted, whether they may be profiled or not."""
    return _without_basis(run, notebook, CONTACT, day)


def off_the_list(row: Mapping[str, Any], barred: Set[int]) -> dict[str, Any]:
    """A buyer as lists show it: where the record says no since the run, without rank, place and what a plan gives."""
    taken = [name for name in LISTED if name in row] if row["buyer_id"] in barred else ()
    return {**row, **dict.fromkeys(taken)}


def objectors(run: Snapshot, notebook: Notebook, day: date | None = None) -> frozenset[int]:
    """``buyer_id`` of the buyers of a run who may not be profiled: nothing shows them from that moment on.

    They objected, or every basis for it is over since, or a refusal has begun; as `features.permitted` has it.

    Parameters
    ----------
    day : date, optional
        On which it is asked what holds; absent: today.
    """
    return _buyers_of(run, _objections(notebook)) | _without_basis(run, notebook, PROFILING, day)


def people_objecting(run: Snapshot, notebook: Notebook) -> frozenset[int]:
    """``contact_id`` of the people of a run who objected to being profiled themselves, buyers or not."""
    said = _objections(notebook)
    return _people(run.path, said) if said else frozenset()


def still_counted(gone: int) -> str:
    """What a reader of totals should know where buyers may not be profiled any more; empty where that is nobody."""
    if not gone:
        return ""
    who = "One buyer" if gone == 1 else f"{gone:,} buyers"
    one = "it" if gone == 1 else "them"
    return (f"{who} may not be profiled any more: no list holds {one}; scores of strata and totals of the plan count "
            f"{one} until the next run.")


def _objections(notebook: Notebook) -> frozenset[Subject]:
    """What objections are about, by each of its keys: of what was merged since the run both are there yet."""
    said = [(entry.about, entry.about_id) for entry in notebook.of_kind("objection")]
    return said_of_each_key(said, notebook.of_kind("link"), datetime.now(UTC).date()) if said else frozenset()


def _buyers_of(run: Snapshot, said: frozenset[Subject]) -> frozenset[int]:
    """Buyers of a run of whom something is said: themselves, their account, site or company, an opportunity of theirs.

    The same buyers as `features.permitted` finds in the next run. What is said of a buyer by a key that an opportunity
    shares is not said of that opportunity's buyer.
    """
    return _found(run.path, frozenset(run.tables), said) if said else frozenset()


@lru_cache(maxsize=_KEPT)
def _found(folder: Path, tables: frozenset[str], said: frozenset[Subject]) -> frozenset[int]:
    import duckdb

    def rows(name: str) -> str:
        return scanned(folder / f"{name}.parquet")

    keys = sorted({key for _about, key in said})
    with duckdb.connect() as engine:
        found = engine.execute(f"select entity, entity_id, source_id from {rows('entity_link')} "
                               "where list_contains(?, source_id)", [keys]).fetchall()
        by_kind = {(entity, one) for entity, one, key in found if (entity, key) in said}
        of = by_kind | {(entity, one) for entity, one, key in found if ("buyer", key) in said}
        own, accounts = [-1, *(one for _entity, one in of)], [-1, *(one for entity, one in of if entity == "account")]
        buyers = engine.execute(f"select buyer_id from {rows('buyers')} where list_contains(?, buyer_id) "
                                "or list_contains(?, account_id)", [own, accounts]).fetchall()
        if "sites" in tables:
            buyers += engine.execute(f"select buyer_id from {rows('sites')} "
                                     "where list_contains(?, account_id)", [accounts]).fetchall()
        if "companies" in tables:
            buyers += engine.execute(f"select buyer_id from {rows('companies')} "
                                     "where list_contains(?, company)", [accounts]).fetchall()
        deals = [one for entity, one in by_kind if entity == "opportunity"]
        if deals:
            buyers += engine.execute(f"select buyer_id from {rows('opportunities')} "
                                     "where list_contains(?, opportunity_id)", [deals]).fetchall()
    return frozenset(buyer for (buyer,) in buyers)


@lru_cache(maxsize=_KEPT)
def _people(folder: Path, said: frozenset[Subject]) -> frozenset[int]:
    import duckdb

    keys = sorted({key for about, key in said if about in ("contact", "buyer")})
    with duckdb.connect() as engine:
        found = engine.execute(f"select entity_id from {scanned(folder / 'entity_link.parquet')} "
                               "where entity = 'contact' and list_contains(?, source_id)", [keys]).fetchall()
    return frozenset(one for (one,) in found)


def _without_basis(run: Snapshot, notebook: Notebook, purpose: str, day: date | None) -> frozenset[int]:
    """Of whom files or the record say no, or that every basis they held is over; as `features.permitted` has it."""
    day = day or datetime.now(UTC).date()
    entries = notebook.of_kind("permission")
    told, links = _told(entries, purpose, day), notebook.of_kind("link") if entries else ()
    filed = _filed(run.path, purpose, day) if FILED in run.tables else _NOTHING
    known, granted, refused = (_buyers_of(run, said_of_each_key(said, links, day)) | read
                               for said, read in zip(told, filed, strict=True))
    return refused | (known - granted)


def _told(entries: Iterable[Entry], purpose: str, day: date) -> tuple[set[Subject], set[Subject], set[Subject]]:
    """Of whom the record knows a permission for a purpose that has begun, one that holds, and a refusal that holds."""
    known, granted, refused = set[Subject](), set[Subject](), set[Subject]()
    for entry in entries:
        says: Any = entry.says
        if concerns(says.purpose, purpose) and (says.valid_from is None or says.valid_from <= day):
            subject = (entry.about, entry.about_id)
            known.add(subject)
            if says.valid_to is None or says.valid_to > day:
                (refused if refuses(says.basis) else granted).add(subject)
    return known, granted, refused


@lru_cache(maxsize=_KEPT)
def _filed(folder: Path, purpose: str, day: date) -> Known:
    """The same of the buyers of a run, as files say it; for contact of those that it ranked."""
    import duckdb

    path = folder / f"{FILED}.parquet"
    with damage_told(path), duckdb.connect() as engine:
        rows = engine.execute(
            "select buyer_id, bool_or(holds and not refused), bool_or(holds and refused) from (select *, "
            f"coalesce(valid_to > $day, true) as holds from {scanned(path)} where purpose = $purpose "
            "and coalesce(valid_from <= $day, true)) group by buyer_id", {"purpose": purpose, "day": day}).fetchall()
    return (frozenset(buyer for buyer, *_ in rows), frozenset(buyer for buyer, held, _no in rows if held),
            frozenset(buyer for buyer, _held, no in rows if no))

"""Between runs: who objected, or took back the basis for contact, since the run is on no list from that moment on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marketsofone.customer.keys import as_read
from marketsofone.customer.permission import CONTACT, PROFILING, concerns, refuses
from marketsofone.project.snapshots.parquet import scanned
from marketsofone.project.snapshots.snapshot import Snapshot

if TYPE_CHECKING:
    from marketsofone.project.statements.entering import Notebook
    from marketsofone.record import Entry

Subject = tuple[str, str]
LISTED = ("rank", "place", "hours", "choice", "hour_value", "hour_value_low", "hour_value_high")
"""Columns that say of a buyer when, and how long, to approach it."""
_KEPT = 16
"""Answers that stay in memory: every page asks, and what was said seldom changes."""


def unlisted(run: Snapshot, notebook: Notebook, day: date | None = None) -> frozenset[int]:
    """``buyer_id`` of the buyers of a run whom the written record takes off every list of whom to approach.

    What the run itself knew is in it: who objected before is no buyer there, who had no basis has no rank.

    Parameters
    ----------
    day : date, optional
        On which the record is asked; absent: today.
    """
    barred = _without_basis(notebook.of_kind("permission"), day or datetime.now(UTC).date())
    return _buyers_of(run, _objections(notebook) | barred)


def off_the_list(row: Mapping[str, Any], barred: Set[int]) -> dict[str, Any]:
    """A buyer as lists show it: where the record says no since the run, without rank, place and what a plan gives."""
    taken = [name for name in LISTED if name in row] if row["buyer_id"] in barred else ()
    return {**row, **dict.fromkeys(taken)}


def objectors(run: Snapshot, notebook: Notebook) -> frozenset[int]:
    """``buyer_id`` of the buyers of a run who objected to being profiled: nothing shows them from that moment on."""
    return _buyers_of(run, _objections(notebook))


def people_objecting(run: Snapshot, notebook: Notebook) -> frozenset[int]:
    """``contact_id`` of the people of a run who objected to being profiled themselves, buyers or not."""
    said = _objections(notebook)
    return _people(run.path, _as_read_too(said)) if said else frozenset()


def still_counted(gone: int) -> str:
    """What a reader of totals should know where buyers objected since the run; empty where nobody did."""
    if not gone:
        return ""
    who = "One buyer" if gone == 1 else f"{gone:,} buyers"
    one = "it" if gone == 1 else "them"
    return (f"{who} objected since this run: no list holds {one}; scores of strata and totals of the plan count {one} "
            "until the next run.")


def _objections(notebook: Notebook) -> set[Subject]:
    return {(entry.about, entry.about_id) for entry in notebook.of_kind("objection")}


def _buyers_of(run: Snapshot, said: set[Subject]) -> frozenset[int]:
    """Buyers of a run of whom something is said: of themselves, of their account or site, of an opportunity of theirs.

    The same buyers as `features.permitted` finds in the next run. What is said of a buyer by a key that an opportunity
    shares is not said of that opportunity's buyer.
    """
    return _found(run.path, frozenset(run.tables), _as_read_too(said)) if said else frozenset()


def _as_read_too(said: set[Subject]) -> frozenset[Subject]:
    """What is said by a key as a run found it, whether or not that run read keys as this version does."""
    return frozenset(said | {(about, as_read(key)) for about, key in said})


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


def _without_basis(entries: Iterable[Entry], day: date) -> set[Subject]:
    """Of whom the record says no, or that every basis it held is over; as `features.permitted` has it."""
    granted: dict[tuple[Subject, str], bool] = {}
    refused: set[Subject] = set()
    for entry in entries:
        says: Any = entry.says
        purpose = next((one for one in (CONTACT, PROFILING) if concerns(says.purpose, one)), None)
        if purpose is None or (says.valid_from is not None and says.valid_from > day):
            continue
        subject, holds = (entry.about, entry.about_id), says.valid_to is None or says.valid_to > day
        granted[subject, purpose] = granted.get((subject, purpose), False) or (holds and not refuses(says.basis))
        if holds and refuses(says.basis):
            refused.add(subject)
    return refused | {subject for (subject, _purpose), holds in granted.items() if not holds}

"""Frozen memberships: kept in the record as the sources' keys, and found again among the buyers of any later run.

A frozen list holds whatever day a run is of: it says whom to measure, and is no evidence. Of its members
- who was merged with another buyer since counts as that buyer, once;
- who objected since is neither shown nor counted;
- who is gone from the data, or is no buyer any more, is counted apart.
"""

from __future__ import annotations

import glob
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import ibis
import pandas as pd
from ibis import _

from marketsofone.customer.keys import as_read
from marketsofone.engine import hold
from marketsofone.features.permitted import unprofiled
from marketsofone.project.statements.recorded import has_record, record_of

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from marketsofone.project.ground.gathered import Gathered
    from marketsofone.project.snapshots.snapshot import Snapshot

_ENTITY = {"site": "account"}


@dataclass(frozen=True, slots=True)
class Frozen:
    """A membership as it was kept.

    Parameters
    ----------
    segment : str
        Of which segment.
    statement : int
        Its number in the record.
    reason : str
    stated_at : datetime
    keys : tuple of str
        Kind and source's key of each member: ``account:A-17``.
    """

    segment: str
    statement: int
    reason: str
    stated_at: datetime
    keys: tuple[str, ...]

    @property
    def label(self) -> str:
        """What it is called: ``big_leasers@3``."""
        return f"{self.segment}@{self.statement}"

    @property
    def column(self) -> str:
        """The column of a population that says who is in it."""
        return f"frozen_{self.statement}"


def frozen_lists(folder: Path) -> tuple[Frozen, ...]:
    """The memberships kept in the record of a project, oldest first."""
    if not has_record(folder):
        return ()
    from marketsofone.record import Freeze

    with record_of(folder) as record:
        entries = record.statements(kind="freeze", about="segment")
    return tuple(Frozen(entry.about_id, entry.id, entry.says.reason, entry.stated_at, entry.says.members)
                 for entry in entries if isinstance(entry.says, Freeze))


def named_columns(lists: Iterable[Frozen]) -> dict[str, str]:
    """What rules may call each frozen list: its label; by the segment's name the latest is meant."""
    found = {one.segment: one.column for one in lists}
    return found | {one.label: one.column for one in lists}


def keys_of(buyers: pd.DataFrame) -> tuple[str, ...]:
    """Kind and source's key of buyers, in order."""
    kinds = buyers["kind"].replace(_ENTITY)
    return tuple(sorted(f"{kind}:{key}" for kind, key in zip(kinds, buyers["source_id"], strict=True)))


def found_in_run(engine: Backend, one: Frozen, gathered: Gathered) -> tuple[ir.Table, int]:
    """Who of a frozen list is a buyer of this run, and how many are gone from the data or are no buyers any more."""
    held = hold(engine, f"keys_{one.statement}", _keys(map(_as_read, one.keys)))
    link = gathered.tables["entity_link"].select("entity", "entity_id", "source_id")
    named = held.inner_join(link, [("entity", "entity"), ("key", "source_id")]).select("entity", "key", "entity_id")
    parts = [named.filter(_.entity == entity).inner_join(of, [("entity_id", f"{entity}_id")]).select(
        "entity", "key", "buyer_id") for entity, of in gathered.owner.items()]
    buyers = hold(engine, f"found_{one.statement}", ibis.union(*parts) if len(parts) > 1 else parts[0])
    present = buyers.semi_join(gathered.buyers, "buyer_id")
    seen = present.select("entity", "key")
    left_out = unprofiled(gathered.tables, gathered.owner)
    if left_out is not None:
        seen = seen.union(buyers.semi_join(left_out, "buyer_id").select("entity", "key"))
    gone = held.anti_join(seen, ["entity", "key"]).count()
    return present.select("buyer_id").distinct(), int(engine.to_pyarrow(gone).as_py())


def found_in_snapshot(engine: Backend, one: Frozen, snapshot: Snapshot, buyers: ir.Table) -> ir.Table:
    """``buyer_id`` of a frozen list in a run that was written before: as the run found them, else by their keys."""
    if one.label in _labels(snapshot):
        members = engine.read_parquet(glob.escape(str(snapshot.file("segment_members"))))
        return members.filter(_.segment == one.label).select("buyer_id")
    held = hold(engine, f"keys_{one.statement}", _keys([*one.keys, *map(_as_read, one.keys)]))
    entity = ibis.cases(*((buyers.kind == kind, name) for kind, name in _ENTITY.items()), else_=buyers.kind)
    known = buyers.select("buyer_id", "source_id", entity=entity)
    return held.inner_join(known, [("entity", "entity"), ("key", "source_id")]).select("buyer_id").distinct()


def _labels(snapshot: Snapshot) -> Sequence[str]:
    if "segments" not in snapshot.tables:
        return ()
    labels: list[str] = snapshot.table("segments")["segment"].to_pylist()
    return labels


def _as_read(key: str) -> str:
    kind, _colon, own = key.partition(":")
    return f"{kind}:{as_read(own)}"


def _keys(keys: Iterable[str]) -> pd.DataFrame:
    parts = [key.partition(":") for key in dict.fromkeys(keys)]
    return pd.DataFrame({"entity": [part[0] for part in parts], "key": [part[2] for part in parts]}, dtype="str")


def gone_of(snapshot: Snapshot) -> Mapping[str, int | None]:
    """How many members of each frozen list a run could not find again."""
    if "segments" not in snapshot.tables:
        return {}
    rows = snapshot.table("segments").select(["segment", "gone"]).to_pylist()
    return {row["segment"]: row["gone"] for row in rows}

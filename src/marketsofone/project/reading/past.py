"""A segment over the runs of its project: what each run said of the same stratum."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marketsofone.errors import MarketError
from marketsofone.project.reading.holding_up_marks import project_folder
from marketsofone.project.snapshots.small_tables import rows_of
from marketsofone.project.snapshots.snapshot import Snapshot, list_names, open_snapshot

MOST_RUNS = 12


@dataclass(frozen=True, slots=True)
class Then:
    """A stratum as a run says it: the name of the run, its date, and the row of its table ``strata``."""

    run_id: str
    as_of: str
    row: Mapping[str, Any]


def over_runs(snapshot: Snapshot, stratum_id: str, most: int = MOST_RUNS) -> tuple[Then, ...]:
    """What this run and those before it say of one stratum, the latest first.

    A stratum is the same where its id is, which is made of the values on its path. Runs that had none of
    that id, or that cannot be read any more, are passed over.

    Parameters
    ----------
    most : int
        So many runs are looked into, this one among them.
    """
    folder = project_folder(snapshot)
    names = [name for name in list_names(folder) if name <= snapshot.run_id][-most:]
    return tuple(then for name in reversed(names) for then in _then(folder, name, stratum_id))


def _then(folder: Path, name: str, stratum_id: str) -> list[Then]:
    try:
        run = open_snapshot(folder, name)
        rows = rows_of(run, "strata")
    except MarketError:
        return []
    return [Then(name, str(run.manifest.get("as_of") or ""), row) for row in rows if row["stratum_id"] == stratum_id]

"""The sales identity of one segment out of a run, as plain rows to show or to go on with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marketsofone.project.snapshots.parquet import rows_where
from marketsofone.project.snapshots.snapshot import damage_told, open_snapshot
from marketsofone.project.statements.naming import chosen_stratum


@dataclass(frozen=True, slots=True)
class Identity:
    """What the buyers of a stratum need, buy, ask, pay with, answer and consider.

    Parameters
    ----------
    stratum_id, path : str
    called : str
        The name people use; empty where nobody named it.
    rows : tuple of mapping
        Those of the table ``identity``.
    """

    stratum_id: str
    path: str
    called: str
    rows: tuple[Mapping[str, Any], ...]


def read_identity(folder: Path, who: str, run: str = "latest") -> Identity:
    """The sales identity of a stratum of a run.

    Parameters
    ----------
    folder : Path
        The project folder.
    who : str
        The stratum by its ``stratum_id``, path or name, or what it is called.

    Raises
    ------
    RunMissing
        No such run or stratum, or a run of a version that kept no identities.
    """
    snapshot = open_snapshot(folder, run)
    stratum_id, path = chosen_stratum(snapshot, who)
    with damage_told(snapshot.file("identity")):
        rows = rows_where(snapshot.file("identity"), "stratum_id", stratum_id)
        stratum = rows_where(snapshot.file("strata"), "stratum_id", stratum_id)[0]
    return Identity(stratum_id, path, stratum.get("called") or "", tuple(rows))

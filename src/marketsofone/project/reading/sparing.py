"""What an export never writes over: the runs of a project, and the files that its sources read."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from marketsofone.errors import MarketError, RunInterrupted
from marketsofone.project.snapshots.export import EXPORTED
from marketsofone.project.snapshots.plan_totals import TOTALS

if TYPE_CHECKING:
    from marketsofone.project.snapshots.snapshot import Snapshot

_ELSEWHERE = "Name another folder:\n  m1 export --to <folder>"


def check_spared(run: Snapshot, to: Path) -> None:
    """Raises ``RunInterrupted`` where an export into a folder would write over what it is made from."""
    folder = run.path.parent.parent
    if to.resolve().is_relative_to(run.path.parent.resolve()):
        raise RunInterrupted("A run is never changed after it was written.",
                             "an export into the folder that holds the runs.", _ELSEWHERE)
    written = {to.resolve() / f"{name}.{ending}" for name in (*EXPORTED, TOTALS) for ending in ("csv", "parquet")}
    over = sorted(path.name for path in _read_by_sources(folder) & written)
    if over:
        raise RunInterrupted("An export leaves the files of its sources as they are.",
                             f"{', '.join(over)} in that folder, which market.toml reads.", _ELSEWHERE)


def _read_by_sources(folder: Path) -> set[Path]:
    """Files that the project file names; none where it cannot be read any more."""
    from marketsofone.project.settings.market_file import read_settings
    from marketsofone.sources import sources_from
    from marketsofone.sources.rows.reopening import origins

    try:
        sources = sources_from(read_settings(folder).sources, folder)
    except MarketError:
        return set()
    return {path.resolve() for source in sources for path in origins(source).values() if path is not None}

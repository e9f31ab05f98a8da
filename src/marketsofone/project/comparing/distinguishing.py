"""Are these different sales segments? Groups of a run's buyers, gathered anew and set side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from marketsofone.features import AsOf
from marketsofone.project.flow import load, opened
from marketsofone.project.segments.choosing import Who
from marketsofone.project.segments.contrasting import Distinct, Distinguished, compare
from marketsofone.project.segments.groups import chosen_pairs
from marketsofone.project.settings.market_file import Settings, read_settings
from marketsofone.project.snapshots.snapshot import Snapshot, open_snapshot
from marketsofone.strata.distinct import Asked
from marketsofone.strata.distinct_criteria import called

__all__ = ["Asked", "Distinct", "Distinguished", "called", "distinguish"]


def distinguish(
    folder: Path, pairs: Sequence[tuple[Who, Who]], asked: Asked | None = None, run: str = "latest"
) -> Distinguished:
    """Compare pairs of groups of a run's buyers on every criterion; all that is asked is paid for together.

    Misleads where groups were chosen by looking at the very scores compared: strata of the tree were
    found because they differ, which a note says.

    Parameters
    ----------
    folder : Path
        The project folder.
    pairs : sequence of (group, group)
        See `marketsofone.project.segments.choosing.Who`; also a rule after ``rule:``, or a segment or frozen list
        by its name. A group inside another is set against the rest of it.
    asked : Asked, optional
        Level and margins; absent: 5%, ten points of share, a tenth of an amount. Margins in ``[criteria]``
        of the project file hold for their criteria.
    run : str
        The run whose strata and buyers are meant; its date is the date of what is known.

    Raises
    ------
    RunMissing
        No such run, stratum or buyer.
    ValuesInvalid
        Two groups share buyers, or one is empty.
    RuleInvalid
        A rule cannot be followed.
    SettingsInvalid
        ``[criteria]`` names what is not there.
    """
    from marketsofone.project.ground.gathering import gather

    snapshot = open_snapshot(folder, run)
    chosen = chosen_pairs(folder, snapshot, pairs)
    settings = read_settings(folder)
    with opened(folder) as engine:
        as_of = _as_of(settings, snapshot)
        loaded, _findings = load(engine, settings, as_of)
        gathered = gather(engine, settings, loaded, as_of)
        found = compare(engine, settings, gathered, chosen, asked)
    return replace(found, notes=(*found.notes, *paid_beside(snapshot, found)))


def paid_beside(snapshot: Snapshot, found: Distinguished) -> tuple[str, ...]:
    """Why the report of a run may say less of the same pair: it pays for all the pairs it shows at once."""
    if "verdicts" not in snapshot.tables:
        return ()
    shown = {frozenset((row["a"], row["b"])) for row in snapshot.table("verdicts").select(["a", "b"]).to_pylist()}
    asked = {frozenset((verdict.a, verdict.b)) for verdict in found.verdicts}
    if not asked & shown or len(asked) >= len(shown):
        return ()
    return (f"The report of the run shows {len(shown)} pairs and pays for a look at all of them: its intervals are "
            "wider, and it may say 'cannot tell yet' where this does not.",)


def _as_of(settings: Settings, snapshot: Snapshot) -> AsOf | None:
    """The date of the run, and what people had stated when it read the record."""
    day, read_at = snapshot.manifest["as_of"], snapshot.manifest.get("record_read_at")
    if not day:
        return None
    fixed = snapshot.manifest["market"]["market"]["as_of"] is not None
    told_by = None if fixed or read_at is None else datetime.fromisoformat(read_at)
    return AsOf(date.fromisoformat(str(day)), settings.market.time_zone, told_by)

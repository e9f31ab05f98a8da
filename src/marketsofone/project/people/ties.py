"""What people are tied to: a rep of the latest run, or a team of it; by that is told whose buyers one sees."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from marketsofone.errors import RecordRefused, RunMissing, SnapshotTooNew, shortened
from marketsofone.project.snapshots.snapshot import open_snapshot

NOBODY_YET = "nobody yet: tie this person"
"""Whose buyers a rep or a leader sees that is tied to none."""


@dataclass(frozen=True, slots=True)
class Ties:
    """The reps and teams of a run, by the keys of the files."""

    reps: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()

    def check(self, rep: str | None, team: str | None) -> None:
        """Raises ``RecordRefused`` where a rep or team is none of these."""
        for name, value, known in (("Reps", rep, self.reps), ("Teams", team, self.teams)):
            if value and value not in known:
                raise RecordRefused("People are tied to reps and teams of the latest run.", "another word.",
                                    f"{name} there: {shortened(known)}." if known else "It has none: leave it out.")


def ties_among(reps: Iterable[Mapping[str, Any]]) -> Ties:
    """What rows of ``reps`` offer."""
    rows = list(reps)
    return Ties(*(tuple(sorted({str(row[name]) for row in rows if row[name]})) for name in ("source_id", "team")))


def ties_in(folder: Path) -> Ties | None:
    """What the latest run of a project offers; None where there is none yet."""
    try:
        return ties_among(open_snapshot(folder).table("reps").to_pylist())
    except (RunMissing, SnapshotTooNew):
        return None


def whose_buyers(role: str, rep: str | None, team: str | None) -> str:
    """Whose buyers a person sees, in words."""
    if role == "marketing":
        return "no single buyer"
    return {"rep": rep, "leader": team}.get(role, "everyone") or NOBODY_YET

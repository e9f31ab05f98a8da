"""What two runs stand on, side by side: settings, files and evidence that differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from marketsofone.project.snapshots.parquet import scanned
from marketsofone.project.snapshots.snapshot import INDEX, Snapshot

SAME = 1e-9
"""Two values whose difference is at most this share of the larger are the same."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that was one way and is another; None where it was not, or is no more."""

    name: str
    before: Any
    after: Any


def settings_changes(before: Snapshot, after: Snapshot) -> tuple[Change, ...]:
    """Keys of the project file, as ``section.key``, that say something else."""
    return tuple(changes(*(_flat(run.manifest.get("market", {})) for run in (before, after))))


def evidence_changes(before: Snapshot, after: Snapshot) -> tuple[Change, ...]:
    """Scores whose trials in the whole market are more or fewer."""
    return tuple(changes(_trials(before), _trials(after)))


def inputs_changes(before: Snapshot, after: Snapshot) -> tuple[Change, ...]:
    """Files whose content differs (sha256)."""
    return tuple(changes(_hashes(before), _hashes(after)))


def led_elsewhere(one: Snapshot, other: Snapshot) -> str:
    """A query for ``buyer_id`` of the buyers of one run whom another knows as part of another one.

    In a later run they were merged with that one; in an earlier one they were not told from it yet.
    """
    own, others = (scanned(run.file("buyers")) for run in (one, other))
    return (f"select o.buyer_id from {own} o anti join {others} using (buyer_id) "
            f"semi join {scanned(other.file(INDEX))} i on i.source_id = o.source_id")


def one_currency(before: Snapshot, after: Snapshot) -> bool:
    """Whether the amounts of two runs can be set side by side."""
    return bool(before.manifest["currency"] == after.manifest["currency"])


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """What differs of values by their names."""
    for name in sorted({*before, *after}):
        if not same(before.get(name), after.get(name)):
            yield Change(name, before.get(name), after.get(name))


def same(before: Any, after: Any) -> bool:
    """Whether two values are the same, numbers but for rounding."""
    if isinstance(before, float) and isinstance(after, float):
        return abs(before - after) <= SAME * max(abs(before), abs(after))
    return bool(before == after)


def _trials(snapshot: Snapshot) -> dict[str, Any]:
    """The trials behind each score in the whole market."""
    table = snapshot.table("evidence")
    return dict(zip(table["score"].to_pylist(), table["trials"].to_pylist(), strict=True))


def _hashes(snapshot: Snapshot) -> dict[str, Any]:
    return {file: known["sha256"] for file, known in snapshot.manifest.get("inputs", {}).items()}


def _flat(settings: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested settings as dotted keys.

    Examples
    --------
    >>> _flat({"market": {"currency": "EUR"}})
    {'market.currency': 'EUR'}
    """
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        nested = _flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
        flat.update(nested)
    return flat

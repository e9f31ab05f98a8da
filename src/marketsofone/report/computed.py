"""How the numbers were computed: all that is needed to compute them again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from marketsofone.report import words


@dataclass(frozen=True, slots=True)
class Input:
    """A file that was read."""

    name: str
    size: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Computed:
    """Where the numbers come from."""

    facts: tuple[tuple[str, str], ...]
    inputs: tuple[Input, ...]
    settings: tuple[tuple[str, str], ...]
    counts: tuple[tuple[str, str], ...]
    timings: tuple[tuple[str, str], ...]


def computed(manifest: Mapping[str, Any]) -> Computed:
    """What the manifest tells of a run."""
    timings = manifest["timings"]
    return Computed(
        facts=(
            ("As of", words.day(manifest["as_of"])), ("Run", words.cut(manifest["run_id"])),
            ("Version", f"marketsofone {words.cut(manifest['version'])}"),
            ("Snapshot format", words.cut(manifest["format"])), ("Seed", words.cut(manifest["seed"])),
            ("Currency", words.cut(manifest["currency"]))),
        inputs=tuple(
            Input(words.cut(name, 120), words.size(about["size"]), words.cut(about["sha256"], 64))
            for name, about in sorted(manifest["inputs"].items())),
        settings=tuple((key, words.cut(words.masked(value), 300))
                       for key, value in _flat(manifest["market"])),
        counts=tuple((key, words.cut(value) if isinstance(value, str) else words.count(value))
                     for key, value in _flat(manifest["counts"])),
        timings=tuple((words.cut(room), f"{seconds:,.2f} s") for room, seconds in timings.items()))


def _flat(settings: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Settings with their dotted keys, those without a value left out."""
    for key, value in settings.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{above}{key}.")
        elif value is not None:
            yield words.cut(f"{above}{key}", 120), value

"""Why segments differ between two runs, as far as the runs can tell: settings, evidence, values, buyers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from marketsofone.errors import shortened
from marketsofone.project.history.grounds import evidence_changes, led_elsewhere, settings_changes
from marketsofone.project.snapshots.parquet import scanned
from marketsofone.project.words import counted, listed

if TYPE_CHECKING:
    from marketsofone.project.snapshots.snapshot import Snapshot

_OF_THE_TREE = ("market.", "steps.", "strata.", "model.", "sources.")


class Counted(Protocol):
    """Buyers of a segment, and those of them that both runs have."""

    @property
    def buyers(self) -> float:
        """All of them."""

    @property
    def stayed(self) -> float:
        """Those that both runs have."""

    @property
    def led(self) -> float:
        """Those whom the other run knows as part of another buyer."""


class Moving(Protocol):
    """Buyers that both runs have and that moved into or out of a segment that both have."""

    @property
    def changed(self) -> float:
        """Of whom a value changed or became known."""

    @property
    def spread(self) -> float:
        """Of those whose place is not known: how much of a buyer is there more or less."""


@dataclass(frozen=True, slots=True)
class Causes:
    """What differs between two runs that can change segments.

    Parameters
    ----------
    settings : tuple of str
        Keys of the project file that say something else and bear on the tree.
    evidence : tuple of str
        Per score how its trials changed, in words.
    came, went : int
        Buyers only in the later and only in the earlier run, those aside that the other knows as part of another buyer.
    split_on : mapping
        By stratum of the later run: the dimension it is split on.
    parent : mapping
        By stratum of the later run: the stratum above it.
    pinned : frozenset of str
        Strata of the later run whose split the project file states.
    """

    settings: tuple[str, ...]
    evidence: tuple[str, ...]
    came: int
    went: int
    split_on: Mapping[str, str]
    parent: Mapping[str, str]
    pinned: frozenset[str]

    def of_tree(self) -> str:
        """Why the tree is another one."""
        told = [*self._settings(), *self._evidence()]
        return listed(told) if told else self.of_buyers()

    def of_split(self, first: str, second: str) -> str:
        """Why a segment is split: on what, and what changed."""
        on = self.split_on.get(first) or self.split_on.get(self.parent.get(second, ""), "")
        if not on:
            return self.of_tree()
        stated = " by the project file" if first in self.pinned else ""
        return f"split on {on}{stated}: {self.of_tree()}"

    def of_members(self, one: Counted, other: Counted, within: Moving) -> str:
        """Why buyers moved into or out of a segment that stands for the same values."""
        new, gone = (round(each.buyers - each.stayed - each.led, 1) for each in (other, one))
        parted, merged, spread = (round(many, 1) for many in (other.led, one.led, within.spread))
        told = [f"{counted(new, 'buyer')} came to the market"] if new > 0 else []
        told += [f"{counted(gone, 'buyer')} left it"] if gone > 0 else []
        told += [f"{counted(parted, 'buyer')} parted from another"] if parted > 0 else []
        told += [f"{counted(merged, 'buyer')} merged with another"] if merged > 0 else []
        told += [f"of {counted(within.changed, 'buyer')} a value on its path changed or became known"] \
            if within.changed > 0 else []
        told += [f"those whose place is not known are spread anew, {counted(spread, 'buyer')} in proportion"] \
            if spread > 0 else []
        return listed(told or ["those whose place is not known are spread anew"])

    def of_buyers(self) -> str:
        """Who came and who went."""
        if self.came or self.went:
            return f"{counted(self.came, 'buyer')} came to the market and {counted(self.went, 'buyer')} left it"
        return "values of dimensions changed"

    def _settings(self) -> list[str]:
        return [f"settings changed ({shortened(self.settings, most=4)})"] if self.settings else []

    def _evidence(self) -> list[str]:
        return [f"new evidence ({'; '.join(self.evidence)})"] if self.evidence else []


def causes(before: Snapshot, after: Snapshot) -> Causes:
    """What differs between two runs that can change segments."""
    import duckdb

    with duckdb.connect() as engine:
        strata = engine.execute("select stratum_id::varchar, parent_id::varchar, split_on, why "
                                f"from {scanned(after.file('strata'))}").fetchall()
        ids = [scanned(run.file("buyers")) for run in (before, after)]
        [(came, went)] = engine.execute(
            f"select count(*) filter (a.buyer_id is null), count(*) filter (b.buyer_id is null) "
            f"from {ids[0]} a full join {ids[1]} b using (buyer_id)").fetchall()
        parted, merged = (engine.execute(f"select count(*) from ({led_elsewhere(*pair)})").fetchall()[0][0]
                          for pair in ((after, before), (before, after)))
    settings = tuple(each.name for each in settings_changes(before, after) if each.name.startswith(_OF_THE_TREE))
    evidence = tuple(f"{each.name} had {_trials(each.before)}, has {_trials(each.after)}"
                     for each in evidence_changes(before, after))
    return Causes(settings, evidence, came - parted, went - merged, {row[0]: row[2] for row in strata if row[2]},
                  {row[0]: row[1] for row in strata if row[1]},
                  frozenset(row[0] for row in strata if "inned by the project file" in (row[3] or "")))


def _trials(value: float | None) -> str:
    return counted(value or 0, "trial")

"""The sales identity of each segment: what its buyers need, buy, ask and expect, and where it departs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from marketsofone.report import words
from marketsofone.report.figures import Row
from marketsofone.report.results import Results
from marketsofone.report.strata import label, leaves, most_valuable
from marketsofone.strata.distinct_criteria import CRITERIA, called

MOST_SEGMENTS, MOST_NAMED = 40, 3


@dataclass(frozen=True, slots=True)
class Shown:
    """One value of a criterion: its share with the interval, the parent's share, and whether it departs."""

    value: str
    share: str
    interval: str
    parent: str
    departs: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Told:
    """One criterion of a segment; without values where nothing is recorded of it."""

    criterion: str
    known: str
    values: tuple[Shown, ...]


@dataclass(frozen=True, slots=True)
class Segment:
    """A leaf of the tree and what its buyers are like."""

    name: str
    path: str
    buyers: str
    departs: str
    criteria: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class Identities:
    """The segments where an hour earns most, each with its identity; criteria nobody recorded anything of."""

    segments: tuple[Segment, ...]
    unrecorded: str
    left_out: int


def identities(results: Results, market: Row) -> Identities | None:
    """The identity of each leaf, or None where the run kept none."""
    if results.identity is None or results.identity.num_rows == 0:
        return None
    of: dict[object, list[Row]] = defaultdict(list)
    for row in results.identity.to_pylist():
        of[row["stratum_id"]].append(row)
    ends = leaves(results.strata)
    shown = most_valuable(ends, MOST_SEGMENTS)
    seen = {row["criterion"] for rows in of.values() for row in rows if row["value"] is not None}
    unrecorded = [CRITERIA[name] for name in CRITERIA
                  if not any(one.partition(": ")[0] == name for one in seen)]
    return Identities(tuple(identity_of(row, of[row["stratum_id"]], seen, market) for row in shown),
                      words.listed(unrecorded), ends.num_rows - len(shown))


def identity_of(stratum: Row, rows: Sequence[Row], seen: set[str], market: Row) -> Segment:
    """The identity of one stratum.

    Parameters
    ----------
    rows : sequence of rows
        Those of the table ``identity`` about it.
    seen : set of str
        Criteria of which anything is recorded anywhere in the market.
    """
    by: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by[row["criterion"]].append(row)
    return Segment(
        name=words.plain(stratum.get("called")), path=label(stratum["path"], market),
        buyers=words.counted(stratum["buyers"], "buyer"), departs=_departs(by),
        criteria=tuple(_told(name, of) for name, of in by.items() if name in seen and _matters(name, of)))


def _matters(name: str, rows: Sequence[Row]) -> bool:
    """Whether a criterion is one that everyone has, or one of the user's own in which a segment departs."""
    return name.partition(": ")[0] in CRITERIA or any(row["departs"] for row in rows)


def _departs(by: Mapping[str, Sequence[Row]]) -> str:
    """The criteria in which it departs from its parent, what it was split off by left aside."""
    told = [called(name) for name, rows in by.items()
            if any(row["departs"] and row["reason"].startswith("Departs") for row in rows)]
    more = [f"{len(told) - MOST_NAMED} more"] if len(told) > MOST_NAMED else []
    return words.listed([*told[:MOST_NAMED], *more])


def _told(name: str, rows: Sequence[Row]) -> Told:
    known = [row for row in rows if row["value"] is not None]
    return Told(called(name), words.counted(rows[0]["buyers"], "buyer"), tuple(_shown(row) for row in known))


def _shown(row: Row) -> Shown:
    parent = row["parent_share"]
    interval = words.interval(row["low"], row["high"], "share", "")
    return Shown(words.plain(row["value"]), words.share(row["share"]), interval,
                 words.share(parent) if words.is_known(parent) else "", row["departs"], row["reason"])

"""What became of the segments of one run in another: kept, moved, split, merged, born or dead, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal

from marketsofone.errors import MarketError
from marketsofone.project.history.grounds import led_elsewhere
from marketsofone.project.history.lineage_reasons import Causes, causes
from marketsofone.project.snapshots.parquet import scanned
from marketsofone.project.snapshots.snapshot import Snapshot, damage_told, open_snapshot
from marketsofone.project.words import count, counted, share

if TYPE_CHECKING:
    import pyarrow as pa

Kind = Literal["born", "dead", "split", "merged", "moved", "kept"]

KINDS: tuple[Kind, ...] = ("born", "dead", "split", "merged", "moved", "kept")
"""What can become of a segment, in the order it is told."""

MOST = 0.5
"""A segment descends from another where more than this share of its buyers, or of the other's, are the same."""

_ROUNDING = 1e-6

_SEEN = 0.05
"""Less than so many buyers reads as none."""


@dataclass(frozen=True, slots=True)
class Descent:
    """Where a segment of the later run comes from, or where one of the earlier run went.

    Parameters
    ----------
    kind : {"born", "dead", "split", "merged", "moved", "kept"}
    from_id, from_path : str or None
        The segment of the earlier run; None where the later one was born.
    to_id, to_path : str or None
        The segment of the later run; None where the earlier one is dead.
    shared, buyers_from, buyers_to : float
        Buyers of both, and of each in its own run; a buyer that stands in several counts in proportion.
    overlap : float
        Jaccard index: buyers of both as a share of buyers of either, among those scored in both runs.
    sentence : str
        What happened, and why as far as two runs can tell.
    """

    kind: Kind
    from_id: str | None
    from_path: str | None
    to_id: str | None
    to_path: str | None
    shared: float
    buyers_from: float
    buyers_to: float
    overlap: float
    sentence: str


@dataclass(frozen=True, slots=True)
class Segment:
    """A stratum that is not split: its buyers, those of them that the other run has too, and has as part of another."""

    stratum_id: str
    path: str
    buyers: float
    stayed: float
    led: float


@dataclass(frozen=True, slots=True)
class Within:
    """What moved in a segment that both runs have, of the buyers that both have.

    Parameters
    ----------
    changed : float
        Buyers of whom a value that places them changed or became known.
    spread : float
        How much of a buyer is there more or less of those who stand in the same segments in other proportions, for
        their place is not known.
    """

    changed: float = 0.0
    spread: float = 0.0


@dataclass(frozen=True, slots=True)
class _Met:
    """Segments of both runs and the buyers they share."""

    before: Mapping[str, Segment]
    after: Mapping[str, Segment]
    shared: Mapping[tuple[str, str], float]
    within: Mapping[str, Within]

    def of_first(self, pair: tuple[str, str]) -> float:
        """Share of the earlier segment's buyers, of those that stayed."""
        return self.shared.get(pair, 0.0) / max(self.before[pair[0]].stayed, _ROUNDING)

    def of_second(self, pair: tuple[str, str]) -> float:
        """Share of the later segment's buyers, of those that were there before."""
        return self.shared.get(pair, 0.0) / max(self.after[pair[1]].stayed, _ROUNDING)

    def overlap(self, pair: tuple[str, str]) -> float:
        """Buyers of both as a share of buyers of either."""
        both = self.shared.get(pair, 0.0)
        return both / max(self.before[pair[0]].stayed + self.after[pair[1]].stayed - both, _ROUNDING)


def lineage(before: Snapshot, after: Snapshot) -> tuple[Descent, ...]:
    """What became of each segment, the leaves of the tree, between two runs of a project.

    A segment is the same where its id is, which is made of the values on its path. Otherwise it descends
    from the one that most of its buyers stood in, or that most of whose buyers stand in it.

    Parameters
    ----------
    before, after : Snapshot
        The two runs.

    Raises
    ------
    RunMissing
        One of the runs lacks a table.
    """
    met = _met(before, after)
    why = causes(before, after)
    links = _links(met)
    found = [*_linked(met, links, why), *_unlinked(met, links, why)]
    return tuple(sorted(found, key=lambda d: (KINDS.index(d.kind), d.from_path or "", d.to_path or "")))


def lineage_before(snapshot: Snapshot) -> pa.Table | None:
    """What became of the segments of the run before one that is about to be kept, those that are as they were left out.

    Parameters
    ----------
    snapshot : Snapshot
        In its hidden folder yet: the latest run of the project is the one before it.

    Returns
    -------
    pyarrow.Table or None
        The fields of :class:`Descent`; None where there is no earlier run that can be read, or nothing
        became of any segment.
    """
    import pyarrow as pa

    try:
        found = lineage(open_snapshot(snapshot.path.parents[1]), snapshot)
    except MarketError:
        return None
    rows = [asdict(each) for each in found if each.kind != "kept"]
    return pa.Table.from_pylist(rows) if rows else None


def _met(before: Snapshot, after: Snapshot) -> _Met:
    import duckdb

    with damage_told(before.file("memberships")), damage_told(after.file("memberships")), duckdb.connect() as engine:
        for name, run in (("a", before), ("b", after)):
            engine.execute(f"create temp table {name} as {_leaves(run)}")
        for name, pair in (("led_a", (before, after)), ("led_b", (after, before))):
            engine.execute(f"create temp table {name} as {led_elsewhere(*pair)}")
        engine.execute(f"create temp table moves as {_MOVES}")
        sides = [{row[0]: Segment(*row) for row in engine.execute(_sizes(*pair)).fetchall()}
                 for pair in (("a", "b"), ("b", "a"))]
        shared = {(first, second): both for first, second, both in engine.execute(_SHARED).fetchall()}
        within = {row[0]: Within(*row[1:]) for row in engine.execute(_WITHIN).fetchall()}
    return _Met(sides[0], sides[1], shared, within)


def _leaves(run: Snapshot) -> str:
    """Every buyer's segments on the deepest level, with the share in which it stands there."""
    memberships, strata = scanned(run.file("memberships")), scanned(run.file("strata"))
    return (f"select m.buyer_id, m.stratum_id::varchar as id, s.path, m.share from {memberships} m "
            f"join {strata} s on s.stratum_id = m.stratum_id "
            f"where m.level = (select max(level) from {memberships}) and m.share > 0")


def _sizes(own: str, other: str) -> str:
    return ("select id, any_value(path), sum(share), coalesce(sum(share) filter "
            f"(buyer_id in (select buyer_id from {other})), 0), coalesce(sum(share) filter "
            f"(buyer_id in (from led_{own})), 0) from {own} group by id order by id")


_MOVES = """
select buyer_id, id, coalesce(a.share, 0) as was, coalesce(b.share, 0) as now, least(was, now) as kept
from a full join b using (buyer_id, id)
where buyer_id in (select buyer_id from a) and buyer_id in (select buyer_id from b)"""
"""Of every buyer of both runs and each of its segments: how much of it stood there, stands there, and stayed."""

_SHARED = """
with went as (select buyer_id, id, was - kept as part from moves where was > kept),
  came as (select buyer_id, id, now - kept as part from moves where now > kept),
  gone as (select buyer_id, sum(part) as whole from went group by buyer_id)
select one, other, sum(part) from (
  select id as one, id as other, kept as part from moves where kept > 0 union all
  select went.id, came.id, went.part * came.part / whole
  from went join came using (buyer_id) join gone using (buyer_id))
group by one, other order by one, other"""
"""What stayed of a buyer is shared by a segment with itself, what went is spread over where it came: one in all."""

_WITHIN = """
with common as (select id from a intersect select id from b),
  first as (select buyer_id, max(share) as most, list(id order by id) filter (id in (from common)) as ids
            from a group by buyer_id),
  second as (select buyer_id, max(share) as most, list(id order by id) filter (id in (from common)) as ids
             from b group by buyer_id),
  stayed as (select buyer_id, first.most < 1 and second.most < 1 and first.ids is not distinct from second.ids as open
             from first join second using (buyer_id))
select id, count(*) filter (not open and abs(was - now) > 1e-6), coalesce(sum(abs(was - now)) filter (open), 0)
from moves join stayed using (buyer_id) where id in (from common) group by id order by id"""


def _links(met: _Met) -> list[tuple[str, str]]:
    """Pairs of segments of which the later one descends from the earlier one."""
    same = {(stratum_id, stratum_id) for stratum_id in met.before.keys() & met.after.keys()}
    close = {pair for pair in met.shared if met.of_first(pair) > MOST or met.of_second(pair) > MOST}
    return sorted(same | close)


def _linked(met: _Met, links: Sequence[tuple[str, str]], why: Causes) -> Iterator[Descent]:
    for first, second in links:
        parts = sum(pair[0] == first for pair in links)
        sources = sum(pair[1] == second for pair in links)
        kind = _kind(met, (first, second), parts, sources)
        one, other = met.before[first], met.after[second]
        pair = (first, second)
        yield Descent(kind, first, one.path, second, other.path, met.shared.get(pair, 0.0), one.buyers, other.buyers,
                      met.overlap(pair), _sentence(kind, met, pair, why))


def _kind(met: _Met, pair: tuple[str, str], parts: int, sources: int) -> Kind:
    if parts > 1 and met.of_second(pair) >= met.of_first(pair):
        return "split"
    if sources > 1 and met.of_first(pair) >= met.of_second(pair):
        return "merged"
    one, other = met.before[pair[0]], met.after[pair[1]]
    both = met.shared.get(pair, 0.0)
    alike = max(one.buyers, other.buyers) - both < _SEEN
    return "kept" if alike and pair[0] == pair[1] else "moved"


def _unlinked(met: _Met, links: Sequence[tuple[str, str]], why: Causes) -> Iterator[Descent]:
    for stratum_id in sorted(met.before.keys() - {first for first, _second in links}):
        gone = met.before[stratum_id]
        yield Descent("dead", stratum_id, gone.path, None, None, 0.0, gone.buyers, 0.0, 0.0, _of_dead(gone, why))
    for stratum_id in sorted(met.after.keys() - {second for _first, second in links}):
        new = met.after[stratum_id]
        yield Descent("born", None, None, stratum_id, new.path, 0.0, 0.0, new.buyers, 0.0, _of_born(new, why))


def _of_dead(gone: Segment, why: Causes) -> str:
    if gone.stayed <= 0:
        return f"None of its {counted(gone.buyers, 'buyer')} is scored any more: {why.of_buyers()}."
    return f"Its buyers went to several segments, most to none: {why.of_tree()}."


def _of_born(new: Segment, why: Causes) -> str:
    if new.stayed <= 0:
        return f"All its {counted(new.buyers, 'buyer')} are new: {why.of_buyers()}."
    return f"Its buyers came from several segments, most from none: {why.of_tree()}."


def _sentence(kind: Kind, met: _Met, pair: tuple[str, str], why: Causes) -> str:
    one, other = met.before[pair[0]], met.after[pair[1]]
    both = count(round(met.shared.get(pair, 0.0), 1))
    if kind == "split":
        return f"One part of what was one segment: {both} of its {counted(one.buyers, 'buyer')}; {why.of_split(*pair)}."
    if kind == "merged":
        return f"Part of one segment now: {both} of {counted(other.buyers, 'buyer')} there; {why.of_tree()}."
    if kind == "kept":
        return f"The same {counted(other.buyers, 'buyer')}."
    if pair[0] == pair[1]:
        shared = met.shared.get(pair, 0.0)
        told = why.of_members(one, other, met.within.get(pair[0], Within()))
        return f"The same values, {_flow(one, other, shared)}: {told}."
    return f"Most alike ({share(met.overlap(pair))} of buyers of either): {why.of_tree()}."


def _flow(one: Segment, other: Segment, both: float) -> str:
    """Who came, who left, in words."""
    left, came = (max(0.0, each.buyers - both) for each in (one, other))
    return f"{counted(round(came, 1), 'buyer')} in and {counted(round(left, 1), 'buyer')} out"

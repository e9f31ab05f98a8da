"""Segments written by hand, asked of a run: who is in, why, what they are worth, who came and went since a freeze."""

from __future__ import annotations

import glob
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ibis import _

from marketsofone.errors import RuleInvalid, RunMissing, ValuesInvalid
from marketsofone.project.reading.between_runs import barred_since, objected_since
from marketsofone.project.segments.freezing import (
    Frozen,
    found_in_snapshot,
    frozen_lists,
    gone_of,
    keys_of,
    named_columns,
)
from marketsofone.project.segments.keeping import drift
from marketsofone.project.segments.measuring import Measured, measured, measured_list
from marketsofone.project.segments.population import NOT_KNOWN, Population, fields_of, strata_known
from marketsofone.project.segments.sharing import shared_of
from marketsofone.project.segments.together import kept_together
from marketsofone.project.segments.unheld import Unheld, unheld
from marketsofone.project.settings.market_file import read_settings
from marketsofone.project.snapshots.readback import read_buyer
from marketsofone.project.snapshots.snapshot import Snapshot, damage_told, open_snapshot
from marketsofone.project.statements.recorded import record_of
from marketsofone.strata.rules_binding import bound, parsed_segments
from marketsofone.strata.rules_fields import Vocabulary, columns_of
from marketsofone.strata.rules_reading import parse_rule
from marketsofone.strata.rules_truth import truth
from marketsofone.strata.rules_why import Truth, decided

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from marketsofone.project.settings.segments import SegmentSettings
    from marketsofone.strata.rules_fields import Bound

RULE, SEGMENT = "rule:", "segment:"
"""What stands before a rule, or the name of a segment, where a stratum or a list of buyers might be meant too."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What a segment is among the buyers of a run.

    ``unheld``: values that its rule asks for and nobody has; ``together``: which of those it asks for the tree keeps
    together with others, in sentences; ``called``: what people call it, where that is not its name.
    """

    name: str
    kind: str
    rule: str
    note: str
    found: Measured
    currency: str
    gone: int | None = None
    unheld: tuple[Unheld, ...] = ()
    together: tuple[str, ...] = ()
    called: str = ""


@dataclass(frozen=True, slots=True)
class ClauseRead:
    """What one clause of a rule says of one buyer.

    Parameters
    ----------
    clause : str
        As it was written.
    value : str
        The buyer's, in words.
    holds : bool or None
        None where it is not known.
    decides : bool
        The membership rests on it.
    alone : bool
        Were it alone to come out otherwise, so would the membership.
    """

    clause: str
    value: str
    holds: Truth
    decides: bool
    alone: bool


@dataclass(frozen=True, slots=True)
class Why:
    """Whether a buyer is in a segment (None: not known), and the clauses it rests on."""

    name: str
    inside: Truth
    clauses: tuple[ClauseRead, ...]


@dataclass(frozen=True, slots=True)
class Moved:
    """How a segment moved since it was frozen.

    Parameters
    ----------
    label : str
        Of the frozen list.
    stayed, joined, left, unsure : int
        Buyers in both, now only, then only, and then while it is not known now.
    gone : int or None
        Members who are in the data no more, as the run found; None where it was written before the freeze.
    buyers : tuple of (str, str)
        Source's key and what it did, of those who did not stay.
    """

    label: str
    stayed: int
    joined: int
    left: int
    unsure: int
    gone: int | None
    buyers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Listed:
    """A segment in the list of all.

    Parameters
    ----------
    name : str
        What people call it.
    preview : Preview or None
        None where its rule cannot be followed in this run.
    moved : Moved or None
        How it moved since it was frozen, of a frozen list whose rule can be followed.
    """

    name: str
    preview: Preview | None
    moved: Moved | None = None


@dataclass(frozen=True, slots=True)
class Asker:
    """A run that can be asked about segments. Made by `asking`."""

    snapshot: Snapshot
    engine: Backend
    segments: Mapping[str, SegmentSettings]
    lists: tuple[Frozen, ...]
    population: Population
    known: Vocabulary
    strata: tuple[Mapping[str, Any], ...]

    def rule_of(self, who: str) -> tuple[str, Bound] | None:
        """What a rule, or the name of a segment, asks for; None where it is neither.

        Raises
        ------
        RuleInvalid
            The rule cannot be followed.
        """
        if who.startswith(RULE):
            return who, bound(parse_rule(who.removeprefix(RULE), "The rule"), self.known, "The rule")
        name = who.removeprefix(SEGMENT)
        if name in self.known.segments:
            return name, bound(self.known.segments[name], self.known, f"[segments.{name}] rule")
        if self.list_of(name) is not None:
            return name, bound(parse_rule(f"in_frozen('{name}')"), self.known, "The frozen list")
        return None

    def list_of(self, name: str) -> Frozen | None:
        """The frozen list of that label."""
        return next((one for one in self.lists if one.label == name), None)

    def asked(self, who: str) -> tuple[str, Bound]:
        """As `rule_of`; raises ``RunMissing`` where there is no such segment."""
        found = self.rule_of(who)
        if found is None:
            names = [*self.known.segments, *(one.label for one in self.lists)]
            raise RunMissing("A segment is asked for by its name in market.toml, or by a frozen list's.",
                             f"another name; there {'are ' + ', '.join(names) if names else 'is none'}.",
                             'm1 segment list shows all of them; a rule is asked as --rule "...".')
        return found

    def rows(self, rule: Bound) -> ir.Table:
        """The buyers with what a rule reads."""
        return self.population.joined(columns_of(rule))

    def preview(self, who: str) -> Preview:
        """Counts and scores of a segment, and what each of its clauses says by itself."""
        name, rule = self.asked(who)
        frozen, said = self.list_of(name), self.segments.get(name)
        shared = shared_of(self.strata, self.snapshot.table("doubts"), self.snapshot.table("fused"))
        rows = self.population.joined(columns_of(rule) | shared.columns)
        with damage_told(self.snapshot.path):
            found = measured_list(self.engine, frozen.column, rows, shared) if frozen \
                else measured(self.engine, rule, rows, shared)
        gone = gone_of(self.snapshot).get(name) if frozen else None
        nobody = tuple(unheld(rule, self.population.buyers, self.population.facts))
        least = self.snapshot.manifest["market"].get("strata", {}).get("least_buyers", 0)
        together = kept_together(rule, shared.fused, self.strata, least)
        return Preview(name.removeprefix(RULE), "frozen" if frozen else "rule", said.rule if said else "",
                       frozen.reason if frozen else said.note if said else "", found,
                       str(self.snapshot.manifest["currency"]), gone, nobody, together, said.name if said else "")

    def why(self, who: str, buyer: int | str) -> Why:
        """Whether one buyer is in a segment, and which clauses decide it."""
        name, rule = self.asked(who)
        key = read_buyer(self.snapshot, buyer).buyer.buyer_id
        rows = self.rows(rule).filter(_.buyer_id == key)
        found = self.engine.to_pyarrow(rows).to_pylist()
        if not found:
            raise RunMissing(f"Run {self.snapshot.run_id} was asked for one buyer.", "none that may be profiled.",
                             "m1 rank lists buyers with their ids; who objected to profiling is left out.")
        inside, said = decided(rule, found[0])
        return Why(name.removeprefix(RULE), inside, tuple(
            ClauseRead(each.leaf.clause.text, self._words(each.value, each.leaf.column), each.holds, each.decides,
                       each.alone) for each in said))

    def members(self, who: str) -> ir.Table:
        """``buyer_id``, ``source_id``, ``kind``, ``rank`` of those inside; no rank of who may not be contacted now."""
        _name, rule = self.asked(who)
        rows = self.rows(rule)
        inside = rows.filter(truth(rule, rows)).select("buyer_id", "source_id", "kind", "rank")
        barred = barred_since(self.snapshot)
        return inside.mutate(rank=_.buyer_id.isin(sorted(barred)).ifelse(None, _.rank)) if barred else inside

    def moved(self, label: str, top: int) -> Moved:
        """Who joined and who left since a segment was frozen.

        Raises
        ------
        RunMissing
            Nothing of that name was frozen, or its rule is written no more.
        """
        kept = self.list_of(label) or next((one for one in reversed(self.lists) if one.segment == label), None)
        if kept is None or kept.segment not in self.known.segments:
            raise RunMissing("A segment that was frozen is set beside its rule.",
                             "no rule of its name." if kept else "nothing frozen under that name.",
                             f"m1 segment freeze {label} --reason ..." if kept is None
                             else f"Write it again in market.toml:\n  [segments.{kept.segment}]")
        _name, rule = self.asked(kept.segment)
        rows = self.population.joined(columns_of(rule) | {kept.column})
        live, then = truth(rule, rows), rows[kept.column]
        counts = drift(self.engine, rows, kept.column, live)
        changed = rows.select("source_id", then=then, now=live).filter((_.then & ~_.now) | (~_.then & _.now))
        listed = self.engine.to_pyarrow(changed.order_by("then", "source_id").limit(top)).to_pylist()
        return Moved(kept.label, **counts, gone=gone_of(self.snapshot).get(kept.label), buyers=tuple(
            (row["source_id"], "left" if row["then"] else "joined") for row in listed))

    def _words(self, value: object, column: str) -> str:
        if column == "stratum_id":
            return next((str(row["path"]) for row in self.strata if str(row["stratum_id"]) == value), "not known")
        if value is None:
            return "" if not column else "not known"
        if isinstance(value, bool):
            return "yes" if value else "no"
        if isinstance(value, date):
            return value.isoformat()
        return _number(value) if isinstance(value, float) else str(value)


def _number(value: float) -> str:
    """A number beside the one that a clause holds it against: near it or not, the two must not read alike.

    Examples
    --------
    >>> _number(12345.67), _number(12000.0), _number(0.29996)
    ('12,345.67', '12,000', '0.29996')
    """
    return f"{value:,.6g}" if abs(value) < 1_000 else f"{value:,.2f}".removesuffix(".00")


@contextmanager
def asking(folder: Path, run: str = "latest") -> Iterator[Asker]:
    """A run, ready to be asked about the segments that the project file states now.

    Who objected after the run was written is left out here already.

    Raises
    ------
    RunMissing
        No such run, or one that an earlier version wrote without the tables ``facts`` and ``fused``.
    RuleInvalid
        A rule of the project file cannot be read.
    """
    from marketsofone.engine import open_engine

    snapshot, settings = open_snapshot(folder, run), read_settings(folder)
    engine = open_engine()
    try:
        yield _asker(folder, snapshot, settings.segments, engine)
    finally:
        engine.disconnect()


def _asker(folder: Path, snapshot: Snapshot, segments: Mapping[str, SegmentSettings], engine: Backend) -> Asker:
    gone, lists = sorted(objected_since(snapshot)), frozen_lists(folder)
    buyers, facts = (_table(engine, snapshot, name) for name in ("buyers", "facts"))
    if gone:
        buyers, facts = (rows.filter(~rows.buyer_id.isin(gone)) for rows in (buyers, facts))
    frozen = {one.column: found_in_snapshot(engine, one, snapshot, buyers) for one in lists}
    strata = tuple(snapshot.table("strata").to_pylist())
    classes = set(snapshot.table("crosswalk")["class"].to_pylist()) if "crosswalk" in snapshot.tables else set()
    known = Vocabulary(fields_of(buyers.columns, facts.schema()), strata_known(strata),
                       parsed_segments({name: said.rule for name, said in segments.items()}), named_columns(lists),
                       tuple(sorted(classes - {NOT_KNOWN})))
    return Asker(snapshot, engine, segments, lists, Population(buyers, facts, frozen), known, strata)


def _table(engine: Backend, snapshot: Snapshot, name: str) -> ir.Table:
    path = snapshot.file(name)
    with damage_told(path):
        return engine.read_parquet(glob.escape(str(path)), table_name=name)


def listed_segments(folder: Path, run: str = "latest") -> dict[str, Listed]:
    """Every segment written by hand, by its name in market.toml, and every frozen list, by its label."""
    with asking(folder, run) as asker:
        written = {name: Listed(said.name or name, _followed(asker, name)) for name, said in asker.segments.items()}
        return written | {one.label: Listed(one.label, asker.preview(one.label), _moved(asker, one.label))
                          for one in asker.lists}


def _followed(asker: Asker, name: str) -> Preview | None:
    try:
        return asker.preview(name)
    except RuleInvalid:
        return None


def _moved(asker: Asker, label: str) -> Moved | None:
    try:
        return asker.moved(label, 0)
    except (RuleInvalid, RunMissing):
        return None


def freeze_segment(folder: Path, name: str, reason: str, by: str, now: datetime | None = None) -> Frozen:
    """Keeps the present membership of a segment in the record, while the live one moves on.

    Raises
    ------
    RunMissing
        There is no run or no such segment.
    ValuesInvalid
        Nobody is in it, or a whole rule was given instead of a name.
    """
    from marketsofone.record import Freeze, Statement

    with asking(folder) as asker:
        if name not in asker.known.segments:
            asker.asked(name)
            raise ValuesInvalid("What is frozen is a segment of market.toml, by its name.",
                                "a rule or a frozen list.",
                                "Write it down first:\n  [segments.<name>]\n  rule = \"...\"")
        found = asker.engine.to_pandas(asker.members(name))
    if found.empty:
        raise ValuesInvalid(f"Segment {name} is frozen with those who are in it.", "nobody.",
                            f"See what each clause says:\n  m1 segment preview {name}")
    said, at = Freeze(keys_of(found), reason), now or datetime.now(UTC)
    with record_of(folder) as record:
        statement = record.state(Statement("segment", name, said, by, at))
    return Frozen(name, statement, reason, at, said.members)

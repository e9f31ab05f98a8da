"""The segments written by hand, and the frozen lists: how many are in, what they are worth, who came and went."""

from __future__ import annotations

from dataclasses import dataclass

from marketsofone.report import words
from marketsofone.report.figures import Row
from marketsofone.report.glossary import SCORES, Kind
from marketsofone.report.results import Results

MOST_SEGMENTS = 60


@dataclass(frozen=True, slots=True)
class Written:
    """A segment: its name, its rule or what it was frozen for, its buyers and its scores in words."""

    name: str
    about: str
    buyers: str
    not_known: str
    scores: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True, slots=True)
class WrittenSegments:
    """The segments of a run, those written by hand first."""

    segments: tuple[Written, ...]
    heads: tuple[str, ...]
    left_out: int


def written_segments(results: Results) -> WrittenSegments | None:
    """The segments of a run; None where nobody wrote one."""
    table = results.segments
    if table is None or table.num_rows == 0:
        return None
    currency = results.manifest["currency"]
    rows = table.slice(0, MOST_SEGMENTS).to_pylist()
    return WrittenSegments(tuple(_written(row, currency) for row in rows), tuple(score.title for score in SCORES),
                           table.num_rows - len(rows))


def _written(row: Row, currency: str) -> Written:
    return Written(
        name=words.cut(row["name"]), about=words.cut(_about(row), 400), buyers=_buyers(row),
        not_known=words.count(row["not_known"]),
        scores=tuple((score.title, words.number(row[score.name], score.kind, currency),
                      _ends(row, score.name, score.kind)) for score in SCORES))


def _buyers(row: Row) -> str:
    if row["buyers"] is None:
        return "could not be followed"
    return f"{words.count(row['buyers'])} ({words.share(row['share'])})"


def _about(row: Row) -> str:
    """The rule, or how a frozen list moved."""
    if row["kind"] == "rule":
        return f"{row['rule']}{'. ' + row['note'] if row['note'] else ''}"
    moved = "" if row["joined"] is None else (
        f"; since then {words.count(row['joined'])} joined and {words.count(row['left'])} left")
    gone = f"; {words.count(row['gone'])} gone from the data" if row["gone"] else ""
    return f"Frozen {words.day(row['stated_at'])}: {row['note']}{moved}{gone}"


def _ends(row: Row, name: str, kind: Kind) -> str:
    return "" if row[name] is None else words.interval(row[f"{name}_low"], row[f"{name}_high"], kind, "").strip()

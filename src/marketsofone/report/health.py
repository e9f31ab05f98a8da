"""Data health: what was read, what was refused and why, what was found on the way."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from marketsofone.customer.tables import WHICH_STANDS
from marketsofone.report import words
from marketsofone.report.figures import Row
from marketsofone.report.results import Results

MOST_REASONS = 30
MOST_FINDINGS = 50


@dataclass(frozen=True, slots=True)
class Read:
    """One source read into one customer table."""

    source: str
    table: str
    read: str
    accepted: str
    refused: str
    left_out: str
    adds_up: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """Something doubtful about the data, with the line that repairs it."""

    severity: str
    code: str
    place: str
    message: str
    repair: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Rows kept in quarantine for one reason."""

    source: str
    table: str
    field: str
    reason: str
    rows: str
    first_row: str


@dataclass(frozen=True, slots=True)
class Health:
    """The state of the data behind the page."""

    total: str
    reads: tuple[Read, ...]
    findings: tuple[Finding, ...]
    refusals: tuple[Refusal, ...]
    findings_left_out: int
    refusals_left_out: int


def data_health(results: Results) -> Health:
    """What the data are like, warnings and frequent refusals first."""
    reads = results.health.sort_by([("source", "ascending"), ("table_name", "ascending")]).to_pylist()
    findings = sorted(results.findings.to_pylist(), key=_finding_order)
    refusals = _refusals(results.quarantine)
    return Health(
        total=_total(reads),
        reads=tuple(map(_read, reads)),
        findings=tuple(map(_finding, findings[:MOST_FINDINGS])),
        refusals=tuple(map(_refusal, refusals[:MOST_REASONS])),
        findings_left_out=max(0, len(findings) - MOST_FINDINGS),
        refusals_left_out=max(0, len(refusals) - MOST_REASONS))


def _total(reads: list[Row]) -> str:
    read, accepted, refused, left_out = (
        sum(row[column] or 0 for row in reads) for column in ("read", "accepted", "refused", "left_out"))
    sentence = f"{words.counted(read, 'row')} read = {words.count(accepted)} accepted + " \
               f"{words.count(refused)} refused."
    if left_out:
        sentence += f" {words.counted(left_out, 'row')} left out by the filters you set."
    return sentence


def _read(row: Row) -> Read:
    return Read(
        source=words.cut(row["source"]), table=words.cut(row["table_name"]),
        read=words.count(row["read"]), accepted=words.count(row["accepted"]),
        refused=words.count(row["refused"]), left_out=words.count(row["left_out"]),
        adds_up=row["read"] == row["accepted"] + row["refused"])


def _finding_order(row: Row) -> tuple[bool, str, str, str]:
    return (row["severity"] != "warning", row["code"] or "", row["place"] or "", row["message"] or "")


def _finding(row: Row) -> Finding:
    return Finding(
        severity=words.cut(row["severity"]), code=words.cut(row["code"]), place=words.cut(row["place"], 120),
        message=words.cut(row["message"], 600), repair=(row["repair"] or "")[:600].strip())


def _refusals(quarantine: pa.Table) -> list[Row]:
    keys = ["source", "table_name", "field", "reason"]
    place, reasons = quarantine.schema.get_field_index("reason"), quarantine["reason"]
    summed = quarantine.set_column(place, "reason", pc.replace_substring_regex(reasons, WHICH_STANDS, ""))
    grouped = summed.group_by(keys).aggregate([([], "count_all"), ("source_row", "min")])
    order = [("count_all", "descending"), *((key, "ascending") for key in keys)]
    rows: list[Row] = grouped.sort_by(order).to_pylist()
    return rows


def _refusal(row: Row) -> Refusal:
    return Refusal(
        source=words.cut(row["source"]), table=words.cut(row["table_name"]), field=words.cut(row["field"]),
        reason=words.cut(row["reason"], 240), rows=words.count(row["count_all"]),
        first_row=words.count(row["source_row_min"]))

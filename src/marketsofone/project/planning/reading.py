"""What a run says of its plan: why a buyer or segment gets hours, and where time drains."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from marketsofone.allocation import Curves
from marketsofone.errors import RunMissing, shortened
from marketsofone.project.planning.scenarios import check_planned
from marketsofone.project.planning.tables import DROPPED, KNOCKED_OUT, NO_BASIS, NONE_ALLOWED
from marketsofone.project.reading.between_runs import barred_since
from marketsofone.project.reading.unlisted import off_the_list
from marketsofone.project.snapshots.parquet import among, scanned
from marketsofone.project.snapshots.small_tables import asked_rows
from marketsofone.project.snapshots.snapshot import Snapshot
from marketsofone.project.statements.naming import chosen_stratum
from marketsofone.project.words import SIDES


@dataclass(frozen=True, slots=True)
class Explained:
    """Why a buyer or a segment gets what it gets.

    Parameters
    ----------
    kind : {"buyer", "segment"}
    row : mapping
        Its row of ``plan`` or ``segment_choice``; of a buyer that may not be contacted any more nothing is planned.
    changes : str
        What would change it.
    responses : tuple of (str, str, str)
        Of prospects and customers: how what hours do is known, and what is known of it.
    """

    kind: str
    row: dict[str, Any]
    changes: str
    responses: tuple[tuple[str, str, str], ...]


def explain(snapshot: Snapshot, key: str) -> Explained:
    """Why a buyer (its key or id) or a segment (its id or path) gets what it gets.

    Raises
    ------
    RunMissing
        The run has no plan, or neither such a buyer nor such a segment.
    """
    from marketsofone.report.plan import response_said

    check_planned(snapshot)
    responses = tuple((name, fit["status"], response_said(fit))
                      for name, fit in snapshot.manifest["plan"]["response"].items())
    bought = _rows(snapshot, "plan", "where source_id = ? or cast(buyer_id as varchar) = ? order by buyer_id limit 1",
                   [key, key])
    if bought:
        row = _as_it_stands(snapshot, bought[0])
        return Explained("buyer", row, _what_changes(snapshot, row), responses)
    stratum_id, path = _stratum(snapshot, key)
    chosen = _rows(snapshot, "segment_choice", "where stratum_id = ? limit 1", [stratum_id])
    if chosen:
        return Explained("segment", chosen[0], str(chosen[0]["changes"] or ""), responses)
    planned = snapshot.table("segment_choice")["path"].to_pylist()
    parts = [f"'{each}'" for each in planned if each.startswith(f"{path} / ")]
    raise _no_such(snapshot, f"'{path}', which is planned by its parts: {shortened(parts)}")


def _as_it_stands(snapshot: Snapshot, row: dict[str, Any]) -> dict[str, Any]:
    """The row of a buyer, without what was planned where it may not be contacted since."""
    barred = barred_since(snapshot) if row.get("place") is not None else frozenset()
    return {**off_the_list(row, barred), "reason": NO_BASIS} if row["buyer_id"] in barred else row


def _stratum(snapshot: Snapshot, key: str) -> tuple[str, str]:
    """Id and path of the stratum that a person means."""
    try:
        return chosen_stratum(snapshot, key)
    except RunMissing as missing:
        several = missing.found if "of that" in missing.found else "none of that key, id, path or name."
        raise _no_such(snapshot, several.removesuffix(".")) from missing


def _no_such(snapshot: Snapshot, found: str) -> RunMissing:
    return RunMissing(f"The plan of run {snapshot.run_id} was asked for a buyer or a segment that is planned.",
                      f"{found}.", "m1 plan solve lists buyers, m1 plan solve --segments the segments.")


def read_drain(snapshot: Snapshot, kind: str | None = None, drains: bool = True, top: int | None = 20,
               without: Collection[int] = ()) -> list[dict[str, Any]]:
    """Where time drains, most hours back first.

    Parameters
    ----------
    kind : {"segment", "buyer", "rep"}, optional
        One side of the ledger; absent: segments, then reps, then buyers.
    drains : bool
        Only what drains; else all that hours went to.
    without : collection of int
        ``buyer_id`` of buyers who are not named, such as who objected since the run.

    Returns
    -------
    list of mapping
        Rows of ``drain``, with the ``path`` of segments.
    """
    check_planned(snapshot)
    if "drain" not in snapshot.tables:
        raise RunMissing(f"Run {snapshot.run_id} was asked where time drains.", "no touches in the data.",
                         "Map a table of touches (touch.minutes, touch.happened_at), then run again.")
    objected = f"select source_id from {scanned(snapshot.file('buyers'))} where buyer_id in {among(without)}"
    where = " and ".join(filter(None, ["true", "kind = ?" if kind else "", "drains" if drains else "",
                                       f"not (kind = 'buyer' and id in ({objected}))" if without else ""]))
    found = _rows(snapshot, "drain", f"where {where} order by array_position({list(SIDES)}, kind), "
                  f"hours_back desc, hours desc, id{'' if top is None else f' limit {int(top)}'}",
                  [kind] if kind else [])
    paths = {row["stratum_id"]: row["path"] for row in snapshot.table("strata").to_pylist()}
    return [{**row, "path": paths.get(row["id"], "") if row["kind"] == "segment" else ""} for row in found]


def _what_changes(snapshot: Snapshot, row: dict[str, Any]) -> str:
    """What would put a buyer in the plan, or out of it."""
    from marketsofone.project.words import money

    if row["reason"] == NO_BASIS:
        return "A basis for contact that holds, on record or in the data."
    currency = snapshot.manifest["currency"]
    rep = next((each for each in snapshot.manifest["plan"]["reps"] if each["rep_id"] == row["rep_id"]), None)
    if rep is None:
        return "A rep with hours that serves it."
    if row["reason"] in _KEPT_OUT:
        return _KEPT_OUT[row["reason"]]
    asked = rep["next_hour_value"] + rep["hour_cost"]
    if not row["ceiling"] > 0:
        return "Evidence, or a judgement of effort, that hours earn something there."
    if not asked > 0:
        return "Fewer hours, or hours that cost something: its rep has hours left over that cost nothing."
    needed, there = money(asked / _first_hour(snapshot, row), currency), money(row["ceiling"], currency)
    if row["hours"] > 0:
        return f"It would get no hours were less than {needed} of contribution at stake there: {there} is."
    return f"It would get hours were more than {needed} of contribution at stake there: {there} is."


_KEPT_OUT = {
    KNOCKED_OUT: "It is in no segment of [plan] knock_outs any more.",
    NONE_ALLOWED: "Hours allowed with it in [plan].",
    DROPPED: "Its segment is worth pursuing: m1 plan explain says of a segment what would change its choice."}
"""What would put a buyer in the plan that is kept out of it whatever it is worth."""


def _first_hour(snapshot: Snapshot, row: dict[str, Any]) -> float:
    """What the first hour with a buyer is worth, of 1 at stake; where calls are whole an hour of the first call."""
    settings = snapshot.manifest["market"]
    if not settings["plan"]["whole_calls"]:
        return float(1.0 / row["scale"])
    call = settings["market"]["approach_hours"]
    return float(Curves(1.0, row["scale"], row["shape"]).value(call) / call)


def _rows(snapshot: Snapshot, table: str, rest: str, values: list[Any]) -> list[dict[str, Any]]:
    path = snapshot.file(table)
    return asked_rows(path, f"select * from {scanned(path)} {rest}", values)

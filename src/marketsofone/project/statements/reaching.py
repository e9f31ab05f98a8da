"""Whether what a person just stated will reach a run: of whom none knows, or too late for a fixed day, it will not."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from marketsofone.customer.keys import as_read
from marketsofone.project.settings.market_file import FILE_NAME, read_settings
from marketsofone.project.snapshots.parquet import scanned
from marketsofone.project.snapshots.snapshot import Snapshot, latest_run, open_snapshot


def out_of_reach(folder: Path, about: str, keys: tuple[str, ...], dated: bool = True,
                 score: str = "") -> tuple[str, ...]:
    """Why a statement does not count in the next run, a sentence each; empty where it does.

    Parameters
    ----------
    about : str
        ``buyer``, ``account``, ``contact``, ``opportunity``, or ``stratum``, which the caller has looked up.
    keys : tuple of str
        The sources' keys that it names. They may be people's: no sentence repeats them.
    dated : bool
        Whether a run of an earlier day leaves it out; an objection always holds.
    score : str
        The score that it judges; empty for any other statement.
    """
    return (*_too_late(folder, dated), *_unobserved(folder, score), *_unknown(folder, about, keys))


def _too_late(folder: Path, dated: bool) -> tuple[str, ...]:
    if not dated or not (folder / FILE_NAME).is_file():
        return ()
    market = read_settings(folder).market
    if market.as_of is None or market.as_of >= datetime.now(UTC).astimezone(ZoneInfo(market.time_zone)).date():
        return ()
    return (f"{FILE_NAME} fixes as_of = {market.as_of}: a run of that day leaves out what is stated later. "
            "Take the line out, or set a later day.",)


def _unobserved(folder: Path, score: str) -> tuple[str, ...]:
    if not score or not (folder / FILE_NAME).is_file() or getattr(read_settings(folder).steps, score):
        return ()
    return (f"[steps] of {FILE_NAME} names no outcome for {score}: a run scores no buyer on it, and a judgement alone "
            "is no evidence.",)


def _unknown(folder: Path, about: str, keys: tuple[str, ...]) -> tuple[str, ...]:
    if about == "stratum" or not latest_run(folder):
        return ()
    snapshot = open_snapshot(folder, "latest")
    missing = sum(not _known(snapshot, about, key) for key in keys)
    if not missing:
        return ()
    which = "that key" if len(keys) == 1 else f"{missing} of those keys"
    return (f"The latest run knows no {about} of {which}: until a file names it, nothing changes. "
            "Check how it is written: m1 rank and m1 buyer show keys.",)


def _known(snapshot: Snapshot, about: str, key: str) -> bool:
    import duckdb

    entities = ("account", "contact", "opportunity") if about == "buyer" else (about,)
    with duckdb.connect() as engine:
        found = engine.execute(f"select 1 from {scanned(snapshot.file('entity_link'))} where "
                               "list_contains(?, source_id) and list_contains(?, entity) limit 1",
                               [[key, as_read(key)], list(entities)]).fetchone()
    return found is not None

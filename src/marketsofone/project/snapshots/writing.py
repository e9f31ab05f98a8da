"""Writes a run's results to a hidden folder, then moves them into place whole."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marketsofone.errors import RunInterrupted
from marketsofone.project.snapshots.parquet import Streamed, scanned, table_writer
from marketsofone.project.snapshots.snapshot import FORMAT, INDEX, Snapshot

if TYPE_CHECKING:
    import pyarrow as pa

SORTED_BY: Mapping[str, str] = {
    "buyers": "buyer_id", "opportunities": "buyer_id, opportunity_id", "strata": "level, stratum_id",
    "memberships": "buyer_id, level, stratum_id", "entity_link": "entity, entity_id, source, source_id",
    "quarantine": "source, table_name, source_row, field, reason", "facts": "buyer_id",
    "segments": "kind desc, segment", "segment_members": "segment, buyer_id", "reps": "rep_id",
    "touches": "buyer_id, happened_on, team, channel, direction, answered, minutes",
    "people": "account_id, contact_id",
}
"""How the rows of a table stand in its file; those of any other table keep the order they came in."""

Writer = Callable[[Path], None]
Page = Callable[[Snapshot], str]

_DISK = tuple(os.strerror(code) for code in
              (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EIO))


def write_snapshot(project_folder: Path, tables: Mapping[str, pa.Table | Writer], manifest: Mapping[str, Any],
                   now: datetime, pages: Mapping[str, Page] | None = None) -> Snapshot:
    """Writes a run's results as ``runs/<run_id>`` and makes it the latest.

    All files are written to a hidden folder and flushed to disk; one rename then makes the run. A run
    that is killed, or a disk that is full, leaves every earlier run as it was. Folders that killed runs
    left behind are swept first. One run writes at a time; another one waits for it.

    Parameters
    ----------
    project_folder : Path
        Folder of the project.
    tables : mapping
        By name: a table, or a callable that writes the Parquet file at the path it is given (see
        `marketsofone.project.snapshots.parquet.Streamed`), its rows in the order of `SORTED_BY`.
    manifest : mapping
        What the run says of itself; ``format``, ``run_id``, ``version``, ``written_at`` and ``files``
        are added.
    now : datetime
        The wall clock, with a zone.
    pages : mapping, optional
        By file name: what makes the text of a page from the finished tables.

    Raises
    ------
    RunInterrupted
        The disk is full or cannot be written to.
    """
    runs = project_folder / "runs"
    with disk_problems_told("A run writes its results", runs, f"m1 run {project_folder}"):
        runs.mkdir(parents=True, exist_ok=True)
        with _only_writer(runs):
            _sweep(runs)
            hidden = runs / f".writing-{os.getpid()}"
            try:
                hidden.mkdir()
                full = _write_files(hidden, tables, manifest, now, pages or {})
                placed = _move_into_place(hidden, runs / full["run_id"])
            finally:
                shutil.rmtree(hidden, ignore_errors=True)
            _point_latest(runs, placed.name)
    return Snapshot(placed, full)


def sweep(project_folder: Path) -> None:
    """Takes away what killed runs left half written; call it when a run starts."""
    runs = project_folder / "runs"
    if runs.is_dir():
        with _only_writer(runs):
            _sweep(runs)


def _write_files(folder: Path, tables: Mapping[str, pa.Table | Writer], manifest: Mapping[str, Any],
                 now: datetime, pages: Mapping[str, Page]) -> dict[str, Any]:
    """Writes tables, pages and manifest into a folder; gives back the manifest."""
    for name, table in tables.items():
        write = table if callable(table) else table_writer(table, SORTED_BY.get(name, ""))
        write(folder / f"{name}.parquet")
    names = [*tables]
    if "buyers" in tables:
        _write_index(folder)
        names.append(INDEX)
    files = {name: fingerprint(folder / f"{name}.parquet") for name in names}
    full = {**manifest, "format": FORMAT, "run_id": _run_id(files, now), "version": version("marketsofone"),
            "written_at": now.astimezone(UTC).isoformat(timespec="milliseconds"), "files": files}
    for name, page in pages.items():
        (folder / name).write_text(page(Snapshot(folder, full)), encoding="utf-8")
    (folder / "manifest.json").write_text(_as_json(full), encoding="utf-8")
    _flush(folder)
    return full


def _write_index(folder: Path) -> None:
    import duckdb

    buyers, links = scanned(folder / "buyers.parquet"), scanned(folder / "entity_link.parquet")
    query = f"select source_id, buyer_id from {buyers}"
    if (folder / "entity_link.parquet").exists():
        query += f" union all {_merged_keys(buyers, links)}"
    with duckdb.connect() as connection:
        Streamed(connection, query, "source_id, buyer_id")(folder / f"{INDEX}.parquet")


def _merged_keys(buyers: str, links: str) -> str:
    """Further keys that lead to a buyer since they were merged."""
    entity = "case kind when 'site' then 'account' else kind end"
    return (f"select l.source_id, b.buyer_id from {links} l join (select entity, entity_id from {links} "
            "group by all having count(*) > 1) m on m.entity = l.entity and m.entity_id = l.entity_id "
            f"join {buyers} b on b.buyer_id = l.entity_id and {entity} = l.entity and b.source_id <> l.source_id")


def fingerprint(path: Path) -> dict[str, Any]:
    """Size and SHA-256 of a file of a run, as its manifest holds them."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"bytes": path.stat().st_size, "sha256": digest}


def _run_id(files: Mapping[str, Any], now: datetime) -> str:
    """When it was written, to the millisecond, and what its tables hold.

    Examples
    --------
    >>> _run_id({"buyers": {"sha256": "ab"}}, datetime(2026, 6, 30, 8, tzinfo=UTC))
    '20260630-080000000-fb8e20fc'
    """
    content = hashlib.sha256("".join(files[name]["sha256"] for name in sorted(files)).encode()).hexdigest()
    at = now.astimezone(UTC)
    return f"{at:%Y%m%d-%H%M%S}{at.microsecond // 1000:03d}-{content[:8]}"


def _as_json(manifest: Mapping[str, Any]) -> str:
    return json.dumps(manifest, indent=2, ensure_ascii=False, default=str)


def _flush(folder: Path) -> None:
    """Waits until the files of a folder, and the folder itself, are on the disk."""
    for path in [*folder.iterdir(), folder]:
        _flush_one(path)


def _flush_one(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _move_into_place(hidden: Path, target: Path) -> Path:
    """Renames the hidden folder; a run of the same instant and content already says the same."""
    if target.exists():
        return target
    hidden.rename(target)
    return target


def _point_latest(runs: Path, name: str) -> None:
    beside = runs / ".latest"
    beside.write_text(f"{name}\n", encoding="utf-8")
    _flush_one(beside)
    beside.replace(runs / "latest")
    _flush_one(runs)


@contextmanager
def _only_writer(runs: Path) -> Iterator[None]:
    """Waits until no other process writes here; the lock goes with the process that holds it."""
    with (runs / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _sweep(runs: Path) -> None:
    for left in runs.glob(".writing-*"):
        shutil.rmtree(left, ignore_errors=True)


@contextmanager
def disk_problems_told(wanted: str, folder: Path, again: str) -> Iterator[None]:
    """Turns a disk that cannot be written to into an error that says what stands and what to do."""
    import duckdb

    try:
        yield
    except (OSError, duckdb.IOException) as problem:
        said = next((reason for reason in _DISK if reason in str(problem)), None)
        if said is None:
            raise
        raise RunInterrupted(f"{wanted} to {folder}.", f"{said}; {_free(folder)} free there.",
                             f"The last good run stands as it was. Make room, then:\n  {again}") from None


def _free(folder: Path) -> str:
    there = next(path for path in [folder, *folder.parents] if path.exists())
    return f"{shutil.disk_usage(there).free / 1e6:,.0f} MB"



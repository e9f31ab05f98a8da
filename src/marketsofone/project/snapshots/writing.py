"""Writes a run's results to a hidden folder, then moves them into place whole."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from marketsofone.errors import RunInterrupted, command
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
    "people": "account_id, contact_id", "sites": "account_id", "companies": "buyer_id",
    "dealings": "criterion, buyer_id", "permissions": "buyer_id, purpose, refused, valid_from, valid_to",
}
"""How the rows of a table stand in its file; those of any other table keep the order they came in."""

Writer = Callable[[Path], None]
Page = Callable[[Snapshot], str]

_FORBIDDEN = tuple(map(os.strerror, (errno.EROFS, errno.EACCES)))
_DISK = (*map(os.strerror, (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)), *_FORBIDDEN)


class Writing:
    """A run that is being written: a second thread writes one table after another while the rooms go on.

    Files are written to a hidden folder and flushed to disk; what went wrong in the second thread is raised by the
    next call.
    """

    def __init__(self, project_folder: Path, hidden: Path) -> None:
        self._project, self._hidden = project_folder, hidden
        self._thread = ThreadPoolExecutor(1, "writing")
        self._files: dict[str, Future[dict[str, Any]]] = {}

    def begin(self, name: str, table: pa.Table | Writer) -> None:
        """Has a table written once those begun before it are.

        Parameters
        ----------
        name : str
        table : pyarrow.Table or callable
            A callable writes the Parquet file at the path it is given (see
            `marketsofone.project.snapshots.parquet.Streamed`), its rows in the order of `SORTED_BY`. The second
            thread calls it: a connection it uses is its own.

        Raises
        ------
        RunInterrupted
            The disk is full or cannot be written to.
        """
        for file in self._files.values():
            if file.done():
                file.result()
        write = table if callable(table) else table_writer(table, SORTED_BY.get(name, ""))
        self._files[name] = self._thread.submit(self._write, write, self._hidden / f"{name}.parquet")
        self._begin_index({"buyers", "entity_link"})

    def wait(self, name: str) -> None:
        """Until a table is written, if it was begun: what it is read from may go then.

        Raises
        ------
        RunInterrupted
            The disk is full or cannot be written to.
        """
        if name in self._files:
            self._files[name].result()

    def finish(self, manifest: Mapping[str, Any], now: datetime, pages: Mapping[str, Page],
               beside: Callable[[], object] | None = None) -> Snapshot:
        """Waits for the tables, writes manifest and pages, makes the run with one rename, and points to it.

        Parameters
        ----------
        manifest : mapping
            What the run says of itself; ``format``, ``run_id``, ``version``, ``written_at``, ``files``, ``pages``
            and ``digest`` are added.
        now : datetime
            The wall clock, with a zone.
        pages : mapping
            By file name: what makes the text of a page from the finished tables.
        beside : callable, optional
            Called by the second thread while pages are made: what no table needs any more is given back there.

        Raises
        ------
        RunInterrupted
            The disk is full or cannot be written to.
        """
        self._begin_index({"buyers"})
        files = {name: file.result() for name, file in self._files.items()}
        if beside:
            self._thread.submit(beside)
        full = {**manifest, "format": FORMAT, "run_id": _run_id(files, now), "version": version("marketsofone"),
                "written_at": now.astimezone(UTC).isoformat(timespec="milliseconds"), "files": files}
        with self._told():
            for name, page in pages.items():
                self._place(name, page(Snapshot(self._hidden, full)))
            full["pages"] = {name: fingerprint(self._hidden / name) for name in pages}
            full["digest"] = digest_of(full)
            self._place("manifest.json", _as_json(full))
            _flush(self._hidden)
            placed = _move_into_place(self._hidden, self._hidden.parent / full["run_id"])
            _point_latest(placed.parent, placed.name)
        return Snapshot(placed, full)

    def stop(self) -> None:
        """Begins no further table and waits for the one that is being written."""
        self._thread.shutdown(cancel_futures=True)

    def _begin_index(self, after: set[str]) -> None:
        """The index is made of those tables, once they are begun."""
        if INDEX not in self._files and after <= self._files.keys():
            self.begin(INDEX, partial(_write_index, self._hidden))

    def _write(self, write: Writer, path: Path) -> dict[str, Any]:
        with self._told():
            write(path)
            _flush(path)
            return fingerprint(path)

    def _place(self, name: str, text: str) -> None:
        path = self._hidden / name
        path.write_text(text, encoding="utf-8")
        _flush(path)

    def _told(self) -> AbstractContextManager[None]:
        return _writing_told(self._project)


@contextmanager
def new_snapshot(project_folder: Path) -> Iterator[Writing]:
    """A run to be written as ``runs/<run_id>``; unless it is finished, nothing of it stays.

    A run that is killed, or a disk that is full, leaves every earlier run as it was. Folders that killed runs
    left behind are swept first. One run writes at a time; another one waits for it.

    Raises
    ------
    RunInterrupted
        The disk is full or cannot be written to.
    """
    runs = project_folder / "runs"
    with _writing_told(project_folder):
        runs.mkdir(parents=True, exist_ok=True)
    with _only_writer(runs):
        _sweep(runs)
        hidden = runs / f".writing-{os.getpid()}"
        with _writing_told(project_folder):
            hidden.mkdir()
        writing = Writing(project_folder, hidden)
        try:
            yield writing
        finally:
            writing.stop()
            shutil.rmtree(hidden, ignore_errors=True)


def write_snapshot(project_folder: Path, tables: Mapping[str, pa.Table | Writer], manifest: Mapping[str, Any],
                   now: datetime, pages: Mapping[str, Page] | None = None) -> Snapshot:
    """Writes a run whose results are all there: `new_snapshot`, `Writing.begin` and `Writing.finish` in one."""
    with new_snapshot(project_folder) as writing:
        for name, table in tables.items():
            writing.begin(name, table)
        return writing.finish(manifest, now, pages or {})


def sweep(project_folder: Path) -> None:
    """Takes away what killed runs left half written; call it when a run starts."""
    runs = project_folder / "runs"
    if runs.is_dir():
        with _only_writer(runs):
            _sweep(runs)


def _write_index(folder: Path, path: Path) -> None:
    """Which buyer each key of a source leads to."""
    import duckdb

    buyers, links = scanned(folder / "buyers.parquet"), scanned(folder / "entity_link.parquet")
    query = f"select source_id, buyer_id from {buyers}"
    if (folder / "entity_link.parquet").exists():
        query += f" union all {_merged_keys(buyers, links)}"
    with duckdb.connect() as connection:
        Streamed(connection, query, "source_id, buyer_id")(path)


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


def digest_of(manifest: Mapping[str, Any]) -> str:
    """SHA-256 of what a manifest says, but for this very digest; the same once it was written and read back."""
    said = {name: value for name, value in manifest.items() if name != "digest"}
    return hashlib.sha256(_as_json(said).encode()).hexdigest()


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


def _flush(path: Path) -> None:
    """Waits until a file, or a folder's list of files, is on the disk."""
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
    _flush(beside)
    beside.replace(runs / "latest")
    _flush(runs)


@contextmanager
def _only_writer(runs: Path) -> Iterator[None]:
    """Waits until no other process writes here; the lock goes with the process that holds it."""
    with _writing_told(runs.parent):
        lock = (runs / ".lock").open("w")
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _sweep(runs: Path) -> None:
    for left in runs.glob(".writing-*"):
        shutil.rmtree(left, ignore_errors=True)


def _writing_told(project_folder: Path) -> AbstractContextManager[None]:
    again = command("run", project_folder)
    return disk_problems_told("A run writes its results", project_folder / "runs", again)


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
        repair = "Allow this user to write there" if said in _FORBIDDEN else "Make room"
        raise RunInterrupted(f"{wanted} to {folder}.", f"{said}; {_free(folder)} free there.",
                             f"The last good run stands as it was. {repair}, then:\n  {again}") from None


def _free(folder: Path) -> str:
    there = next(path for path in [folder, *folder.parents] if path.exists())
    return f"{shutil.disk_usage(there).free / 1e6:,.0f} MB"



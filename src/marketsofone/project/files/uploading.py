"""Files that people send: taken whole into the project's folder of files, or not at all."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from marketsofone.errors import FileRefused
from marketsofone.project.snapshots.writing import disk_problems_told

FOLDER = "files"
"""Where the files of a project lie, inside its folder."""

ENDINGS = (".csv", ".tsv", ".txt", ".parquet", ".xlsx", ".jsonl")
"""What may be sent, each also with ``.gz``."""

_MOST_BYTES_OF_NAME = 120
_PART = ".part-"


@dataclass(frozen=True, slots=True)
class FileListed:
    """A file of a project: its name, its size, and when it was last written (UTC)."""

    name: str
    bytes: int
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Received:
    """A file that was taken: its name, its size and its fingerprint."""

    name: str
    bytes: int
    sha256: str


def list_files(project_folder: Path) -> tuple[FileListed, ...]:
    """The files of a project that may be sources, by name."""
    from marketsofone.sources.profiling.columns import files_of

    folder = project_folder / FOLDER
    return tuple(_listed(path) for path in files_of(folder)) if folder.is_dir() else ()


def receive(project_folder: Path, name: str, content: BinaryIO, *, replace: bool = False) -> Received:
    """Takes a file into the project; when this returns it is on the disk, whole and under its own name.

    What is half written never has that name, and goes: at once where something fails, with the next file
    where the machine went down. A folder in the name is left out, so nothing lands outside.

    Parameters
    ----------
    name : str
        As the sender calls it.
    content : binary file
        Read to its end, a piece at a time.
    replace : bool
        Whether a file of that name may give way to this one.

    Raises
    ------
    FileRefused
        The name cannot be taken, the file is empty, or one of that name is there and may not be replaced.
    RunInterrupted
        The disk is full or cannot be written to.
    """
    folder, name = project_folder / FOLDER, safe_name(name)
    with disk_problems_told("A file is taken", folder, "Send it once more."):
        folder.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        with _part(folder) as part:
            received = _copied(content, part, name)
            _place(part, folder / name, replace=replace)
    return received


def safe_name(name: str) -> str:
    r"""The last part of a name, as it may stand in a folder.

    Raises
    ------
    FileRefused
        It is empty, hidden, too long, holds what no file name should, or its ending tells no format.

    Examples
    --------
    >>> safe_name("C:\\Exports\\deals.csv")
    'deals.csv'
    """
    plain = "".join(" " if unicodedata.category(letter) == "Zs" else letter for letter in name.replace("\\", "/"))
    last = unicodedata.normalize("NFC", PurePosixPath(plain).name.strip())
    strange = not last.replace(" ", "").isprintable()
    if not last or last.startswith(".") or strange or len(last.encode(errors="replace")) > _MOST_BYTES_OF_NAME:
        raise FileRefused("A file has a plain name of its own.", f"one of {len(name):,} characters that is none.",
                          "Give it a short name of letters and digits, and send it again.")
    if not last.lower().removesuffix(".gz").endswith(ENDINGS):
        raise FileRefused("The ending of a file tells its format.", f"{PurePosixPath(last).suffix or 'no ending'}.",
                          f"Send one of {', '.join(ENDINGS)}; each may be packed as .gz.")
    return last


def _listed(path: Path) -> FileListed:
    seen = path.stat()
    return FileListed(path.name, seen.st_size, datetime.fromtimestamp(seen.st_mtime, UTC))


@contextmanager
def _part(folder: Path) -> Iterator[IO[bytes]]:
    """A hidden file to write into, its owner's alone; a lock says that its writer is alive, and it goes in any case."""
    with tempfile.NamedTemporaryFile(prefix=_PART, dir=folder, delete=False) as part:
        fcntl.flock(part, fcntl.LOCK_EX)
        try:
            yield part
        finally:
            Path(part.name).unlink(missing_ok=True)


def _copied(content: BinaryIO, part: IO[bytes], name: str) -> Received:
    shutil.copyfileobj(content, part, 1 << 20)
    part.flush()
    os.fsync(part.fileno())
    size = part.tell()
    if not size:
        raise FileRefused(f"A file holds rows: '{name}'.", "an empty one.", "Export it again, and send it once more.")
    with Path(part.name).open("rb") as written:
        return Received(name, size, hashlib.file_digest(written, "sha256").hexdigest())


def _place(part: IO[bytes], target: Path, *, replace: bool) -> None:
    """Gives the finished file its name: the disk knows it under that name whole, or not at all."""
    if replace:
        Path(part.name).replace(target)
    else:
        try:
            os.link(part.name, target)
        except FileExistsError:
            raise FileRefused(f"'{target.name}' would be a new file.", "one of that name that is there already.",
                              "Say that it may be replaced, or give yours another name.") from None
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _sweep(folder: Path) -> None:
    """Takes away what writers that are gone left half written."""
    for left in folder.glob(f"{_PART}*"):
        with left.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            left.unlink(missing_ok=True)

"""Packed files, unpacked piece by piece and within bounds: a small one may else fill the memory or the disk."""

from __future__ import annotations

import gzip
import io
import zlib
from pathlib import Path
from typing import IO, TYPE_CHECKING
from zipfile import BadZipFile, ZipFile

from marketsofone.errors import SourceUnreadable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MOST_TIMES = 100
"""So many times its size a file may unpack to; exports of real tables unpack to 4 to 30 times."""

ALWAYS = 200_000_000
"""So many bytes any file may unpack to."""

_PIECE = 1 << 20


def opened(path: Path, zipped: bool) -> IO[bytes]:
    """The bytes of a file, unpacked where it is packed with gzip.

    Raises
    ------
    SourceUnreadable
        While it is read: it unpacks to more than it may, or is damaged.
    """
    return io.BufferedReader(_Unpacked(path), _PIECE) if zipped else path.open("rb")


def check_gzip(path: Path) -> None:
    """Raise ``SourceUnreadable`` where a file packed with gzip unpacks to more than it may, or is damaged."""
    with opened(path, zipped=True) as file:
        while file.read(_PIECE):
            pass


def check_workbook(path: Path) -> None:
    """Raise ``SourceUnreadable`` where a workbook, which is a zip file, unpacks to more than it may.

    What its parts say of their size holds: no more of them is ever unpacked. No zip file at all is not told here.
    """
    try:
        with ZipFile(path) as book:
            unpacked = sum(part.file_size for part in book.infolist())
    except BadZipFile:
        return
    if unpacked > _most(path):
        raise _too_much(path)


class _Unpacked(io.RawIOBase):
    """A file packed with gzip, until it is more than it may be."""

    def __init__(self, path: Path) -> None:
        self._path, self._left = path, _most(path)
        self._file = gzip.GzipFile(path, "rb")

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        try:
            count = self._file.readinto(buffer)
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise _damaged(self._path) from None
        self._left -= count
        if self._left < 0:
            raise _too_much(self._path)
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


def _most(path: Path) -> int:
    return max(ALWAYS, MOST_TIMES * path.stat().st_size)


def _too_much(path: Path) -> SourceUnreadable:
    return SourceUnreadable(f"{path.name} unpacks to no more than {MOST_TIMES} times its size.", "more.",
                            "If it is meant so, unpack it and give it as it is; save a workbook as CSV.")


def _damaged(path: Path) -> SourceUnreadable:
    return SourceUnreadable(f"{path.name} is packed.", "bytes that do not unpack to its end.",
                            "It may have broken off on its way: export it, or copy it, again.")

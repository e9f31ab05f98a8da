"""Folders for what is held beside memory while something is read or computed: copies of a company's rows, for then."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

_NAME = "m1-scratch-"
_LOCK = ".lock"


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder that goes when it is left; those that killed processes left behind go first.

    A process that is killed, as where memory runs out, cannot clear up after itself. It holds a lock as long as it
    lives, so that a folder whose lock is free is nobody's any more.
    """
    _sweep(Path(gettempdir()))
    with TemporaryDirectory(prefix=_NAME) as name:
        folder = Path(name)
        made = folder / f"{_LOCK}.made"
        with made.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            made.rename(folder / _LOCK)
            yield folder


def _sweep(place: Path) -> None:
    for path in place.glob(f"{_NAME}*/{_LOCK}"):
        with suppress(OSError), path.open("r+") as lock:  # it is another user's, or is held, or went this moment
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path.parent, ignore_errors=True)

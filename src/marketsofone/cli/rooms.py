"""Progress of a run: which part is at work, on a terminal as it goes, elsewhere one line each."""

from __future__ import annotations

import time
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.status import Status


class Rooms:
    """Tells which part of the run is at work; call it with the part's name as each one starts.

    Parameters
    ----------
    stream : TextIO
        Where to tell it; a terminal gets one line that moves, anything else one line a part.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream, self._room, self._since = stream, "", 0.0
        self._status: Status | None = None

    def __enter__(self) -> Rooms:
        if self._stream.isatty():
            from rich.console import Console

            self._status = Console(file=self._stream, markup=False, highlight=False).status("starting")
            self._status.start()
        return self

    def __call__(self, room: str) -> None:
        """The part ``room`` starts, so the one before it has ended."""
        self._end_room()
        self._room, self._since = room, time.perf_counter()
        if self._status:
            self._status.update(room)

    def __exit__(self, kind: type[BaseException] | None, problem: BaseException | None,
                 trace: TracebackType | None) -> None:
        if problem is None:
            self._end_room()
        if self._status:
            self._status.stop()

    def _end_room(self) -> None:
        if not self._room:
            return
        line = f"  {self._room}: {time.perf_counter() - self._since:.1f} s"
        if self._status:
            self._status.console.print(line)
        else:
            print(line, file=self._stream, flush=True)

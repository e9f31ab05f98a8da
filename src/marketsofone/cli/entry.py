"""From the words on the command line to an exit status; what goes wrong is told in plain words."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from marketsofone.errors import MarketError, RunInterrupted

FAULT, MISTYPED = 1, 2
"""Exit statuses: a fault of this program; a command line that cannot be followed."""

ENGINE_STOPPED = "Query interrupted"
"""What the engine says when Ctrl-C reaches it in the middle of a query; the error has no class of its own."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after ``m1``; absent: those of this process.

    Returns
    -------
    int
        Exit status: 0 done, 1 a fault of the program, 2 something to repair, 3 interrupted.
    """
    from cyclopts import CycloptsError

    from marketsofone.cli.commands import app

    words = sys.argv[1:] if arguments is None else list(arguments)
    try:
        app(words, exit_on_error=False, print_error=False, result_action="return_value")
        sys.stdout.flush()
    except CycloptsError as problem:
        return _said(f"{problem}\nm1 --help lists the commands, m1 <command> --help its options.", MISTYPED)
    except MarketError as problem:
        return _said(str(problem), problem.exit_status)
    except KeyboardInterrupt:
        return _stopped()
    except BrokenPipeError:
        return _unread()
    except Exception as fault:
        return _stopped() if str(fault) == ENGINE_STOPPED else _said(_fault(fault), FAULT)
    return 0


def _stopped() -> int:
    stopped = RunInterrupted("The command was to run to its end.", "it was stopped from outside.",
                             "Nothing was changed: the last good run stands. Start it again when ready.")
    return _said(str(stopped), stopped.exit_status)


def _said(message: str, status: int) -> int:
    """Prints a message for people, with the trace where ``M1_TRACE`` asks for it."""
    from marketsofone.cli.sheet import plain_lines

    if os.environ.get("M1_TRACE"):
        traceback.print_exc()
    print(plain_lines(message), file=sys.stderr)
    return status


def _fault(fault: Exception) -> str:
    """One line on a fault of this program: its kind and place, never its text, which may hold data."""
    place = traceback.extract_tb(fault.__traceback__)[-1]
    return (f"{type(fault).__name__} in {Path(place.filename).name}, line {place.lineno}: a fault of m1, not "
            "of your data. M1_TRACE=1 before the command shows the trace.")


def _unread() -> int:
    """Whoever read our output has had enough of it: no more is written, and nothing is wrong."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0

"""Every error marketsofone raises on purpose.

An error tells a person four things: what was wanted, where, what was found, and the line that
repairs it. The parts stay attributes, so the terminal, the report and an API can each show them
in their own way. Column names and counts only: a buyer's name or e-mail never enters a message.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from shlex import quote


def shortened(names: Iterable[str], most: int = 12) -> str:
    """Names joined by commas, cut after ``most`` so that a message stays readable.

    Examples
    --------
    >>> shortened(["a", "b", "c"], most=2)
    'a, b and 1 more'
    """
    listed = list(names)
    if len(listed) <= most:
        return ", ".join(listed)
    return f"{', '.join(listed[:most])} and {len(listed) - most:,} more"


def without_passwords(text: str) -> str:
    """A text without the passwords of the addresses in it, wherever in an address they stand.

    Examples
    --------
    >>> without_passwords("postgresql://ann:p@ss@db.example/crm")
    'postgresql://ann@db.example/crm'
    >>> without_passwords("postgresql://db.example/crm?user=ann&password=x&sslmode=require")
    'postgresql://db.example/crm?user=ann&password=***&sslmode=require'
    """
    said = re.sub(r"(?i)([?&][^=&\s]*(?:pass|secret|token|key)[^=&\s]*=)[^&\s\"']*", r"\1***", text)
    return re.sub(r"(://[^:/@\s]*):\S*@", r"\1@", said)


def command(name: str, folder: Path) -> str:
    """A command on a project folder, as it can be typed into a shell.

    Examples
    --------
    >>> command("run", Path("Mein Markt"))
    "m1 run 'Mein Markt'"
    """
    return f"m1 {name} {quote(str(folder))}"


class MarketError(Exception):
    """Something a person can repair.

    Parameters
    ----------
    wanted : str
        What was needed, and where: one sentence.
    found : str
        What was there instead.
    repair : str
        The line or step that repairs it.
    """

    exit_status = 2

    def __init__(self, wanted: str, found: str = "", repair: str = "") -> None:
        self.wanted, self.found, self.repair = wanted, found, repair
        super().__init__(str(self))

    def __str__(self) -> str:
        lines = [f"{type(self).__name__}: {self.wanted}"]
        if self.found:
            lines.append(f"Found: {self.found}")
        if self.repair:
            lines.append(self.repair)
        return "\n".join(lines)


class SettingsInvalid(MarketError):
    """The project file says something that cannot be followed."""


class SourceMissing(MarketError):
    """A file, a table or a folder that the project names is not there."""


class SourceUnreadable(MarketError):
    """A source is there and cannot be read as what it is said to be."""


class ColumnMissing(MarketError):
    """A mapping names a column its source does not have."""


class KeyNotUnique(MarketError):
    """Rows that must be told apart by their key share one."""


class ValuesInvalid(MarketError):
    """A column holds values that its field cannot take."""


class NothingToScore(MarketError):
    """No score has any evidence, so there is nothing to run."""


class RunMissing(MarketError):
    """A run or a result that was asked for is not there."""


class SnapshotTooNew(MarketError):
    """A snapshot was written by a later version than this one."""


class RecordTooNew(MarketError):
    """A written record was kept by a later version than this one."""


class RunInterrupted(MarketError):
    """A run stopped before its end; the last good one stands."""

    exit_status = 3


class RecordRefused(MarketError):
    """A statement cannot enter the written record as it stands."""


class RecordAway(RecordRefused):
    """The database of the written record does not answer, or not in time."""


class HoursExceeded(MarketError):
    """Hours agreed at least exceed the hours there are.

    Parameters
    ----------
    reps : tuple of int
        Places of the reps in the capacities given.
    excess : tuple of float
        Hours too many, of each.
    said : str
        One part a rep, for people.
    """

    def __init__(self, reps: tuple[int, ...], excess: tuple[float, ...], said: str) -> None:
        self.reps, self.excess = reps, excess
        super().__init__(
            "Hours agreed at least must fit into the hours there are.", f"{said}.",
            f"The smallest change that does: {sum(excess):,.1f} more hours, or as many fewer agreed, of those reps.")


class NothingToPlan(MarketError):
    """There are no reps, no hours or no response to hours: nothing to make a plan of."""


class RuleInvalid(MarketError):
    """A segment's written rule cannot be followed."""


class RunGoing(MarketError):
    """A run goes on where none may, or none goes on where one should."""


class FileRefused(MarketError):
    """A file that was sent cannot be taken as it stands."""


class AddressTaken(MarketError):
    """The app cannot listen where it was asked to: another program does, or this machine has no such address."""


class NobodySignedIn(MarketError):
    """A page or an answer is for people who signed in."""


class PersonMissing(MarketError):
    """A person, or a key of one, that was asked for is not there."""


class NotAllowed(MarketError):
    """Someone asked for what another role may do."""

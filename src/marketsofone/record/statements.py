"""What a person can state: one frozen dataclass per kind, checked when it is made.

A ``Statement`` says *who* stated *what* about *whom*, and *when*; what was said is one of the kinds in
``KINDS``. The names of their fields are those of the customer tables, where there is such a table.
A new kind, or a new field of one, comes with a migration of its own (even one that changes
no table), so that an older version refuses the store instead of misreading it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import ClassVar

from marketsofone.record.values import (
    KEY_LENGTH,
    NAME_LENGTH,
    check_choice,
    check_day,
    check_inner_share,
    check_number,
    check_positive,
    check_text,
    check_whole,
    refuse,
)

ABOUT = ("buyer", "account", "contact", "opportunity", "stratum", "segment", "run")
"""What a statement can be about."""

ANSWERS = ("done", "not now", "not relevant")
IN_THE_MARKET = ABOUT[:5]
KEYED_BY_A_SOURCE = ABOUT[:4]
SCORES = ("pull", "competitiveness", "attractiveness")
MEMBERS = 1_000_000


@dataclass(frozen=True, slots=True)
class Said:
    """What was said, whatever its kind."""

    abouts: ClassVar[tuple[str, ...]] = ABOUT
    """What it can be about."""
    told_apart_by: ClassVar[tuple[str, ...] | None] = None
    """Fields (or ``stated_by``) that no two in force about one thing share; None: they may be alike."""


@dataclass(frozen=True, slots=True)
class Judgement(Said):
    """What a person holds a score to be.

    ``value`` is a share strictly between 0 and 1 for pull and competitiveness, and money in major units
    for attractiveness. ``sure`` is how many trials the judgement is worth. A person judges each score
    once: a second thought corrects the first, or it would count twice.
    """

    abouts = IN_THE_MARKET
    told_apart_by = ("score", "stated_by")

    score: str
    value: float
    sure: float

    def __post_init__(self) -> None:
        check_choice("score", self.score, SCORES)
        check_number("value", self.value)
        if self.score != "attractiveness":
            check_inner_share("value", self.value)
        check_positive("sure", self.sure)


@dataclass(frozen=True, slots=True)
class Effort(Said):
    """What a person expects of a buyer at different effort, in the manner of CALLPLAN.

    ``hours`` is the present effort over the horizon; ``none`` to ``most`` what the buyer would contribute over it, in
    major units, with no calls, half of them, as now, half more, and as many as could be used. They never fall.
    ``sure`` is how many trials (periods of the buyer on record) the judgement is worth. A person judges once.
    """

    abouts = IN_THE_MARKET
    told_apart_by = ("stated_by",)

    hours: float
    none: float
    half: float
    now: float
    more: float
    most: float
    sure: float

    def __post_init__(self) -> None:
        check_positive("hours", self.hours)
        levels = ("none", "half", "now", "more", "most")
        for level in levels:
            check_number(level, getattr(self, level))
        for less, more in pairwise(levels):
            if getattr(self, more) < getattr(self, less):
                refuse(more, f"less than with {less}: {getattr(self, more):g} after {getattr(self, less):g}.",
                       "State the same value where more calls add nothing; none is lower with more effort.")
        check_positive("sure", self.sure)


@dataclass(frozen=True, slots=True)
class Objection(Said):
    """A no to a use of the data. Only uses that are honoured can be objected to here."""

    abouts = KEYED_BY_A_SOURCE
    told_apart_by = ("purpose",)

    purpose: str = "profiling"

    def __post_init__(self) -> None:
        check_choice("purpose", self.purpose, ("profiling",))


@dataclass(frozen=True, slots=True)
class Withdrawal(Said):
    """Takes back the statement it supersedes, without putting another in its place."""


@dataclass(frozen=True, slots=True)
class Override(Said):
    """A person's choice in place of the computed one: which subject, what instead, and why."""

    told_apart_by = ("subject",)

    subject: str
    choice: str
    note: str

    def __post_init__(self) -> None:
        check_text("subject", self.subject, NAME_LENGTH)
        check_text("choice", self.choice, NAME_LENGTH)
        check_text("note", self.note)


@dataclass(frozen=True, slots=True)
class Name(Said):
    """What people call it."""

    told_apart_by = ()

    name: str

    def __post_init__(self) -> None:
        check_text("name", self.name, NAME_LENGTH)


@dataclass(frozen=True, slots=True)
class Note(Said):
    """A remark."""

    text: str

    def __post_init__(self) -> None:
        check_text("text", self.text)


@dataclass(frozen=True, slots=True)
class Freeze(Said):
    """A membership kept as it was, for measuring later: the sources' keys of those in it, and why."""

    members: tuple[str, ...]
    reason: str

    def __post_init__(self) -> None:
        if not isinstance(self.members, tuple) or len(self.members) > MEMBERS:
            refuse("members", "no tuple, or one too long.", f"State a tuple of at most {MEMBERS:,} keys.")
        for member in self.members:
            check_text("members", member, KEY_LENGTH)
        if len(set(self.members)) < len(self.members):
            refuse("members", "a key that is there twice.", "List each member once.")
        check_text("reason", self.reason)


@dataclass(frozen=True, slots=True)
class Wish(Said):
    """Something a buyer needs, desires or expects. ``strength`` is a share, 0 and 1 included."""

    abouts = IN_THE_MARKET

    kind: str
    theme: str
    strength: float | None = None
    desired: float | None = None
    minimum: float | None = None
    perceived: float | None = None
    words: str | None = None

    def __post_init__(self) -> None:
        check_choice("kind", self.kind, ("need", "desire", "expectation"))
        check_text("theme", self.theme, NAME_LENGTH)
        for level in ("strength", "desired", "minimum", "perceived"):
            if getattr(self, level) is not None:
                check_number(level, getattr(self, level))
        if self.strength is not None and not 0 <= self.strength <= 1:
            refuse("strength", f"{self.strength:g}.", "State a share from 0 to 1.")
        if self.words is not None:
            check_text("words", self.words)


@dataclass(frozen=True, slots=True)
class Adjustment(Said):
    """A change to the standard offer that a buyer asks for.

    ``cost`` is a whole number of minor units of ``currency`` (ISO 4217): neither goes without the other.
    """

    abouts = IN_THE_MARKET

    type: str
    cost: int | None = None
    currency: str | None = None
    lead_days: float | None = None
    approval: str | None = None
    status: str = "asked"

    def __post_init__(self) -> None:
        check_text("type", self.type, NAME_LENGTH)
        check_choice("status", self.status, ("asked", "approved", "refused", "delivered"))
        if (self.cost is None) != (self.currency is None):
            refuse("cost", "an amount without a currency, or the reverse.", "State both or neither.")
        if self.cost is not None:
            check_whole("cost", self.cost)
        if self.currency is not None and not _is_currency(self.currency):
            refuse("currency", "something else.", 'State an ISO 4217 code such as "EUR".')
        if self.lead_days is not None:
            check_number("lead_days", self.lead_days)
        if self.approval is not None:
            check_text("approval", self.approval, NAME_LENGTH)


@dataclass(frozen=True, slots=True)
class Permission(Said):
    """A lawful basis to use data about a person, from a day on, until the day before ``valid_to``."""

    abouts = IN_THE_MARKET

    purpose: str
    basis: str
    valid_from: date | None = None
    valid_to: date | None = None

    def __post_init__(self) -> None:
        check_text("purpose", self.purpose, NAME_LENGTH)
        check_text("basis", self.basis, NAME_LENGTH)
        for day in ("valid_from", "valid_to"):
            if getattr(self, day) is not None:
                check_day(day, getattr(self, day))
        if self.valid_from is not None and self.valid_to is not None and self.valid_to <= self.valid_from:
            refuse("valid_to", "a day not after valid_from.", "State the first day without the permission.")


@dataclass(frozen=True, slots=True)
class Link(Said):
    """Two keys of the sources mean the same thing; with ``same=False``, they do not.

    The statement's ``about_id`` is the one key, ``same_as`` the other. ``valid_from`` is the first day on
    which it holds, such as that of a takeover; absent: it always did.
    """

    abouts = KEYED_BY_A_SOURCE
    told_apart_by = ("same_as",)

    same_as: str
    same: bool = True
    valid_from: date | None = None

    def __post_init__(self) -> None:
        check_text("same_as", self.same_as, KEY_LENGTH)
        if self.valid_from is not None:
            check_day("valid_from", self.valid_from)
        if not isinstance(self.same, bool):
            refuse("same", f"a value of type {type(self.same).__name__}.", "Say true or false.")


@dataclass(frozen=True, slots=True)
class Contact(Said):
    """What came of approaching a buyer: from the next run on it is a touch like any other.

    ``answered`` says whether the buyer let us in; None where that is not known yet. ``minutes`` is the
    selling time it took.
    """

    abouts = ABOUT[:4]

    channel: str
    happened_at: datetime
    answered: bool | None
    minutes: float | None = None

    def __post_init__(self) -> None:
        check_text("channel", self.channel, NAME_LENGTH)
        object.__setattr__(self, "happened_at", utc(self.happened_at, "happened_at"))
        if self.answered is not None and not isinstance(self.answered, bool):
            refuse("answered", "neither yes nor no.", "State true, false, or nothing where it is not known.")
        if self.minutes is not None:
            check_positive("minutes", self.minutes)


@dataclass(frozen=True, slots=True)
class Answer(Said):
    """What a person says to a proposed move: done, not now (until a day), or not relevant; and why."""

    abouts = ABOUT[:4]
    told_apart_by = ("stated_by",)

    answer: str
    reason: str
    until: date | None = None

    def __post_init__(self) -> None:
        check_choice("answer", self.answer, ANSWERS)
        check_text("reason", self.reason)
        if self.until is not None:
            check_day("until", self.until)


KINDS: dict[str, type[Said]] = {kind.__name__.lower(): kind for kind in (
    Judgement, Objection, Withdrawal, Override, Name, Note, Freeze, Wish, Adjustment, Permission, Link, Effort,
    Contact, Answer,
)}
"""Every kind of statement by name."""


@dataclass(frozen=True, slots=True)
class Statement:
    """Who stated what about whom, and when.

    Parameters
    ----------
    about : str
        One of ``ABOUT``.
    about_id : str
        The source's key of it, or the id of the stratum, segment or run.
    says : Said
        What was said.
    stated_by : str
        A user of the system.
    stated_at : datetime
        An instant with a time zone; kept in UTC. The caller gives it, the record reads no clock.
    supersedes : int or None
        Id of the statement that this one corrects or, being a ``Withdrawal``, takes back.

    Raises
    ------
    RecordRefused
        A value cannot be kept; the message says which and why.

    Examples
    --------
    >>> noon = datetime(2026, 6, 1, 12, tzinfo=UTC)
    >>> Statement("account", "A-17", Judgement("pull", 0.6, sure=4), "ann", noon).kind
    'judgement'
    """

    about: str
    about_id: str
    says: Said
    stated_by: str
    stated_at: datetime
    supersedes: int | None = None

    def __post_init__(self) -> None:
        if KINDS.get(self.kind) is not type(self.says):
            refuse("says", "no kind of statement.", f"State one of: {', '.join(KINDS)}.")
        check_choice("about", self.about, self.says.abouts)
        check_text("about_id", self.about_id, KEY_LENGTH)
        check_text("stated_by", self.stated_by, NAME_LENGTH)
        object.__setattr__(self, "stated_at", utc(self.stated_at, "stated_at"))
        if self.supersedes is not None:
            check_whole("supersedes", self.supersedes)
        elif isinstance(self.says, Withdrawal):
            refuse("supersedes", "nothing.", "Give a withdrawal the id of the statement it takes back.")

    @property
    def kind(self) -> str:
        """The name of its kind."""
        return type(self.says).__name__.lower()

    @property
    def told_apart(self) -> tuple[object, ...] | None:
        """What no other statement of its kind about the same thing may share while it is in force."""
        parts = self.says.told_apart_by
        if parts is None:
            return None
        return tuple(getattr(self if part == "stated_by" else self.says, part) for part in parts)


@dataclass(frozen=True, slots=True)
class Entry(Statement):
    """A statement as it stands in the record, with the ``id`` it got there."""

    id: int = 0


def utc(instant: datetime, field: str) -> datetime:
    """An instant with a time zone, in UTC; raises ``RecordRefused`` where the zone is missing."""
    if not isinstance(instant, datetime) or instant.tzinfo is None:
        refuse(field, "no instant, or one without a time zone.", "Give a datetime with a zone, such as UTC.")
    return instant.astimezone(UTC)


def _is_currency(code: str) -> bool:
    return isinstance(code, str) and len(code) == 3 and code.isascii() and code.isalpha() and code.isupper()

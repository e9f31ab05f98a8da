"""What people enter in the app goes into the written record: checked, by name, undone by withdrawal."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from marketsofone.errors import RecordRefused, shortened
from marketsofone.project.statements.recorded import address_of, has_record

if TYPE_CHECKING:
    from marketsofone.record import Entry as Entry
    from marketsofone.record import Statement

ENTERED = ("judgement", "wish", "note", "name", "override", "contact", "answer", "objection", "permission",
           "adjustment")
"""Kinds of statements that people enter; the others are stated by commands."""


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that a person says: its kind, what it is about, its fields, and the statement it corrects."""

    kind: str
    about: str
    about_id: str
    values: Mapping[str, Any]
    supersedes: int | None = None


class Notebook:
    """The written record of a project, held open; safe to share by threads.

    Parameters
    ----------
    folder : Path
        The project folder.

    Raises
    ------
    RecordRefused, RecordTooNew, SettingsInvalid, SourceMissing, SourceUnreadable
        The record cannot be opened.
    """

    def __init__(self, folder: Path) -> None:
        from marketsofone.record import open_record

        self._record = open_record(address_of(folder))

    def close(self) -> None:
        """Let go of the database."""
        self._record.close()

    def enter(self, kind: str, about: str, about_id: str, values: Mapping[str, Any], by: str,
              supersedes: int | None = None, now: datetime | None = None) -> int:
        """States something; when this returns the number of the statement, it is on the disk.

        Parameters
        ----------
        kind : str
            One of `ENTERED`.
        about, about_id : str
            What it is about, by its key in the files; a stratum by its id.
        values : mapping
            The fields of the kind; what is absent is not stated.
        by : str
            Who states it.
        supersedes : int, optional
            The statement this one corrects, as its reader saw it.

        Raises
        ------
        RecordRefused
            A value cannot be kept, a field is none of the kind's, or someone else corrected the
            statement in between: nothing was written.
        """
        return self.enter_together([Said(kind, about, about_id, values, supersedes)], by, now)[0]

    def enter_together(self, said: Sequence[Said], by: str, now: datetime | None = None) -> tuple[int, ...]:
        """States several things, all of them or none; when this returns their numbers, they are on the disk.

        Raises
        ------
        RecordRefused
            As `enter` says, of any of them: nothing was written.
        """
        at = now or datetime.now(UTC)
        return self._record.state_together([self._made(each, by, at) for each in said])

    def _made(self, one: Said, by: str, at: datetime) -> Statement:
        """What is said as a statement that can be kept."""
        from marketsofone.record import KINDS, Statement

        kind, values = one.kind, one.values
        if kind not in ENTERED:
            raise RecordRefused("A kind of statement is entered.", "another word.",
                                f"Say one of: {shortened(ENTERED)}.")
        said = KINDS[kind]
        known = [each.name for each in fields(said)]
        unknown = [name for name in values if name not in known]
        if unknown:
            raise RecordRefused(f"A {kind} has fields {shortened(known)}.", f"{len(unknown)} other.", "Leave it out.")
        try:
            made = said(**values)
        except TypeError:
            raise RecordRefused(f"A {kind} needs more than was stated.", f"{shortened(list(values) or ['nothing'])}.",
                                f"Its fields are {shortened(known)}.") from None
        if kind == "name":
            self._refuse_taken(one.about, one.about_id, str(values["name"]))
        return Statement(one.about, one.about_id, made, by, at, one.supersedes)

    def _refuse_taken(self, about: str, about_id: str, name: str) -> None:
        """A name means one thing, as `m1 name` has it."""
        same = [entry for entry in self.of_kind("name", about=about) if entry.about_id != about_id
                and str(getattr(entry.says, "name", "")).casefold() == name.strip().casefold()]
        if same:
            raise RecordRefused("A name means one thing.", f"another {about} that is called so.",
                                "Give this one a name of its own, or that one a new name first.")

    def withdraw(self, number: int, by: str, now: datetime | None = None) -> int:
        """Takes a statement back, leaving it in the history.

        Raises
        ------
        RecordRefused
            There is no such statement in force.
        """
        from marketsofone.record import Statement, Withdrawal

        found = self._record.statements(numbers=[number])
        if not found:
            raise RecordRefused("A statement in force is taken back.", f"no statement {number} in force.",
                                "Look at what stands there now.")
        entry = found[0]
        return self._record.state(
            Statement(entry.about, entry.about_id, Withdrawal(), by, now or datetime.now(UTC), supersedes=number))

    def said(self, about: str, about_id: str) -> tuple[Entry, ...]:
        """What is in force about one thing, in the order it was stated."""
        return self._record.statements(about=about, about_id=about_id)

    def history(self, about: str, about_id: str) -> tuple[Entry, ...]:
        """Everything ever stated about one thing, what was corrected or taken back included."""
        return self._record.history(about, about_id)

    def spoken_of(self, about_ids: Collection[str]) -> frozenset[str]:
        """Those of many things of which anything was ever stated."""
        return self._record.spoken_of(about_ids)

    def of_kind(self, kind: str, as_of: datetime | None = None, about: str | None = None,
                about_id: str | None = None) -> tuple[Entry, ...]:
        """What is, or at an instant was, in force of one kind; about one thing, or about anything."""
        return self._record.statements(kind, about, as_of, about_id)


@contextmanager
def looked_up(folder: Path) -> Iterator[Notebook]:
    """The written record of a project; where nothing was ever written an empty one, for to look makes no file."""
    with ExitStack() as kept:
        place = folder if has_record(folder) else Path(kept.enter_context(TemporaryDirectory(prefix="m1-")))
        yield kept.enter_context(closing(Notebook(place)))

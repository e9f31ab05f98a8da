"""Files of which one holds the lines and another what all lines of an order share: joined where that is safe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from marketsofone.sources.profiling.belonging import Folder
from marketsofone.sources.profiling.columns import FileProfile
from marketsofone.sources.profiling.links import Link
from marketsofone.sources.profiling.rows_told import Kinds
from marketsofone.sources.proposing.called import field_of, references
from marketsofone.sources.proposing.drafts import Guess, JoinDraft, beside
from marketsofone.sources.proposing.ledgers import order_line, order_number, paid
from marketsofone.sources.proposing.safe_joins import against

_SHARED = ("account", "contact")
_OF_THE_HEAD = ("ordered_at", "currency")


@dataclass(frozen=True, slots=True)
class Together:
    """Lines and their heads.

    Parameters
    ----------
    link : Link
        By which a line finds its head.
    against : str
        Why they are not joined, a sentence; empty where they are.
    """

    lines: FileProfile
    heads: FileProfile
    link: Link
    against: str

    @property
    def join(self) -> JoinDraft:
        """The join as it is proposed."""
        why = (f"every {self.link.key} stands once in {self.heads.source.name}, and {self.link.met:,} of "
               f"{self.link.filled:,} rows find theirs")
        return JoinDraft(self.heads.source.name, self.heads.source, (self.link.column, self.link.key), why)

    @property
    def profile(self) -> FileProfile:
        """The lines with the columns of their heads beside them."""
        name = self.join.name
        beside = tuple(replace(column, name=f"{name}.{column.name}", label=column.label or column.name)
                       for column in self.heads.columns if column.name != self.link.key)
        own, other = self.lines.source, self.heads.source
        source = replace(own, decimal=own.decimal or other.decimal, date_format=own.date_format or other.date_format)
        return replace(self.lines, source=source, columns=(*self.lines.columns, *beside), kinds=self._kinds)

    @property
    def _kinds(self) -> Kinds:
        """What words say of the lines, and of their heads where no number of either is below zero in such rows."""
        own, name = self.lines.kinds, self.join.name
        signed = any(column.holds_numbers and column.least.startswith(("-", "(")) for column in self.lines.columns)
        returned, credited = (
            tuple((f"{name}.{column}", value, below) for column, value, below in said
                  if column != self.link.key and not below and not signed)
            for said in (self.heads.kinds.returned, self.heads.kinds.credited))
        paid = tuple((f"{name}.{column}", value) for column, value in self.heads.kinds.paid)
        return replace(own, returned=own.returned or returned, credited=own.credited or credited, paid=own.paid or paid)

    def fields(self, folder: Folder) -> dict[str, Guess]:
        """The fields of order lines: of the line what it says itself, of its head what it does not."""
        fields = order_line(folder, self.lines) | {"order_id": Guess(self.link.column, "its name")}
        number = order_number(folder, self.lines)
        if number and number.sql == self.link.column:
            fields["order_id"] = number
        heads = references(folder, self.heads, _SHARED, {"order_id": Guess(self.link.key, "")})
        for field in _OF_THE_HEAD:
            column = field_of(self.heads, "order_line", field, ())
            if column:
                heads[field] = Guess(column.name, "its name")
        return {**{field: self._beside(guess) for field, guess in heads.items()}, **fields}

    def _beside(self, guess: Guess) -> Guess:
        """What a head says, as its lines say it."""
        names = [column.name for column in self.heads.columns]
        why = f"{guess.why}, of the order's head" if guess.sql in names else guess.why
        return replace(guess, sql=beside(guess.sql, self.join.name, names), why=why)


def found_together(folder: Folder) -> Mapping[str, Together]:
    """For every file of lines, by its name: where their heads are, and whether they can be joined."""
    found = {}
    for one in folder.files:
        if folder.main is not None and one.source is folder.main.source:
            continue
        heads = [Together(one, other, link, _against(one, other, link))
                 for link in folder.links if link.file == one.source.name and paid(one)
                 for other in folder.files if other.source.name == link.home and _has_heads(folder, other, link)
                 and not one.is_key(one.column(link.column))]
        if heads:
            found[one.source.name] = max(heads, key=lambda each: each.link.met)
    return found


def _has_heads(folder: Folder, one: FileProfile, link: Link) -> bool:
    """Whether a file lists orders by the key of a link: it dates them, and is not the file of opportunities."""
    if folder.main is not None and one.source is folder.main.source:
        return False
    order = folder.key(one, "order")
    return order is not None and order.name == link.key and any(column.kind == "date" for column in one.columns)


def is_whole(folder: Folder, one: FileProfile) -> bool:
    """Whether lines say themselves when and by whom."""
    return bool(field_of(one, "order_line", "ordered_at", ()) and folder.reference(one, "account"))


def _against(one: FileProfile, heads: FileProfile, link: Link) -> str:
    if field_of(heads, "order_line", "ordered_at", ()) is None:
        return f"no column of {heads.source.name} tells surely when an order was placed"
    formats = {heads.source.date_format, one.source.date_format}
    if len(formats) > 1 and all(any(column.kind == "date" for column in each.columns) for each in (one, heads)):
        return "one of the two writes dates with points, the other does not: date_format is one for both"
    return against(link, one, heads)

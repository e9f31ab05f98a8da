"""What is told of the rows of a file beside its columns: which belong together, and what they are besides sales."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Whole:
    """Rows that belong together, as a column of keys says.

    Parameters
    ----------
    key : str
        The column.
    several : int
        Keys that stand in several rows.
    alike : frozenset of str
        Columns that say the same in all rows of a key, but for one key in a hundred.
    parts : mapping
        A column of these that holds money -> one whose numbers, added up over the rows of a key, are that.
    """

    key: str
    several: int
    alike: frozenset[str]
    parts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Kinds:
    """What words of a ledger say of its rows.

    Parameters
    ----------
    returned : tuple of (str, str, frozenset of str)
        A column of kinds, one of its values that says that something came back, and the columns of numbers that go
        below zero in its rows.
    credited : tuple of (str, str, frozenset of str)
        Likewise a column of document numbers, and letters in lower case that those of credit notes begin with.
    taxes : tuple of (str, str)
        A column of what was sold, and one of its values, in lower case, that is a tax.
    negative : frozenset of str
        Columns of numbers that are below zero in nearly all rows.
    below : frozenset of (str, str)
        A column of costs and one of prices of a unit, above it in nearly all rows of two units or more.
    given_back : frozenset of (str, str)
        A column of amounts and one of what was given back of them, which they still hold.
    paid : tuple of (str, str)
        A column that says on which side rows are booked, and the side that may be what was paid.
    """

    returned: tuple[tuple[str, str, frozenset[str]], ...] = ()
    credited: tuple[tuple[str, str, frozenset[str]], ...] = ()
    taxes: tuple[tuple[str, str], ...] = ()
    negative: frozenset[str] = frozenset()
    below: frozenset[tuple[str, str]] = frozenset()
    given_back: frozenset[tuple[str, str]] = frozenset()
    paid: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Converted:
    """What a file's own conversions are.

    Parameters
    ----------
    into : str
        The code of the currency they lead to; empty where none was shown.
    columns : mapping
        Columns of amounts in the currency of the row, each with the one that holds the same converted; with ``doubt``,
        with the one that is only called so.
    why : str
        What shows it, in words.
    doubt : str
        Why a column that is called converted is not taken for that, a sentence; empty where none is.
    """

    into: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    why: str = ""
    doubt: str = ""

    def of(self, column: str) -> str:
        """The converted column of an amount, or of itself; empty where there is none."""
        return self.columns.get(column, column if column in self.columns.values() else "")

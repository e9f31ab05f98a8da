"""Files of exchange rates: which column is the currency, the day and the rate, and what the rate is of."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from marketsofone.errors import shortened
from marketsofone.sources.profiling.belonging import first_called
from marketsofone.sources.profiling.columns import ColumnProfile, FileProfile, named
from marketsofone.sources.profiling.crm_words import CURRENCIES, KEYS, RATED_INTO
from marketsofone.sources.profiling.field_words import FIELDS
from marketsofone.sources.proposing.called import dated, field_of
from marketsofone.sources.proposing.drafts import Draft, Guess, TableDraft
from marketsofone.sources.proposing.left_over import left_over
from marketsofone.sources.proposing.rate_sizes import is_turned_by_size, sizes_of
from marketsofone.sources.spelling import quoted_as_toml
from marketsofone.sources.sql import literal, quoted
from marketsofone.sources.values.currencies import EXPONENTS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_ALWAYS = "'1970-01-01'"
_WIDEST = 5


@dataclass(frozen=True, slots=True)
class Rates:
    """A file of exchange rates.

    Parameters
    ----------
    currency, rate : ColumnProfile
        The currency that a row is about, and the number it gives.
    into : ColumnProfile or None
        The other currency of the row; None where no column names it.
    day : ColumnProfile or None
        Since when it holds; None where each currency has one rate.
    sizes : mapping
        Currency -> its median rate, where no column names the other currency.
    """

    file: FileProfile
    currency: ColumnProfile
    rate: ColumnProfile
    into: ColumnProfile | None
    day: ColumnProfile | None
    sizes: Mapping[str, float] = field(default_factory=dict)

    @property
    def codes(self) -> frozenset[str]:
        """The currencies that rows are about, where they are few."""
        return _codes(self.currency)

    @property
    def market(self) -> str:
        """The currency that stands in every row: the market's own; empty where there is none."""
        found = [_codes(column) for column in (self.into, self.currency) if column is not None]
        if self.into is None or (len(found[0]) > 1 and len(found[1]) > 1):
            return ""
        return next((code for codes in found if len(codes) == 1 for code in codes), "")

    def is_turned(self, currency: str) -> bool:
        """Whether each row is about the market's own currency, and gives so many units of another for one of it."""
        return self.into is not None and _codes(self.currency) == {currency}


def rates_among(con: DuckDBPyConnection, files: Sequence[FileProfile]) -> list[Rates]:
    """The files that hold exchange rates, and nothing that was sold: told by their headings, else by their values."""
    found = [each for one in files if (each := _rates_of(one) or _rates_by_values(con, one))]
    return [each if each.into else replace(each, sizes=sizes_of(con, each.file, each.rate, each.currency.text))
            for each in found]


def _rates_of(one: FileProfile) -> Rates | None:
    rate = field_of(one, "rate", "rate", ())
    kinds = [column for column in one.columns if _is_of_codes(column)]
    into = next((column for column in kinds if named(column, RATED_INTO)), None)
    currency = first_called(one, CURRENCIES, lambda column: column in kinds and column is not into)
    if rate is None or currency is None or _sells(one, rate, (rate, currency, into)):
        return None
    day = field_of(one, "rate", "rate_on", ()) or dated(one)
    if day is None and (currency.distinct < one.rows or any(column.unclear for column in one.columns)):
        return None
    return Rates(one, currency, rate, into, day)


def _rates_by_values(con: DuckDBPyConnection, one: FileProfile) -> Rates | None:
    """Rates under whatever headings: a code of a currency, a day and one number, positive and much the same for a code.

    A file of which a row is more than that, or in which a code and a day come twice, is not taken for one.
    """
    columns = [column for column in one.columns if column.filled and not _is_remark(column)]
    codes = [column for column in columns if _is_of_codes(column)]
    days = [column for column in columns if column.kind == "date" and not column.unclear]
    numbers = [column for column in columns if column.kind == "number"]
    if len(codes) not in (1, 2) or len(days) != 1 or len(numbers) != 1 or len(columns) != len(codes) + 2:
        return None
    (day,), (rate,) = days, numbers
    into = next((column for column in codes if named(column, RATED_INTO)), None) or (
        min(codes, key=lambda column: column.distinct) if len(codes) == 2 else None)
    currency = next(column for column in codes if column is not into)
    if _sells(one, rate, columns) or not _moves_like_rates(con, one, codes, day, rate):
        return None
    return Rates(one, currency, rate, into, day)


def _sells(one: FileProfile, rate: ColumnProfile, known: Sequence[ColumnProfile | None]) -> bool:
    """Whether a file names buyers, products or the like, or an amount beside its rate."""
    keys = any(named(column, words) for words in KEYS.values() for column in one.columns if column not in known)
    other = field_of(one, "order_line", "amount", (rate.name,)) is not None
    return keys or other or (named(rate, FIELDS["order_line"]["amount"]) and not named(rate, FIELDS["rate"]["rate"]))


def _is_remark(column: ColumnProfile) -> bool:
    """Whether a text is neither a code nor a key: the name of a currency, or where a rate was read."""
    return column.kind == "text" and not _is_of_codes(column) and not column.coded


def _moves_like_rates(con: DuckDBPyConnection, one: FileProfile, codes: Sequence[ColumnProfile], day: ColumnProfile,
                      rate: ColumnProfile) -> bool:
    """Whether a row is a code and a day, and the numbers of each code are positive and within a small multiple."""
    known = ", ".join(map(literal, sorted(EXPONENTS)))
    value = one.number(rate)
    given = " and ".join(f"coalesce(upper({column.text}) in ({known}), false)" for column in codes)
    of = ", ".join(column.text for column in codes)
    rows, pairs, least, wide = con.execute(
        f"with r as (select concat_ws(' ', {of}) as k, {day.text} as d, {value} as v, {given} as g "
        f"from {one.relation}) select (select count_if(g) from r), (select count(distinct (k, d)) from r), "
        "(select min(v) from r), (select max(m) from (select max(v) / min(v) as m from r group by k))").fetchall()[0]
    return bool(rows == pairs == one.rows and least is not None and least > 0 and wide <= _WIDEST)


def _is_of_codes(column: ColumnProfile) -> bool:
    """Whether a column holds codes of currencies; of many different ones only their length is looked at."""
    if column.values:
        return all(value.upper() in EXPONENTS for value in column.values)
    return column.kind == "text" and column.filled > 0 and column.length == 3


def _codes(column: ColumnProfile) -> frozenset[str]:
    return frozenset(value.upper() for value in column.values)


def rates_drafted(rates: Rates, currency: str) -> tuple[list[Draft], list[str]]:
    """The draft of a file of rates, and what must be told of it: the other way round, they would be wrong in silence.

    Parameters
    ----------
    currency : str
        The market's own.
    """
    one, about, into, turned = rates.file, rates.currency, rates.into, rates.is_turned(currency)
    if into is not None and turned:
        about, into = into, about
    ways = (rates.rate.name, f"1 / {quoted(rates.rate.name)}")
    told = is_turned_by_size(rates.sizes.items(), currency)
    turned = turned or bool(told)
    rate, other = ways[::-1] if turned else ways
    why = "its name" if named(rates.rate, FIELDS["rate"]["rate"]) else "the one number of each code and day"
    why += "" if told is None else ", and its size tells which way round"
    meant = f"{about.name} for one {currency}" if turned else f"{currency} for one unit of {about.name}"
    fields = {"currency": Guess(about.name, "its values are codes of currencies"),
              "rate_on": _since(rates.day), "rate": Guess(rate, f"{why}; taken as {meant}")}
    where = f"upper({quoted(into.name)}) = {literal(currency)}" if into is not None and into.distinct > 1 else ""
    draft = Draft(replace(one.source, where=where), tuple(column.name for column in one.columns),
                  (TableDraft("rate", fields),))
    notes = [f"is {rates.rate.name} in {meant}? It is taken so. If it is the other way round, write in "
             f"[sources.{one.source.name}.rate]: rate = {quoted_as_toml(other)}."]
    if into is not None and not where and _codes(into) != {currency}:
        notes.append(f"its rates are into {shortened(sorted(_codes(into)))}, and the market counts in {currency}: one "
                     "of the two is to be changed.")
    seen = [*draft.said(), where, quoted(into.name) if into is not None else ""]
    return [draft], [f"{one.source.name}: {note}" for note in [*notes, *left_over(one, seen, ())]]


def _since(day: ColumnProfile | None) -> Guess:
    if day is None:
        return Guess(_ALWAYS, "no column is a day, and each currency has one rate: it holds always")
    sql, told = day.read
    return Guess(sql, f"its dates{told}")


@dataclass(frozen=True, slots=True)
class RatesAcross:
    """A file with a row for each day and a column of rates for each currency, called by its code."""

    file: FileProfile
    day: ColumnProfile
    rates: tuple[ColumnProfile, ...]
    sizes: Mapping[str, float]


def rates_across(con: DuckDBPyConnection, files: Sequence[FileProfile]) -> list[RatesAcross]:
    """The files of which all columns but the day are called by codes of currencies."""
    found = []
    for one in files:
        day = field_of(one, "rate", "rate_on", ())
        rates = tuple(column for column in one.columns if column.name.strip().upper() in EXPONENTS)
        others = [column for column in one.columns if column.filled and column not in (*rates, day)]
        if day is not None and len(rates) > 1 and not others:
            sizes = {code: size for column in rates for code, size in sizes_of(
                con, one, column, literal(column.name.strip().upper())).items()}
            found.append(RatesAcross(one, day, rates, sizes))
    return found


def across_drafted(across: RatesAcross, currency: str, asked: Collection[str]) -> tuple[list[Draft], list[str]]:
    """A draft for each column of a currency that rows are in, and what must be told of them.

    Parameters
    ----------
    currency : str
        The market's own.
    asked : collection of str
        The currencies that amounts are in.
    """
    name = across.file.source.name
    taken = [column for column in across.rates if column.name.strip().upper() in asked and column.name != currency]
    if not taken:
        return [], [f"{name}: it holds rates, of no currency that amounts are in; it is not used."]
    told = is_turned_by_size(across.sizes.items(), currency)
    drafts = []
    for column in taken:
        code = column.name.strip().upper()
        ways = (column.name, f"1 / {quoted(column.name)}")
        rate, other = ways if told is False else ways[::-1]
        meant = f"{currency} for one {code}" if told is False else f"{code} for one {currency}"
        fields = {"currency": Guess(literal(code), "the heading of its column"), "rate_on": _since(across.day),
                  "rate": Guess(rate, f"taken as {meant}")}
        source = replace(across.file.source, name=f"{name}_{code.lower()}", where=f"{quoted(column.name)} is not null")
        drafts.append(Draft(source, (across.day.name, column.name), (TableDraft("rate", fields),)))
    ways = (f"units of each currency for one {currency}", f"{currency} for one unit of each")
    meant, turned = ways[::-1] if told is False else ways
    return drafts, [f"{name}: are its rates {meant}? They are taken so. If they are {turned}, write in "
                    f"[sources.{drafts[-1].source.name}.rate] rate = {quoted_as_toml(other)}, and so in the others."]

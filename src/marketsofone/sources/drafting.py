"""Which file fills which customer table, and which column is which field: guesses with their reasons."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from marketsofone.sources.crm_words import (
    FIELDS,
    KEYS,
    LOST,
    NO,
    OUTCOMES,
    TARGETS,
    UNIT_PRICES,
    WON,
    YES,
    is_called,
    is_personal,
)
from marketsofone.sources.leaks import name_tells
from marketsofone.sources.left_over import join_hint, left_over, shared_marked
from marketsofone.sources.mapping import Source
from marketsofone.sources.profiles import ColumnProfile, FileProfile
from marketsofone.sources.spelling import quoted_as_toml, snake
from marketsofone.sources.sql import literal, quoted

_FEW = 12
_MOST = 1000
_KINDS = {
    "opened_at": "date",
    "closed_at": "date",
    "ordered_at": "date",
    "happened_at": "date",
    "valid_from": "date",
    "valid_to": "date",
    "amount": "number",
    "cost": "number",
    "quantity": "number",
    "list_price": "number",
    "unit_cost": "number",
    "week_hours": "number",
    "hour_cost": "number",
    "minutes": "number",
}
_WORN = {"opportunity", "account", "contact", "order_line"}


@dataclass(frozen=True, slots=True)
class Guess:
    """SQL of a field or of a column of the user's own, and why it is that."""

    sql: str
    why: str
    number: bool = False
    on_many: str = ""


@dataclass(frozen=True, slots=True)
class TableDraft:
    """How one file may fill one customer table."""

    table: str
    fields: Mapping[str, Guess]
    dimensions: Mapping[str, Guess] = field(default_factory=dict)
    traits: Mapping[str, Guess] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Draft:
    """What is proposed for one source."""

    source: Source
    columns: tuple[str, ...]
    tables: tuple[TableDraft, ...]
    after_outcome: Mapping[str, str] = field(default_factory=dict)

    def without(self, leaks: Mapping[str, str]) -> Draft:
        """The draft with suspected columns (``table.dim_x`` -> reason) declared as filled in after the outcome."""
        after, tables = dict(self.after_outcome), []
        for one in self.tables:
            parts: dict[str, dict[str, Guess]] = {}
            for role, short in (("dimensions", "dim"), ("traits", "trait")):
                mine: Mapping[str, Guess] = getattr(one, role)
                bad = {name for name in mine if f"{one.table}.{short}_{name}" in leaks}
                after |= {mine[name].sql: leaks[f"{one.table}.{short}_{name}"] for name in sorted(bad)}
                parts[role] = {name: guess for name, guess in mine.items() if name not in bad}
            tables.append(replace(one, dimensions=parts["dimensions"], traits=parts["traits"]))
        return replace(self, tables=tuple(tables), after_outcome=after)

    def said(self) -> list[str]:
        """The SQL of all that it uses."""
        return [guess.sql for one in self.tables for part in (one.fields, one.dimensions, one.traits)
                for guess in part.values()]

    def sentences(self) -> Iterator[str]:
        """What was guessed, a sentence each."""
        for one in self.tables:
            yield f"{self.source.name} fills {one.table}."
            if self.source.decimal:
                yield f"{self.source.name} writes decimals with a comma: 1.234 is one thousand and more."
            for name, guess in one.fields.items():
                yield f"{one.table}.{name} = {guess.sql}: {guess.why}."
        for column in self.after_outcome:
            yield f"{column!r} looks filled in after the outcome and is not used."

    def lines(self) -> Iterator[str]:
        """Its part of ``market.toml``."""
        name = self.source.name
        yield f"[sources.{name}]"
        if self.source.table:
            yield f"url = {quoted_as_toml(self.source.file)}"
            yield f"table = {quoted_as_toml(self.source.table)}"
        elif self.source.query:
            yield f"url = {quoted_as_toml(self.source.file)}"
            yield f"query = {quoted_as_toml(self.source.query)}"
        else:
            yield f"file = {quoted_as_toml(self.source.file)}"
        if self.source.delimiter:
            yield 'format = "csv"'
            yield f"delimiter = {quoted_as_toml(self.source.delimiter)}  # its columns stand apart by blanks"
        if self.source.decimal:
            yield f"decimal = {quoted_as_toml(self.source.decimal)}  # guessed: is 1.234 one thousand and more?"
        if self.after_outcome:
            yield "after_outcome = [  # suspected to be filled in after the outcome: declared, never used"
            for column, why in self.after_outcome.items():
                yield f"  {quoted_as_toml(column)},  # {why}"
            yield "]"
        for one in self.tables:
            yield from ("", f"[sources.{name}.{one.table}]")
            yield from (f"{key} = {quoted_as_toml(guess.sql)}  # {guess.why}" for key, guess in one.fields.items())
            for role in ("dimensions", "traits"):
                mine: Mapping[str, Guess] = getattr(one, role)
                if mine:
                    yield from ("", f"[sources.{name}.{one.table}.{role}]")
                    yield from (_column_line(key, guess) for key, guess in mine.items())


def _column_line(key: str, guess: Guess) -> str:
    extra = [', kind = "number"'] if guess.number else [', kind = "text"']
    if guess.on_many:
        extra.append(f', on_many = "{guess.on_many}"')
    return f"{key} = {{ from = {quoted_as_toml(guess.sql)}{''.join(extra)} }}  # {guess.why}"


def draft_of(profiles: Sequence[FileProfile]) -> tuple[list[Draft], list[str]]:
    """A draft for every file that seems to fill a customer table, and a sentence for every one that does not."""
    drafts, unsure = [], []
    profiles = shared_marked(profiles)
    main = _main_opportunities(profiles)
    for one in profiles:
        table = _table(one, main)
        if table is None:
            unsure.append(f"{one.source.name}: no customer table was recognised in its columns; it is not used."
                          f"{join_hint(one, profiles)}")
            continue
        draft, notes = _drafted(one, table)
        notes += left_over(one, draft.said(), draft.after_outcome)
        drafts.append(draft)
        unsure += [f"{one.source.name}: {note}" for note in notes]
    return drafts, unsure


def _main_opportunities(profiles: Sequence[FileProfile]) -> FileProfile | None:
    """The file with the most opportunities; smaller ones with the same key tell of steps they took."""
    having = [one for one in profiles if _outcome(one) or (_key(one, "opportunity") and _dated(one))]
    return max(having, key=lambda one: (_outcome(one) is not None, one.rows), default=None)


def _table(one: FileProfile, main: FileProfile | None) -> str | None:
    if one is main:
        return "opportunity"
    key = _key(one, "opportunity")
    if main and key and _dated(one) and key.name in {column.name for column in main.columns}:
        return "step"
    if _is_ledger(one):
        return "order_line"
    for table in ("account", "contact", "product", "rep"):
        if _key(one, table):
            return table
    called = any(
        is_called(column.name, FIELDS["touch"][name]) for column in one.columns for name in ("campaign", "channel")
    )
    return "touch" if called and _reference(one, "account", ()) else None


def _is_ledger(one: FileProfile) -> bool:
    date = _field(one, "order_line", "ordered_at", ())
    paid = _field(one, "order_line", "amount", ()) or _unit_price(one)
    bought = _reference(one, "account", ()) or _reference(one, "order", ())
    return bool(date and paid and bought)


def _drafted(one: FileProfile, table: str) -> tuple[Draft, list[str]]:
    fields, notes = _fields(one, table), []
    used = {guess.sql for guess in fields.values()}
    used |= {
        column.name for column in one.columns if any(quoted(column.name) in guess.sql for guess in fields.values())
    }
    unclear = [column.name for column in one.columns if column.unclear]
    if unclear:
        notes.append(f"the dates of {', '.join(unclear)} can be read day first or month first: set date_format.")
    dimensions: dict[str, Guess] = {}
    traits: dict[str, Guess] = {}
    after: dict[str, str] = {}
    if table in _WORN:
        for column in one.columns:
            if column.name in used or column.kind == "date" or not _is_category(one, column):
                continue
            _place(one, table, column, dimensions, traits, after)
    tables = [TableDraft(table, fields, dimensions, traits)]
    return Draft(one.source, tuple(column.name for column in one.columns), tuple(tables), after), notes


def _place(
    one: FileProfile,
    table: str,
    column: ColumnProfile,
    dimensions: dict[str, Guess],
    traits: dict[str, Guess],
    after: dict[str, str],
) -> None:
    name, number = snake(column.name), column.kind == "number" and column.distinct > _FEW
    if table == "opportunity" and name_tells(name):
        after[column.name] = "its name tells of time spent, of the end or of a judgement made underway"
        return
    while name in dimensions or name in traits:
        name += "_2"
    if number and table != "order_line":
        traits[name] = Guess(column.name, f"a number, {column.distinct:,} different", number=True)
    elif not number:
        on_many = "dominant" if table == "order_line" else ""
        dimensions[name] = Guess(
            column.name, f"{column.distinct:,} different values in {one.rows:,} rows", on_many=on_many
        )


def _is_category(one: FileProfile, column: ColumnProfile) -> bool:
    """Whether a column may divide buyers: not constant, not all different, not free text, not a key or a person."""
    if column.distinct < 2 or is_personal(column.name):
        return False
    if column.kind == "number" and column.distinct > _FEW:
        return (
            not _is_any_key(column)
            and re.search(r"(^|_)(id|no|number|code|zip|prefix|year|week)$", snake(column.name)) is None
        )
    return not one.is_key(column) and column.length <= 60 and column.distinct <= min(_MOST, max(_FEW, one.rows / 5))


def _is_any_key(column: ColumnProfile) -> bool:
    return any(is_called(column.name, names) for names in KEYS.values())


def _fields(one: FileProfile, table: str) -> dict[str, Guess]:
    makers = {
        "opportunity": _opportunity,
        "step": _step,
        "order_line": _order_line,
        "touch": _touch,
    }
    if table in makers:
        return makers[table](one)
    key = _key(one, table)
    fields = {f"{table}_id": Guess(key.name, "its name, and every row has its own")} if key else {}
    if table == "account":
        fields |= _references(one, ("rep",), fields)
    return {**fields, **_plain_fields(one, table, fields)}


def _opportunity(one: FileProfile) -> dict[str, Guess]:
    key = _key(one, "opportunity")
    fields = {
        "opportunity_id": Guess(key.name, "its name, and every row has its own")
        if key
        else Guess("source_row", "no column is a key, so the row's number is it")
    }
    fields |= _references(one, ("account", "contact", "rep", "product"), fields)
    fields |= _outcome(one) or {}
    return fields | _plain_fields(one, "opportunity", fields)


def _step(one: FileProfile) -> dict[str, Guess]:
    key, date = _key(one, "opportunity"), _dated(one)
    if key is None or date is None:
        return {}
    name = re.sub(r"_?(date|at|on|time|timestamp)$", "", snake(date.name)) or "reached"
    return {
        "opportunity_id": Guess(
            key.name, "its name; a larger file holds all opportunities, this one those that got on"
        ),
        "name": Guess(literal(name), "after the column of its date"),
        "happened_at": Guess(date.name, "its dates"),
    }


def _order_line(one: FileProfile) -> dict[str, Guess]:
    account, order = _reference(one, "account", ()), _reference(one, "order", ())
    date = _field(one, "order_line", "ordered_at", ())
    fields = {}
    if order:
        fields["order_id"] = Guess(order.name, "its name")
    elif account and date:
        sql = f"{quoted(account.name)} || ' ' || {quoted(date.name)}"
        fields["order_id"] = Guess(sql, "no column is an order's number: what one buys on a day is an order")
    fields |= _references(one, ("account", "contact", "product"), fields)
    fields |= _plain_fields(one, "order_line", fields)
    price, quantity = _unit_price(one), fields.get("quantity")
    if "amount" not in fields and price and quantity:
        sql = f"{quoted(quantity.sql)} * {quoted(price.name)}"
        fields["amount"] = Guess(sql, "no column holds it: quantity times price")
    return fields


def _touch(one: FileProfile) -> dict[str, Guess]:
    fields: dict[str, Guess] = _references(one, ("touch", "account", "contact", "opportunity", "rep"), {})
    fields |= _plain_fields(one, "touch", fields)
    date = fields.get("happened_at")
    back = date is not None and re.search(r"redem|repl|respon|answer", date.sql.lower()) is not None
    direction = Guess("'in'" if back else "'out'", "they came to us" if back else "nothing says that they came to us")
    return {"direction": direction} | fields


def _outcome(one: FileProfile) -> dict[str, Guess] | None:
    for column in one.columns:
        values = set(column.values)
        if values & set(WON) and (is_called(column.name, OUTCOMES) or values & set(LOST)):
            return {"outcome": _won_or_lost(column)}
    for column in one.columns:
        values = set(column.values)
        if len(values) == 2 and values & set(YES) and values & set(NO) and is_called(column.name, TARGETS):
            yes = next(value for value in column.values if value in YES)
            sql = f"lower(cast({quoted(column.name)} as varchar)) = {literal(yes)}"
            return {"entered": Guess(sql, "its name and its two values; is it getting in, or winning (outcome)?")}
    return None


def _won_or_lost(column: ColumnProfile) -> Guess:
    cases = [f"when {literal(value)} then 'won'" for value in column.values if value in WON]
    cases += [f"when {literal(value)} then 'lost'" for value in column.values if value in LOST]
    return Guess(
        f"case lower({quoted(column.name)}) {' '.join(cases)} else 'open' end", "its values tell won from lost"
    )


def _plain_fields(one: FileProfile, table: str, taken: Mapping[str, Guess]) -> dict[str, Guess]:
    used = {guess.sql for guess in taken.values()}
    found: dict[str, Guess] = {}
    for name in FIELDS.get(table, {}):
        column = None if name in taken else _field(one, table, name, used)
        if column:
            found[name] = Guess(column.name, "its name")
            used.add(column.name)
    return found


def _field(one: FileProfile, table: str, name: str, used: Iterable[str]) -> ColumnProfile | None:
    for word in FIELDS[table][name]:
        for column in one.columns:
            fits = _fits(_KINDS.get(name, column.kind), column) and not column.unclear
            if fits and column.filled and column.name not in used and is_called(column.name, (word,)):
                return column
    return None


def _fits(kind: str, column: ColumnProfile) -> bool:
    return column.kind == kind or (kind == "number" and column.almost_number)


def _references(one: FileProfile, entities: Sequence[str], taken: Mapping[str, Guess]) -> dict[str, Guess]:
    used = {guess.sql for guess in taken.values()}
    found = {}
    for entity in entities:
        column = _reference(one, entity, used)
        if column:
            found[f"{entity}_id"] = Guess(column.name, "its name")
            used.add(column.name)
    return found


def _reference(one: FileProfile, entity: str, used: Iterable[str]) -> ColumnProfile | None:
    found = [column for word in KEYS[entity] for column in one.columns
             if column.name not in used and column.kind != "date" and column.distinct > 2
             and is_called(column.name, (word,))]
    return _joining(one, found)


def _key(one: FileProfile, entity: str) -> ColumnProfile | None:
    found = [column for word in KEYS[entity] for column in one.columns
             if is_called(column.name, (word,)) and one.is_key(column) and column.kind != "date"]
    return _joining(one, found)


def _joining(one: FileProfile, found: Sequence[ColumnProfile]) -> ColumnProfile | None:
    """The column that other files have too, for keys must meet; else the first."""
    return next((column for column in found if column.name in one.shared), found[0] if found else None)


def _dated(one: FileProfile) -> ColumnProfile | None:
    dates = [column for column in one.columns if column.kind == "date" and not column.unclear]
    return max(dates, key=lambda column: column.filled, default=None)


def _unit_price(one: FileProfile) -> ColumnProfile | None:
    found = [column for column in one.columns if column.kind == "number" and is_called(column.name, UNIT_PRICES)]
    return found[0] if found else None

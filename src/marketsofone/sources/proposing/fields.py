"""The fields of a customer table that a file fills, each with its reason."""

from __future__ import annotations

import re
from collections.abc import Mapping

from marketsofone.sources.profiling.belonging import Folder, first_called, numbered, repeated
from marketsofone.sources.profiling.columns import ColumnProfile, FileProfile, named
from marketsofone.sources.profiling.crm_words import HOURS, KEYS, SECONDS, SITES, describes, is_personal
from marketsofone.sources.proposing.called import dated, field_of, plain_fields, references
from marketsofone.sources.proposing.drafts import Guess
from marketsofone.sources.proposing.ledgers import in_one_currency, ledger
from marketsofone.sources.proposing.told_by_values import answered, direction, form, outcome, team
from marketsofone.sources.spelling import snake
from marketsofone.sources.sql import literal, quoted

_CALLED_PARENT = re.compile("parent|subsidiary|mutter|belongs|gehoert|mere|uebergeordnet")
_PARTS = {"h:m:s": (60, 1, 1 / 60), "h:m": (60, 1), "m:s": (1, 1 / 60)}


def fields_of(folder: Folder, one: FileProfile, table: str) -> dict[str, Guess]:
    """The fields of a table that a file fills, each with its reason."""
    makers = {
        "opportunity": _opportunity,
        "opportunity_line": _opportunity_line,
        "step": _step,
        "order_line": ledger,
        "touch": _touch,
    }
    if table in makers:
        return makers[table](folder, one)
    fields = {f"{table}_id": key} if (key := _key_of_thing(folder, one, table)) else {}
    owners = {"account": ("rep",), "contact": ("account",)}
    fields |= {field: guess for field, guess in references(folder, one, owners.get(table, ()), fields).items()
               if not is_personal(guess.sql)}
    if table == "account":
        told = form(one)
        fields |= {"form": told} if told else {}
    if table == "contact" and (site := _site(folder, one, fields)):
        fields["site_id"] = site
    plain = plain_fields(one, table, fields)
    if "parent_id" in plain and not _stands_above(one, fields, plain["parent_id"].sql):
        del plain["parent_id"]
    return {**fields, **plain}


def _stands_above(one: FileProfile, fields: Mapping[str, Guess], column: str) -> bool:
    """Whether a column names accounts: its values are keys of them, or it is called a parent and holds no other names.

    A group may be what a customer is like, ``Gold`` or ``Silver``: it is no account unless it is one of the file.
    """
    among = {key for name, key in one.inside if name == column}
    key = fields["account_id"].sql if "account_id" in fields else ""
    return key in among or (not among and _CALLED_PARENT.search(snake(column)) is not None)


def _site(folder: Folder, one: FileProfile, fields: Mapping[str, Guess]) -> Guess | None:
    """The column that names the site of a person: its values are keys of accounts, or it is called a site's key."""
    home = folder.home("account")
    used = {guess.sql for guess in fields.values()}
    return next((Guess(column.name, "its name") for column in one.columns
                 if column.name not in used and column.kind != "date" and named(column, SITES)
                 and ((home and folder.names(one, column, home[0])) or named(column, SITES[:1]))), None)


def _key_of_thing(folder: Folder, one: FileProfile, table: str) -> Guess | None:
    """The key of accounts, people, products or reps; it may stand in several rows, each of a period of its own."""
    key = folder.key(one, table)
    if key is not None and (key.distinct == key.filled or field_of(one, table, "valid_from", ()) is None):
        return Guess(key.name, f"its name, and every row has its own{repeated(one, key)}")
    key = key or key_of_periods(one, table)
    return Guess(key.name, "its name; with valid_from it tells rows apart") if key else None


def thing_of_periods(one: FileProfile) -> str | None:
    """Of which things a file says what held in periods, a row each; None where it does not, or prices a customer's."""
    found = [table for table in ("contact", "account", "product", "rep") if key_of_periods(one, table)]
    return found[0] if found and not ("product" in found and len(found) > 1) else None


def key_of_periods(one: FileProfile, table: str) -> ColumnProfile | None:
    """The column that names the things of a kind in a file of periods, which fills it in every row."""
    if one.about not in ("", table) or field_of(one, table, "valid_from", ()) is None:
        return None
    return first_called(one, KEYS[table], lambda column: column.kind != "date" and column.filled == one.rows
                        and not describes(column.label))


def _opportunity(folder: Folder, one: FileProfile) -> dict[str, Guess]:
    key = folder.key(one, "opportunity") or numbered(one)
    fields = {
        "opportunity_id": Guess(key.name, f"its name, and every row has its own{repeated(one, key)}")
        if key
        else Guess(_row_number(folder, one), "no column is a key, so the row's number is it")
    }
    fields |= references(folder, one, ("account", "contact", "rep", "product"), fields)
    fields |= outcome(one) or {}
    return in_one_currency(one, fields | plain_fields(one, "opportunity", fields))


def _row_number(folder: Folder, one: FileProfile) -> str:
    """The number of a row, with the name of its source where another file lists opportunities too."""
    own = folder.main is None or one.source is folder.main.source
    return "source_row" if own else f"{literal(one.source.name)} || ' ' || source_row"


def _opportunity_line(folder: Folder, one: FileProfile) -> dict[str, Guess]:
    fields = references(folder, one, ("opportunity", "product"), {})
    return in_one_currency(one, fields | plain_fields(one, "opportunity_line", fields))


def _step(folder: Folder, one: FileProfile) -> dict[str, Guess]:
    key, date = folder.key(one, "opportunity"), dated(one)
    if key is None or date is None:
        return {}
    name = re.sub(r"_?(date|at|on|time|timestamp)$", "", snake(date.name)) or "reached"
    return {
        "opportunity_id": Guess(
            key.name, "its name; a larger file holds all opportunities, this one those that got on"
        ),
        "name": Guess(literal(name), "after the column of its date"),
        "happened_at": Guess(date.read[0], "its dates"),
    }


def _touch(folder: Folder, one: FileProfile) -> dict[str, Guess]:
    fields: dict[str, Guess] = references(folder, one, ("touch", "account", "contact", "opportunity", "rep"), {})
    told = {"direction": direction(one), "answered": answered(one), "team": team(one)}
    fields |= {name: guess for name, guess in told.items() if guess}
    fields |= plain_fields(one, "touch", fields)
    seconds = next((column for column in one.columns if column.kind == "number" and named(column, SECONDS)), None)
    hours = next((column for column in one.columns if column.kind == "number" and named(column, HOURS)), None)
    if seconds and "minutes" not in fields:
        fields["minutes"] = Guess(f"{quoted(seconds.name)} / 60", "its name: seconds")
    elif hours and "minutes" not in fields:
        fields["minutes"] = Guess(f"{quoted(hours.name)} * 60", "its name: hours")
    clocked = next((column for column in one.columns if column.clock in _PARTS), None)
    if clocked and "minutes" not in fields:
        parts = (f"try_cast(split_part({quoted(clocked.name)}, ':', {place}) as double)" + _times(minutes)
                 for place, minutes in enumerate(_PARTS[clocked.clock], start=1))
        fields["minutes"] = Guess(" + ".join(parts), f"its name, and its values are {clocked.clock}")
    date = fields.get("happened_at")
    back = date is not None and re.search(r"redem|repl|respon|answer", date.sql.lower()) is not None
    guess = Guess("'in'" if back else "'out'", "they came to us" if back else "nothing says that they came to us")
    return {"direction": guess} | fields


def _times(minutes: float) -> str:
    return "" if minutes == 1 else (f" * {minutes}" if minutes > 1 else " / 60")

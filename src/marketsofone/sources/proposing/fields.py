"""Which column of a file is which field of the customer table it fills."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from marketsofone.sources.profiling.belonging import BOOKED, FEWER, Folder, first_called, numbered, repeated
from marketsofone.sources.profiling.columns import ColumnProfile, FileProfile, named
from marketsofone.sources.profiling.crm_values import NO, UNIT_COSTS, UNIT_PRICES, YES
from marketsofone.sources.profiling.crm_words import HOURS, KEYS, SECONDS, SITES, describes, is_personal
from marketsofone.sources.profiling.field_words import FIELDS
from marketsofone.sources.profiling.headings import scale_of
from marketsofone.sources.profiling.kinds_of_rows import GIVEN_BACK, side_of
from marketsofone.sources.profiling.net_of_tax import tax_of
from marketsofone.sources.profiling.rows_told import Whole
from marketsofone.sources.proposing.drafts import Guess, reads
from marketsofone.sources.proposing.recurring import Recurring, recurring
from marketsofone.sources.proposing.told_by_values import answered, direction, form, outcome, team
from marketsofone.sources.spelling import quoted_as_toml, snake
from marketsofone.sources.sql import literal, quoted

_FLAGS = ("answered", "decides")
_CALLED_PARENT = re.compile("parent|subsidiary|mutter|belongs|gehoert|mere|uebergeordnet")
_CALLED_SINCE = re.compile("since|seit|depuis|birth|geb|naiss|found|gruend|valid|gueltig|last|letzt|dernier|next|naech")
_TAKEN_OFF = re.compile("discount|rabatt|remise|nachlass|skonto|rebate|descuento|sconto|korting|returned|retour")
_POSTED = ("konto", "gegenkonto", "kontonummer", "konto nr", "contra account", "offset account", "compte")
_DAYS = ("ordered_at", "happened_at")
_MONEY = ("amount", "cost", "list_price", "unit_cost", "hour_cost")
_PARTS = {"h:m:s": (60, 1, 1 / 60), "h:m": (60, 1), "m:s": (1, 1 / 60)}
_KINDS = {
    "opened_at": "date",
    "closed_at": "date",
    "ordered_at": "date",
    "rate_on": "date",
    "rate": "number",
    "happened_at": "date",
    "stated_at": "date",
    "strength": "number",
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


def fields_of(folder: Folder, one: FileProfile, table: str) -> dict[str, Guess]:
    """The fields of a table that a file fills, each with its reason."""
    makers = {
        "opportunity": _opportunity,
        "opportunity_line": _opportunity_line,
        "step": _step,
        "order_line": _ledger,
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


def _ledger(folder: Folder, one: FileProfile) -> dict[str, Guess]:
    """The fields of a ledger that stands alone: where it names no customer, whom it calls a contact bought.

    An account that is booked is none: it has few values beside many contacts.
    """
    fields = order_line(folder, one)
    who = next((column for column in one.columns if column.kind == "text" and named(column, ("contact name",))), None)
    if who is None and not {"account_id", "contact_id"} & {*fields} and side_of(one):
        posted = max((column for column in one.columns if named(column, _POSTED) and not column.almost_number),
                     key=lambda column: column.distinct, default=None)
        return {**fields, "account_id": Guess(posted.name, "no column names a customer: of the accounts of a posting, "
                                              "the one with the most values is taken for one")} if posted else fields
    account = fields.get("account_id")
    booked = account is not None and who is not None and any(
        column.name == account.sql and named(column, BOOKED) and FEWER * column.distinct <= who.distinct
        for column in one.columns)
    if who is None or "contact_id" in fields or not (account is None or booked):
        return fields
    return {**fields, "account_id": Guess(who.name, "no column names a customer: whom it calls a contact is taken for "
                                          f"one; lists will show it, md5({quoted(who.name)}) would hide it")}


def order_line(folder: Folder, one: FileProfile) -> dict[str, Guess]:
    """The fields of a ledger: what one line of it says."""
    account, order = folder.reference(one, "account"), order_number(folder, one)
    date = day_of(one, "order_line", "ordered_at")
    fields: dict[str, Guess] = {}
    monthly = recurring(one)
    if monthly:
        fields |= _of_month(monthly, account.column if account else "", order)
    elif order:
        fields["order_id"] = order
    elif account and date:
        sql = f"{quoted(account.column)} || ' ' || {quoted(date.name)}"
        fields["order_id"] = Guess(sql, "no column is an order's number: what one buys on a day is an order")
    fields |= references(folder, one, ("account", "contact", "product"), fields)
    fields |= plain_fields(one, "order_line", fields)
    price, quantity = unit_price(one), fields.get("quantity")
    if price and quantity and _is_of_orders(one, fields.get("amount"), price):
        sql = f"{quoted(quantity.sql)} * {quoted(price.name)}"
        why = "no column holds it: quantity times price"
        if "amount" in fields:
            why = f"quantity times price: {fields['amount'].sql} is filled in fewer rows, once an order it seems"
        fields["amount"] = Guess(sql, why)
    fields |= _of_units(one, fields) | _of_lines(one, fields)
    return in_one_currency(one, fields | _less_given_back(one, fields))


def _less_given_back(one: FileProfile, fields: Mapping[str, Guess]) -> dict[str, Guess]:
    """The amount without what was given back of it, where the rows show that it still holds that."""
    amount = fields.get("amount")
    back = next((back for column, back in one.kinds.given_back if amount and column == amount.sql), "")
    if amount is None or not back or one.converted.of(amount.sql):
        return {}
    return {"amount": Guess(f"{quoted(amount.sql)} - coalesce({quoted(back)}, 0)",
                            f"{amount.why}, without what was given back: where that was all, both are the same")}


def in_one_currency(one: FileProfile, fields: Mapping[str, Guess]) -> dict[str, Guess]:
    """The fields, amounts in the currency that the file itself converts them into; costs too, or none of them."""
    converted, amount = one.converted, fields.get("amount")
    if amount is None or not converted.of(amount.sql):
        return dict(fields)
    if not converted.into:
        plain = next((name for name, into in converted.columns.items() if into == amount.sql), amount.sql)
        return {**fields, "amount": Guess(plain, amount.why)}
    column = converted.of(amount.sql)
    told = {"amount": Guess(column, f"its name, and it is {converted.why}"),
            "currency": Guess(literal(converted.into), f"{column} is converted into it")}
    cost = fields.get("cost")
    if cost and converted.of(cost.sql):
        told["cost"] = Guess(converted.of(cost.sql), cost.why)
    return {name: guess for name, guess in fields.items() if name != "cost"} | told


def not_converted(one: FileProfile, fields: Mapping[str, Guess]) -> Iterable[str]:
    """What of converted amounts a proposal does not use."""
    into, currency = one.converted.into, fields.get("currency", Guess("", ""))
    if one.converted.doubt and "amount" in fields:
        yield one.converted.doubt
    costs = [column.name for column in one.columns if named(column, FIELDS["order_line"]["cost"])]
    if into and currency.sql == literal(into) and "cost" not in fields and costs:
        yield (f"{costs[0]} may be in the currency of the row, while amounts are in {into}: it is not "
               f"used. If it is in {into} too, write cost = {quoted_as_toml(costs[0])}.")


def _of_units(one: FileProfile, fields: Mapping[str, Guess]) -> dict[str, Guess]:
    """What a line cost where a column says what a unit did: called so, or a cost that is below the price of a unit."""
    quantity, cost, price = fields.get("quantity"), fields.get("cost"), unit_price(one)
    if quantity is None:
        return {}
    if cost and price and fields["amount"].sql == f"{quoted(quantity.sql)} * {quoted(price.name)}":
        below = (cost.sql, price.name) in one.kinds.below
        why = f"quantity times cost: {cost.sql} is below the price of a unit where several were sold"
        return {"cost": Guess(f"{quoted(quantity.sql)} * {quoted(cost.sql)}", why)} if below else {}
    unit = None if cost else next((column for column in one.columns if column.kind == "number" and named(
        column, UNIT_COSTS)), None)
    if unit is None:
        return {}
    return {"cost": Guess(f"{quoted(quantity.sql)} * {quoted(unit.name)}", "quantity times cost of a unit")}


def _whole(one: FileProfile, fields: Mapping[str, Guess], key: str) -> Whole | None:
    """What rows say alike that a field of keys holds together."""
    return one.whole(fields[key].sql) if key in fields else None


def _of_lines(one: FileProfile, fields: Mapping[str, Guess]) -> dict[str, Guess]:
    """What a line is worth and costs, where the columns called so repeat in each line what the whole order is."""
    whole = _whole(one, fields, "order_id")
    found: dict[str, Guess] = {}
    for name in ("amount", "cost"):
        total = fields[name].sql if name in fields else ""
        if whole is None or total not in whole.alike:
            continue
        part = whole.parts.get(total)
        price, quantity = unit_price(one), fields.get("quantity")
        if part:
            found[name] = Guess(part, f"over the rows of each {whole.key} it adds up to {total}, which each repeats")
        elif name == "amount" and price and quantity and not {price.name, quantity.sql} <= whole.alike:
            found[name] = Guess(f"{quoted(quantity.sql)} * {quoted(price.name)}",
                                f"quantity times price: {total} is the same in all rows of each {whole.key}")
    return found


def repeated_totals(one: FileProfile, fields: Mapping[str, Guess]) -> Iterable[str]:
    """That an amount, or a cost, may be that of the whole order and count once for each of its rows."""
    whole = _whole(one, fields, "order_id")
    for name in ("amount", "cost"):
        if whole and name in fields and fields[name].sql in whole.alike:
            yield (f"{fields[name].sql} is the same in all rows of each {whole.key} ({whole.several:,} have several): "
                   f"if it is the {name} of them all, it counts too often. Leave out all rows but one of each (where), "
                   f"or write {name} with the column that holds a row's own.")


def _of_month(monthly: Recurring, account: str, order: Guess | None) -> dict[str, Guess]:
    """The order, the day and the amount of a row that is a month of a subscription."""
    of = monthly.subscription.name if monthly.subscription else account
    number = Guess(f"{quoted(of)} || ' ' || {quoted(monthly.month.name)}", f"each month of a {of} is an order")
    sql, told = monthly.month.read
    day = Guess(sql, f"its name{told}")
    return {"order_id": order or number, "ordered_at": day, "amount": monthly.amount}


def _is_of_orders(one: FileProfile, amount: Guess | None, price: ColumnProfile) -> bool:
    """Whether what is called an amount is missing, or stands in one row of an order where each row has a price."""
    column = next((each for each in one.columns if amount and each.name == amount.sql), None)
    return amount is None or (column is not None and column.filled < 0.95 * price.filled)


def order_number(folder: Folder, one: FileProfile) -> Guess | None:
    """The column of an order's number: by name, else a column called Name of which every value holds a digit."""
    order = folder.reference(one, "order")
    if order:
        return Guess(order.sql, order.why)
    coded = next((column for column in one.columns if named(column, ("name",)) and column.coded == column.filled > 0),
                 None)
    return Guess(coded.name, "it is called a name, and every value has a number in it") if coded else None


def said_once(one: FileProfile, fields: Mapping[str, Guess]) -> tuple[str, ...]:
    """Columns that only the first row of an order fills: texts, dates and keys, for amounts would count once a row."""
    order = next((column for column in one.columns if column.name == fields["order_id"].sql), None)
    keys = {guess.sql for name, guess in fields.items() if name.endswith("_id")}
    return tuple(
        column.name for column in one.columns
        if order and column.gaps and column.filled < 0.95 * one.rows
        and (column.gaps == order.gaps or (not order.gaps and column.filled == order.distinct))
        and (column.kind != "number" or column.name in keys))


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


def plain_fields(one: FileProfile, table: str, taken: Mapping[str, Guess]) -> dict[str, Guess]:
    """Fields of a table that a column is called by the name of."""
    used = {guess.sql for guess in taken.values()}
    found: dict[str, Guess] = {}
    for name in FIELDS.get(table, {}):
        column = None if name in taken else field_of(one, table, name, used)
        why = "its name"
        if column is None and name in _DAYS and name not in taken:
            column, why = only_date(one), "the only column of dates"
        if column:
            sql, told = column.read
            found[name] = Guess(sql, f"{why}{told}")
            if name == "amount" and column.name in one.net:
                column = one.column(one.net[column.name])
                found[name] = Guess(column.name, f"with the tax beside it, it is {sql}")
            scale = scale_of(column.name) if name in _MONEY else ""
            if scale:
                found[name] = Guess(f"{quoted(column.name)} {scale}", f"its name says in what it counts: {scale}")
            if name in _FLAGS and column.filled < one.rows and len(column.values) == 1:
                found[name] = Guess(f"{quoted(column.name)} is not null", f"its name; {column.values[0]!r} is the only "
                                    "value: what is empty is taken for no")
            used.add(column.name)
        if column and column.codes:
            sql, codes = quoted(column.name), ", ".join(column.codes)
            found[name] = Guess(f"regexp_replace({sql}, '[A-Z]{{3}}', '')", "its name; a currency's code aside")
            found.setdefault("currency", Guess(f"regexp_extract({sql}, '[A-Z]{{3}}')",
                                               f"the codes beside its amounts: {codes}"))
    return found


def not_taken_off(one: FileProfile, fields: Mapping[str, Guess]) -> Iterable[str]:
    """What stands beside an amount and may have to be taken off it: a tax, a discount, what came back; or a sign."""
    amount = fields.get("amount")
    if amount is None:
        return
    if amount.sql in one.kinds.negative:
        yield (f"{amount.sql} is below zero in nearly all rows, so they count as returns. If sales are written so, "
               f"write amount = {quoted_as_toml(f'-1 * {quoted(amount.sql)}')}.")
    tax = tax_of(one)
    if tax and amount.sql not in one.net.values() and quoted(tax.name) not in amount.sql:
        told = quoted(amount.sql) if any(column.name == amount.sql for column in one.columns) else amount.sql
        yield (f"{tax.name} is not taken off {amount.sql}: if that holds the tax, write "
               f"amount = {quoted_as_toml(f'{told} - {quoted(tax.name)}')}.")
    back = [column for column in one.columns if column.kind == "number" and GIVEN_BACK.search(snake(column.name))]
    if not any(quoted(column.name) in amount.sql for column in back):
        for column in back:
            yield (f"{column.name} is not taken off {amount.sql}: if it was given back, write amount as an expression "
                   "that takes it off, or sales count too high.")
    if "*" in amount.sql:
        for column in one.columns:
            if quoted(column.name) not in amount.sql and _TAKEN_OFF.search(snake(column.name)):
                yield (f"{column.name} is not taken off quantity times price: if the price is before it, write amount "
                       "as an expression that takes it off, or sales count too high.")


def elsewhere(one: FileProfile, fields: Mapping[str, Guess]) -> Iterable[str]:
    """That rows which leave the amount empty may have theirs in another column: one for each currency, it may be."""
    told = fields["amount"].sql if "amount" in fields else ""
    amount = next((column for column in one.columns if column.name == told), None)
    for column in one.columns:
        if amount and column is not amount and named(column, FIELDS["order_line"]["amount"]) and (
                column.holds_numbers and 0 < column.filled <= one.rows - amount.filled):
            yield (f"{one.rows - amount.filled:,} of {one.rows:,} rows leave {amount.name} empty and count without an "
                   f"amount, while {column.name} is filled in {column.filled:,} rows and not used: if that is theirs, "
                   "write amount as an expression of both, or make a file for each currency.")


def written_in_words(one: FileProfile, fields: Mapping[str, Guess]) -> Iterable[str]:
    """That some amounts are only about what they say, or say it in thousands."""
    for column in one.columns:
        if column.worded and any(reads(fields[name].sql, column.name) for name in _MONEY if name in fields):
            yield (f"{column.worded:,} of {column.filled:,} values of {column.name} are written in words in part, such "
                   "as ca. 500, 1.2k or 5 Tsd.: each counts as what it says.")


def only_date(one: FileProfile) -> ColumnProfile | None:
    """The one column of dates of a file, whatever it is called; none that tells since when something holds."""
    dates = [column for column in one.columns if column.kind == "date" and column.filled]
    sure = len(dates) == 1 and not dates[0].unclear and not _CALLED_SINCE.search(snake(dates[0].label))
    return dates[0] if sure else None


def day_of(one: FileProfile, table: str, name: str) -> ColumnProfile | None:
    """The column of the day of a row: by its name, else the only one of dates."""
    return field_of(one, table, name, ()) or only_date(one)


def field_of(one: FileProfile, table: str, name: str, used: Iterable[str]) -> ColumnProfile | None:
    """The column that is called as a field of a table is, and fits it."""
    return first_called(one, FIELDS[table][name], lambda column: _fits(_KINDS.get(name, column.kind), column)
                        and not column.unclear and column.filled > 0 and column.name not in used
                        and (name not in _FLAGS or _is_flag(column)))


def _is_flag(column: ColumnProfile) -> bool:
    """Whether a column holds yes and no, or one word beside blanks: what was answered in words is no flag."""
    return bool(column.values) and (len(column.values) == 1 or set(column.values) <= {*YES, *NO})


def _fits(kind: str, column: ColumnProfile) -> bool:
    return column.kind == kind or (kind == "number" and (column.holds_numbers or bool(column.codes)))


def references(folder: Folder, one: FileProfile, entities: Sequence[str], taken: Mapping[str, Guess]
               ) -> dict[str, Guess]:
    """The columns by which a file names things of other tables."""
    used = {guess.sql for guess in taken.values()}
    found = {}
    for entity in entities:
        reference = folder.reference(one, entity, used)
        if reference:
            shown = f"; lists will show it, md5({quoted(reference.column)}) would hide it" if entity == "account" and (
                is_personal(reference.column)) else ""
            found[f"{entity}_id"] = Guess(reference.sql, reference.why + shown)
            used.add(reference.column)
    return found


def dated(one: FileProfile) -> ColumnProfile | None:
    """The column of dates that most rows fill."""
    dates = [column for column in one.columns if column.kind == "date" and not column.unclear]
    return max(dates, key=lambda column: column.filled, default=None)


def repeated_touches(one: FileProfile, fields: Mapping[str, Guess]) -> Iterable[str]:
    """That a contact stands in several rows, once for each who took part perhaps, and each row counts as one."""
    whole = _whole(one, fields, "touch_id")
    if whole and "happened_at" in fields and fields["happened_at"].sql in whole.alike:
        minutes = ", and its minutes with it" if "minutes" in fields else ""
        yield (f"{whole.several:,} values of {whole.key} stand in several rows of the same time: each row counts as a "
               f"contact of its own{minutes}. If rows are of those who took part, keep one of each in the file.")


def unit_price(one: FileProfile) -> ColumnProfile | None:
    """The column of prices of one unit."""
    return next((column for column in one.columns if column.kind == "number" and named(column, UNIT_PRICES)), None)


def paid(one: FileProfile) -> ColumnProfile | None:
    """The column that tells what a line was worth."""
    return field_of(one, "order_line", "amount", ()) or unit_price(one)

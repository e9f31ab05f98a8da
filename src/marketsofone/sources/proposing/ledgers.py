"""The fields of a ledger: who bought, which order, and what a line is worth and costs."""

from __future__ import annotations

from collections.abc import Mapping

from marketsofone.sources.profiling.belonging import BOOKED, FEWER, Folder
from marketsofone.sources.profiling.columns import ColumnProfile, FileProfile, named
from marketsofone.sources.profiling.crm_values import UNIT_COSTS, UNIT_PRICES
from marketsofone.sources.profiling.kinds_of_rows import side_of
from marketsofone.sources.profiling.rows_told import Whole
from marketsofone.sources.proposing.called import day_of, field_of, plain_fields, references
from marketsofone.sources.proposing.drafts import Guess
from marketsofone.sources.proposing.recurring import Recurring, recurring
from marketsofone.sources.sql import literal, quoted

_POSTED = ("konto", "gegenkonto", "kontonummer", "konto nr", "contra account", "offset account", "compte")


def ledger(folder: Folder, one: FileProfile) -> dict[str, Guess]:
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


def paid(one: FileProfile) -> ColumnProfile | None:
    """The column that tells what a line was worth."""
    return field_of(one, "order_line", "amount", ()) or unit_price(one)


def unit_price(one: FileProfile) -> ColumnProfile | None:
    """The column of prices of one unit."""
    return next((column for column in one.columns if column.kind == "number" and named(column, UNIT_PRICES)), None)


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


def _less_given_back(one: FileProfile, fields: Mapping[str, Guess]) -> dict[str, Guess]:
    """The amount without what was given back of it, where the rows show that it still holds that."""
    amount = fields.get("amount")
    back = next((back for column, back in one.kinds.given_back if amount and column == amount.sql), "")
    if amount is None or not back or one.converted.of(amount.sql):
        return {}
    return {"amount": Guess(f"{quoted(amount.sql)} - coalesce({quoted(back)}, 0)",
                            f"{amount.why}, without what was given back: where that was all, both are the same")}


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


def _of_lines(one: FileProfile, fields: Mapping[str, Guess]) -> dict[str, Guess]:
    """What a line is worth and costs, where the columns called so repeat in each line what the whole order is."""
    whole = whole_of(one, fields, "order_id")
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


def whole_of(one: FileProfile, fields: Mapping[str, Guess], key: str) -> Whole | None:
    """What rows say alike that a field of keys holds together."""
    return one.whole(fields[key].sql) if key in fields else None

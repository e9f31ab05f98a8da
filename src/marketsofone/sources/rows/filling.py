"""One source into one customer table: a single pass that reads, types, keys and judges every row."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from marketsofone.customer.tables import TABLES, Field
from marketsofone.errors import SettingsInvalid, ValuesInvalid, shortened
from marketsofone.sources.findings import UNRATED, Finding, Health, mixed_currencies
from marketsofone.sources.mapping.source import TableMapping
from marketsofone.sources.rows.converting import rated
from marketsofone.sources.rows.currency_signs import require_one_sign
from marketsofone.sources.rows.decimals import require_settled
from marketsofone.sources.rows.expressions import Place, Rows
from marketsofone.sources.rows.keys import Keys, id_of
from marketsofone.sources.rows.lines import ASIDE, KEPT_UNRATED
from marketsofone.sources.rows.quarantine import refuse_broken, refuse_marked
from marketsofone.sources.rows.refusing import reasons_of
from marketsofone.sources.rows.repairing import repair_of
from marketsofone.sources.rows.said import Market, Said
from marketsofone.sources.spelling import quoted_as_toml
from marketsofone.sources.sql import literal, quoted
from marketsofone.sources.values.currencies import EXPONENTS
from marketsofone.sources.values.dates import day, instant, written
from marketsofone.sources.values.readings import flag, integer, key, money, number, share, text

_NUMBERS = ("integer", "number", "money", "share")
_TIMED = ("DATE", "TIMESTAMP WITH TIME ZONE")


@dataclass(frozen=True, slots=True)
class Filled:
    """What came of filling one table from one source: counts, what was found, and the keys that rows name."""

    health: Health
    findings: list[Finding]
    keys: list[Keys]


def fill(rows: Rows, mapping: TableMapping, market: Market) -> Filled:
    """Add the rows of a source to the table of a mapping; those that break a rule go to quarantine.

    Raises
    ------
    ValuesInvalid
        No row was accepted, or dates could be read two ways.

    """
    _check_after_outcome(rows, mapping)
    rows, said = _bound(rows, mapping)
    _require_running(rows, mapping, said)
    _check_decimals(rows, mapping, said)
    require_one_sign(rows, mapping, said)
    relation = _said_relation(rows, said)
    said = [_with_way(rows, mapping, one, relation) for one in said]
    zone = rows.source.one_zone or market.time_zone
    foreign = _foreign(rows, said, relation, market)
    converts = foreign > 0
    _insert(rows, mapping, said, relation, market, zone, converts)
    refuse_broken(rows.con, rows.source.name, mapping.table, rows.staged.broken)
    table, keeps = TABLES[mapping.table], mapping.table in KEPT_UNRATED
    reasons = reasons_of(said, converts, keeps)
    marked = refuse_marked(rows.con, rows.source.name, mapping.table, [reason[1:] for reason in reasons])
    accepted = _count(rows, f"{quoted(table.name)} where source = {literal(rows.source.name)}")
    health = Health(
        rows.source.name,
        table.name,
        left_out=rows.staged.rows - marked - accepted,
        read=marked + accepted + len(rows.staged.broken),
        accepted=accepted,
        refused=marked + len(rows.staged.broken),
    )
    _require_some(rows, health, said)
    findings = _findings(rows, mapping, said, zone)
    if foreign:
        findings.append(mixed_currencies(health, market.currency, foreign, _unrated(rows, health, keeps), keeps))
    keys = [Keys(relation, key(one.alias, one.expression.type), one.field.refers, rows.source.name)
            for one in said if one.field.refers]
    return Filled(health, findings, keys)


def _unrated(rows: Rows, health: Health, keeps: bool) -> int:
    if keeps:
        return _count(rows, f"{quoted(health.table_name)} where source = {literal(health.source)} and m1_unrated")
    return _count(rows, f"quarantine where source = {literal(health.source)} and reason = {literal(UNRATED)} "
                        f"and table_name = {literal(health.table_name)}")


def _require_running(rows: Rows, mapping: TableMapping, said: Sequence[Said]) -> None:
    """Raise where an expression fails on some row, without telling what was in it."""
    for one, (_field, _name, sql, place) in zip(said, _wanted(rows, mapping), strict=True):
        if not one.expression.column:
            with rows.running(sql, place):
                rows.con.execute(f"select count(v) from (select {one.expression.sql} as v from {rows.kept})")


def _check_decimals(rows: Rows, mapping: TableMapping, said: Sequence[Said]) -> None:
    for one in said:
        column = one.expression.column
        used = rows.uses(one.expression.sql) & (set(rows.numbers) | rows.as_numbers)
        read = used if not column else {column} if one.field.kind in _NUMBERS else set()
        for column in sorted(read):
            require_settled(rows.con, rows.source, rows.staged, column, f"{mapping.table}.{one.name}")


def _check_after_outcome(rows: Rows, mapping: TableMapping) -> None:
    declared = set()
    for name in rows.source.after_outcome:
        column = rows.column(name)
        if not column:
            raise rows.missing(name, Place(rows.source.name, "", "after_outcome"))
        declared.add(column)
    for one in mapping.columns:
        used = sorted(declared & rows.uses(one.sql))
        if used:
            raise SettingsInvalid(
                f"{one.role} {one.name!r} of {mapping.table} is known before the outcome.",
                f"it uses {shortened(map(repr, used))}, which after_outcome declares to be filled in later.",
                f"Take the line out of [sources.{rows.source.name}.{mapping.table}.{one.role}s].",
            )


def _wanted(rows: Rows, mapping: TableMapping) -> Iterator[tuple[Field, str, str, Place]]:
    """Every column of the table that the mapping speaks of: its field and name, what is said of it, and where."""
    table, source = TABLES[mapping.table], rows.source.name
    for name, sql in mapping.fields.items():
        yield table.field(name), name, sql, Place(source, mapping.table, name)
    for one in mapping.columns:
        field = Field(one.name, "number" if one.kind == "number" else "text", f"{one.role} of the user's own")
        yield field, one.column, one.sql, Place(source, f"{mapping.table}.{one.role}s", one.name)


def _bound(rows: Rows, mapping: TableMapping) -> tuple[Rows, list[Said]]:
    said = []
    for field, name, sql, place in _wanted(rows, mapping):
        try:
            expression = rows.expression(sql, place)
        except SettingsInvalid:
            almost = rows.mostly_numbers & rows.uses(sql)
            if not almost:
                raise
            rows = rows.taking_as_numbers(almost)
            expression = rows.expression(sql, place)
        said.append(Said(field, name, expression))
    return rows, said


def _said_relation(rows: Rows, said: Sequence[Said]) -> str:
    parts = ["m1_row", *(f"{one.expression.sql} as {one.alias}" for one in said)]
    if rows.as_numbers:
        odd = (f"({quoted('text:' + name)} is not null and {quoted(name)} is null)" for name in sorted(rows.as_numbers))
        parts.append(f"{' or '.join(odd)} as m1_odd")
    else:
        parts.append("false as m1_odd")
    return f"(select {', '.join(parts)} from {rows.kept})"


def _with_way(rows: Rows, mapping: TableMapping, one: Said, relation: str) -> Said:
    kind = one.expression.type
    if one.field.kind not in ("instant", "date") or kind == "DATE" or kind.startswith("TIMESTAMP"):
        return one
    way = written(rows.con, relation, text(one.alias, kind), rows.source.date_format)
    if way.is_ambiguous:
        name = rows.source.name
        raise ValuesInvalid(
            f"Source {name!r}: the dates of {mapping.table}.{one.field.name} can be read in one way.",
            f"all {way.rows:,} fit both day first and month first.",
            f'Add to market.toml the one that is meant:\n[sources.{name}]\ndate_format = "%d/%m/%Y"   # or "%m/%d/%Y"',
        )
    return Said(one.field, one.name, one.expression, way)


def _read(one: Said, rows: Rows, market: Market, zone: str, rate: str = "") -> str:
    sql, kind, decimal = one.alias, one.expression.type, rows.source.decimal
    as_text = text(sql, kind)
    match one.field.kind:
        case "id":
            return id_of(key(sql, kind), one.field.refers, market.salt)
        case "instant":
            return instant(as_text if one.way else sql, kind, zone, one.way)
        case "date":
            return day(as_text if one.way else sql, kind, zone, one.way)
        case "money":
            return money(sql, kind, market.exponent, decimal, rate)
        case "flag":
            return flag(sql, kind)
        case "integer":
            return integer(sql, kind, decimal)
        case "share":
            return share(sql, kind, decimal)
        case "number":
            return number(sql, kind, decimal)
    if one.name == "currency":
        known = ", ".join(map(literal, EXPONENTS))
        return f"case when upper({as_text}) in ({known}) then upper({as_text}) end"
    if one.name == "about_id":
        return key(sql, kind)
    if one.field.one_of:
        return f"case when lower({as_text}) in ({', '.join(map(literal, one.field.one_of))}) then lower({as_text}) end"
    return as_text


def _foreign(rows: Rows, said: Sequence[Said], relation: str, market: Market) -> int:
    """Rows that name another currency than the market's, where there are amounts to convert."""
    currency = next((one for one in said if one.name == "currency"), None)
    if currency is None or not any(one.field.kind == "money" for one in said):
        return 0
    name = text(currency.alias, currency.expression.type)
    return _count(rows, f"{relation} where upper({name}) <> {literal(market.currency)}")


def _insert(
    rows: Rows,
    mapping: TableMapping,
    said: Sequence[Said],
    relation: str,
    market: Market,
    zone: str,
    converts: bool,
) -> None:
    rate = "m1_rate" if converts else ""
    plain = [one for one in said if one.field.kind != "money" or not converts]
    reads = ", ".join(f"{_read(one, rows, market, zone)} as {quoted('read:' + one.name)}" for one in plain)
    query = f"(select *, {reads} from {relation})"
    if converts:
        amounts = [one for one in said if one not in plain]
        money_reads = ", ".join(
            f"{_read(one, rows, market, zone, rate)} as {quoted('read:' + one.name)}" for one in amounts
        )
        query = f"(select *, {money_reads} from {rated(query, said, market)})"
    values = ", ".join([*(f"{_stored(one, mapping, market)} as {quoted(one.name)}" for one in said),
                        *_aside(rows, mapping, said, converts)])
    reasons = reasons_of(said, converts, mapping.table in KEPT_UNRATED)
    asked = " ".join(f"when {condition} then {n}" for n, (condition, _, _) in enumerate(reasons, 1))
    rows.con.execute(
        f"insert into {quoted(mapping.table)} by name select {literal(rows.source.name)} as source, "
        f"m1_row as source_row, {values}, case {asked} end as m1_refused from {query}"
    )


def _stored(one: Said, mapping: TableMapping, market: Market) -> str:
    if one.name == "currency" and mapping.table != "rate":
        return literal(market.currency)
    return quoted(f"read:{one.name}")


def _aside(rows: Rows, mapping: TableMapping, said: Sequence[Said], converts: bool) -> list[str]:
    """What stands aside until all sources are read, where the source says it."""
    named = {one.name: one for one in said}
    kept = []
    if mapping.table in ASIDE and "currency" in named:
        kept.append(f'{quoted("read:currency")} as m1_currency')
    if "m1_told" in ASIDE.get(mapping.table, ()) and "amount" in named:
        amount = named["amount"]
        kept.append(f"{number(amount.alias, amount.expression.type, rows.source.decimal)} as m1_told")
    if "m1_unrated" in ASIDE.get(mapping.table, ()) and converts:
        amounts = " or ".join(f"{one.alias} is not null" for one in said if one.field.kind == "money")
        kept.append(f"m1_rate is null and ({amounts}) as m1_unrated")
    return kept


def _count(rows: Rows, what: str) -> int:
    return int(rows.con.execute(f"select count(*) from {what}").fetchall()[0][0])


def _require_some(rows: Rows, health: Health, said: Sequence[Said]) -> None:
    place = f"Source {health.source!r} fills {health.table_name}"
    if rows.source.may_be_empty and not health.read and not health.left_out:
        return
    if not health.read:
        raise ValuesInvalid(
            f"{place}.",
            f"no row: the filter leaves out all {health.left_out:,}.",
            f'Change it in market.toml:\n[sources.{health.source}]\nwhere = "..."',
        )
    if health.accepted:
        return
    why = rows.con.execute(
        "select field, reason, count(*) from quarantine where source = ? and table_name = ? group by all "
        "order by 3 desc, 1 limit 3",
        [health.source, health.table_name],
    ).fetchall()
    told = "; ".join(f"{count:,} times {field or 'the row'}: {reason}" for field, reason, count in why)
    raise ValuesInvalid(
        f"{place}.",
        f"all {health.read:,} rows are refused. {told}.",
        repair_of(rows, health.table_name, said, why[0][0] or "" if why else ""),
    )


def _findings(rows: Rows, mapping: TableMapping, said: Sequence[Said], zone: str) -> list[Finding]:
    found = []
    name = rows.source.name
    for one in said:
        place = f"{name}: {mapping.table}.{one.name}"
        if one.way and one.way.other_rows:
            way = "as date_format says" if one.way.way == "declared" else one.way.way
            found.append(
                Finding(
                    "dates_in_two_formats",
                    "warning",
                    place,
                    f"{one.way.rows:,} dates are written {way}; {one.way.other_rows:,} are not and "
                    "were refused.",
                    f'If another format is meant:\n[sources.{name}]\ndate_format = "..."'
                    + _both_ways(one, mapping, name),
                )
            )
        naive = _without_zone(rows, one, mapping)
        if naive and not rows.source.one_zone:
            found.append(
                Finding(
                    "time_without_zone",
                    "info",
                    place,
                    f"{naive:,} times name no zone and were taken in {zone}.",
                    f'If they are of another zone:\n[sources.{name}]\none_zone = "..."',
                )
            )
    return found


def _both_ways(one: Said, mapping: TableMapping, source: str) -> str:
    """The lines that would read a column whose dates are written in two ways."""
    if not one.expression.column:
        return ""
    column = quoted(one.expression.column)
    other = f"try_strptime(translate({column}, '.-', '//'), '%d/%m/%Y')"
    sql = f"coalesce(try_cast({column} as timestamp), {other})"
    return f"\nIf both are, for instance:\n[sources.{source}.{mapping.table}]\n{one.name} = {quoted_as_toml(sql)}"


def _without_zone(rows: Rows, one: Said, mapping: TableMapping) -> int:
    if one.field.kind != "instant" or one.expression.type in _TIMED:
        return 0
    if one.way:
        return max(one.way.clocked - one.way.zoned, 0)
    return _count(
        rows,
        f"{quoted(mapping.table)} where source = {literal(rows.source.name)} and {quoted(one.name)} is not null",
    )

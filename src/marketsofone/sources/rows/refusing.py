"""Why a row is refused: each rule as a condition over what the row says, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from marketsofone.sources.findings import UNRATED
from marketsofone.sources.rows.said import Said
from marketsofone.sources.sql import literal, quoted
from marketsofone.sources.values.readings import REASONS


def reasons_of(said: Sequence[Said], converts: bool, keeps: bool) -> list[tuple[str, str, str]]:
    """Condition, field and reason, in the order in which they are asked.

    Parameters
    ----------
    converts : bool
        Whether some amounts are of another currency.
    keeps : bool
        Whether a row stays whose amount has no rate: it tells an outcome too, and its amount is not known.
    """
    reasons = [("m1_odd", "", "text in a number that an expression uses")]
    for one in said:
        read, shown = quoted(f"read:{one.name}"), one.name
        why = REASONS[one.field.kind]
        if one.field.one_of:
            why = f"not one of {', '.join(one.field.one_of)}"
        if one.name == "currency":
            why = "unknown currency"
        foreign = one.field.kind == "money" and converts
        if foreign and not keeps:
            reasons.append((f"{one.alias} is not null and m1_rate is null", shown, UNRATED))
        rate = " and m1_rate is not null" if foreign and keeps else ""
        reasons.append((f"{one.alias} is not null and {read} is null{rate}", shown, why))
        reasons += [(condition, shown, said_of) for condition, said_of in _impossible(one, read, said)]
        if one.field.required:
            reasons.append((f"{one.alias} is null", shown, "required and empty"))
    if said and not any(one.field.required for one in said):
        nothing = " and ".join(f"{one.alias} is null" for one in said)
        reasons.append((nothing, "", "nothing in it"))
    return reasons


def _impossible(one: Said, read: str, said: Sequence[Said]) -> Iterator[tuple[str, str]]:
    """Condition and reason of numbers that can be read, and cannot be."""
    if one.field.sign != "any":
        below = "<" if one.field.sign == "not negative" else "<="
        yield f"{read} {below} 0", "below 0" if below == "<" else "not above 0"
    if one.field.share_where:
        other, *values = one.field.share_where
        if other in {each.name for each in said}:
            where = f"{quoted(f'read:{other}')} in ({', '.join(map(literal, values))})"
            yield f"{where} and {read} not between 0 and 1", REASONS["share"]

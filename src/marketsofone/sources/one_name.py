"""A name of the user's own is one column of one customer table: two tables would each say another value of a buyer."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from marketsofone.errors import SettingsInvalid
from marketsofone.sources.drafts import Draft, Guess, TableDraft
from marketsofone.sources.mapping import Source

_ROLES = ("dimensions", "traits")
_THINGS = ("account", "contact")


def require_one_table(sources: Sequence[Source]) -> None:
    """Raise where a dimension or a trait of one name is mapped on two customer tables.

    Raises
    ------
    SettingsInvalid
        It is; the message names both places and the line that gives one another name.
    """
    first: dict[str, tuple[str, str]] = {}
    for source in sources:
        for mapping in source.tables:
            for one in mapping.columns:
                source_before, table = first.setdefault(one.column, (source.name, mapping.table))
                if table == mapping.table:
                    continue
                here = f"sources.{source.name}.{mapping.table}.{one.role}s"
                raise SettingsInvalid(
                    f"A {one.role} is told by one customer table: {one.name!r}.",
                    f"it in [sources.{source_before}.{table}.{one.role}s] and in [{here}].",
                    f"Take one of them out, or give it a name of its own:\n[{here}]\n{mapping.table}_{one.name} = ...",
                )


def with_names_of_their_own(drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts, a column renamed after its table where another has the name; accounts and contacts keep theirs."""
    taken: dict[tuple[str, str], str] = {}
    tables = [one for draft in drafts for one in draft.tables]
    for one in sorted(tables, key=lambda one: one.table not in _THINGS):
        for role in _ROLES:
            for name in getattr(one, role):
                taken.setdefault((role, name), one.table)
    called: dict[tuple[str, str, str], str] = {}
    for one in tables:
        for role in _ROLES:
            for name in getattr(one, role):
                if taken[role, name] != one.table and (role, one.table, name) not in called:
                    called[role, one.table, name] = own = _free(f"{one.table}_{name}", role, taken)
                    taken[role, own] = one.table
    return [replace(draft, tables=tuple(_renamed(one, called) for one in draft.tables)) for draft in drafts]


def _free(name: str, role: str, taken: Collection[tuple[str, str]]) -> str:
    while (role, name) in taken:
        name += "_2"
    return name


def _renamed(one: TableDraft, called: Mapping[tuple[str, str, str], str]) -> TableDraft:
    parts: dict[str, dict[str, Guess]] = {}
    for role in _ROLES:
        mine: Mapping[str, Guess] = getattr(one, role)
        parts[role] = {called.get((role, one.table, name), name): guess for name, guess in mine.items()}
    return replace(one, dimensions=parts["dimensions"], traits=parts["traits"])

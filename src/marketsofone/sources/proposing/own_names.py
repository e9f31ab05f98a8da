"""Names of the user's own as they are proposed: one name is one column of one customer table."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from marketsofone.sources.proposing.drafts import Draft, Guess, TableDraft

_ROLES = ("dimensions", "traits")
_THINGS = ("account", "contact")


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

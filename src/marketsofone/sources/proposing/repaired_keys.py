"""Keys in a proposal as other files have them, where a file writes them in a form of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from marketsofone.customer.tables import TABLES
from marketsofone.sources.profiling.columns import FileProfile
from marketsofone.sources.proposing.drafts import Draft, Guess, TableDraft, beside
from marketsofone.sources.sql import quoted


def with_keys_repaired(files: Sequence[FileProfile], drafts: Sequence[Draft]) -> list[Draft]:
    """The drafts, each key that leads to another file written as that has it, and the reason with it."""
    own = {one.source.file + one.source.sheet + one.source.table: _repairs(one) for one in files}
    kept = []
    for draft in drafts:
        source = draft.source
        anew = dict(own.get(source.file + source.sheet + source.table, {}))
        for join in draft.joins:
            there = own.get(join.beside.file + join.beside.sheet + join.beside.table, {})
            anew |= {f"{join.name}.{name}": (beside(sql, join.name, [name]), why) for name, (sql, why) in there.items()}
        kept.append(replace(draft, tables=tuple(_repaired(table, anew) for table in draft.tables)) if anew else draft)
    return kept


def _repairs(one: FileProfile) -> dict[str, tuple[str, str]]:
    return {column.name: column.repair for column in one.columns if column.repair}


def _repaired(table: TableDraft, anew: Mapping[str, tuple[str, str]]) -> TableDraft:
    fields = {name: _written(guess, anew)
              if name == "about_id" or TABLES[table.table].field(name).refers else guess
              for name, guess in table.fields.items()}
    return replace(table, fields=fields)


def _written(guess: Guess, anew: Mapping[str, tuple[str, str]]) -> Guess:
    """A key written anew: a column's, or the first of a list in it."""
    for name, (sql, why) in anew.items():
        if name == guess.sql:
            return replace(guess, sql=sql, why=f"{guess.why}; {why}")
        first = f"trim(split_part({quoted(name)}, ';', 1))"
        if first == guess.sql:
            return replace(guess, sql=sql.replace(f"cast({quoted(name)} as varchar)", first), why=f"{guess.why}; {why}")
    return guess

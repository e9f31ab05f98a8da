"""A name of the user's own is one column of one customer table: two tables would each say another value of a buyer."""

from __future__ import annotations

from collections.abc import Sequence

from marketsofone.errors import SettingsInvalid
from marketsofone.sources.mapping.source import Source


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

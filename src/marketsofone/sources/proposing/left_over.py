"""What a proposal leaves unused: said, so that nobody misses it."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import replace

from marketsofone.sources.profiling.columns import ColumnProfile, FileProfile
from marketsofone.sources.proposing.drafts import reads

_MOST = 12


def shared_marked(profiles: Sequence[FileProfile]) -> list[FileProfile]:
    """The files, each with the names of its columns that another file has too."""
    names = [{column.name for column in one.columns} for one in profiles]
    return [replace(one, shared=frozenset(mine & set().union(*names[:n], *names[n + 1:])))
            for n, (one, mine) in enumerate(zip(profiles, names, strict=True))]


def left_over(one: FileProfile, said: Sequence[str], after_outcome: Container[str]) -> list[str]:
    """A sentence with the columns that a proposal does not use; none where it uses all.

    Parameters
    ----------
    said : sequence of str
        The SQL of all that it uses.
    after_outcome : container of str
        Columns that it leaves out, and says so.
    """
    unused = [column for column in one.columns if column.name not in after_outcome
              and not any(reads(sql, column.name) for sql in said)]
    if not unused:
        return []
    more = f" and {len(unused) - _MOST} more" if len(unused) > _MOST else ""
    return [f"columns that are not used: {', '.join(map(_described, unused[:_MOST]))}{more}."]


def _described(column: ColumnProfile) -> str:
    if not column.filled:
        return f"{column.name} (empty)"
    if column.kind == "date":
        return f"{column.name} (dates)"
    if column.almost_number:
        return f"{column.name} ({column.filled - column.numbers:,} of {column.filled:,} are no numbers)"
    return f"{column.name} ({column.distinct:,} different {column.kind}s)"

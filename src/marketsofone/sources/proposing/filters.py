"""Rows that are no sales, as their own columns say: cancelled, only offered, deleted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from marketsofone.errors import shortened
from marketsofone.sources.profiling.belonging import named
from marketsofone.sources.profiling.columns import ColumnProfile, FileProfile
from marketsofone.sources.profiling.crm_values import YES
from marketsofone.sources.sql import literal, quoted

DELETED = ("is deleted", "deleted", "is archived", "archived", "is test", "gelöscht")
KINDS = ("status", "state", "type", "order status", "order type", "order state", "document type", "document status",
         "invoice status", "sales document type", "financial status", "belegart", "verkaufsbelegart", "auftragsart",
         "auftragsstatus", "vorgangsart", "art")
_NO_SALE = re.compile(r"\b(cancel\w*|void\w*|draft|quote|quotation|storn\w*|angebot|entwurf|abgebrochen|proforma)\b")
_MOST = 20


def left_out(one: FileProfile, table: str) -> tuple[str, list[str]]:
    """The rows of a file to keep, as SQL, empty for all; and what is said of it, a sentence each."""
    conditions, said = [], []
    for column in one.columns:
        words = list(_to_leave_out(column, table))
        if words:
            listed = ", ".join(map(literal, words))
            text = f"lower(cast({quoted(column.name)} as varchar))"
            conditions.append(f"coalesce({text}, '') not in ({listed})")
            said.append(f"rows whose {column.name} is {shortened(map(repr, words))} are left out (where)")
        elif table == "order_line" and 1 < len(column.values) <= _MOST and named(column, KINDS):
            kinds = shortened(map(repr, column.values))
            line = f"where = '''lower({quoted(column.name)}) <> {literal(column.values[-1])}'''"
            said.append(f"every {column.name} counts as a sale: {kinds}. Where some are offers or cancelled, leave "
                        f"them out, for instance with {line}")
    return " and ".join(conditions), said


def _to_leave_out(column: ColumnProfile, table: str) -> Iterator[str]:
    if named(column, DELETED):
        yield from (value for value in column.values if value in YES)
    elif table == "order_line" and named(column, KINDS) and 1 < len(column.values) <= _MOST:
        yield from (value for value in column.values if _NO_SALE.search(value))

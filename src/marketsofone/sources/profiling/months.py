"""Columns that are months: a ledger written across, of which no row is a sale."""

from __future__ import annotations

import re
from dataclasses import replace

from marketsofone.errors import shortened
from marketsofone.sources.profiling.columns import FileProfile

_LEAST = 3
_MONTH = r"0?[1-9]|1[0-2]"
_NAMES = (r"(jan(uary|uar|vier)?|feb(ruary|ruar)?|f[eé]v(rier)?|m[aä]r(ch|z|s)?|mrz|a[pv]r(il)?|ma[iy]|ju[nl][eiy]?|"
          r"juin|juil(let)?|aug(ust)?|ao[uû]t|sept?(ember|embre)?|o[ck]t(ober|obre)?|nov(ember|embre)?|"
          r"d[eé][cz](ember|embre)?)")
_CALLED = re.compile(rf"^(\w+[ _-])?((19|20)\d\d[-_/. ]?m?({_MONTH})|({_MONTH})[-_/. ](19|20)\d\d|"
                     rf"{_NAMES}[-_/. ]*((19|20)?\d\d)|(19|20)\d\d[-_/. ]*{_NAMES}|(19|20)\d\d[-_/. ]?q[1-4]|"
                     r"q[1-4][-_/. ]?(19|20)\d\d)$", re.IGNORECASE)


def without_months(one: FileProfile) -> tuple[FileProfile, list[str]]:
    """A file without its columns of numbers that are called as months or quarters are, and what is said of them."""
    months = [column for column in one.columns if _CALLED.match(column.name.strip())
              and (column.kind == "number" or column.almost_number or not column.filled)]
    if len(months) < _LEAST:
        return one, []
    kept = tuple(column for column in one.columns if column not in months)
    return replace(one, columns=kept), [
        f"{len(months)} columns are months: {shortened([column.name for column in months])}. If they hold what was "
        "sold, it is not counted: make a row of each month (customer, month, amount) and map that as order_line. They "
        "are no traits, for they tell what came after."]

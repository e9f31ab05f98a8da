"""Columns of amounts that are called by years: what each customer brought in a year, of which nothing tells when."""

from __future__ import annotations

import re
from dataclasses import replace

from marketsofone.errors import shortened
from marketsofone.sources.profiling.columns import FileProfile
from marketsofone.sources.profiling.crm_words import is_called
from marketsofone.sources.profiling.field_words import FIELDS
from marketsofone.sources.profiling.months import YEAR

_LEAST, _FISCAL = 2, ("fy", "gj")
_SOLD = FIELDS["order_line"]["amount"]


def without_years(one: FileProfile) -> tuple[FileProfile, list[str]]:
    """A file without its columns of amounts that are called by years, where there are several; what is said of them."""
    years = [column.name for column in one.columns if column.holds_numbers and _is_of_a_year(column.name)]
    if len(years) < _LEAST:
        return one, []
    return replace(one, columns=tuple(column for column in one.columns if column.name not in years)), [
        f"{len(years)} columns are years: {shortened(years)}. If they hold what was sold, it is not counted, for a "
        "year does not tell when: export orders or invoices, or a column for each month. They are no traits, for they "
        "tell what came after."]


def _is_of_a_year(heading: str) -> bool:
    """Whether a heading is a year, alone or beside a word for what was sold."""
    rest = [word for word in re.split(r"[\W_]+", YEAR.sub(" ", heading)) if word and word.lower() not in _FISCAL]
    return len(YEAR.findall(heading)) == 1 and (not rest or is_called(" ".join(rest), _SOLD))

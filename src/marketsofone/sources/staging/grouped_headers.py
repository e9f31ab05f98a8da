"""Headers of two rows: groups of columns above, and the columns' own names below them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

VALUE = re.compile(r"^[\s€$£¥%+(-]*[0-9]")


def is_grouped(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row only names groups of columns, whose names stand in the second.

    The first leaves gaps above names, the second holds words alone, also where all rows below hold numbers
    or dates: a row of data would not.

    Examples
    --------
    >>> is_grouped([["Client", "", "Sales"], ["No", "Name", "Value"], ["1", "A", "5.5"], ["2", "B", "7"]])
    True
    >>> is_grouped([["No", "", "Value"], ["1", "A", "5.5"], ["2", "B", "7"], ["3", "C", "n/a"]])
    False
    """
    if len(rows) < 4:
        return False
    width = len(rows[1])
    groups, names, *data = [[*row, *[""] * width][:width] for row in rows]
    said = [bool(name.strip()) for name in names]
    gaps = sum(name and not group.strip() for group, name in zip(groups, said, strict=True))
    if not gaps or sum(said) < width or any(map(VALUE.match, names)):
        return False
    columns = [[value for value in column if value.strip()] for column in zip(*data, strict=True)]
    return any(len(column) > 1 and all(map(VALUE.match, column)) for column in columns)


def under_groups(groups: Sequence[str], names: Sequence[str]) -> list[str]:
    """Names of columns; where several groups have one of the same name, with that of the group before it.

    Examples
    --------
    >>> under_groups(["Client", "", "Q1", "", "Q2"], ["No", "Name", "Value", "Cost", "Value"])
    ['No', 'Name', 'Q1 Value', 'Cost', 'Q2 Value']
    """
    often = Counter(name.strip().casefold() for name in names)
    full, group = [], ""
    for place, name in enumerate(names):
        group = (groups[place].strip() if place < len(groups) else "") or group
        full.append(f"{group} {name.strip()}".strip() if often[name.strip().casefold()] > 1 else name)
    return full

"""The key of a thing as sources are read: what people state, or keep in a list, is found by it."""

from __future__ import annotations

import re

NUMBERED = "^([0-9]+)[.]0$"
"""A key that a program took for a number: its first group is the key as it was."""


def as_read(key: str) -> str:
    """A key as the reading of files leaves it: ``17850.0`` is 17850, where a program took keys for numbers.

    Examples
    --------
    >>> as_read("17850.0"), as_read("A1.0"), as_read("17850.5")
    ('17850', 'A1.0', '17850.5')
    """
    return re.sub(NUMBERED, r"\1", key)

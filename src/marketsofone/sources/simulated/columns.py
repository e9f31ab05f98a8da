"""NumPy arrays as the columns of a customer's file: keys as text, instants, categories, money."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from marketsofone.sources.simulated.chance import Flags, Floats, Ints

DAY_OPENS, DAY_HOURS = 8, 9
_EPOCH = date(1970, 1, 1)


def keys(prefix: str, numbers: Ints, width: int = 6, known: Flags | None = None) -> pa.Array:
    """Keys as text of one length, such as ``A000123``; null where not ``known``.

    Examples
    --------
    >>> keys("A", np.array([7, 123])).to_pylist()
    ['A000007', 'A000123']

    """
    length = len(prefix) + width
    letters = np.empty((len(numbers), length), dtype=np.uint8)
    letters[:, : len(prefix)] = np.frombuffer(prefix.encode(), dtype=np.uint8)
    left = numbers.astype(np.int32)
    for place in range(length - 1, len(prefix) - 1, -1):
        left, digit = np.divmod(left, np.int32(10))
        letters[:, place] = digit + ord("0")
    offsets = np.arange(len(numbers) + 1, dtype=np.int32) * np.int32(length)
    text = pa.StringArray.from_buffers(len(numbers), pa.py_buffer(offsets), pa.py_buffer(letters))
    return text if known is None else only(text, known)


def texts(codes: Ints, values: Sequence[str], known: Flags | None = None) -> pa.Array:
    """``values`` by number as text; null where not ``known``."""
    places = pa.array(codes.astype(np.int32), mask=None if known is None else ~known)
    return pa.DictionaryArray.from_arrays(places, pa.array(values, pa.string())).cast(pa.string())


def numbers(values: Floats, places: int = 2, known: Flags | None = None) -> pa.Array:
    """``values`` rounded to ``places``; null where not ``known``."""
    return pa.array(np.round(values, places), mask=None if known is None else ~known)


def instants(days: Floats, start: date, known: Flags | None = None) -> pa.Array:
    """Days since ``start`` as UTC instants within working hours; null where not ``known``.

    Order is kept: a later day is a later instant.
    """
    whole = np.floor(days)
    seconds = whole * 86_400 + DAY_OPENS * 3_600 + np.floor((days - whole) * DAY_HOURS * 3_600)
    since_epoch = seconds.astype(np.int64) + (start - _EPOCH).days * 86_400
    held = pa.array(since_epoch, mask=None if known is None else ~known)
    return held.cast(pa.timestamp("s", "UTC"))


def last_instant(as_of: date) -> datetime:
    """The instant after which nothing in the history is dated."""
    return datetime(as_of.year, as_of.month, as_of.day, DAY_OPENS + DAY_HOURS, tzinfo=UTC)


def only(column: pa.Array, known: Flags) -> pa.Array:
    """``column`` where ``known``, null elsewhere."""
    return pc.if_else(pa.array(known), column, pa.scalar(None, column.type))

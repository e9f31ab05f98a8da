"""Under which words and keys people speak of a buyer: what was said before keys were merged stays said of it."""

from __future__ import annotations

from marketsofone.project.snapshots.shelf import Row, Shelf

Subject = tuple[str, str]
"""What a statement is about, and the key of it."""

_SPOKEN_OF = {"site": "account"}


def subjects_of(shelf: Shelf, row: Row) -> tuple[Subject, ...]:
    """Every subject that is this buyer, the one that new statements are about first.

    A buyer may be told of as the account, contact or opportunity that it is, and under each key merged into it.

    Parameters
    ----------
    row : mapping
        The buyer's row: ``buyer_id``, ``source_id`` and ``kind``.
    """
    kind = str(row["kind"])
    kinds = ("buyer", _SPOKEN_OF.get(kind, kind))
    return tuple((about, key) for about in kinds for key in shelf.keys_of(row))

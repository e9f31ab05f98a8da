"""Whether rows of one file may be joined with those that another lists by a key: each surely with its own."""

from __future__ import annotations

from marketsofone.sources.profiling.columns import FileProfile
from marketsofone.sources.profiling.links import Link


def against(link: Link, one: FileProfile, home: FileProfile) -> str:
    """Why rows do not surely find theirs, a sentence; empty where they do.

    Of dates it knows nothing: whether both files must write them alike depends on whose dates are used.

    Parameters
    ----------
    one : FileProfile
        The file whose column the link is.
    home : FileProfile
        The file whose key it is.
    """
    key = home.column(link.key)
    if home.source.table or one.source.table:
        return "a join reads files: write a query that gives both as one"
    if key.distinct < key.filled or key.filled < home.rows:
        return (f"{link.key} does not tell the rows of {home.source.name} apart ({key.distinct:,} different in "
                f"{home.rows:,} rows): keep one row of each")
    if key.repair or one.column(link.column).repair:
        return f"the two write {link.key} in different ways, and a join compares keys as they stand"
    if not link.nearly_all:
        return (f"only {link.met:,} of {link.filled:,} rows find their {link.key} in {home.source.name}: are both "
                "files of the same day?")
    if link.several:
        return f"{link.several:,} rows name several {link.key} at once"
    return ""

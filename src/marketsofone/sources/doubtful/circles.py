"""Parents that lead back to where they began: nobody can tell which of these accounts is the company."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from marketsofone.sources.findings import Finding

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection
    from numpy.typing import NDArray


def cut_circles(con: DuckDBPyConnection, tables: Sequence[str]) -> list[Finding]:
    """Take accounts that are their own parent, or whose parents go in a circle, as accounts without one; and say so.

    Of an account with several periods the one that began last is looked at.
    """
    if "account" not in tables or not con.execute("select count(parent_id) from account").fetchall()[0][0]:
        return []
    con.execute("create temp table m1_parent as select account_id as child, "
                "arg_max_null(parent_id, coalesce(valid_from, date '0001-01-01')) as parent "
                "from account group by account_id having parent is not null")
    led = con.execute("select child, parent from m1_parent where child in (select parent from m1_parent) "
                      "and parent in (select child from m1_parent) order by child").fetchnumpy()
    con.execute("drop table m1_parent")
    within = _going_round(led["child"], led["parent"]) if len(led["child"]) else led["child"]
    if not len(within):
        return []
    children, parents = led["child"][within], led["parent"][within]
    own = int((children == parents).sum())
    con.execute("update account set parent_id = null from (select unnest(?) as child, unnest(?) as parent) m1_round "
                "where account_id = child and parent_id = parent", [children.tolist(), parents.tolist()])
    return [_told(own, len(within) - own)]


def _going_round(child: NDArray[np.int64], parent: NDArray[np.int64]) -> NDArray[np.int64]:
    """Places of the pairs of a circle: who still stands on one after going up at least as often as there are pairs.

    Each step doubles how far up it is; who runs out of parents stands beyond all places, and stays there.

    Parameters
    ----------
    child, parent : int array, shape (pairs,)
        Each child once, in ascending order.
    """
    beyond = len(child)
    place = np.minimum(np.searchsorted(child, parent), beyond - 1)
    above = np.append(np.where(child[place] == parent, place, beyond), beyond)
    for _ in range(beyond.bit_length()):
        above = above[above]
    return np.unique(above[above < beyond])


def _told(own: int, others: int) -> Finding:
    said = [*([f"accounts that name themselves as their parent: {own:,}"] if own else []),
            *([f"accounts in a circle of parents (one belongs to another, and that to the first): {others:,}"]
              if others else [])]
    counts = "; ".join(said)
    return Finding(
        "parents_in_a_circle", "warning" if others else "info", "account.parent_id",
        f"{counts[0].upper()}{counts[1:]}. None of these counts as belonging to another; sites below them stay "
        "there.",
        "Correct the parents in the file: the company at the top has none." if others else "")

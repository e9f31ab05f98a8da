"""A file that holds a row for every change of an opportunity: what the last row says is how it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from marketsofone.sources.profiling.belonging import Folder
from marketsofone.sources.profiling.columns import ColumnProfile, FileProfile, named
from marketsofone.sources.profiling.crm_words import KEYS
from marketsofone.sources.profiling.links import Link
from marketsofone.sources.proposing.called import dated
from marketsofone.sources.proposing.drafts import Guess, JoinDraft
from marketsofone.sources.proposing.safe_joins import against
from marketsofone.sources.proposing.told_by_values import outcome
from marketsofone.sources.spelling import bare
from marketsofone.sources.sql import quoted

_OFTEN = 0.9
_DEAL = re.compile("^(opp|deal|verkaufschance|chance|affaire)")


@dataclass(frozen=True, slots=True)
class History:
    """Changes, and the opportunities that changed.

    Parameters
    ----------
    link : Link
        By which a change names its opportunity.
    """

    changes: FileProfile
    opportunities: FileProfile
    link: Link

    @property
    def join(self) -> JoinDraft | None:
        """The join of the opportunities with the last change of each; None where it cannot be made."""
        date = dated(self.changes)
        one, other = self.opportunities.source, self.changes.source
        if date is None or date.moment or one.date_format != other.date_format or against(
                self.link, self.changes, self.opportunities):
            return None
        why = f"a row of {other.name} is a change, the last of each {self.link.key} says how it stands"
        return JoinDraft(other.name, other, (self.link.key, self.link.column), why, latest=date.name)

    @property
    def fields(self) -> dict[str, Guess]:
        """How opportunities ended and when, as the last change says."""
        told, join = outcome(self.changes), self.join
        if not told or "outcome" not in told or join is None:
            return {}
        ended = told["outcome"]
        sql = ended.sql
        for column in self.changes.columns:
            sql = sql.replace(quoted(column.name), quoted(f"{join.name}.{column.name}"))
        date = quoted(f"{join.name}.{join.latest}")
        return {"outcome": Guess(sql, f"{ended.why}, of the last change"),
                "closed_at": Guess(f"case when ({sql}) <> 'open' then {date} end", "the day of the last change, where "
                                   "that ended it")}


def histories(folder: Folder) -> Iterator[History]:
    """Files that tell how it ended, and name what another file lists: changes of it, or offers made for it.

    A file whose own key is called that of an opportunity lists opportunities, unless it names a deal of another file
    that says itself how it ended: its rows would count that deal again.
    """
    for one in folder.files:
        if not outcome(one):
            continue
        for link in folder.links:
            if link.file != one.source.name or not link.nearly_all:
                continue
            home = folder.home_of(link)
            key = folder.key(home, "opportunity")
            if key and key.name == link.key and _is_of(one, one.column(link.column), folder, home):
                yield History(one, home, link)


def _is_of(one: FileProfile, column: ColumnProfile, folder: Folder, home: FileProfile) -> bool:
    """Whether the rows of a file are of what its column names."""
    own = folder.key(one, "opportunity")
    if (own is not None and own.name == column.name) or column.filled < _OFTEN * one.rows:
        return False
    if own is not None and named(own, KEYS["opportunity"]):
        return _DEAL.search(bare(column.label)) is not None and "outcome" in (outcome(home) or {})
    return column.distinct < _OFTEN * column.filled and (own is None or named(column, KEYS["opportunity"]))

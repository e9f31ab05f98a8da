"""Who may do what, and whose buyers each may see: said here, and asked from here everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from marketsofone.project.snapshots.shelf import EVERYONE, Scope, Shelf

if TYPE_CHECKING:
    from marketsofone.record import Person

Right = Literal["see_market", "see_buyers", "write", "decide", "export", "load", "manage_people"]
"""What may be done: look at strata, at single buyers, state something of a buyer, name and override, take
results out, load data and start runs, manage people."""

RIGHTS: Mapping[str, frozenset[Right]] = {
    "admin": frozenset(
        ("see_market", "see_buyers", "write", "decide", "export", "load", "manage_people")),
    "analyst": frozenset(("see_market", "see_buyers", "write", "decide", "export", "load")),
    "leader": frozenset(("see_market", "see_buyers", "write", "decide", "export")),
    "marketing": frozenset(("see_market", "export")),
    "rep": frozenset(("see_market", "see_buyers", "write")),
}
"""By role. Marketing works with audiences, never with a single buyer."""

READ_ONLY: frozenset[Right] = frozenset(("see_market", "see_buyers", "export"))
"""What a key with the scope ``read`` opens at most."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """Someone at the door, and what that one may do.

    Parameters
    ----------
    person_id : int or None
        None: the one person of a local start.
    name : str
        Said in statements as ``stated_by``.
    role : str
    rights : frozenset of str
    rep, team : str or None
        Narrow a rep to own buyers, a leader to the team's.
    """

    person_id: int | None
    name: str
    role: str
    rights: frozenset[Right]
    rep: str | None = None
    team: str | None = None

    def may(self, right: Right) -> bool:
        """Whether this is allowed."""
        return right in self.rights


LOCAL = Viewer(None, "local", "admin", RIGHTS["admin"])
"""The one person of a local start, who owns the files and so may do everything."""


def viewer_of(person: Person, only: frozenset[Right] | None = None) -> Viewer:
    """A person as a viewer; ``only`` narrows the rights to those of a key."""
    rights = RIGHTS[person.role] if person.active else frozenset()
    return Viewer(person.id, person.name, person.role, rights if only is None else rights & only,
                  person.rep, person.team)


def scope_of(viewer: Viewer, shelf: Shelf) -> Scope:
    """Whose buyers a viewer sees: a rep own ones, a leader those of the team, others all.

    A rep or leader who is tied to no rep or team of the run sees nobody's.
    """
    if not viewer.may("see_buyers"):
        return Scope(frozenset())
    if viewer.role == "rep":
        return Scope(frozenset(key for key, rep in shelf.reps.items() if rep["source_id"] == viewer.rep))
    if viewer.role == "leader":
        return Scope(frozenset(key for key, rep in shelf.reps.items()
                               if viewer.team is not None and rep["team"] == viewer.team))
    return EVERYONE


def audience_scope(viewer: Viewer, own: Scope) -> Scope:
    """Whose keys a viewer may take out as an audience: all for those who work with audiences only, else own ones."""
    return own if viewer.may("see_buyers") else EVERYONE if viewer.may("export") else Scope(frozenset())

"""Who is asking, and whether that one may: every route passes here, and says what it needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any

from fastapi import Depends, Query, Request

from marketsofone.app.office import Office
from marketsofone.errors import NobodySignedIn, NotAllowed
from marketsofone.project.people.access import LOCAL, Right, Viewer, scope_of, viewer_of
from marketsofone.project.reading.unlisted import objectors, people_objecting, uncontactable
from marketsofone.project.snapshots.shelf import Scope, Shelf
from marketsofone.project.snapshots.snapshot import latest_run

RunAsked = Annotated[str, Query(pattern="^[0-9A-Za-z_-]{1,64}$", description="Which run; absent: the latest.")]


@dataclass(frozen=True)
class Visit:
    """One request of someone who may make it.

    Parameters
    ----------
    office : Office
    viewer : Viewer
    shelf : Shelf
        The run that is shown: the latest one, or the one the address names.
    stating : Scope
        Of whose buyers the viewer may state something, or take it back: of who objected too.
    """

    office: Office
    viewer: Viewer
    shelf: Shelf
    stating: Scope

    @cached_property
    def old_run(self) -> bool:
        """Whether the run that is shown is an earlier one."""
        return self.shelf.snapshot.run_id != latest_run(self.office.folder)

    @cached_property
    def objected(self) -> frozenset[int]:
        """Who may not be profiled any more since the run; where the written record is away, nobody can tell."""
        return objectors(self.shelf.snapshot, self.office.notebook)

    @cached_property
    def people_gone(self) -> frozenset[int]:
        """People on record, buyers or not, of whom that is so."""
        return self.objected | people_objecting(self.shelf.snapshot, self.office.notebook)

    @cached_property
    def barred(self) -> frozenset[int]:
        """Who is on no list of whom to approach: who objected or refused contact, since the run too."""
        return self.objected | uncontactable(self.shelf.snapshot, self.office.notebook)

    @cached_property
    def listing(self) -> Scope:
        """Whose buyers the viewer finds in a list of whom to approach."""
        return replace(self.scope, without=self.scope.without | self.barred)

    @cached_property
    def scope(self) -> Scope:
        """Whose buyers the viewer sees there: never who objected to being profiled, since the run too."""
        return replace(self.stating, without=self.stating.without | self.objected)


def office_of(request: Request) -> Office:
    """The project this app serves."""
    office: Office = request.app.state.office
    return office


def viewer_at(request: Request) -> Viewer | None:
    """Who is asking: by key, by session, or nobody."""
    office, key = office_of(request), _key_of(request)
    if key is not None:
        return office.door.by_key(key)
    session = request.session
    if office.link is not None:
        return LOCAL if session.get("local") == office.link.mark else None
    person = office.door.people.by_id(session["person"]) if "person" in session else None
    if person is None or not person.active or person.stamp != session.get("stamp"):
        return None
    return viewer_of(person)


def key_ended(request: Request) -> datetime | None:
    """When the API key ended that came with a request, if it did."""
    key = _key_of(request)
    return None if key is None else office_of(request).door.key_ended(key)


def _key_of(request: Request) -> str | None:
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    return key if kind.lower() == "bearer" else None


@dataclass(frozen=True, slots=True)
class Needs:
    """A dependency that lets only those pass who have a right; the route says which by it.

    Parameters
    ----------
    right : str
    by_key : bool
        Whether an API key may stand for its person: none manages people, keys or passwords.
    """

    right: Right
    by_key: bool = True

    def __call__(self, request: Request) -> Viewer:
        """Who asks, if that one may."""
        viewer = viewer_at(request)
        if viewer is None:
            raise NobodySignedIn("This page is for people who signed in.", "nobody.", "Sign in.")
        if not viewer.may(self.right):
            office_of(request).door.trace(viewer, "refused", request.url.path)
            raise NotAllowed("This is for another role.", f"the role {viewer.role}.", "Ask an admin.")
        if not self.by_key and "authorization" in request.headers:
            raise NotAllowed("This is for people who signed in.", "an API key.", "Sign in with a browser.")
        return viewer


def visits(right: Right) -> Any:
    """A dependency that gives the visit: who asks, and what that one may look at."""
    allowed = Depends(Needs(right))

    def visit(request: Request, run: RunAsked = "latest", viewer: Viewer = allowed) -> Visit:
        office = office_of(request)
        shelf = office.shelf(run)
        return Visit(office, viewer, shelf, _stating(office, viewer, shelf))

    return Depends(visit)


def _stating(office: Office, viewer: Viewer, shelf: Shelf) -> Scope:
    """Whose buyers the viewer may speak of: of an earlier run those that are still the viewer's in the latest."""
    own = scope_of(viewer, shelf)
    if own.reps is None or shelf is (latest := office.shelf()):
        return own
    return replace(own, without=shelf.ids(own) - latest.ids(scope_of(viewer, latest)))

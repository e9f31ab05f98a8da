"""Commands about who may open the app: people add, list, invite, close."""

from __future__ import annotations

from shlex import quote
from typing import Annotated, Literal

from cyclopts import Parameter

from marketsofone.cli.options import HERE, Format, Project
from marketsofone.cli.sheet import Column, show

Named = Annotated[str, Parameter(name="NAME", help="What the person signs in with.")]
Role = Literal["admin", "analyst", "leader", "marketing", "rep"]
Tie = Annotated[str, Parameter(show_default=False)]


def add(name: Named, project: Project = HERE, *, role: Role = "admin", rep: Tie = "", team: Tie = "") -> None:
    """Add a person, and print the link by which that one chooses a password.

    The first admin of a team is made so; the others are added in the browser, under People.

    Parameters
    ----------
    role
        What the person may do.
    rep
        For a rep: the key in your files of the rep this person is. Decides whose buyers are shown.
    team
        For a leader: the team. Decides whose buyers are shown.
    """
    from marketsofone.project.people.managing import managing
    from marketsofone.project.people.ties import NOBODY_YET, ties_in, whose_buyers

    if (ties := ties_in(project)) is not None:
        ties.check(rep, team)
    with managing(project) as desk:
        person = desk.add(name, role, rep or None, team or None)
        _print_link(desk.invite(person))
    if whose_buyers(role, rep, team) == NOBODY_YET:
        print(f"Note: no buyer is shown to a {role} who is tied to no {'rep' if role == 'rep' else 'team'}: an admin "
              "does that under People.")


def overview(project: Project = HERE, *, format: Format = "table") -> None:
    """Show who may open the app."""
    from marketsofone.project.people.managing import PLAINLY, managing, plainly
    from marketsofone.project.people.ties import whose_buyers

    with managing(project) as desk:
        rows = [plainly(person) for person in desk.every()]
    columns = (Column("name", lambda row: row["name"]), Column("role", lambda row: row["role"]),
               Column("sees buyers of", lambda row: whose_buyers(row["role"], row["rep"], row["team"])),
               Column("state", lambda row: row["state"]))
    show(rows, columns, format, "People", PLAINLY, "Nobody yet. The first is an admin, who adds the others:\n"
                                                   f"  m1 people add NAME {quote(str(project))} --role admin")


def invite(name: Named, project: Project = HERE) -> None:
    """Print a link by which a person chooses a password, again if need be; earlier ones end."""
    from marketsofone.project.people.managing import managing

    with managing(project) as desk:
        _print_link(desk.invite(desk.named(name)))


def close(name: Named, project: Project = HERE) -> None:
    """Close a person's account: sessions, invitations and API keys end at once."""
    from marketsofone.project.people.managing import managing

    with managing(project) as desk:
        desk.close(desk.named(name))
    print("Closed. An admin can open it again under People.")


def _print_link(text: str) -> None:
    from marketsofone.project.people.signing import INVITATION_DAYS

    print(f"Open this within {INVITATION_DAYS} days, after the address of the app:")
    print(f"/invitation?key={text}")

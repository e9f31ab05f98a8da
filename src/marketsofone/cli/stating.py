"""Commands by which people state what no file says: judge, object."""

from __future__ import annotations

import getpass
from typing import Annotated

from cyclopts import Parameter

from marketsofone.cli.options import HERE, About, By, Project, Score

Withdraw = Annotated[bool, Parameter(negative="", show_default=False)]
AboutId = Annotated[str, Parameter(name="ID", help="The source's key of it.")]


def judgement(about: About, about_id: AboutId, project: Project = HERE, *, score: Score, value: float,
              sure: float = 3.0, by: By = "") -> None:
    """State what you hold a score to be; from the next run on it counts as evidence.

    A judgement weighs as many trials as you say and no more: data outgrow it.

    Parameters
    ----------
    about
        What the judgement is about.
    score
        Which of the three.
    value
        A share from 0 to 1; for attractiveness money in major units.
    sure
        How many trials the judgement is worth.
    """
    from marketsofone.project import state_judgement

    state_judgement(project, about, about_id, score, value, sure, by or getpass.getuser())
    print("Written down. It counts from the next run on.")


def objection(about: About, about_id: AboutId, project: Project = HERE, *,
              withdraw: Withdraw = False, by: By = "") -> None:
    """Write down that someone objects to being profiled: neither scored, ranked nor exported.

    Earlier runs and files exported from them still hold the buyer: delete those where you must.

    Parameters
    ----------
    about
        What the objection covers.
    withdraw
        The objection no longer stands.
    """
    from marketsofone.project import state_objection, withdraw_objection

    state = withdraw_objection if withdraw else state_objection
    state(project, about, about_id, by or getpass.getuser())
    print("Written down. It holds from the next run on.")

"""Commands by which people state what no file says: judge, judge-effort, object, refuse, merge."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from marketsofone.cli.options import HERE, About, AboutBuyer, By, Project, Score

Withdraw = Annotated[bool, Parameter(negative="", show_default=False)]
Correct = Annotated[bool, Parameter(negative="", show_default=False, help="It replaces what you said before.")]
AboutId = Annotated[str, Parameter(name="ID", help="The source's key of it.")]


def judgement(about: AboutBuyer, about_id: AboutId, project: Project = HERE, *, score: Score, value: float,
              sure: float = 3.0, correct: Correct = False, by: By = "") -> None:
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

    state_judgement(project, about, about_id, score, value, sure, by or getpass.getuser(), correct=correct)
    _print_written("It counts from the next run on.", project, about, about_id, score=score)


def effort(about: About, about_id: AboutId, project: Project = HERE, *, hours: float, none: float, half: float,
           now: float, more: float, most: float, sure: float = 3.0, correct: Correct = False, by: By = "") -> None:
    """State what a buyer would contribute at different effort.

    Amounts are contribution over the horizon, never turnover, in major units. The plan leans on it where the record
    cannot tell what calls do; the record outgrows it.

    Parameters
    ----------
    about
        What the judgement is about; a stratum by its id, path or name.
    hours
        What "as now" is, in selling hours over the horizon.
    none
        With no calls at all.
    half
        With half the calls.
    now
        With the calls there are now.
    more
        With half more.
    most
        With as many calls as could be used.
    sure
        How many periods on record the judgement is worth.
    """
    from marketsofone.project import state_effort

    if about == "stratum":
        about_id = _stratum(project, about_id)
    points = (none, half, now, more, most)
    state_effort(project, about, about_id, points, hours, sure, by or getpass.getuser(), correct=correct)
    _print_written("It counts from the next run on.", project, about, about_id)


def objection(about: AboutBuyer, about_id: AboutId, project: Project = HERE, *,
              withdraw: Withdraw = False, by: By = "") -> None:
    """Write down that someone objects to being profiled: neither scored, ranked nor exported.

    Lists and exports leave the buyer out at once; the next run counts without it. Earlier runs, their reports and
    files exported before still hold it: delete those where you must. A company objects for its sites; a group for
    itself, not for its companies: each of them objects on its own. Who only does not want to be contacted: m1 refuse.

    Parameters
    ----------
    about
        What the objection covers.
    withdraw
        The objection no longer stands.
    """
    from marketsofone.project import state_objection, withdraw_objection

    _keep_no((project, about, about_id, by or getpass.getuser()), state_objection,
             "No list shows it from now on; the next run is without it.", withdraw_objection if withdraw else None,
             "Lists show it again, or from the next run on where the last one is without it.")


def refusal(about: AboutBuyer, about_id: AboutId, project: Project = HERE, *,
            withdraw: Withdraw = False, by: By = "") -> None:
    """Write down that someone does not want to be contacted: scored, and on no list of whom to approach.

    The ranked list, Today, the plan, audiences and exports take the buyer off at once; the next run plans without it.
    Reports of earlier runs and files exported before still name it. Who objects to being profiled: m1 object.

    Parameters
    ----------
    about
        Who refuses.
    withdraw
        The refusal no longer stands.
    """
    from marketsofone.project import state_refusal, withdraw_refusal

    _keep_no((project, about, about_id, by or getpass.getuser()), state_refusal,
             "It is on no list of whom to approach from now on.", withdraw_refusal if withdraw else None,
             "Lists hold it again, or from the next run on where the last one knew of the refusal, unless a file or an "
             "objection says otherwise.")


def merge(kind: Literal["account", "contact", "opportunity"],
          first: Annotated[str, Parameter(name="ID", help="The source's key of it.")],
          second: Annotated[str, Parameter(name="OTHER", help="The other key.")], project: Project = HERE, *,
          since: Annotated[date | None, Parameter("--from", show_default=False)] = None,
          undo: Annotated[bool, Parameter(negative="", show_default=False)] = False, by: By = "") -> None:
    """Write down that two keys of the sources mean one thing; from the next run on it is counted as one.

    Nothing in the files changes. With --undo the two are apart again, as if never merged.

    Parameters
    ----------
    since
        The first day on which they are one, such as that of a takeover; absent: they always were.
    undo
        Take the merge back.
    """
    from marketsofone.project import state_merge, stay_one, withdraw_merge

    who = by or getpass.getuser()
    if undo:
        withdraw_merge(project, kind, first, second, who)
        if stay_one(project, kind, first, second):
            return print("Written down, and without effect as things are:\nOther merges hold the two together, with "
                         "other keys between them. Take those back too.")
    else:
        state_merge(project, kind, first, second, who, since)
    then = f"It holds in runs of {since} and later." if since and not undo else "It holds from the next run on."
    return _print_written(then, project, kind, first, second, dated=False)


def _keep_no(said: tuple[Path, str, str, str], state: Callable[[Path, str, str, str], int], then: str,
             take_back: Callable[[Path, str, str, str], int] | None, again: str) -> None:
    """Writes down somebody's no, or takes it back, and says what follows from that.

    Parameters
    ----------
    said : tuple
        The project, what the no is about, its key, and who says so.
    """
    if take_back is not None:
        take_back(*said)
        return print(f"Written down. {again}")
    state(*said)
    return _print_written(then, *said[:3], dated=False)


def _print_written(then: str, project: Path, about: str, *keys: str, dated: bool = True,
                   score: str = "") -> None:
    """That a statement is kept, and when it counts; or why it will not."""
    from marketsofone.project.statements.reaching import out_of_reach

    why = out_of_reach(project, about, keys, dated, score)
    said = ("Written down, and without effect as things are:", *why) if why else (f"Written down. {then}",)
    print("\n".join(said))


def _stratum(project: Path, who: str) -> str:
    """The id of a stratum of the latest run that a person means."""
    from marketsofone.project.snapshots.snapshot import open_snapshot
    from marketsofone.project.statements.naming import chosen_stratum

    return chosen_stratum(open_snapshot(project, "latest"), who)[0]

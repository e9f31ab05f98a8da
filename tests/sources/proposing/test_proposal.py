from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest

from marketsofone.engine import open_engine
from marketsofone.errors import SourceMissing
from marketsofone.sources import load_sources, sources_from
from marketsofone.sources.proposing.proposal import propose

DATA = Path(os.environ.get("M1_DATA", Path(__file__).parents[4] / "shared" / "data"))


@pytest.fixture(scope="module")
def exports(tmp_path_factory):
    tmp_path = tmp_path_factory.mktemp("exports")
    deals = [
        "Deal ID,Client Name,Owner,Stage,Created Date,Close Date,Amount USD,Segment,Contact Email,Days In Stage,Rev"
    ]
    for number in range(60):
        stage = ["Closed Won", "Lost", "Qualified"][number % 3]
        deals.append(
            f"D{number},C{number % 9},Rep {number % 4},{stage},2026-01-{number % 28 + 1:02d},"
            f"2026-03-{number % 28 + 1:02d},"
            f"{number * 10.5},{'retail' if number % 4 else 'trade'},p{number}@example.org,{number % 7},{number % 20}.5"
        )
    (tmp_path / "deals.csv").write_text("\n".join(deals))
    clients = ["Client Name,Parent,Branch"] + [f"C{number},,{'x' if number % 2 else 'y'}" for number in range(9)]
    (tmp_path / "clients.csv").write_text("\n".join(clients))
    orders = ["Invoice No;Client Name;SKU;Order Date;Qty;Unit Price"]
    orders += [f"{number // 2};C{number % 9};S{number % 5};2026-02-{number % 28 + 1:02d};2;9.5" for number in range(80)]
    (tmp_path / "orders.csv").write_text("\n".join(orders))
    (tmp_path / "notes.csv").write_text("a,b\nsome,words\nother,words\n")
    (tmp_path / "empty.csv").write_text("")
    return tmp_path


@pytest.fixture(scope="module")
def proposal(exports):
    return propose(exports, "Acme")


def loaded(text: str):
    engine = open_engine()
    settings = tomllib.loads(text)
    sources = sources_from(settings["sources"], Path())
    return engine, load_sources(engine, sources, currency=settings["market"]["currency"], time_zone="UTC")


def test_a_proposal_loads_as_it_stands(proposal):
    _, result = loaded(proposal.text)
    assert result.tables == ("account", "opportunity", "order_line")
    assert all(one.refused == 0 for one in result.health)


def test_fields_are_found_by_their_usual_names_and_values(proposal):
    sources = tomllib.loads(proposal.text)["sources"]
    deals = sources["deals"]["opportunity"]
    assert deals["opportunity_id"] == "Deal ID"
    assert (deals["account_id"], deals["rep_id"]) == ("Client Name", "Owner")
    assert (deals["opened_at"], deals["closed_at"], deals["amount"]) == ("Created Date", "Close Date", "Amount USD")
    assert "when 'closed won' then 'won'" in deals["outcome"]
    assert sources["orders"]["order_line"]["amount"] == '"Qty" * "Unit Price"'
    assert sources["clients"]["account"]["dimensions"].keys() == {"branch"}


def test_people_keys_and_constants_are_no_dimensions_and_late_columns_are_declared(proposal):
    deals = tomllib.loads(proposal.text)["sources"]["deals"]
    assert deals["opportunity"]["dimensions"].keys() == {"segment"}
    assert deals["opportunity"]["traits"].keys() == {"rev"}
    assert deals["after_outcome"] == ["Days In Stage"]


def test_steps_and_currency_are_guessed(proposal):
    settings = tomllib.loads(proposal.text)
    assert settings["steps"] == {"competitiveness": "opportunity.outcome", "attractiveness": "order_line"}
    assert settings["market"]["currency"] == "USD"


def test_what_was_guessed_and_what_could_not_be_told_is_listed(proposal):
    assert any("Deal ID" in sentence for sentence in proposal.guessed)
    assert any("notes" in sentence for sentence in proposal.unsure)
    assert any("empty.csv" in sentence for sentence in proposal.unsure)
    assert any("Pull" in sentence for sentence in proposal.unsure)


def test_a_folder_without_files_is_an_error(tmp_path):
    with pytest.raises(SourceMissing, match="none"):
        propose(tmp_path, "Acme")


def test_a_folder_of_files_that_fill_nothing_is_an_error(tmp_path):
    (tmp_path / "notes.csv").write_text("a,b\nsome,words\nother,words\n")
    with pytest.raises(SourceMissing, match="by hand"):
        propose(tmp_path, "Acme")


def test_a_folder_of_files_that_do_not_load_is_an_error_with_the_reasons(tmp_path):
    rows = [f"O{n},Firm {n % 9},2025-03-{n % 28 + 1:02d},{'€$'[n % 2]}{100 + n}" for n in range(60)]
    (tmp_path / "orders.csv").write_text("\n".join(["Order No,Customer,Date,Amount", *rows]) + "\n")
    with pytest.raises(SourceMissing, match=r"orders was left out: .* are in one currency"):
        propose(tmp_path, "Acme")


@pytest.fixture(scope="module")
def messy(tmp_path_factory):
    """Exports as they come: keys that other files do not use, one bad amount, a credit ledger in two files."""
    folder = tmp_path_factory.mktemp("messy")
    clients = ["Company;Customer No;Account Owner;Branch"]
    clients += [f"Firm {n};K{n};R{n % 3};{'x' if n % 2 else 'y'}" for n in range(60)]
    (folder / "clients.csv").write_text("\n".join(clients))
    deals = ["Opportunity ID;Customer No;Stage;Created;Closed;Amount;Mood"]
    deals += [f"D{n};K{n % 60};{'Closed Won' if n % 3 else 'Closed Lost'};{1 + n % 28:02d}.01.2026;"
              f"{1 + n % 28:02d}.03.2026;{'lots' if n == 7 else f'{n},50'};" for n in range(90)]
    (folder / "deals.csv").write_text("\n".join(deals))
    (folder / "heads.csv").write_text("\n".join(
        ["Order No;Customer No;Order Date", *(f"B{n};K{n % 60};0{1 + n % 9}.02.2026" for n in range(80))]))
    (folder / "lines.csv").write_text("\n".join(
        ["Order No;Article;Quantity;Unit Price", *(f"B{n % 80};S{n % 5};2;9,5" for n in range(160))]))
    return folder


def test_the_key_of_accounts_is_the_one_that_other_files_name_them_by(messy):
    sources = tomllib.loads(propose(messy, "Acme").text)["sources"]
    assert sources["clients"]["account"].items() >= {"account_id": "Customer No", "rep_id": "Account Owner"}.items()
    assert sources["deals"]["opportunity"]["account_id"] == "Customer No"


def test_one_odd_value_does_not_hide_a_column_and_dates_are_seen_by_their_values(messy):
    deals = tomllib.loads(propose(messy, "Acme").text)["sources"]["deals"]["opportunity"]
    assert (deals["opened_at"], deals["closed_at"], deals["amount"]) == ("Created", "Closed", "Amount")


def test_columns_and_files_that_stay_unused_are_told(messy):
    proposal = propose(messy, "Acme")
    unsure = proposal.unsure
    assert "clients: columns that are not used: Company (60 different texts)." in unsure
    assert "deals: columns that are not used: Mood (empty)." in unsure
    assert any(said.startswith("lines is joined with heads: ") for said in proposal.guessed)


def test_german_exports_are_understood(tmp_path):
    rows = [f"C{n};K{n % 30};{'Gewonnen' if n % 2 else 'Verloren'};{1 + n % 28:02d}.02.2026;{n},5;Frau {n % 4}"
            for n in range(60)]
    (tmp_path / "chancen.csv").write_text(
        "\n".join(["Chance-Nr;Kundennummer;Status;Angelegt am;Betrag;Verkäufer", *rows]), encoding="cp1252")
    deals = tomllib.loads(propose(tmp_path, "Acme").text)["sources"]["chancen"]["opportunity"]
    assert (deals["opportunity_id"], deals["account_id"]) == ("Chance-Nr", "Kundennummer")
    assert (deals["opened_at"], deals["amount"], deals["rep_id"]) == ("Angelegt am", "Betrag", "Verkäufer")


@pytest.mark.skipif(not DATA.is_dir(), reason="the public data sets are not here (M1_DATA)")
@pytest.mark.parametrize(
    ("name", "tables", "steps"),
    [
        ("maven_crm", {"account", "product", "rep", "opportunity"}, {"competitiveness", "attractiveness"}),
        ("olist_funnel", {"product", "opportunity", "step"}, {"pull"}),
        ("cdnow", {"account", "order_line"}, {"attractiveness"}),
        ("bank_marketing", {"opportunity"}, {"pull"}),
    ],
)
def test_a_proposal_for_public_files_loads(name, tables, steps):
    text = propose(DATA / name, name).text
    _, result = loaded(text)
    assert set(result.tables) == tables
    assert set(tomllib.loads(text)["steps"]) == steps

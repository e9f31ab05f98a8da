"""A company whose tree a person steers and names, through the command line and real files."""

import json
import random

import pytest

from marketsofone.cli import main
from marketsofone.project import open_snapshot

SETTINGS = """
[market]
currency = "EUR"
as_of = 2026-06-30
margin_rate = 0.4

[steps]
competitiveness = "opportunity.outcome"
attractiveness = "opportunity.amount"

[strata]
{strata}

[sources.deals]
file = "deals.csv"

[sources.deals.account]
account_id = "account"

[sources.deals.account.dimensions]
sector = "sector"
deciding_site = "site"
end_customers = "customers"
town = "town"
continent = "continent"
hobby = "hobby"
slogan = "slogan"

[sources.deals.opportunity]
opportunity_id = "deal"
account_id = "account"
outcome = "outcome"
amount = "amount"

[sources.met]
file = "met.csv"

[sources.met.rival_met]
opportunity_id = "deal"
competitor_id = "rival"

[sources.wishes]
file = "wishes.csv"

[sources.wishes.wish]
about = "'account'"
about_id = "account"
kind = "'need'"
theme = "theme"
"""

PLANT, OFFICE = "F0", "F3"
"""Two accounts of one sector: one decides at its plant for the trade, the other at head office for households."""


def company(accounts=1500):
    """In food, who decides and for whom each change how often we win; in the other sectors neither does."""
    rng = random.Random(20260701)
    for number in range(accounts):
        sector = ("food", "steel", "paper")[number % 3]
        site, customers = ("plant", "head office")[number // 3 % 2], ("trade", "households")[number // 6 % 2]
        wins = 0.25 if sector != "food" else 0.1 + 0.4 * (site == "plant") + 0.35 * (customers == "trade")
        yield {"account": f"{sector[0].upper()}{number // 3}", "sector": sector, "site": site, "customers": customers,
               "town": f"town {rng.randrange(900):03d}", "continent": "Europe", "hobby": "",
               "slogan": f"We are number {number}", "deal": f"D{number}",
               "outcome": "won" if rng.random() < wins else "lost", "amount": 1000,
               "rival": "Volt" if (site == "plant") == (rng.random() < 0.9) else "Norde",
               "theme": "speed" if (sector == "food") == (rng.random() < 0.85) else "price"}


def strata_of(folder):
    return open_snapshot(folder, "latest").table("strata").to_pandas()


def settle(folder, strata=""):
    (folder / "market.toml").write_text(SETTINGS.format(strata=strata), encoding="utf-8")


@pytest.fixture(scope="module")
def project(small_company, tmp_path_factory):
    rows = list(company())
    folder = small_company(
        tmp_path_factory.mktemp("steered"), SETTINGS.format(strata=""),
        deals=[{name: value for name, value in row.items() if name not in ("rival", "theme")} for row in rows],
        met=[{"deal": row["deal"], "rival": row["rival"]} for row in rows],
        wishes=[{"account": row["account"], "theme": row["theme"]} for row in rows])
    assert main(["run", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def run(project):
    return open_snapshot(project, "latest")


def test_two_accounts_of_one_sector_that_differ_in_deciding_site_and_end_customers_land_apart(project, run, capsys):
    paths = run.table("buyers").to_pandas().set_index("source_id")["path"]
    assert paths[PLANT] != paths[OFFICE]
    for buyer, site, customers in ((PLANT, "plant", "trade"), (OFFICE, "head office", "households")):
        assert main(["buyer", buyer, str(project)]) == 0
        said = capsys.readouterr().out
        assert f"deciding_site: {site}" in said
        assert f"end_customers: {customers}" in said


def test_the_reason_why_they_stand_apart_names_both(run):
    buyers, strata = run.table("buyers").to_pandas(), run.table("strata").to_pandas().set_index("path")
    for buyer in (PLANT, OFFICE):
        steps = buyers.set_index("source_id").loc[buyer, "path"].split(" / ")
        above = [" / ".join(steps[:depth]) for depth in range(1, len(steps))]
        whys = " ".join(strata.loc[above, "why"])
        assert "Split on deciding_site: its parts differ in how often we win" in whys
        assert "Split on end_customers: its parts differ in how often we win" in whys


def test_where_neither_matters_accounts_that_differ_in_both_stay_together(run):
    strata = run.table("strata").to_pandas()
    elsewhere = strata[strata["path"].str.contains("sector: ") & ~strata["path"].str.contains("food")]
    assert elsewhere["split_on"].isna().all()


def test_dimensions_that_can_split_nothing_are_told_with_the_reason(run):
    told = run.table("findings").to_pandas().query("code == 'dimension_unused'").set_index("place")["message"]
    assert "one value only" in told["dimension continent"]
    assert "known of no buyer" in told["dimension hobby"]
    assert "names buyers, it does not group them" in told["dimension slogan"]


def identity(project, capsys, stratum):
    assert main(["identity", stratum, str(project), "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_segment_tells_what_its_buyers_are_like_and_where_it_departs_from_its_parent(project, capsys):
    rows = {(row["criterion"], row["value"]): row for row in identity(project, capsys, "sector: food")}
    speed = rows["needs", "speed"]
    assert speed["share"] == pytest.approx(0.85, abs=0.05)
    assert speed["low"] < speed["share"] < speed["high"]
    assert speed["parent_share"] == pytest.approx((0.85 + 2 * 0.15) / 3, abs=0.05)
    assert speed["departs"]
    assert speed["reason"].startswith("Departs: ")
    assert not any(row["departs"] for (name, _), row in rows.items() if name in ("competitors", "site", "town"))
    assert rows["sector", "food"]["reason"] == "What it was split off by."
    assert rows["payment", None]["reason"] == "Nothing is recorded of it."


def test_the_identity_is_shown_in_words_and_in_the_report(project, run, capsys):
    assert main(["identity", "sector: food", str(project)]) == 0
    said = capsys.readouterr().out
    assert "needs" in said
    assert "Departs: " in said
    page = run.page("report.html").read_text(encoding="utf-8")
    assert "What each segment is like" in page
    assert "departs in" in page


def test_a_stratum_nobody_knows_is_refused_by_name(project, capsys):
    assert main(["identity", "sector: glass", str(project)]) == 2
    assert "m1 strata lists all of them" in capsys.readouterr().err


@pytest.fixture(scope="module")
def steered(project):
    """The same company with a name given and the tree steered, run again."""
    assert main(["name", "sector: food", "Kitchens", str(project), "--by", "ana"]) == 0
    settle(project, 'pin = ["sector", { at = "whole market / sector: steel", on = "end_customers" }, '
                    '{ at = "whole market / sector: glass", on = "town" }]\nforbid = ["deciding_site"]')
    assert main(["run", str(project)]) == 0
    return open_snapshot(project, "latest")


def test_pins_are_made_and_say_that_a_person_asked_for_them(steered):
    why = steered.table("strata").to_pandas().set_index("path")["why"]
    assert why["whole market"].startswith("Pinned by the project file: split on sector. Its parts differ")
    assert why["whole market / sector: steel"] == (
        "Pinned by the project file: split on end_customers. "
        "The evidence shows no difference between its parts beyond chance.")


def test_a_pin_at_a_place_that_is_not_there_is_told(steered):
    told = steered.table("findings").to_pandas().query("code == 'pin_unmade'")
    assert told["place"].tolist() == ["[strata] pin at 'whole market / sector: glass'"]


def test_check_tells_before_a_run_which_pins_cannot_be_made_and_which_dimensions_cannot_split(project, capsys):
    at = [("sector: glas", "town"), ("sector: Stell", "town"), ("sector: steel", "sector"), ("sector: paper", "slogan"),
          ("sector: steel, paper", "town"), ("sector: food", "town"), ("sector: food / hobby: any", "town")]
    settle(project, "pin = [" + ", ".join(
        f'{{ at = "whole market / {place}", on = "{on}" }}' for place, on in at) + "]")
    found = ahead(project, capsys)
    assert "names buyers" in found["dimension_unused", "dimension slogan"]
    pins = {place.removeprefix("[strata] pin at 'whole market / ").removesuffix("'"): told
            for (code, place), told in found.items() if code == "pin_unmade"}
    assert pins == {
        "sector: glas": "The split pinned there cannot be made. Nobody has that value of sector. "
                        "Values of sector: 'food', 'paper', 'steel'.",
        "sector: Stell": "The split pinned there cannot be made. Nobody has that value of sector. "
                         "If 'steel' is meant, write that.",
        "sector: steel": "The split pinned there cannot be made. No two values of sector are known there.",
        "sector: paper": "The split pinned there cannot be made. slogan cannot split the market: all its 1,500 "
                         "values differ: it names buyers, it does not group them.",
        "sector: food / hobby: any": "The split pinned there cannot be made. hobby cannot split the market: it is "
                                     "known of no buyer."}
    settle(project, 'least_buyers = 751\npin = ["deciding_site"]')
    assert "the least 751 buyers" in ahead(project, capsys)["pin_unmade", "[strata] pin at 'whole market'"]
    settle(project, 'least_buyers = 750\npin = ["deciding_site"]')
    assert "pin_unmade" not in {code for code, _place in ahead(project, capsys)}


def ahead(project, capsys):
    """Findings of a check: what is told, by code and place."""
    capsys.readouterr()
    assert main(["check", str(project), "--format", "json"]) == 0
    (told,) = json.loads(capsys.readouterr().out)
    return {(row["code"], row["place"]): row["message"] for row in told["findings"]}


def test_a_forbidden_dimension_splits_nothing_and_is_still_told_of_each_segment(steered, project, capsys):
    assert "deciding_site" not in set(steered.table("strata").to_pandas()["split_on"])
    assert any(row["criterion"] == "site" and row["value"] for row in identity(project, capsys, "sector: food"))


def test_a_name_survives_a_run_and_is_shown_wherever_the_stratum_is(steered, project, capsys, tmp_path):
    assert main(["strata", str(project)]) == 0
    assert "Kitchens" in capsys.readouterr().out
    assert "Kitchens (sector: food)" in steered.page("report.html").read_text(encoding="utf-8")
    assert main(["export", str(project), "--to", str(tmp_path)]) == 0
    assert "Kitchens" in (tmp_path / "strata.csv").read_text(encoding="utf-8")
    assert (tmp_path / "identity.csv").read_text(encoding="utf-8").startswith("stratum_id,criterion,value,share,")
    capsys.readouterr()
    assert main(["identity", "kitchens", str(project)]) == 0


def test_a_second_name_replaces_the_first_and_one_name_means_one_stratum(steered, project, capsys):
    assert main(["name", "sector: food", "Canteens", str(project), "--by", "ana"]) == 0
    assert main(["name", "sector: paper", "canteens", str(project), "--by", "ana"]) == 2
    assert "another stratum that is called so" in capsys.readouterr().err


def test_contradictions_stop_a_run_before_anything_is_read(project, tmp_path, capsys):
    settle(tmp_path, 'pin = ["sector"]\nforbid = ["sector"]')
    assert main(["check", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert "market.toml, line 13" in said
    assert "Take it out of forbid or out of pin." in said
    settle(tmp_path, "pin = [3]")
    assert main(["check", str(tmp_path)]) == 2
    assert "pin of [strata] must be a list of sales dimensions" in capsys.readouterr().err

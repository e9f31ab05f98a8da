"""Who refuses contact, short of objecting to being profiled: scored, shown, and on no list of whom to approach."""

import csv
import json
import re

import pandas as pd
import pytest

import marketsofone as m1
from marketsofone.cli import main
from marketsofone.project.planning.tables import NO_BASIS
from marketsofone.project.reading.unlisted import LISTED
from marketsofone.project.snapshots.shelf import Scope
from marketsofone.project.statements.entering import Notebook

NOTE = "One buyer that gets hours may not be contacted any more"


@pytest.fixture
def gone(team):
    """The buyer to approach first, which refuses contact."""
    row = team.shelf.listed(order="place", most=1).rows[0]
    notebook = Notebook(team.folder)
    notebook.enter("permission", "account", row["source_id"], {"purpose": "contact", "basis": "refused"}, "ana")
    notebook.close()
    return row


def counted(text, words):
    return int(re.search(rf"([\d,]+){words}", text)[1].replace(",", ""))


def test_pages_show_it_without_a_rank_and_count_it_among_nobody_to_approach(team, gone):
    browser, key = team.browser("admin"), gone["source_id"]
    own = browser.get(f"/buyer/{gone['buyer_id']}").text
    assert "Not to be approached" in own
    assert "Not ranked" in own
    today, plan = browser.get("/").text, browser.get("/plan").text
    assert key not in today
    assert counted(today, " of [\\d,]+ buyers, and here") == counted(plan, " buyers that get hours\\.") == (
        team.shelf.given_hours() - 1)
    assert NOTE in plan
    assert f"/buyer/{gone['buyer_id']}" not in plan
    for order in ("rank", "place"):
        page = browser.get(f"/segment/market?order={order}").text
        assert f"/buyer/{gone['buyer_id']}" not in page.split('id="members"')[1]


def test_the_api_gives_it_neither_rank_nor_place_nor_hours(team, gone):
    browser, number = team.browser("admin"), gone["buyer_id"]
    (found,) = [each for each in browser.get("/api/v1/find", params={"key": gone["source_id"]}).json()
                if each["buyer_id"] == number]
    for row in (found, browser.get(f"/api/v1/buyers/{number}").json()):
        assert [row[name] for name in ("rank", "place", "hours", "choice", "hour_value")] == [None] * 5
        assert row["pull"] == gone["pull"]
    for name in ("ranking", "plan"):
        start = 0
        while start is not None:
            answer = browser.get(f"/api/v1/{name}", params={"most": 200, "start": start}).json()
            assert number not in [row["buyer_id"] for row in answer["items"]]
            start = start + 200 if answer["next"] else None


def test_the_terminal_names_it_as_one_to_approach_nowhere(team, gone, capsys):
    folder, key = str(team.folder), gone["source_id"]
    for words in (["plan", "solve", folder, "--format", "csv"], ["rank", folder, "--top", "500", "--format", "csv"]):
        assert main(words) in (0, None)
        assert key not in capsys.readouterr().out
    main(["plan", "solve", folder])
    assert NOTE in re.sub(r"\s+", " ", capsys.readouterr().out)
    main(["buyer", key, folder])
    said = capsys.readouterr().out
    assert "not ranked" in said
    assert "Not to be approached" in said
    assert "Plan:" not in said
    main(["plan", "explain", key, folder])
    assert capsys.readouterr().out == f"{key}: Not to be approached: no basis for contact holds.\n"
    for words in (["plan", "explain", key, folder], ["buyer", key, folder]):
        main([*words, "--format", "json"])
        (row,) = json.loads(capsys.readouterr().out)
        assert {row[name] for name in LISTED if name in row} == {None}
        assert row.get("reason", NO_BASIS) == NO_BASIS
        assert row.get("changes", "A basis").startswith("A basis")


def test_an_export_holds_it_scored_without_a_rank_and_in_no_plan_and_so_do_data_frames(team, gone, tmp_path):
    run = m1.open_run(team.folder)
    written = m1.export(run, tmp_path / "out")
    assert written
    for path in tmp_path.glob("out/*.parquet"):
        read = pd.read_parquet(path)
        framed = m1.frame(run, path.stem)
        pd.testing.assert_frame_equal(framed.sort_index(axis=1), read.sort_values("rank", ignore_index=True).sort_index(
            axis=1) if path.stem == "buyers" else read.sort_index(axis=1))
    with (tmp_path / "out" / "buyers.csv").open(newline="") as lines:
        (row,) = [each for each in csv.DictReader(lines) if each["source_id"] == gone["source_id"]]
    assert row["rank"] == ""
    assert float(row["pull"]) == gone["pull"]
    assert m1.frame(run, "buyers")["rank"].isna().sum() == 1
    buyers, plan = (pd.read_parquet(tmp_path / "out" / f"{name}.parquet") for name in ("buyers", "plan"))
    assert buyers["rank"].isna().sum() == 1
    assert set(buyers.buyer_id) - set(plan.buyer_id) == {gone["buyer_id"]}


def test_a_refusal_is_written_down_on_the_buyers_page_and_taken_back_there(team):
    row = team.shelf.listed(team_scope(team), order="place", most=1).rows[0]
    rep, address = team.browser("rep"), f"/buyer/{row['buyer_id']}"
    assert "does not want to be contacted" in rep.get(address).text
    assert row["source_id"] in rep.get("/").text
    answer = rep.post(f"{address}/refusal")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{address}#next")
    page = rep.get(address).text
    assert "Not to be approached" in page
    assert "contact: refused" in page
    assert "does not want to be contacted" not in page
    assert row["source_id"] not in rep.get("/").text
    (said,) = rep.get(f"/api/v1/buyers/{row['buyer_id']}/statements").json()
    assert (said["kind"], said["says"]["basis"]) == ("permission", "refused")
    rep.post(f"{address}/undo", data={"number": said["number"]})
    assert row["source_id"] in rep.get("/").text


def test_a_basis_for_contact_is_stated_over_the_api_and_one_that_is_over_bars(team):
    row = team.shelf.listed(order="place", most=1).rows[0]
    admin, address = team.browser("admin"), f"/api/v1/buyers/{row['buyer_id']}"
    said = {"kind": "permission", "basis": "consent", "valid_to": "2026-01-01"}
    assert admin.post(f"{address}/statements", json=said).status_code == 201
    assert admin.get(address).json()["rank"] is None
    assert admin.post(f"{address}/statements", json={**said, "valid_to": None}).status_code == 201
    assert admin.get(address).json()["rank"] == row["rank"]
    assert admin.post(f"{address}/statements", json={**said, "purpose": "profiling"}).status_code == 422


def team_scope(team):
    """The buyers of the first rep."""
    return Scope(frozenset({min(team.shelf.reps)}))

"""How many strata, segments and buyers there are is told alike by every door: terminal, pages, report, API, export.

The company is one in which some buyers' place in the tree is not known, so that buyers placed in a stratum are fewer
than those who count there in proportion.
"""

import csv
import html
import json
import re
from contextlib import redirect_stdout
from dataclasses import replace
from io import StringIO

import pytest

import marketsofone
from marketsofone.app.pages import segment
from marketsofone.cli import main
from marketsofone.project import simulate_project
from marketsofone.project.snapshots.snapshot import open_snapshot
from marketsofone.project.words import unplaced_told


def words(text):
    """A page as a reader sees it, a blank between cells."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).split())


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    """The folder of a company, and what the terminal said of its run."""
    folder = tmp_path_factory.mktemp("counted")
    simulate_project(folder, accounts=1000, seed=1)
    with redirect_stdout(StringIO()) as said:
        main(["run", str(folder)])
    return folder, words(said.getvalue())


@pytest.fixture(scope="module")
def company(ran):
    """In place of the company of the other tests, so that its team looks at this one."""
    return ran[0]


@pytest.fixture
def strata(company):
    """The strata of the run, and of them those that are not split further."""
    rows = open_snapshot(company).table("strata").to_pylist()
    parents = {row["parent_id"] for row in rows}
    ends = [row for row in rows if row["stratum_id"] not in parents]
    assert 1 < len(ends) < len(rows)
    return rows, ends


@pytest.fixture
def admin(team):
    """The browser of an admin."""
    return team.browser("admin")


@pytest.fixture
def page(admin):
    """Reads a page of the app."""
    return lambda address: words(admin.get(address).text)


@pytest.fixture
def report(company):
    return words((open_snapshot(company).path / "report.html").read_text(encoding="utf-8"))


@pytest.fixture
def terminal(company, capsys):
    """What a command says of the project."""
    def said(command, *options):
        capsys.readouterr()
        main([command, str(company), *options])
        return capsys.readouterr().out

    return said


def test_every_door_tells_the_strata_and_those_not_split_further_in_the_same_words(ran, strata, page, report, terminal):
    rows, ends = strata
    told = f"{len(rows)} strata, {len(ends)} of them not split further"
    doors = {"run": ran[1], "strata": words(terminal("strata")), "tree": words(terminal("tree")),
             "market": page("/market"), "report, first": report.partition("All strata")[0],
             "report, table": report.partition("All strata")[2]}
    assert {door: text.count(told) for door, text in doors.items()} == dict.fromkeys(doors, 1)


def test_every_list_of_strata_holds_as_many_as_are_told(company, strata, admin, page, report, terminal,
                                                              tmp_path_factory):
    rows, ends = strata
    out = tmp_path_factory.mktemp("out")
    main(["export", str(company), "--to", str(out)])
    with (out / "strata.csv").open(encoding="utf-8", newline="") as written:
        exported = len(list(csv.DictReader(written)))
    manifest = open_snapshot(company).manifest
    lists = {"strata": len(json.loads(terminal("strata", "--format", "json"))),
             "tree": len(json.loads(terminal("tree", "--format", "json"))),
             "export": exported, "api": admin.get("/api/v1/strata").json()["total"],
             "manifest": manifest["counts"]["strata"],
             "market": int(re.search(r"(\d+) answer to the filters", page("/market?level=all"))[1]),
             "python": int(re.search(r"(\d+) strata", repr(marketsofone.open_run(company)))[1])}
    assert lists == dict.fromkeys(lists, len(rows))
    of_ends = {"market": int(re.search(r"(\d+) answer to the filters", page("/market"))[1]),
               "report, drawn": int(re.search(r"(\d+) strata that are not split further are drawn", report)[1]),
               "report, stable": int(re.search(r"(\d+) sales segments, the weakest first", report)[1]),
               **{f"report, thin {place}": int(of) for place, of in
                  enumerate(re.findall(r"of (\d+) strata not split further", report))}}
    assert len(of_ends) == 6
    assert of_ends == dict.fromkeys(of_ends, len(ends))


def test_every_door_tells_as_many_buyers(ran, strata, admin, page, report, terminal):
    of_all = f"{strata[0][0]['buyers']:,.0f}"
    runs, listed = admin.get("/api/v1/runs").json(), admin.get("/api/v1/buyers").json()["total"]
    assert f"{runs[-1]['buyers']:,}" == f"{listed:,}" == of_all
    assert f"{of_all} buyers" in ran[1]
    assert f"{of_all} accounts in" in report
    assert f"{of_all} buyers in" in page("/market")
    assert f" {of_all} " in terminal("runs")


def test_buyers_beside_marketing_segments_are_counted_alike_and_said_to_count_in_proportion(
        strata, page, report, terminal):
    walk = json.loads(terminal("crosswalk", "--format", "json"))
    counts = {}
    for row in walk:
        counts[row["stratum_id"]] = counts.get(row["stratum_id"], 0.0) + row["buyers"]
    placed = {row["stratum_id"]: row["buyers"] for row in strata[1]}
    apart = {key: count for key, count in counts.items() if abs(count - placed[key]) > 1}
    assert apart
    paths = {row["stratum_id"]: row["path"] for row in strata[1]}
    doors = {"terminal": " ".join(terminal("crosswalk").split()), "page": page("/crosswalk"),
             "report": report.partition("Marketing segments beside them")[2]}
    for door, text in doors.items():
        assert "counts in proportion in each segment it may stand in" in text, door
        for key, count in apart.items():
            name = paths[key].removeprefix("whole market / ")
            assert f"{name} {round(count, 1):,}" in text, door


def test_segments_as_they_were_are_counted_alike_between_two_runs(company, strata, page, terminal):
    run = open_snapshot(company).run_id
    told = f"{len(strata[1])} segments are as they were."
    doors = {"terminal": terminal("diff", run, run), "page": page(f"/data/difference?before={run}&after={run}")}
    assert {door: told in text for door, text in doors.items()} == dict.fromkeys(doors, True)


def test_page_market_says_of_how_many_the_part_is_not_known_as_the_tree_does(page, terminal, strata):
    sentence = unplaced_told(strata[0])
    assert sentence.startswith("Parts add up to fewer")
    assert sentence in page("/market")
    assert sentence in re.sub(r"\s+", " ", terminal("strata"))


def test_buyers_who_count_in_proportion_are_called_so_beside_marketing_segments(page, terminal):
    assert "Buyers, in proportion" in page("/crosswalk")
    assert "proportion" in terminal("crosswalk").split("───")[0]


def test_where_pull_counts_fewer_approaches_than_there_are_the_page_says_which(page, monkeypatch, company):
    market = open_snapshot(company).table("strata").to_pylist()[0]
    assert "Of them counted by pull" not in page("/segment/market")
    found = segment.spent_on
    monkeypatch.setattr(segment, "spent_on", lambda shelf, one: replace(
        found(shelf, one), approaches=market["pull_trials"] + 2))
    told = f"Approaches {market['pull_trials'] + 2:,.0f} Of them counted by pull: what came of them is known "
    assert f"{told}{market['pull_trials']:,.0f} " in page("/segment/market")


def test_a_rule_beside_a_stratum_says_why_its_intervals_may_end_elsewhere(company, capsys):
    main(["segment", "preview", "--rule", "payment_format = 'leasing'", "--project", str(company)])
    assert "of whom it is not known whether they belong" in capsys.readouterr().out
    main(["segment", "preview", "--rule", "sector = 'food'", "--project", str(company)])
    assert "of whom it is not known whether they belong" not in capsys.readouterr().out

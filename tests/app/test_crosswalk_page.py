import csv
import re
from io import StringIO

import pytest

from marketsofone.cli import main
from marketsofone.project.reading.audience import COLUMNS, audience, audience_file
from marketsofone.project.reading.marketing_read import read_walk
from marketsofone.project.showing.figures import share
from marketsofone.project.snapshots.shelf import EVERYONE
from marketsofone.project.statements.entering import Notebook


@pytest.fixture
def walk(team):
    return read_walk(team.shelf.snapshot)


@pytest.fixture
def cell(walk):
    """The largest cell of the crosswalk."""
    return max(walk.rows, key=lambda row: row["buyers"])


def taken(browser, cell):
    answer = browser.get("/crosswalk/audience.csv", params={"stratum": cell["stratum_id"], "class": cell["class"]})
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(StringIO(answer.text)))


def test_the_crosswalk_can_be_read_both_ways(team, cell):
    browser = team.browser("marketing")
    for of in ("in_class", "in_stratum", "overlap", "buyers"):
        assert browser.get(f"/crosswalk?of={of}").status_code == 200
    assert "Reach and waste" in browser.get("/crosswalk?level=0").text
    assert browser.get("/crosswalk?level=77").status_code == 404


def test_what_went_past_sales_in_all_is_one_sentence_on_the_page_in_the_report_and_in_the_terminal(team, walk, capsys):
    outside, spend = (sum(each[name] for each in walk.audiences) for name in ("outside", "spend"))
    assert f"{share(outside / spend)} of it went past the segments that sales works." in walk.wasted
    main(["crosswalk", str(team.folder)])
    assert walk.wasted in " ".join(capsys.readouterr().out.split())
    report = team.shelf.snapshot.page("report.html").read_text(encoding="utf-8")
    for text in (report, team.browser("marketing").get("/crosswalk").text):
        assert walk.wasted in text


def test_marketing_takes_out_an_audience_as_keys_and_nothing_of_a_single_buyer(team, cell):
    rows = taken(team.browser("marketing"), cell)
    assert tuple(rows[0]) == COLUMNS
    known = {row["source_id"] for row in team.shelf.listed(most=1000).rows}
    assert {row["buyer"] for row in rows} <= known
    assert len({row["buyer"] for row in rows}) == len(rows) > 0
    assert ("exported audience", f"stratum {cell['stratum_id']}") in [
        (each.action, each.subject) for each in team.door.trail()]


def test_a_leader_takes_out_own_buyers_only_and_a_rep_none(team, cell):
    team_of = {row["source_id"]: row["rep_id"] for row in team.shelf.listed(most=1000).rows}
    own = team.shelf.reps[min(team.shelf.reps)]["team"]
    rows = taken(team.browser("leader"), cell)
    assert {team.shelf.reps[team_of[row["buyer"]]]["team"] for row in rows} == {own}
    address = f"/crosswalk/audience.csv?stratum={cell['stratum_id']}&class=x"
    assert team.browser("rep").get(address).status_code == 403
    assert not re.search("audience.csv", team.browser("rep").get("/crosswalk").text)


def test_who_objects_leaves_with_no_audience_from_that_moment(team, cell):
    before = [row["buyer"] for row in taken(team.browser("marketing"), cell)]
    notebook = Notebook(team.folder)
    notebook.enter("objection", "account", before[0], {"purpose": "profiling"}, "rep")
    after = [row["buyer"] for row in taken(team.browser("marketing"), cell)]
    assert after == before[1:]


def test_the_terminal_takes_out_the_audience_of_the_page(team, cell, capsys):
    page = team.browser("marketing").get("/crosswalk/audience.csv",
                                         params={"stratum": cell["stratum_id"], "class": cell["class"]}).text
    path = team.shelf.stratum(cell["stratum_id"])["path"]
    for stratum in (cell["stratum_id"], path):
        assert main(["audience", stratum, cell["class"], str(team.folder), "--format", "csv"]) in (0, None)
        assert capsys.readouterr().out == page
    main(["audience", path, cell["class"], str(team.folder), "--top", "3"])
    told = capsys.readouterr().out
    rows = list(csv.DictReader(StringIO(page)))
    assert f"{len(rows)} buyers in all." in told
    assert [row["buyer"] for row in rows if row["buyer"] in told] == [row["buyer"] for row in rows[:3]]


def test_who_objects_or_refuses_leaves_with_no_audience_of_the_terminal_from_that_moment(team, cell, capsys):
    asked = ["audience", cell["stratum_id"], cell["class"], str(team.folder), "--format", "csv"]
    main(asked)
    before = [row["buyer"] for row in csv.DictReader(StringIO(capsys.readouterr().out))]
    main(["object", "account", before[0], "--project", str(team.folder)])
    main(["refuse", "account", before[1], "--project", str(team.folder)])
    capsys.readouterr()
    main(asked)
    assert [row["buyer"] for row in csv.DictReader(StringIO(capsys.readouterr().out))] == before[2:]


def test_the_terminal_says_where_there_is_no_such_audience(team, cell, capsys):
    assert main(["audience", cell["stratum_id"], "nobody", str(team.folder)]) == 2
    assert "m1 crosswalk lists them" in capsys.readouterr().err
    assert main(["audience", "nowhere", cell["class"], str(team.folder)]) == 2
    assert "m1 strata lists all of them" in capsys.readouterr().err


def test_a_formula_in_a_name_is_harmless_in_the_file(team, cell, monkeypatch):
    stratum = {**team.shelf.stratum(cell["stratum_id"]), "path": "=cmd()"}
    monkeypatch.setattr(type(team.shelf), "stratum", lambda shelf, _: stratum)
    rows = audience(team.shelf, frozenset(), EVERYONE, cell["stratum_id"], cell["class"])
    text = "".join(audience_file(rows))
    assert ",'=cmd()," in text


def test_an_audience_that_is_not_there_is_told_so(team, cell):
    browser = team.browser("marketing")
    for stratum, name in ((cell["stratum_id"], "nobody"), ("nowhere", cell["class"])):
        answer = browser.get("/crosswalk/audience.csv", params={"stratum": stratum, "class": name})
        assert answer.status_code == 404

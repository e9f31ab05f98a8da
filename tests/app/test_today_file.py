"""The list of today as a file: the rows and numbers of the page, for the same eyes, from browser and terminal."""

import csv
import re
from html import unescape
from io import StringIO

import pytest

from marketsofone.cli import main
from marketsofone.project import state_objection, state_refusal


def lines(answer):
    assert answer.headers["content-type"].startswith("text/csv")
    return list(csv.DictReader(StringIO(answer.text)))


def words(page):
    """A page as it is read: without tags, blanks put together."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]*>", "", page)))


@pytest.mark.parametrize("role", ["rep", "leader", "admin"])
def test_the_file_holds_the_moves_of_the_page_in_its_order_and_digits(team, role):
    browser = team.browser(role)
    page, found = browser.get("/").text, lines(browser.get("/today.csv"))
    moves = page.split('<li class="move">')[1:]
    assert len(moves) == len(found) == 7
    for line, move in zip(found, map(words, moves), strict=True):
        assert move.split()[0] == line["buyer"]
        for name, cell in line.items():
            if name not in ("place", "approach by", "in words", "reasons", "wishes", "changed"):
                assert cell in move, name
        assert all(each in move for each in line["in words"].split("; "))
        assert all(each in move for each in line["reasons"].split(" | "))
        assert line["approach by"].partition(", ")[0] in move


def test_the_page_offers_it_and_more_of_the_same_list(team):
    rep = team.browser("rep")
    page = rep.get("/").text
    (more,) = re.findall(r'href="(/today\.csv\?most=\d+)"', page)
    assert 'href="/today.csv"' in page
    few, many = lines(rep.get("/today.csv")), lines(rep.get(more))
    assert many[:7] == few
    assert len(many) == int(more.partition("=")[2])
    assert rep.get("/today.csv?most=0").status_code == 422
    assert rep.get("/today.csv?most=1001").status_code == 422


def test_a_rep_takes_out_own_buyers_only_and_marketing_none(team):
    own = {row["buyer"] for row in lines(team.browser("rep").get("/today.csv?most=1000"))}
    everyone = {row["buyer"] for row in lines(team.browser("admin").get("/today.csv?most=1000"))}
    assert own < everyone
    first = team.shelf.reps[min(team.shelf.reps)]["rep_id"]
    served = {row["source_id"] for row in team.shelf.listed(most=1000).rows if row["rep_id"] == first}
    assert own <= served
    assert team.browser("marketing").get("/today.csv").status_code == 403
    assert team.browser().get("/today.csv").status_code in (303, 401)


def test_who_refuses_objects_or_was_answered_is_on_no_line(team):
    admin = team.browser("admin")
    refuses, objects, answered = (row["buyer"] for row in lines(admin.get("/today.csv"))[:3])
    state_refusal(team.folder, "account", refuses, "ana")
    state_objection(team.folder, "account", objects, "ana")
    row = next(row for row in team.shelf.listed(most=1000).rows if row["source_id"] == answered)
    admin.post(f"/buyer/{row['buyer_id']}/answer", data={"said": "not now", "reason": "holiday there"})
    left = {row["buyer"] for row in lines(admin.get("/today.csv?most=1000"))}
    assert left
    assert left.isdisjoint({refuses, objects, answered})


def test_the_terminal_writes_the_same_file(team, capsys):
    rep = team.shelf.reps[min(team.shelf.reps)]["source_id"]
    main(["today", str(team.folder), "--rep", rep, "--format", "csv"])
    assert capsys.readouterr().out == team.browser("rep").get("/today.csv").text
    main(["today", str(team.folder), "--format", "csv"])
    assert capsys.readouterr().out == team.browser("admin").get("/today.csv").text
    assert main(["today", str(team.folder), "--rep", "nobody's"]) == 2
    said = capsys.readouterr().err
    assert rep in said
    assert "nobody's" not in said


def test_to_look_makes_no_record(company, capsys):
    before = sorted(path.name for path in company.iterdir())
    assert main(["today", str(company), "--top", "2"]) in (0, None)
    assert len(re.findall(r"an hour", capsys.readouterr().out)) == 1
    assert sorted(path.name for path in company.iterdir()) == before

"""Who objected since the run: on no page, in no list of the API, and totals that still count it say so."""

import re
import shutil
from datetime import UTC, datetime

import pytest

import marketsofone as m1
from marketsofone.cli import main
from marketsofone.project import run_project, state_judgement, state_objection
from marketsofone.project.reading import between_runs

NOTE = "One buyer may not be profiled any more: no list holds it; scores of strata and totals of the plan count it"


@pytest.fixture
def gone(team):
    """The buyer to approach first, which objects."""
    row = team.shelf.listed(order="place", most=1).rows[0]
    state_objection(team.folder, "account", row["source_id"], "ana")
    return row


def test_no_page_and_no_list_of_the_api_holds_it(team, gone):
    browser, number, key = team.browser("admin"), gone["buyer_id"], gone["source_id"]
    for address in ("/", "/plan", f"/segment/{gone['stratum_id']}", f"/find?text={key}", "/api/v1/ranking?most=200",
                    "/api/v1/buyers?most=200", f"/api/v1/find?key={key}"):
        page = browser.get(address).text
        assert f"/buyer/{number}" not in page, address
        assert f'"source_id":"{key}"' not in page, address
    assert browser.get(f"/buyer/{number}").status_code == 404
    assert browser.get(f"/api/v1/buyers/{number}").status_code == 404
    for name in ("plan", "drain", "segment_members"):
        start = 0
        while start is not None:
            answer = browser.get(f"/api/v1/{name}", params={"most": 200, "start": start}).json()
            assert not [row for row in answer["items"]
                        if row.get("buyer_id") == number or (row.get("kind"), row.get("id")) == ("buyer", key)]
            start = start + 200 if answer["next"] else None


def test_no_data_frame_holds_it(team, gone):
    run = m1.open_run(team.folder)
    for name in run.tables:
        frame = m1.frame(run, name)
        assert "buyer_id" not in frame or gone["buyer_id"] not in set(frame.buyer_id), name
        assert "kind" not in frame or "id" not in frame or ("buyer", gone["source_id"]) not in set(
            zip(frame.kind, frame.id, strict=True)), name
    assert gone["source_id"] not in set(m1.frame(run, "entity_link").source_id)


def test_an_answer_given_before_does_not_name_who_objected(team):
    browser = team.browser("admin")
    first, second = team.shelf.listed(order="place", most=2).rows
    for row in (first, second):
        assert browser.post(f"/buyer/{row['buyer_id']}/answer",
                            data={"said": "done", "reason": "approached"}).status_code == 303
    assert f"<bdi>{first['source_id']}</bdi></a> done, approached" in browser.get("/").text
    assert browser.post(f"/buyer/{first['buyer_id']}/objection").status_code == 303
    page = browser.get("/").text
    assert first["source_id"] not in page
    assert f"<bdi>{second['source_id']}</bdi></a> done, approached" in page


def test_pages_and_the_terminal_say_that_totals_still_count_it(team, gone, tmp_path, capsys):
    assert NOTE in team.browser("admin").get("/plan").text
    folder = str(team.folder)
    for words in (["plan", "solve", folder], ["plan", "compare", folder, "--scenario", "hours=1.1"],
                  ["plan", "drain", folder], ["scores", folder], ["strata", folder],
                  ["export", folder, "--to", str(tmp_path / "out")]):
        assert main(words) in (0, None)
        assert NOTE in re.sub(r"\s+", " ", capsys.readouterr().out), words
    main(["scores", folder, "--format", "csv"])
    assert NOTE not in capsys.readouterr().out


@pytest.mark.parametrize("words", [["plan", "drain"], ["plan", "solve"], ["rows", "--stratum", "whole market"]])
def test_the_terminal_asks_the_record_once_who_objected(team, gone, words, monkeypatch, capsys):
    asked = []

    def objectors(run, notebook):
        asked.append(run.run_id)
        return frozenset({gone["buyer_id"]})

    monkeypatch.setattr(between_runs, "objectors", objectors)
    command = [*words[:2], str(team.folder)] if words[0] == "plan" else [words[0], str(team.folder), *words[1:]]
    assert main(command) in (0, None)
    assert NOTE in re.sub(r"\s+", " ", capsys.readouterr().out)
    assert len(asked) == 1


def test_the_drain_of_the_terminal_names_no_buyer_who_objected(team, capsys):
    main(["plan", "drain", str(team.folder), "--kind", "buyer", "--all", "--format", "csv"])
    key = capsys.readouterr().out.splitlines()[1].split(",")[1]
    state_objection(team.folder, "account", key, "ana")
    main(["plan", "drain", str(team.folder), "--kind", "buyer", "--all", "--top", "500", "--format", "csv"])
    assert f"buyer,{key}," not in capsys.readouterr().out


def test_what_was_objected_in_the_browser_can_be_taken_back_over_the_api(team, gone):
    browser = team.browser("admin")
    address = f"/api/v1/buyers/{gone['buyer_id']}/statements"
    assert browser.get(address).status_code == 200
    other = team.shelf.listed(order="place", start=1, most=1).rows[0]
    answer = browser.post(f"/buyer/{other['buyer_id']}/objection")
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    (said,) = browser.get(f"/api/v1/buyers/{other['buyer_id']}/statements").json()
    browser.delete(f"/api/v1/buyers/{other['buyer_id']}/statements/{said['number']}")
    assert browser.get(f"/buyer/{other['buyer_id']}").status_code == 200


def test_no_difference_between_runs_names_it(team, company, capsys):
    """Of two runs that both hold it, the later one with what somebody holds of it."""
    (team.folder / "runs").unlink()
    shutil.copytree(company / "runs", team.folder / "runs", symlinks=True)
    row = team.shelf.listed(order="place", most=1).rows[0]
    before, key = team.shelf.snapshot.run_id, row["source_id"]
    state_judgement(team.folder, "account", key, "pull", 0.02, 50.0, "ana", datetime(2026, 6, 30, 12, tzinfo=UTC))
    after = run_project(team.folder).run_id
    pages = "/data/difference", f"/api/v1/runs/{before}/diff/{after}"
    commands = ["diff", str(team.folder)], ["diff", str(team.folder), "--format", "json", "--top", "400"]
    admin = team.browser("admin")
    told = [admin.get(page).text for page in pages] + [said(capsys, command) for command in commands]
    assert [key in each for each in told] == [True] * 4
    state_objection(team.folder, "account", key, "ana")
    told = [admin.get(page).text for page in pages] + [said(capsys, command) for command in commands]
    assert [key in each for each in told] == [False] * 4
    found = m1.diff(*(m1.open_run(team.folder, name) for name in (before, after)))
    assert found.movers
    assert key not in [mover.source_id for mover in found.movers]


def test_no_row_behind_a_stratum_is_its_own(team, gone, capsys):
    """Files are opened on the terminal, so that a row would tell its key; sums hold it until the next run."""
    command = ["rows", str(team.folder), "--stratum", "market", "--limit", "100000"]
    assert gone["source_id"] not in said(capsys, command)
    page = team.browser("admin").get(f"/segment/{gone['stratum_id']}/rows").text
    assert "Rows behind" in page
    assert f"/buyer/{gone['buyer_id']}" not in page


def said(capsys, command):
    main(command)
    return capsys.readouterr().out

import re
import shutil

import pytest

from marketsofone.cli import main
from marketsofone.project.comparing.distinguishing import called, distinguish
from marketsofone.project.comparing.neighbours import compared
from marketsofone.project.reading.holding_up_marks import refused_segments
from marketsofone.project.reading.holding_up_read import read_stability
from marketsofone.project.statements.entering import Notebook
from marketsofone.report.segment_words import TYPICAL
from marketsofone.report.words import overlap


@pytest.fixture
def leader(team):
    return team.browser("leader")


@pytest.fixture
def siblings(team):
    return [row for row in team.shelf.strata if row["level"] == 1][:2]


@pytest.fixture
def weak(team):
    """A segment that does not hold up."""
    return min(refused_segments(team.shelf.snapshot))


def test_a_segment_tells_who_its_buyers_are_and_how_it_stands(leader, siblings):
    text = leader.get(f"/segment/{siblings[0]['stratum_id']}").text
    for heading in ("The three scores", "Sales identity", "How it differs from its neighbours",
                    "Where effort went, and the plan", "History", "Buyers ("):
        assert heading in text
    assert "Contribution of what was sold" in text


def test_two_segments_side_by_side_say_what_the_terminal_says(team, leader, siblings, capsys):
    first, second = (row["stratum_id"] for row in siblings)
    told = distinguish(team.folder, [(first, second)]).verdicts
    said = {(called(verdict.criterion).split(": ")[0], verdict.verdict) for verdict in told if verdict.buyers_a}
    shown = compared(team.shelf, first, second).pair.verdicts
    assert {(line.criterion.split(": ")[0], line.verdict.split(",")[0]) for line in shown} == said
    main(["distinct", first, second, str(team.folder)])
    terminal = capsys.readouterr().out
    assert {cell for line in shown for cell in (line.effect, line.interval) if cell not in terminal} == set()
    address = f"/segment/{first}/beside/{second}"
    assert address in leader.get(f"/segment/{first}").text
    text = leader.get(address).text
    assert "as it was split" in text
    assert TYPICAL in text, "attractiveness stands twice on the page, as a score and as what is typical"
    assert leader.get(f"/segment/{first}/beside/{first}").status_code == 422
    assert leader.get(f"/segment/{first}/beside/nobody").status_code == 404


def test_a_page_with_an_alike_verdict_says_what_alike_means(team, leader):
    pairs = {(first["stratum_id"], second["stratum_id"]) for first in team.shelf.strata for second in team.shelf.strata
             if first["parent_id"] and first["parent_id"] == second["parent_id"] and first is not second}
    for first, second in sorted(pairs)[:6]:
        alike = any(line.verdict == "alike" for line in compared(team.shelf, first, second).pair.verdicts)
        text = leader.get(f"/segment/{first}/beside/{second}").text
        assert ("Alike means shown to lie within the margin" in text) == alike


def test_a_segment_is_named_renamed_and_the_name_taken_back(team, leader, siblings):
    own, other = (row["stratum_id"] for row in siblings)
    assert leader.post(f"/segment/{own}/name", data={"name": "The <loyal>"}).status_code == 303
    (entry,) = Notebook(team.folder).of_kind("name")
    text = leader.get(f"/segment/{own}").text
    assert "The &lt;loyal&gt;" in text
    assert f'name="supersedes" value="{entry.id}"' in text
    assert leader.post(f"/segment/{other}/name", data={"name": "the <LOYAL>"}).status_code == 409
    assert leader.post(f"/segment/{own}/name", data={"name": "Loyal", "supersedes": entry.id}).status_code == 303
    assert leader.post(f"/segment/{own}/name", data={"name": "Stale", "supersedes": entry.id}).status_code == 409
    (entry,) = Notebook(team.folder).of_kind("name")
    assert entry.says.name == "Loyal"
    assert leader.post(f"/segment/{own}/undo", data={"number": entry.id}).status_code == 303
    assert Notebook(team.folder).of_kind("name") == ()
    assert leader.post(f"/segment/{own}/undo", data={"number": entry.id}).status_code == 409


def test_a_segment_that_does_not_hold_up_is_accepted_with_a_note_and_the_plan_follows(team, leader, weak):
    assert "does not hold up" in leader.get(f"/segment/{weak}").text
    assert leader.post(f"/segment/{weak}/accept", data={"note": "We know them well."}).status_code == 303
    assert weak not in refused_segments(team.shelf.snapshot)
    assert "We know them well." in leader.get(f"/segment/{weak}").text
    assert leader.post(f"/segment/{weak}/accept", data={"note": "again"}).status_code == 409
    (entry,) = Notebook(team.folder).of_kind("override")
    assert leader.post(f"/segment/{weak}/undo", data={"number": entry.id}).status_code == 303
    assert weak in refused_segments(team.shelf.snapshot)


def test_the_whole_market_needs_no_acceptance_and_a_stranger_cannot_be_named(leader):
    assert leader.post("/segment/market/accept", data={"note": "x"}).status_code == 409
    assert leader.post("/segment/nobody/name", data={"name": "x"}).status_code == 404


def test_the_history_holds_earlier_runs_and_passes_over_those_that_cannot_be_read(team, leader):
    runs, run = team.folder / "runs", team.shelf.snapshot.run_id
    kept = runs.resolve()
    runs.unlink()
    for name in (run, "20250101-080000000-earlier", "20250102-080000000-broken"):
        shutil.copytree(kept / run, runs / name)
    shutil.copy(kept / "latest", runs / "latest")
    (runs / "20250102-080000000-broken" / "strata.parquet").write_bytes(b"")
    text = leader.get("/segment/market").text
    assert "/segment/market?run=20250101-080000000-earlier" in text
    assert "broken" not in text


def test_a_rep_names_and_accepts_nothing(team, weak):
    rep = team.browser("rep")
    assert rep.post(f"/segment/{weak}/name", data={"name": "mine"}).status_code == 403
    assert 'action="/segment/' not in rep.get(f"/segment/{weak}").text


def test_a_number_opens_to_the_rows_that_were_counted(team, leader):
    analyst = team.browser("analyst")
    assert "/segment/market/rows?score=pull" in analyst.get("/segment/market").text
    text = analyst.get("/segment/market/rows?score=pull").text
    market = team.shelf.strata[0]
    assert f"{market['pull_trials']:,.0f}</td>" in text
    assert re.search(r'href="/buyer/\d+"', text)
    first = re.search(r'href="/buyer/(\d+)"><bdi>([^<]+)</bdi>', text)
    assert team.shelf.buyer(int(first[1]))["source_id"] == first[2]
    assert re.search(r'data-label="When">\d{4}-\d\d-\d\d<', text)
    narrow = leader.get("/segment/market/rows?score=pull").text
    assert not re.search(r'href="/buyer/\d+"', narrow)


def test_the_rows_of_a_buyer_add_up_to_its_trials_and_stay_with_its_rep(team):
    rep = min(team.shelf.reps)
    rows = team.shelf.listed(most=400).rows
    own = next(row for row in rows if row["rep_id"] == rep and (row["pull_trials"] or 0) > 1)
    other = next(row for row in rows if row["rep_id"] != rep)
    browser = team.browser("rep")
    text = browser.get(f"/buyer/{own['buyer_id']}/rows?score=pull").text
    assert f'data-label="Trials">{own["pull_trials"]:,.0f}</td>' in text
    assert browser.get(f"/buyer/{other['buyer_id']}/rows").status_code == 404


def test_whoever_loads_files_sees_what_each_counted_row_holds(team):
    own = next(row for row in team.shelf.listed(most=400).rows if (row["pull_trials"] or 0) > 1
               and row["rep_id"] == min(team.shelf.reps))
    address = f"/buyer/{own['buyer_id']}/rows?score=pull"
    analyst, rep = team.browser("analyst"), team.browser("rep")
    assert 'href="?opened=yes&amp;score=pull"' in analyst.get(address).text
    opened = analyst.get(f"{address}&opened=yes").text
    held = re.findall(r'data-label="What it holds"><bdi>([^<]+)</bdi>', opened)
    assert len(held) == own["pull_trials"]
    assert all("happened_at 20" in each for each in held)
    assert "opened=yes" not in rep.get(address).text
    assert "What it holds" not in rep.get(f"{address}&opened=yes").text


def test_marketing_sees_no_link_to_rows(team):
    assert "/rows?" not in team.browser("marketing").get("/segment/market").text


def test_the_whole_market_is_not_said_to_be_found_again_nor_to_lie_beside_others(team):
    text = team.browser("analyst").get("/segment/market").text
    assert "How well it holds up" not in text
    assert "departs from the segments beside it" not in text
    below = next(row["stratum_id"] for row in team.shelf.strata if row["parent_id"])
    assert "How well it holds up" in team.browser("analyst").get(f"/segment/{below}").text


def test_overlap_is_said_of_the_buyers_of_either_in_the_words_and_digits_of_the_terminal(team, leader, weak, capsys):
    text = leader.get(f"/segment/{weak}").text.partition('id="stability"')[2].partition("</p>")[0]
    assert "the share of the buyers of either that both hold" in text, "not of its own buyers: Jaccard"
    row = next(row for row in read_stability(team.shelf.snapshot) if row["segment"] == weak and row["words"])
    told = f"{overlap(row['value'])} ({row['low']:.2f} to {row['high']:.2f})"
    assert f"is {told}, from 0 to 1" in text
    report = (team.shelf.snapshot.path / "report.html").read_text(encoding="utf-8")
    assert f"{told}, does not hold up" in report
    main(["stability", str(team.folder)])
    assert overlap(row["value"]) in capsys.readouterr().out


def test_a_segment_says_where_its_parts_add_up_to_fewer_buyers(team, leader):
    rows = team.shelf.strata
    split = {row["parent_id"] for row in rows} - {None}
    short = {row["stratum_id"] for row in rows if row["stratum_id"] in split and row["buyers"] > sum(
        each["buyers"] for each in rows if each["parent_id"] == row["stratum_id"])}
    said = {each for each in split if "Parts add up to fewer" in leader.get(f"/segment/{each}").text}
    assert said == short

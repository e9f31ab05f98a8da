import csv
import json
import math

import pytest

import marketsofone as m1
from marketsofone.app.api.tables import TABLES
from marketsofone.project.showing.figures import money
from marketsofone.project.snapshots.export import export_snapshot
from marketsofone.project.snapshots.snapshot import open_snapshot
from marketsofone.project.statements.entering import Notebook

SCORES = ("pull", "competitiveness", "attractiveness", "value_per_hour")
NUMBERS = [f"{score}{end}" for score in SCORES for end in ("", "_low", "_high")]


@pytest.fixture
def api(team):
    """A program with a key of each role."""

    def of(role, scope="write"):
        browser = team.browser()
        del browser.headers["sec-fetch-site"]
        text = team.door.make_key(team.door.people.named(role), "tests", scope)
        browser.headers["authorization"] = f"Bearer {text}"
        return browser
    return of


def every(program, address):
    """All items of a list, sheet by sheet."""
    items = []
    while address:
        page = program.get(address).json()
        items += page["items"]
        address = page["next"]
    assert len(items) == page["total"]
    return items


@pytest.fixture
def own(team):
    rep = min(team.shelf.reps)
    return next(row for row in team.shelf.listed(most=400).rows if row["rep_id"] == rep)


def test_numbers_are_those_of_the_export_to_the_last_digit(team, api, tmp_path):
    export_snapshot(open_snapshot(team.folder), tmp_path / "out")
    program = api("analyst")
    for name, key, address in (("buyers", "buyer_id", "/api/v1/buyers?most=150"),
                               ("strata", "stratum_id", "/api/v1/strata?most=3")):
        with (tmp_path / "out" / f"{name}.csv").open() as file:
            exported = {row[key]: row for row in csv.DictReader(file)}
        told = every(program, address)
        assert len(told) == len(exported)
        for row in told:
            for number in NUMBERS:
                held = exported[str(row[key])][number]
                assert row[number] == (float(held) if held else None), (name, number)


def in_json(value):
    return None if isinstance(value, float) and not math.isfinite(value) else value


@pytest.mark.parametrize("name", [name for name, _, _ in TABLES])
def test_a_table_is_told_in_full_or_said_to_be_missing(team, api, name):
    answer = api("analyst").get(f"/api/v1/{name}", params={"most": 500})
    if name not in team.shelf.snapshot.tables:
        assert answer.status_code == 404
        assert answer.headers["content-type"] == "application/problem+json"
        return
    rows = team.shelf.snapshot.table(name).to_pylist()
    assert answer.json()["total"] == len(rows)
    for told, held in zip(answer.json()["items"], rows[:500], strict=True):
        assert told == {column: in_json(value) for column, value in held.items()}


def test_the_totals_of_the_plan_are_those_of_an_export_and_of_the_page(team, api, tmp_path):
    told = api("rep").get("/api/v1/plan_totals").json()
    m1.export(team.shelf.snapshot, tmp_path / "out")
    (written,) = m1.frame(team.shelf.snapshot, "plan_totals").to_dict("records")
    with (tmp_path / "out" / "plan_totals.csv").open(newline="") as lines:
        (exported,) = csv.DictReader(lines)
    assert told == written
    assert {name: str(value) for name, value in told.items()} == exported
    assert money(told["expected_contribution"], told["currency"]) in api("rep").get("/plan").text


def test_sheets_follow_each_other_without_gap_or_repetition(team, api):
    told = every(api("analyst"), "/api/v1/buyers?most=37&order=pull")
    ids = [row["buyer_id"] for row in told]
    assert len(set(ids)) == len(ids) == team.shelf.listed().total
    values = [row["pull"] if row["pull"] is not None else -math.inf for row in told]
    assert values == sorted(values, reverse=True)
    assert max(ids) < 2**52


def test_the_ranking_holds_the_ranked_best_first(api):
    ranks = [row["rank"] for row in every(api("analyst"), "/api/v1/ranking?most=200")]
    assert ranks == sorted(ranks)
    assert None not in ranks


def test_the_ranking_by_the_plan_holds_those_with_hours_first(api):
    rows = every(api("analyst"), "/api/v1/ranking?by=plan&most=200")
    places = [row["place"] for row in rows]
    assert places == sorted(places)
    assert None not in places
    given = [row["hours"] > 0 for row in rows]
    assert given == sorted(given, reverse=True)
    assert None not in [row["rank"] for row in rows]


@pytest.mark.parametrize("values", [{"purpose": "contact", "basis": "refused"}, None])
def test_who_refuses_contact_or_objects_is_in_no_ranking_and_no_move_from_that_moment(team, api, values):
    best = every(api("analyst"), "/api/v1/ranking?by=plan&most=200")[0]["source_id"]
    assert best in team.browser("analyst").get("/").text
    notebook = Notebook(team.folder)
    notebook.enter("permission" if values else "objection", "account", best, values or {"purpose": "profiling"}, "rep")
    notebook.close()
    assert best not in [row["source_id"] for row in every(api("analyst"), "/api/v1/ranking?most=200")]
    assert best not in team.browser("analyst").get("/").text


def test_an_audience_is_that_of_the_page_for_whom_may_take_one_out(team, api):
    (market,) = [row["stratum_id"] for row in team.shelf.strata if row["level"] == 0]
    name = m1.frame(team.shelf.snapshot, "marketing_segments")["class"].iloc[0]
    for role in ("marketing", "leader"):
        told = every(api(role), f"/api/v1/audience?stratum={market}&class={name}&most=70")
        page = team.browser(role).get("/crosswalk/audience.csv", params={"stratum": market, "class": name}).text
        assert [row["buyer"] for row in told] == [row["buyer"] for row in csv.DictReader(page.splitlines())] != []
    assert ("exported audience", f"stratum {market}") in [(each.action, each.subject) for each in team.door.trail()]
    assert api("rep").get("/api/v1/audience", params={"stratum": market, "class": name}).status_code == 403
    assert api("marketing").get("/api/v1/audience", params={"stratum": market, "class": "x"}).status_code == 404


def test_whom_an_audience_leaves_out_is_looked_up_once(team, api, monkeypatch):
    name, asked, of_kind = m1.frame(team.shelf.snapshot, "marketing_segments")["class"].iloc[0], [], Notebook.of_kind
    monkeypatch.setattr(Notebook, "of_kind", lambda *said, **more: asked.append(said[1]) or of_kind(*said, **more))
    market = next(row["stratum_id"] for row in team.shelf.strata if row["level"] == 0)
    assert api("marketing").get("/api/v1/audience", params={"stratum": market, "class": name}).status_code == 200
    assert asked.count("objection") == 1


def test_a_rep_is_told_of_own_buyers_only(team, api):
    program, rep = api("rep"), min(team.shelf.reps)
    for address in ("/api/v1/buyers?most=300", "/api/v1/ranking?most=300", "/api/v1/strata/market/members?most=300"):
        assert {row["rep_id"] for row in every(program, address)} == {rep}
    other = next(row for row in team.shelf.listed(most=400).rows if row["rep_id"] != rep)
    for part in ("", "/opportunities", "/memberships", "/rows", "/statements"):
        assert program.get(f"/api/v1/buyers/{other['buyer_id']}{part}").status_code == 404
    assert program.get("/api/v1/find", params={"key": other["source_id"]}).json() == []
    assert program.post(f"/api/v1/buyers/{other['buyer_id']}/statements",
                        json={"kind": "note", "text": "mine"}).status_code == 404


def test_tables_hold_of_buyers_and_reps_only_whom_one_may_see(team, api):
    rep = team.shelf.reps[min(team.shelf.reps)]
    keys = {row["source_id"] for row in team.shelf.listed(most=400).rows if row["rep_id"] == rep["rep_id"]}
    program, audience = api("rep"), api("marketing")
    assert [row["source_id"] for row in every(program, "/api/v1/reps")] == [rep["source_id"]]
    if "drain" not in team.shelf.snapshot.tables:
        pytest.skip("this run places no hours")
    for row in every(program, "/api/v1/drain?most=200"):
        assert row["kind"] == "segment" or row["id"] in keys | {rep["source_id"]}
    assert {row["kind"] for row in every(audience, "/api/v1/drain?most=200")} <= {"segment"}
    assert {row["source_id"] for row in every(program, "/api/v1/plan?most=300")} <= keys


def test_the_rows_behind_a_buyer_add_up_to_its_trials(team, api, own):
    rows = every(api("rep"), f"/api/v1/buyers/{own['buyer_id']}/rows?score=pull&most=2")
    assert sum(row["trials"] for row in rows) == own["pull_trials"]


def test_what_is_written_moves_the_buyer_and_can_be_corrected_and_taken_back(team, api, own):
    program, address = api("rep"), f"/api/v1/buyers/{own['buyer_id']}/statements"
    judged = {"kind": "judgement", "score": "pull", "value": 0.9, "sure": 3}
    first = program.post(address, json=judged)
    assert first.status_code == 201
    number = first.json()["number"]
    assert program.post(address, json=judged).status_code == 409
    second = program.post(address, json={**judged, "value": 0.2, "supersedes": number}).json()["number"]
    assert program.post(address, json={**judged, "supersedes": number}).status_code == 409
    assert [each["number"] for each in program.get(address).json()] == [second]
    assert program.delete(f"{address}/{second}").status_code == 204
    assert program.delete(f"{address}/{second}").status_code == 409
    past = program.get(address, params={"past": True}).json()
    assert [each["kind"] for each in past] == ["judgement", "judgement", "withdrawal"]
    assert not any(each["in_force"] for each in past)


def test_every_kind_of_statement_is_kept_as_it_was_sent(api, own):
    buyer, leader = api("rep"), api("leader")
    of_buyer, of_stratum = f"/api/v1/buyers/{own['buyer_id']}/statements", "/api/v1/strata/market/statements"
    sent = [
        (buyer, of_buyer, {"kind": "wish", "which": "need", "theme": "delivery", "words": "by Friday", "strength": 1}),
        (buyer, of_buyer, {"kind": "contact", "channel": "call", "answered": True, "minutes": 12,
                           "happened_at": "2026-06-30T10:00:00Z"}),
        (buyer, of_buyer, {"kind": "answer", "answer": "not now", "reason": "holiday", "until": "2026-09-01"}),
        (buyer, of_buyer, {"kind": "note", "text": "=HYPERLINK('x') <b>\u202e 😀"}),
        (buyer, of_buyer, {"kind": "objection"}),
        (leader, of_stratum, {"kind": "name", "name": "Everyone"}),
        (leader, of_stratum, {"kind": "override", "subject": "unstable:market", "choice": "keep", "note": "known"}),
    ]
    for program, address, body in sent:
        answer = program.post(address, json=body)
        assert answer.status_code == 201, answer.text
        kept = next(each for each in program.get(address).json() if each["number"] == answer.json()["number"])
        assert kept["kind"] == body["kind"]
        for name, value in body.items():
            if name not in ("kind", "which"):
                assert kept["says"][name] == value


def test_a_rep_corrects_own_words_only_so_that_a_no_of_someone_else_stands(team, api, own):
    rep, leader = api("rep"), api("leader")
    address = f"/api/v1/buyers/{own['buyer_id']}/statements"
    refused = leader.post(address, json={"kind": "permission", "basis": "refused"}).json()["number"]
    granted = {"kind": "permission", "basis": "consent", "supersedes": refused}
    assert rep.post(address, json=granted).status_code == 409
    note = leader.post(address, json={"kind": "note", "text": "of the leader"}).json()["number"]
    page = f"/buyer/{own['buyer_id']}/note"
    assert team.browser("rep").post(page, data={"text": "of the rep", "supersedes": note}).status_code == 409
    assert [each["number"] for each in rep.get(address).json()] == [refused, note]
    assert leader.post(address, json=granted).status_code == 201


def test_a_rep_takes_back_own_words_only_and_a_leader_those_of_the_team(api, own):
    rep, leader = api("rep"), api("leader")
    address = f"/api/v1/buyers/{own['buyer_id']}/statements"
    theirs = leader.post(address, json={"kind": "note", "text": "of the leader"}).json()["number"]
    mine = rep.post(address, json={"kind": "note", "text": "of the rep"}).json()["number"]
    assert rep.delete(f"{address}/{theirs}").status_code == 409
    assert leader.delete(f"{address}/{mine}").status_code == 204


def test_a_key_that_reads_writes_nothing_and_no_key_manages_people(api, own):
    reader = api("rep", "read")
    assert reader.get(f"/api/v1/buyers/{own['buyer_id']}").status_code == 200
    answer = reader.post(f"/api/v1/buyers/{own['buyer_id']}/statements", json={"kind": "note", "text": "a"})
    assert (answer.status_code, answer.json()["status"]) == (403, 403)
    admin = api("admin")
    for address in ("/people", "/me"):
        assert admin.get(address).status_code == 403
    assert admin.post("/me/keys", data={"label": "more", "scope": "write"}).status_code == 403


def test_a_browser_that_is_signed_in_may_ask_too_but_no_other_site_may_write(team, own):
    browser = team.browser("rep")
    address = f"/api/v1/buyers/{own['buyer_id']}/statements"
    assert browser.post(address, json={"kind": "note", "text": "a"}).status_code == 201
    foreign = browser.post(address, json={"kind": "note", "text": "a"}, headers={"sec-fetch-site": "cross-site"})
    assert foreign.status_code == 403
    assert foreign.headers["content-type"] == "application/problem+json"


def test_the_document_names_every_address_of_the_api_and_needs_a_key(team, api):
    assert team.browser().get("/api/v1/openapi.json").status_code == 401
    paths = api("marketing").get("/api/v1/openapi.json").json()["paths"]
    served = {route.path for route in team.app.routes if route.path.startswith("/api/") and route.include_in_schema}
    assert set(paths) == served
    assert all(operation["summary"] and operation["description"] for path in paths.values()
               for operation in path.values())


@pytest.mark.parametrize(("method", "address", "status"), [
    ("GET", "/api/v1/nowhere", 404), ("PUT", "/api/v1/buyers", 405),
    ("GET", "/api/v1/buyers/99999999999999999999", 422),
    ("GET", "/api/v1/buyers/-1", 422), ("GET", "/api/v1/buyers/abc", 422), ("GET", "/api/v1/buyers/1", 404),
    ("GET", "/api/v1/strata/none", 404), ("GET", "/api/v1/strata?run=20200101-000000000-00000000", 404),
    ("GET", "/api/v1/strata?run=../../etc", 422), ("GET", "/api/v1/buyers?start=-1", 422),
    ("GET", "/api/v1/buyers?most=100000", 422), ("GET", "/api/v1/runs/latest/diff/none", 404),
])
def test_every_problem_is_told_as_problem_details(api, method, address, status):
    answer = api("admin").request(method, address)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert (told["status"], told["instance"]) == (status, address.partition("?")[0])
    assert told["title"]
    assert told["detail"]


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b"[]", b"null", b'{"kind": "note", "text": "\\ud800"}',
                                  b'{"kind": "judgement", "score": "pull", "value": 1e999, "sure": 1}',
                                  b'{"kind": "judgement", "score": "pull", "value": 0.5, "sure": NaN}',
                                  json.dumps({"kind": "note", "text": "x" * 20_001}).encode(),
                                  json.dumps({"kind": "note", "text": " \n "}).encode(),
                                  json.dumps({"kind": "note", "text": "a\0b"}).encode(),
                                  json.dumps({"kind": "note", "text": "a", "supersedes": 10**30}).encode(),
                                  json.dumps({"kind": "note", "text": "a", "stated_by": "someone"}).encode()])
def test_a_body_that_cannot_be_kept_is_refused_and_leaves_nothing(api, own, body):
    program, address = api("rep"), f"/api/v1/buyers/{own['buyer_id']}/statements"
    answer = program.post(address, content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 409, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Traceback" not in answer.text
    assert program.get(address, params={"past": True}).json() == []


def test_two_strata_are_never_called_the_same(team, api):
    program = api("leader")
    other = next(row["stratum_id"] for row in team.shelf.strata if row["stratum_id"] != "market")
    assert program.post("/api/v1/strata/market/statements", json={"kind": "name", "name": "Ours"}).status_code == 201
    answer = program.post(f"/api/v1/strata/{other}/statements", json={"kind": "name", "name": "OURS "})
    assert answer.status_code == 409


@pytest.mark.parametrize(("address", "said"), [
    ("ranking?by=Ann", "by: should be 'rank' or 'plan'."),
    ("buyers?most=0", "most: should be greater than or equal to 1."),
    ("buyers/Ann", "buyer_id: should be a valid integer"), ("find", "key: is needed."),
    ("strata?level=Ann&start=-1", "start: should be greater than or equal to 0.")])
def test_a_value_that_is_not_understood_is_answered_with_what_is_taken(api, address, said):
    answer = api("analyst").get(f"/api/v1/{address}")
    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert "Ann" not in answer.json()["detail"]


def test_what_is_stated_in_a_kind_that_there_is_not_is_answered_with_those_there_are(api, own):
    address = f"/api/v1/buyers/{own['buyer_id']}/statements"
    answer = api("rep").post(address, json={"kind": "Ann Example"})
    assert answer.status_code == 422
    assert "'judgement', 'wish'" in answer.json()["detail"]
    assert "Ann" not in answer.text
    answer = api("rep").post(address, json={"kind": "note", "text": " ", "colour": "Ann Example"})
    assert "colour: is not taken here." in answer.json()["detail"]
    assert "Ann" not in answer.text


def test_an_address_that_there_is_not_leads_to_the_document(api):
    answer = api("analyst").get("/api/v1/nothing")
    assert answer.status_code == 404
    assert "/api/v1/openapi.json lists what there is" in answer.json()["detail"]
    assert api("analyst").get("/api/v1/openapi.json").status_code == 200

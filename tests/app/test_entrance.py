import re

import pytest
from fastapi.routing import APIRoute

from marketsofone.project.people.access import RIGHTS

PUBLIC = {"/enter", "/sign-in", "/sign-out", "/invitation", "/assets/report.css"}
ROLES = sorted(RIGHTS)


def routes_of(app):
    return [route for route in app.routes if isinstance(route, APIRoute) and route.path not in PUBLIC]


def right_of(route):
    """The right a route asks for, wherever in its dependencies it says so."""
    asked, waiting = [], [*route.dependant.dependencies]
    while waiting:
        each = waiting.pop()
        asked += [each.call.right] if hasattr(each.call, "right") else []
        waiting += each.dependencies
    return asked


def address_of(route, team):
    buyer = team.shelf.listed().rows[0]["buyer_id"]
    values = {"stratum_id": "market", "buyer_id": buyer, "run": "latest"}
    return re.sub(r"\{(\w+)[^}]*\}", lambda found: str(values.get(found[1], 1)), route.path)


def test_every_route_says_which_right_it_needs(team):
    routes = routes_of(team.app)
    silent = [route.path for route in routes if not right_of(route)]
    assert silent == []
    assert {"/market", "/people", "/api/v1/buyers"} <= {route.path for route in routes}, "the walk sees every router"


@pytest.mark.parametrize("role", ROLES)
def test_each_role_is_denied_what_it_must_be_denied_on_every_route(team, role):
    browser = team.browser(role)
    for route in routes_of(team.app):
        denied = not set(right_of(route)) <= RIGHTS[role]
        for method in route.methods - {"HEAD"}:
            answer = browser.request(method, address_of(route, team))
            assert (answer.status_code == 403) == denied, (role, method, route.path, answer.status_code)


def test_nobody_sees_anything_without_signing_in(team):
    browser = team.browser()
    for route in routes_of(team.app):
        for method in route.methods - {"HEAD"}:
            answer = browser.request(method, address_of(route, team))
            assert answer.status_code in (303, 401), (method, route.path)
            assert "testserver" not in answer.headers.get("location", "")


def test_a_rep_sees_own_buyers_and_no_others(team):
    browser = team.browser("rep")
    rep = min(team.shelf.reps)
    for row in team.shelf.listed(most=40).rows:
        answer = browser.get(f"/buyer/{row['buyer_id']}")
        assert answer.status_code == (200 if row["rep_id"] == rep else 404)


def test_a_leader_sees_the_buyers_of_the_team_and_no_others(team):
    browser = team.browser("leader")
    own = team.shelf.reps[min(team.shelf.reps)]["team"]
    for row in team.shelf.listed(most=40).rows:
        answer = browser.get(f"/buyer/{row['buyer_id']}")
        assert answer.status_code == (200 if team.shelf.reps[row["rep_id"]]["team"] == own else 404)


def test_lists_hold_only_whom_a_rep_may_see(team):
    rep = min(team.shelf.reps)
    text = team.browser("rep").get("/segment/market").text
    shown = {int(found) for found in re.findall(r"/buyer/(\d+)", text)}
    served = {row["buyer_id"] for row in team.shelf.listed(most=400).rows if row["rep_id"] == rep}
    assert shown
    assert shown <= served


def test_a_closed_account_ends_its_session_at_once(team):
    browser = team.browser("rep")
    assert browser.get("/market").status_code == 200
    team.door.people.change(team.door.people.named("rep"), active=False)
    assert browser.get("/market").status_code == 303


def test_an_api_key_opens_what_its_scope_and_person_allow_until_it_ends(team):
    rep = team.door.people.named("rep")
    text = team.door.make_key(rep, "sheet", "read")
    browser = team.browser()
    key = {"authorization": f"Bearer {text}"}
    assert browser.get("/market", headers=key).status_code == 200
    assert browser.get("/market", headers={"authorization": "Bearer nonsense"}).status_code == 303
    team.door.people.change(rep, active=False)
    assert browser.get("/market", headers=key).status_code == 303


def test_a_cookie_that_was_copied_opens_nothing_once_its_owner_signed_out(team):
    browser, thief, other = team.browser("rep"), team.browser(), team.browser("leader")
    thief.cookies.update(dict(browser.cookies))
    assert thief.get("/market").status_code == 200
    assert browser.post("/sign-out").status_code == 303
    assert browser.get("/market").status_code == 303
    assert thief.get("/market").status_code == 303
    assert other.get("/market").status_code == 200
    assert team.browser("rep").get("/market").status_code == 200


def test_a_cookie_that_ended_ends_no_later_session(team):
    browser, old = team.browser("rep"), team.browser()
    old.cookies.update(dict(browser.cookies))
    browser.post("/sign-out")
    again = team.browser("rep")
    assert old.post("/sign-out").status_code == 303
    assert again.get("/market").status_code == 200

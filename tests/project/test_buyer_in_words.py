"""What a page says of one buyer in words, against the run's own tables."""

import re
from datetime import UTC, datetime

import pytest

from marketsofone.project import run_project, simulate_project
from marketsofone.project.reading.buyer_known import earlier_row
from marketsofone.project.showing.buyer import RARE, approach_to, shared_with, who, who_decides
from marketsofone.project.showing.changing import as_of_before, changed_since
from marketsofone.project.showing.saying import said_of
from marketsofone.project.snapshots.shelf import Scope, Shelf
from marketsofone.project.snapshots.snapshot import open_snapshot
from marketsofone.scores import SCORES


@pytest.fixture(scope="module")
def shelves(tmp_path_factory):
    """Two runs of one company, the later with a month more of evidence."""
    folder = tmp_path_factory.mktemp("company")
    simulate_project(folder, accounts=400, seed=11)
    settings = (folder / "market.toml").read_text()
    for day, at in (("2026-05-31", 1), ("2026-06-30", 2)):
        (folder / "market.toml").write_text(settings.replace("as_of = 2026-06-30", f"as_of = {day}"))
        run_project(folder, now=datetime(2026, 7, at, tzinfo=UTC))
    first, second = sorted(each.name for each in (folder / "runs").iterdir() if each.is_dir())
    return Shelf(open_snapshot(folder, first)), Shelf(open_snapshot(folder, second))


def test_a_score_is_called_above_or_below_the_market_only_where_its_interval_says_so(shelves):
    _, shelf = shelves
    market = shelf.strata[0]
    for row in shelf.listed(most=100).rows:
        for said in said_of(shelf, row):
            low, high, base = row[f"{said.score}_low"], row[f"{said.score}_high"], market[said.score]
            assert said.beside.startswith("more") == (low > base)
            assert said.beside.startswith("less") == (high < base)


def test_of_a_buyer_of_whom_nothing_was_seen_only_its_like_is_spoken_of(shelves):
    _, shelf = shelves
    seen = set()
    for row in shelf.listed(most=400).rows:
        for said in said_of(shelf, row):
            seen.add(bool(row[f"{said.score}_trials"]))
            assert ("uyers like it" in said.value) == (not row[f"{said.score}_trials"])
            assert ("uyers like it" in said.value) == (said.sure == SCORES[said.score].unseen)
    assert seen == {True, False}


def test_nothing_changed_in_the_first_run_and_new_evidence_is_told_in_the_next(shelves):
    first, second = shelves
    assert as_of_before(first) == ""
    assert as_of_before(second) == "2026-05-31"
    told = 0
    for row in second.listed(most=400).rows:
        earlier = earlier_row(second, row["buyer_id"])
        more = earlier is not None and row["pull_trials"] - earlier["pull_trials"] >= 1
        sentences = changed_since(second, row)
        assert more == any("approach" in each and each.endswith("more") for each in sentences)
        told += more
        assert changed_since(first, row) == ()
    assert told


def test_a_value_departs_where_few_of_its_segment_have_it(shelves):
    _, shelf = shelves
    facts = shelf.snapshot.table("facts").to_pylist()
    stands = {row["buyer_id"]: row["stratum_id"] for row in shelf.listed(most=400).rows}
    row = shelf.listed(most=1).rows[0]
    inside = {key for key, at in stands.items() if at in shelf.below(row["stratum_id"])}
    known = [each["dim_sector"] for each in facts if each["buyer_id"] in inside and each["dim_sector"] is not None]
    shown = next(each for each in shared_with(shelf, row) if each.criterion == "sector")
    own = known.count(shown.own) / len(known)
    assert shown.alike == f"{own:.1%}"
    assert shown.departs == (own < RARE)


def test_how_to_approach_is_the_buyers_own_where_it_is_known_and_else_its_segments(shelves, monkeypatch):
    _, shelf = shelves
    own = {each["buyer_id"]: each["dim_approach_expected"] for each in shelf.snapshot.table("facts").to_pylist()}
    rows = shelf.listed(most=20).rows
    assert [approach_to(shelf, row).way for row in rows] == [own[row["buyer_id"]] for row in rows]
    monkeypatch.setattr("marketsofone.project.showing.buyer.facts_of", lambda *_: None)
    ways = [approach_to(shelf, row) for row in rows]
    assert {each for way in ways for each in re.split(', | or ', way.way)} <= set(own.values())
    assert all(way.why.startswith("as ") and way.why.endswith(" of its segment are") for way in ways)


def _identity(monkeypatch, criterion, **shares):
    rows = [{"value": value, "share": share, "low": share - 0.07} for value, share in shares.items()]
    monkeypatch.setattr("marketsofone.project.showing.buyer._identity", lambda *_: {criterion: rows})


def test_a_value_that_is_not_among_the_most_frequent_is_not_called_rare_where_it_may_be_common(shelves, monkeypatch):
    _, shelf = shelves
    row = shelf.listed(most=1).rows[0]
    own = next(each for each in shared_with(shelf, row) if each.criterion == "sector").own
    assert own not in ("A", "B", "C")
    _identity(monkeypatch, "sector", A=0.27, B=0.26, C=0.25)
    (shown,) = shared_with(shelf, row)
    assert (shown.alike, shown.departs) == ("at most 22.0%", False)
    _identity(monkeypatch, "sector", A=0.5, B=0.3, C=0.1)
    (shown,) = shared_with(shelf, row)
    assert (shown.alike, shown.departs) == ("at most 10.0%", True)


def test_ways_to_approach_that_nothing_tells_apart_are_all_named(shelves, monkeypatch):
    _, shelf = shelves
    row = shelf.listed(most=1).rows[0]
    monkeypatch.setattr("marketsofone.project.showing.buyer.facts_of", lambda *_: None)
    _identity(monkeypatch, "approach: channel", mail=0.57, call=0.56, visit=0.2)
    found = approach_to(shelf, row)
    assert (found.way, found.why) == ("mail or call", "as 57.0% and 56.0% of its segment are")


def test_who_a_buyer_is_holds_every_dimension_and_trait_that_is_known(shelves):
    _, shelf = shelves
    facts = shelf.snapshot.table("facts").to_pylist()[0]
    known = [name for name, value in facts.items() if name.startswith(("dim_", "trait_")) and value is not None]
    assert len(who(shelf, facts["buyer_id"])) >= len(known)


def test_who_decides_is_told_as_far_as_the_files_say(shelves):
    _, shelf = shelves
    row = shelf.listed(most=1).rows[0]
    site = next(each["dim_deciding_site"] for each in shelf.snapshot.table("facts").to_pylist()
                if each["buyer_id"] == row["buyer_id"])
    said = "The account is the buyer; no deciding person or site is on record."
    assert who_decides(shelf, row) == said + (f" Decided at: {site}." if site else "")
    assert who_decides(shelf, {**row, "kind": "contact"}).startswith("This person decides")


def test_who_else_decides_at_an_account_is_shown_only_to_whom_they_may_be_shown(shelves):
    _, shelf = shelves
    first, second, third = shelf.listed(most=3).rows
    asked = {**first, "account_id": second["account_id"]}
    assert [each["buyer_id"] for each in shelf.beside(asked)] == [second["buyer_id"]]
    assert shelf.beside(asked, Scope(frozenset())) == ()
    assert shelf.beside({**first, "account_id": None}) == ()
    assert third["buyer_id"] not in {each["buyer_id"] for each in shelf.beside(first)}

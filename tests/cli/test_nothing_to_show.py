"""What a command says where there is nothing to show: a sentence and what to do next, and columns for programs."""

import csv
import io
import json

import pytest

from marketsofone.cli import looking
from marketsofone.project.people.managing import managing, plainly
from marketsofone.project.snapshots.snapshot import list_snapshots

DEALS = [{"deal": f"D{n}", "account": f"A{n % 8}", "outcome": ("won", "lost", "lost")[n % 3]} for n in range(40)]
SETTINGS = """
[steps]
competitiveness = "opportunity.outcome"
[sources.deals.opportunity]
opportunity_id = "deal"
account_id = "account"
outcome = "outcome"
"""


@pytest.fixture
def new(small_company, tmp_path):
    """A project that was never run, of a market that nothing splits and of which marketing knows nothing."""
    return small_company(tmp_path, SETTINGS, deals=DEALS)


@pytest.fixture
def said(m1):
    """What a command prints that ends well."""
    def run(*command):
        status, out, _err = m1(*command)
        assert status == 0
        return out
    return run


@pytest.fixture
def ran(new, said):
    """The same once it was run, and has no plan."""
    said("run", new)
    return new


def test_where_nothing_was_run_the_list_of_runs_says_how_to_make_the_first(new, said):
    assert said("runs", new) == f"No run yet. Make the first:\n  m1 run {new}\n"


def test_where_nobody_may_sign_in_the_list_of_people_says_how_to_add_the_first(new, said):
    assert said("people", "list", new) == ("Nobody yet. The first is an admin, who adds the others:\n"
                                           f"  m1 people add NAME {new} --role admin\n")


@pytest.mark.parametrize(("command", "sentence", "next"), [
    ("segment list", "No segment is written by hand yet, and no list is frozen.", "[segments.good_chances]"),
    ("stability", "There are no segments to judge", "Map sales dimensions"),
    ("crosswalk", "there are no marketing segments to lay beside", "Map traits of buyers"),
    ("strata", "The tree: one stratum, the whole market", "no sales dimension is mapped"),
])
def test_a_sentence_says_that_there_is_nothing_and_what_would_change_that(ran, said, command, sentence, next):
    out = said(*command.split(), ran)
    assert sentence in out
    assert next in out


def test_where_nothing_could_be_planned_the_plan_says_why_and_which_run_would_change_that(ran, m1):
    status, _out, told = m1("plan", "solve", ran)
    assert status == 2
    assert "no money is counted" in told
    assert f"m1 run {ran}" in told


def test_where_there_is_one_run_a_difference_says_so(ran, m1):
    status, _out, told = m1("diff", ran)
    assert status == 2
    assert "no earlier run" in told


def test_where_no_buyer_may_be_contacted_run_and_rank_say_so(ran, said, monkeypatch):
    for name in ("marketsofone.project.reading.between_runs", "marketsofone.project.snapshots.approach"):
        monkeypatch.setattr(f"{name}.read_approach", lambda *_: ())
    assert said("rank", ran) == f"{looking.NOBODY}\n"
    out = said("run", ran)
    assert looking.NOBODY in out
    assert "To approach first" not in out


@pytest.mark.parametrize(("command", "first"), [
    ("segment list", "segment"), ("stability", "family"), ("crosswalk", "level"), ("people list", "person_id")])
def test_csv_names_its_columns_all_the_same_and_json_is_an_empty_list(ran, said, command, first):
    (names,) = csv.reader(io.StringIO(said(*command.split(), ran, "--format", "csv")))
    assert names[0] == first
    assert json.loads(said(*command.split(), ran, "--format", "json")) == []


def test_the_columns_of_an_empty_list_are_those_of_one_that_holds_something(new, said):
    def names(command):
        return next(csv.reader(io.StringIO(said(*command.split(), new, "--format", "csv"))))

    empty = {command: names(command) for command in ("runs", "people list")}
    with managing(new) as desk:
        assert list(plainly(desk.add("ana", "admin"))) == empty["people list"]
    said("run", new)
    assert len(list_snapshots(new)) == 1
    assert names("runs") == empty["runs"]
    without = names("segment list")
    with (new / "market.toml").open("a", encoding="utf-8") as file:
        file.write('[segments.all]\nrule = "competitiveness > 0"\n[segments.none]\nrule = "competitiveness > 1"\n')
    assert names("segment list") == without
    assert names("segment members all") == names("segment members none")
    assert said("segment", "members", "none", new).startswith("No buyer is in none that may be shown.")


@pytest.mark.parametrize("words", ["rank", "diff", "plan drain", "scores", "segment members x"])
def test_no_list_is_cut_to_nothing_and_then_said_to_be_empty(ran, m1, words):
    status, out, err = m1(*words.split(), ran, "--top", 0)
    assert status != 0
    assert "Must be >= 1" in out + err


def test_a_level_that_is_not_there_is_answered_with_the_nearest(ran, m1):
    _status, _out, err = m1("scores", ran, "--level", "markt")
    assert err.rstrip().endswith("--level market")

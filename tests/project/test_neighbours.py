"""Two segments that a run did not judge as a pair: a page says what the terminal says, number for number."""

from itertools import combinations

import pyarrow as pa
import pytest

import marketsofone as m1
from marketsofone.project.comparing.distinguishing import distinguish
from marketsofone.project.comparing.neighbours import compared
from marketsofone.project.snapshots.shelf import Shelf
from marketsofone.report.verdicts import verdicts
from marketsofone.sources.simulated import Plan, market_toml, simulate


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """People of companies, several of which belong together; wishes, channels and rivals are in no dimension."""
    made = simulate(Plan(accounts=600, deciding_contacts=0.6, sites=0.3, wishes=0.5), 62)
    folder = tmp_path_factory.mktemp("people")
    made.write(folder / "files", "parquet")
    (folder / "market.toml").write_text(market_toml(made, folder / "files"), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def shelf(folder):
    return Shelf(m1.run(folder))


def unjudged(shelf):
    judged = {frozenset((row["a"], row["b"])) for row in shelf.snapshot.table("verdicts").to_pylist()}
    pairs = combinations([row for row in shelf.strata if row["level"] > 0], 2)
    return next((a["stratum_id"], b["stratum_id"]) for a, b in pairs
                if a["level"] == b["level"] and frozenset((a["path"], b["path"])) not in judged)


def test_what_a_page_says_of_two_segments_is_what_the_terminal_says(folder, shelf):
    pair = unjudged(shelf)
    told = distinguish(folder, [pair]).verdicts
    rows = pa.Table.from_pylist([{"pair": 1, **verdict.row()} for verdict in told])
    (said,) = verdicts(rows, shelf.strata[0], shelf.snapshot.manifest["currency"])
    assert compared(shelf, *pair).pair == said
    assert {"needs", "competitors"} <= {verdict.criterion for verdict in told if verdict.buyers_a}


def test_a_run_keeps_who_belongs_together_and_what_each_was_seen_to_do(shelf):
    companies = shelf.snapshot.table("companies").to_pandas()
    assert companies["buyer_id"].is_unique
    assert companies["company"].nunique() < len(companies)
    dealings = shelf.snapshot.table("dealings").to_pandas()
    assert not dealings.duplicated(["buyer_id", "criterion"]).any()
    assert set(dealings["buyer_id"]) <= set(shelf.snapshot.table("buyers")["buyer_id"].to_pylist())


def test_what_is_known_only_of_those_who_let_us_in_is_no_discovery_on_a_page_either(tmp_path):
    """Strata by the rival met, known of who answered: that they let us in made them, in terminal and page alike."""
    m1.simulate(tmp_path, accounts=400, seed=7)
    toml = tmp_path / "market.toml"
    toml.write_text(toml.read_text() + '\n[strata]\npin = ["rival"]\n')
    shelf = Shelf(m1.run(tmp_path))
    judged = {frozenset((row["a"], row["b"])) for row in shelf.snapshot.table("verdicts").to_pylist()}
    a, b = next((a, b) for a, b in combinations([row for row in shelf.strata if row["level"] > 0], 2)
                if frozenset((a["path"], b["path"])) not in judged and not b["path"].startswith(a["path"]))
    told = distinguish(tmp_path, [(a["stratum_id"], b["stratum_id"])]).verdicts
    assert {verdict.criterion for verdict in told if verdict.by_construction} >= {"pull"}
    rows = pa.Table.from_pylist([{"pair": 1, **verdict.row()} for verdict in told])
    (said,) = verdicts(rows, shelf.strata[0], shelf.snapshot.manifest["currency"])
    assert compared(shelf, a["stratum_id"], b["stratum_id"]).pair == said

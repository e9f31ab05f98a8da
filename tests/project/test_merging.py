"""Two keys that mean one thing are counted as one, and apart again once the merge is taken back."""

from datetime import date

import pandas as pd
import pytest

import marketsofone as m1
from marketsofone.cli.stating import merge
from marketsofone.errors import RecordRefused
from marketsofone.project import (
    read_buyer,
    state_merge,
    state_objection,
    stay_one,
    withdraw_merge,
    withdraw_objection,
)
from marketsofone.project.flow import load, opened
from marketsofone.project.ground.gathering import gather
from marketsofone.project.ground.merging import unmerged_findings
from marketsofone.project.history.diff import diff
from marketsofone.project.history.differing import difference_sentences
from marketsofone.project.history.lineage import lineage
from marketsofone.project.settings.market_file import read_settings

TABLES = ("buyers", "opportunities", "strata", "memberships", "entity_link", "trials", "evidence")
SHARES = ("pull", "competitiveness")
DEALS = """[market]
currency = "EUR"
as_of = 2025-12-31
[steps]
competitiveness = "opportunity.outcome"
[sources.accounts]
file = "accounts.csv"
[sources.accounts.account]
account_id = "id"
[sources.deals]
file = "deals.csv"
[sources.deals.opportunity]
opportunity_id = "id"
account_id = "account"
outcome = "outcome"
opened_at = "opened"
closed_at = "closed"
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("merging")
    m1.simulate(folder, accounts=60, seed=41)
    return folder


@pytest.fixture(scope="module")
def apart(project):
    return m1.run(project)


@pytest.fixture(scope="module")
def keys(apart):
    """Two accounts with trials of both shares."""
    buyers = m1.frame(apart, "buyers")
    rich = buyers[(buyers["pull_trials"] > 0) & (buyers["competitiveness_trials"] > 0)]
    return tuple(sorted(rich["source_id"])[:2])


@pytest.fixture(scope="module")
def merged(project, keys):
    """The run with the two merged; afterwards they are apart again."""
    state_merge(project, "account", *keys, "ana")
    run = m1.run(project)
    withdraw_merge(project, "account", keys[1], keys[0], "ana")
    return run


def known(project):
    """The keys of the buyers a run would score, and what it would say of merges."""
    settings = read_settings(project)
    with opened(project) as engine:
        loaded, _ = load(engine, settings)
        gathered = gather(engine, settings, loaded)
        return set(gathered.buyers.source_id.to_pyarrow().to_pylist()), unmerged_findings(engine)


def test_a_merged_buyer_has_the_trials_of_both(apart, merged, keys):
    before, after = (m1.frame(run, "buyers").set_index("source_id") for run in (apart, merged))
    assert len(after) == len(before) - 1
    assert keys[1] not in after.index
    for score in SHARES:
        assert after.loc[keys[0], f"{score}_trials"] == before.loc[list(keys), f"{score}_trials"].sum()


def test_both_keys_lead_to_the_merged_buyer(merged, keys):
    links = merged.table("entity_link").to_pandas()
    ids = links[(links["entity"] == "account") & links["source_id"].isin(keys)]["entity_id"]
    assert len(ids) == 2
    assert ids.nunique() == 1
    assert read_buyer(merged, keys[1]).buyer == read_buyer(merged, keys[0]).buyer


def test_who_was_merged_did_not_leave_the_market_and_who_was_parted_did_not_come_to_it(apart, merged):
    there, back = diff(apart, merged), diff(merged, apart)
    assert [(each.came, each.parted, each.went, each.merged) for each in (there, back)] == [(0, 0, 1, 1), (1, 1, 0, 0)]
    assert "1 went (1 of them merged with another)" in difference_sentences(there, "EUR")[0]
    told = [" ".join(each.sentence for each in lineage(*runs)) for runs in ((apart, merged), (merged, apart))]
    assert "1 buyer merged with another" in told[0]
    assert "1 buyer parted from another" in told[1]
    assert not any(words in said for said in told for words in ("left it", "came to the market"))


def test_unmerging_gives_the_earlier_run_back(project, apart, merged):
    again = m1.run(project)
    for name in TABLES:
        pd.testing.assert_frame_equal(again.table(name).to_pandas(), apart.table(name).to_pandas(), rtol=1e-12)


def test_a_merge_holds_from_its_day_on(project, keys, merged):
    state_merge(project, "account", *keys, "ana", valid_from=date(2027, 1, 1))
    found, _ = known(project)
    withdraw_merge(project, "account", *keys, "ana")
    assert set(keys) <= found


def test_who_objects_by_a_merged_key_is_not_profiled_by_the_other(project, keys, merged):
    state_merge(project, "account", *keys, "ana")
    state_objection(project, "account", keys[1], "ana")
    found, _ = known(project)
    withdraw_objection(project, "account", keys[1], "ana")
    withdraw_merge(project, "account", *keys, "ana")
    assert not set(keys) & found


def test_a_merge_of_a_key_that_no_source_gives_is_told_and_joins_nothing(project, keys, merged):
    state_merge(project, "account", keys[0], "no such key", "ana")
    found, findings = known(project)
    withdraw_merge(project, "account", "no such key", keys[0], "ana")
    assert [finding.code for finding in findings] == ["merge_unknown"]
    assert set(keys) <= found


def test_a_merge_of_keys_of_another_kind_is_told_and_joins_nothing(project, keys, merged):
    state_merge(project, "contact", *keys, "ana")
    found, findings = known(project)
    withdraw_merge(project, "contact", *keys, "ana")
    assert [finding.code for finding in findings] == ["merge_unknown"]
    assert set(keys) <= found


def test_two_keys_are_merged_once_and_not_with_themselves(tmp_path):
    (tmp_path / "runs").mkdir()
    with pytest.raises(RecordRefused, match="one key twice"):
        state_merge(tmp_path, "account", "a", "a", "ana")
    state_merge(tmp_path, "account", "a", "b", "ana")
    with pytest.raises(RecordRefused, match="says so already"):
        state_merge(tmp_path, "account", "b", "a", "ana")
    withdraw_merge(tmp_path, "account", "b", "a", "ana")
    with pytest.raises(RecordRefused, match="none of these two"):
        withdraw_merge(tmp_path, "account", "a", "b", "ana")


def test_keys_are_those_that_a_run_reads_however_they_are_written(tmp_path):
    (tmp_path / "runs").mkdir()
    with pytest.raises(RecordRefused, match="one key twice"):
        state_merge(tmp_path, "account", "7", "7.0", "ana")
    state_merge(tmp_path, "account", "7.0", "8", "ana")
    with pytest.raises(RecordRefused, match="says so already"):
        state_merge(tmp_path, "account", "8", "7", "ana")
    withdraw_merge(tmp_path, "account", "7", "8", "ana")
    assert not stay_one(tmp_path, "account", "7", "8")


def test_it_is_told_where_other_merges_hold_two_keys_together(tmp_path, capsys):
    (tmp_path / "runs").mkdir()
    for pair in (("a", "b"), ("b", "c"), ("c", "a")):
        state_merge(tmp_path, "account", *pair, "ana")
    merge("account", "a", "c", tmp_path, undo=True)
    assert "Other merges hold the two together" in capsys.readouterr().out
    merge("account", "b", "c", tmp_path, undo=True)
    assert "Other merges" not in capsys.readouterr().out


def test_a_company_merged_with_a_key_that_only_rows_name_is_a_buyer_of_an_earlier_day(tmp_path, small_company):
    said = [("A", "won", "2026-05-01"), ("C", "won", "2025-05-01"), ("C", "lost", "2025-05-01")]
    deals = [{"id": f"o{place}", "account": account, "outcome": outcome, "opened": day, "closed": day}
             for place, (account, outcome, day) in enumerate(said)]
    small_company(tmp_path, DEALS, accounts=[{"id": "B"}, {"id": "C"}], deals=deals)
    assert known(tmp_path)[0] == {"B", "C"}
    state_merge(tmp_path, "account", "A", "B", "ana")
    assert known(tmp_path)[0] == {"A", "C"}

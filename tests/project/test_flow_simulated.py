"""The whole job on a simulated company, through the front doors."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import marketsofone as m1
from marketsofone.project import state_judgement, state_objection, withdraw_objection
from marketsofone.project.segments.asking import asking

SCORES = ("pull", "competitiveness", "attractiveness")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("company")
    m1.simulate(folder, accounts=600, seed=7)
    return folder


@pytest.fixture(scope="module")
def run(project):
    return m1.run(project)


def test_every_account_is_ranked_once(run):
    buyers = m1.frame(run, "buyers")
    assert buyers["rank"].tolist() == list(range(1, 601))
    assert buyers["value_per_hour"].is_monotonic_decreasing


def test_everybody_as_a_group_is_as_sure_as_the_market(run, project):
    """Added up from its buyers, stratum by stratum, as pooling adds it up."""
    with asking(project) as asker:
        found = asker.preview("rule:touches >= 0").found
    market = m1.frame(run, "strata").set_index("level").loc[0]
    assert found.inside == 600
    for score in SCORES:
        group = found.scores[score]
        assert group.value == pytest.approx(market[score])
        assert group.high - group.low == pytest.approx(market[f"{score}_high"] - market[f"{score}_low"], rel=0.05)


def test_every_value_lies_inside_its_interval_and_no_share_is_certain(run):
    buyers = m1.frame(run, "buyers")
    for score in SCORES:
        assert ((buyers[f"{score}_low"] < buyers[score]) & (buyers[score] < buyers[f"{score}_high"])).all()
    for score in SCORES[:2]:
        assert buyers[score].between(0, 1, inclusive="neither").all()


def test_a_stratum_is_worth_what_its_buyers_are_worth_on_average(run):
    buyers, strata = m1.frame(run, "buyers"), m1.frame(run, "strata").set_index("stratum_id")
    for score in SCORES:
        assert strata.loc["market", score] == pytest.approx(buyers[score].mean(), rel=1e-9)
    assert strata.loc["market", "buyers"] == 600


def test_every_buyer_has_shares_that_sum_to_one_on_each_level(run):
    members = run.table("memberships").to_pandas()
    sums = members.groupby(["buyer_id", "level"])["share"].sum()
    assert np.allclose(sums, 1.0)
    assert set(members["buyer_id"]) == set(m1.frame(run, "buyers")["buyer_id"])


def test_the_plan_counts_the_answers_that_become_an_opportunity(project, run):
    answers, opened = _openings(project / "files")
    said = next(row for row in run.table("findings").to_pylist() if row["code"] == "answers_unopened")
    assert 0.5 < opened / answers < 0.99
    assert said["message"].startswith(f"{answers:,} answers to approaches led to {opened:,} opportunities")


def _openings(files: Path) -> tuple[int, int]:
    """Answers and opportunities up to each account's first win, of accounts that answered, counted from the files."""
    touch, deals = (pd.read_parquet(files / f"{name}.parquet") for name in ("touch", "opportunity"))
    first = deals[deals["outcome"] == "won"].groupby("account_id")["closed_at"].min()
    answers = touch[touch["answered"].eq(True) & touch["team"].eq("sales") & touch["direction"].eq("out")]
    before = answers[~(answers["happened_at"] > answers["account_id"].map(first))]
    deals = deals[deals["account_id"].isin(before["account_id"])]
    return len(before), len(deals[~(deals["opened_at"] > deals["account_id"].map(first))])


def test_read_is_accepted_plus_refused(run):
    health = run.table("health").to_pandas()
    assert (health["read"] == health["accepted"] + health["refused"]).all()


def test_the_same_input_gives_the_same_run_byte_for_byte(project):
    run, again = m1.run(project), m1.run(project)
    assert again.run_id != run.run_id
    assert again.manifest["files"] == run.manifest["files"]


def test_a_judgement_moves_its_buyer_and_leaves_the_others(project, run):
    buyers = m1.frame(run, "buyers")
    unseen = buyers[buyers["pull_trials"] == 0].iloc[0]
    when = datetime(2026, 6, 30, 12, tzinfo=UTC)
    state_judgement(project, "account", unseen["source_id"], "pull", 0.95, 5.0, "ana", when)
    after = m1.frame(m1.run(project), "buyers").set_index("source_id")
    before = buyers.set_index("source_id")
    assert after.loc[unseen["source_id"], "pull"] > unseen["pull"] + 0.1
    assert "what people hold" in after.loc[unseen["source_id"], "reasons"]
    others = before.index != unseen["source_id"]
    assert np.allclose(before.loc[others, "pull"], after.loc[before.index[others], "pull"], rtol=1e-9)


def test_who_objects_is_neither_scored_nor_ranked_nor_exported(project, run, tmp_path):
    first = m1.frame(run, "buyers").iloc[0]["source_id"]
    now = datetime.now(UTC)
    state_objection(project, "account", first, "ana", now)
    without = m1.run(project)
    assert first not in set(m1.frame(without, "buyers")["source_id"])
    opportunities = m1.frame(without, "opportunities")
    assert opportunities["buyer_id"].isin(m1.frame(without, "buyers")["buyer_id"]).all()
    from marketsofone.project import export_snapshot

    for path in export_snapshot(without, tmp_path / "out"):
        if path.suffix == ".csv" and path.stem in ("buyers", "opportunities", "memberships", "entity_link"):
            assert first not in path.read_text(encoding="utf-8"), path.name
    withdraw_objection(project, "account", first, "ana", now + timedelta(seconds=1))
    assert first in set(m1.frame(m1.run(project), "buyers")["source_id"])


def test_nothing_after_the_as_of_date_is_used(tmp_path):
    """Runs as of a year earlier, once with and once without the files' later rows."""
    m1.simulate(tmp_path / "whole", accounts=300, seed=3)
    text = (tmp_path / "whole" / "market.toml").read_text()
    earlier = text.replace("as_of = 2026-06-30", "as_of = 2025-06-30")
    (tmp_path / "whole" / "market.toml").write_text(earlier)
    whole = m1.run(tmp_path / "whole")
    _cut(tmp_path / "whole" / "files", pd.Timestamp("2025-07-01", tz="UTC"))
    cut = m1.run(tmp_path / "whole")
    kept = list(m1.frame(whole, "buyers").columns)
    pd.testing.assert_frame_equal(m1.frame(whole, "buyers")[kept], m1.frame(cut, "buyers")[kept], rtol=1e-9)


def _cut(files: Path, end: pd.Timestamp) -> None:
    for name, column in (("touch", "happened_at"), ("order_line", "ordered_at"), ("opportunity", "opened_at")):
        frame = pd.read_parquet(files / f"{name}.parquet")
        frame[frame[column] < end].to_parquet(files / f"{name}.parquet")
    open_now = pd.read_parquet(files / "opportunity.parquet")
    later = open_now["closed_at"] >= end
    open_now.loc[later, "outcome"], open_now.loc[later, "closed_at"] = "open", pd.NaT
    open_now.to_parquet(files / "opportunity.parquet")
    kept = set(open_now["opportunity_id"])
    rivals = pd.read_parquet(files / "rival_met.parquet")
    rivals[rivals["opportunity_id"].isin(kept)].to_parquet(files / "rival_met.parquet")


def test_planted_sectors_come_apart(run):
    """At 600 accounts one tree in a few hundred would miss sectors whose scores differ as planted."""
    strata = m1.frame(run, "strata")
    assert len(strata) > 1
    assert strata["why"].str.len().min() > 20


def test_one_thread_and_many_give_the_same_run_byte_for_byte(project, monkeypatch):
    from functools import partial

    import marketsofone.engine

    many = m1.run(project)
    monkeypatch.setattr(marketsofone.engine, "open_engine", partial(marketsofone.engine.open_engine, threads=1))
    assert m1.run(project).manifest["files"] == many.manifest["files"]

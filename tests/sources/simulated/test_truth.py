"""What is observed follows the truth that is written down.

A z below is a difference between observed and true in its own standard errors. Seeds are fixed, so a test
that passes always passes; were seeds fresh, one comparison would exceed 4.5 by luck in 1 of 150,000 runs,
and the largest of 24 cells would exceed 5 in 1 of 70,000.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import f_oneway

from marketsofone.sources.simulated import PLANS, Company, Plan, simulate
from marketsofone.sources.simulated.orders import line_worth
from marketsofone.sources.simulated.scores import repeat_orders

SCORES = ["pull", "competitiveness", "attractiveness"]


@pytest.fixture(scope="module")
def company() -> Company:
    return simulate(Plan(accounts=40_000), seed=8)


@pytest.fixture(scope="module")
def truth(company: Company) -> pd.DataFrame:
    return company.truth.to_pandas()


@pytest.fixture(scope="module")
def approaches(company: Company, truth: pd.DataFrame) -> pd.DataFrame:
    return approaches_of(company).merge(truth, on="account_id")


def approaches_of(company: Company) -> pd.DataFrame:
    touches = company.tables["touch"].to_pandas()
    outgoing = touches[(touches.team == "sales") & (touches.direction == "out")]
    return outgoing.assign(answered=outgoing.answered.astype(bool))


def distance(outcome: pd.Series, chance: pd.Series) -> float:
    """How far the number of successes lies from its expectation, in standard deviations."""
    return float((outcome - chance).sum() / np.sqrt((chance * (1 - chance)).sum()))


def test_answers_come_as_often_as_true_pull_says_in_the_market_and_in_every_cell(approaches):
    assert abs(distance(approaches.answered, approaches.pull)) < 4.5
    by_cell = [distance(cell.answered, cell.pull) for _, cell in approaches.groupby("cell_3")]
    assert len(by_cell) == 24
    assert np.abs(by_cell).max() < 5


def test_wins_come_as_often_as_the_chance_of_each_opportunity_says(company):
    pipeline = company.tables["opportunity"].to_pandas()
    decided = pipeline[pipeline.outcome != "open"]
    decided = decided.merge(company.opportunity_truth.to_pandas(), on="opportunity_id")
    assert abs(distance(decided.outcome == "won", decided.win)) < 4.5


def test_against_one_rival_alone_wins_come_as_often_as_head_to_head_strength_says(company):
    pipeline = company.tables["opportunity"].to_pandas().query("outcome != 'open'")
    met = company.tables["rival_met"].to_pandas()
    alone = met[~met.opportunity_id.duplicated(keep=False)]
    strength = company.head_to_head().to_pandas()
    fought = pipeline.merge(alone, on="opportunity_id").merge(strength, on=["account_id", "competitor_id"])
    for _, rival in fought.groupby("competitor_id"):
        assert abs(distance(rival.outcome == "won", rival.win)) < 4.5
    unopposed = pipeline[~pipeline.opportunity_id.isin(met.opportunity_id)]
    unopposed = unopposed.merge(strength[strength.competitor_id.isna()], on="account_id")
    assert abs(distance(unopposed.outcome == "won", unopposed.win)) < 4.5


def test_competitiveness_is_the_average_over_the_rivals_that_the_account_meets(company, truth):
    strength = company.head_to_head().to_pandas()
    average = (strength.met_share * strength.win).groupby(strength.account_id).sum()
    np.testing.assert_allclose(average.loc[truth.account_id], truth.competitiveness)
    np.testing.assert_allclose(strength.met_share.groupby(strength.account_id).sum(), 1)


def test_wins_of_an_account_come_as_often_as_its_competitiveness_says(company, truth):
    pipeline = company.tables["opportunity"].to_pandas()
    decided = pipeline[pipeline.outcome != "open"].merge(truth, on="account_id")
    assert abs(distance(decided.outcome == "won", decided.competitiveness)) < 4.5


def test_contribution_after_a_win_is_true_attractiveness_on_average(company, truth):
    """Over wins of two whole years, so that seasons average out, followed by no other for a horizon.

    When an account is won anew does not depend on what it ordered, so leaving those out is fair.
    """
    start, horizon = pd.Timestamp(company.plan.start, tz="UTC"), pd.Timedelta(days=365)
    pipeline = company.tables["opportunity"].to_pandas()
    wins = pipeline[pipeline.outcome == "won"].sort_values(["account_id", "closed_at"])
    wins["next_at"] = wins.groupby("account_id").closed_at.shift(-1)
    wins = wins[~(wins.next_at < wins.closed_at + horizon) & (wins.closed_at < start + 2 * horizon)]
    lines = company.tables["order_line"].to_pandas().merge(wins, on="account_id", suffixes=("", "_won"))
    within = lines[(lines.ordered_at >= lines.closed_at) & (lines.ordered_at < lines.closed_at + horizon)]
    contribution = (within.amount - within.cost).groupby(within.opportunity_id).sum()
    true = wins.merge(truth, on="account_id").set_index("opportunity_id").attractiveness
    assert len(contribution) == len(wins)
    error = contribution - true.loc[contribution.index]
    assert abs(error.mean() / (error.std() / np.sqrt(len(error)))) < 4.5
    assert error.std() / np.sqrt(len(error)) < 0.02 * true.mean()


def test_expected_repeat_orders_agree_with_gaps_drawn_one_by_one():
    rng = np.random.default_rng(5)
    gaps = rng.gamma(2.0, 1 / 0.05, size=(20_000, 60)).cumsum(axis=1)
    leaves = np.minimum(rng.exponential(300.0, size=(20_000, 1)), 365)
    counted = (gaps < leaves).sum(axis=1)
    expected = repeat_orders(np.array([0.05]), np.array([1 / 300]), 365.0)[0]
    assert abs(counted.mean() - expected) < 4.5 * counted.std() / np.sqrt(len(counted))


def test_the_worth_of_lines_averages_one_with_a_tail_heavier_than_its_body():
    worth = line_worth(np.random.default_rng(2), 1_000_000)
    assert worth.mean() == pytest.approx(1.0, abs=4.5 * worth.std() / 1_000)
    assert worth.max() > 60
    assert worth.min() > 0


def test_hours_return_less_and_less_and_as_the_chance_of_a_first_win_says(company, truth):
    chance = truth.pull * 0.9 * truth.competitiveness
    for approaches in (1, 3, 10):
        hours = approaches * company.plan.approach_hours
        earned = truth.response_ceiling * (1 - np.exp(-hours / truth.response_hours))
        np.testing.assert_allclose(earned, truth.attractiveness * (1 - (1 - chance) ** approaches))


def test_who_is_approached_is_not_random_unless_the_plan_says_so(approaches, truth):
    assert truth.hidden_driver.mean() == pytest.approx(0, abs=0.05)
    chosen = approaches[approaches.arm.isna()]
    assert chosen.hidden_driver.mean() > 0.2
    assert chosen.attractiveness.mean() > 1.05 * truth.attractiveness.mean()
    at_random = simulate(Plan(accounts=20_000, selective_entry=0.0), seed=8)
    met = approaches_of(at_random).merge(at_random.truth.to_pandas(), on="account_id")
    assert met.hidden_driver.mean() == pytest.approx(0, abs=0.05)


def test_where_effort_was_set_by_lot_it_has_nothing_to_do_with_the_hidden_driver(company, approaches, truth):
    lists = company.tables["membership"].to_pandas().merge(truth, on="account_id")
    arms = lists.groupby("list_name").hidden_driver
    assert (arms.mean() / (arms.std() / np.sqrt(arms.count()))).abs().max() < 4.5
    times = approaches.groupby("arm").size() / lists.groupby("list_name").size()
    assert times["high effort"] / times["low effort"] == pytest.approx(3.0, rel=0.1)


def test_reps_who_go_where_they_are_let_in_make_pull_look_higher_than_it_is():
    plan = Plan(accounts=10_000)
    neutral, drawn = (simulate(replace(plan, selective_on_pull=knob), seed=6) for knob in (0.0, 1.0))
    assert neutral.truth.equals(drawn.truth)
    true = np.mean(neutral.truth["pull"].to_numpy())
    assert approaches_of(neutral).answered.mean() == pytest.approx(true, abs=0.03)
    assert approaches_of(drawn).answered.mean() > true + 0.08


def test_each_planted_level_moves_its_score_and_leaves_the_others():
    strata = simulate(Plan(accounts=100_000, buyer_spread=0.0), seed=1).strata_truth().to_pandas()
    spread: dict[bool, list[float]] = {}
    for (_, moves), children in strata[strata.level > 1].groupby(["parent", "moves"]):
        for score in SCORES:
            ratio = children[score].max() / children[score].min()
            spread.setdefault(score == moves, []).append(ratio)
    assert min(spread[True]) > 1.15
    assert max(spread[False]) < 1.1
    assert set(strata.moves[strata.level == 2]) == set(strata.moves[strata.level == 3]) == set(SCORES)


def test_cells_nest_and_strata_hold_the_mean_truth_of_their_accounts(company, truth):
    strata = company.strata_truth().to_pandas()
    assert list(strata.groupby("level").size()) == [1, 6, 12, 24]
    assert set(strata.parent.dropna()) <= set(strata.stratum)
    for level in (1, 2, 3):
        rows = strata[strata.level == level].set_index("stratum")
        means = truth.groupby(f"cell_{level}")[SCORES].mean().loc[rows.index]
        np.testing.assert_allclose(rows[SCORES], means)
    assert all(below.startswith(above) for below, above in zip(truth.cell_3, truth.cell_2, strict=True))


def test_scores_go_together_as_far_as_the_plan_says():
    for name, low, high in (("demo", -0.2, 0.2), ("correlated", 0.4, 0.75)):
        for seed in range(10):
            together = simulate(PLANS[name], seed).truth.to_pandas()[SCORES].corr().to_numpy()
            assert low < together[np.triu_indices(3, 1)].min() <= together[np.triu_indices(3, 1)].max() < high


def columns_that_tell(company: Company) -> pd.Series:
    """F ratio of each true score between the values of each column; gaps are left out, numbers in fifths."""
    account = company.tables["account"].to_pandas().merge(company.truth.to_pandas()[["account_id", *SCORES]])
    told = {}
    for column in account.columns.drop(["account_id", "rep_id", *SCORES]):
        values = account[column]
        if pd.api.types.is_numeric_dtype(values):
            values = pd.qcut(values, 5, duplicates="drop")
        for score in SCORES:
            groups = [group for _, group in account.groupby(values, observed=True)[score]]
            told[column, score] = f_oneway(*groups).statistic
    return pd.Series(told)


def test_in_pure_noise_no_column_tells_anything_though_buyers_differ():
    """Of 51 tests of variance (3 to 12 groups), one exceeds 7 by luck in fewer than 1 of 100 seeds."""
    company = simulate(replace(PLANS["noise"], accounts=10_000), seed=2)
    assert columns_that_tell(company).max() < 7
    assert company.strata_truth().num_rows == 1
    assert company.truth.to_pandas()[SCORES].std().gt(0.1).all()
    structured = columns_that_tell(simulate(replace(PLANS["demo"], accounts=10_000), seed=2))
    assert structured["sector"].min() > 50
    assert structured.filter(like="noise").max() < 7


def test_in_a_uniform_market_every_buyer_is_the_same():
    truth = simulate(PLANS["uniform"], seed=2).truth.to_pandas()
    assert truth[["pull", "competitiveness"]].iloc[0].tolist() == pytest.approx([0.42, 0.45])
    assert (truth[SCORES].std() / truth[SCORES].mean()).max() < 1e-12


def test_traits_tell_of_buyers_within_a_cell_as_far_as_the_plan_says():
    plan = Plan(accounts=5_000, levels=0, noise_dimensions=0)
    plans = [replace(plan, trait_share=share) for share in (0.5, 0.0)]
    told, untold = (columns_that_tell(simulate(plan, seed=3)) for plan in plans)
    for trait, score in zip(("web_visits", "years_trading", "growth_percent"), SCORES, strict=True):
        assert told[trait, score] > 50 > untold[trait, score]


def test_even_cells_are_of_about_one_size_and_no_two_sectors_are_alike():
    company = simulate(Plan(accounts=12_000, even_cells=True), seed=31_510)
    cells = company.truth["cell_3"].to_pandas().value_counts()
    assert len(cells) == 24
    assert cells.max() < 4 * cells.min()


def test_marketing_classes_are_planted_in_the_traits_and_in_nothing_else():
    plain, planted = (simulate(Plan(accounts=3_000, marketing_classes=count), seed=31_511) for count in (0, 5))
    truth, account = planted.truth.to_pandas(), planted.tables["account"].to_pandas()
    assert set(truth["marketing_class"]) == set(range(5))
    groups = [part["years_trading"].dropna() for _, part in account.groupby(truth["marketing_class"])]
    assert f_oneway(*groups).pvalue < 1e-6
    assert plain.truth["cell_3"].equals(planted.truth["cell_3"])
    assert set(plain.truth["marketing_class"].to_pylist()) == {0}

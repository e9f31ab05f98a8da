"""The held-out check in small: what it measures with, and one split of a public set beside a peer."""

import numpy as np
import pandas as pd
import pytest
from accuracy_measures import calibration, corrected_error, covered, perfect, stratum_counts
from accuracy_sets import DATA, SETS, divisions, present, read_market


def needs(name):
    folder = DATA.name
    return pytest.mark.skipif(not (DATA / name).is_dir(), reason=f"{name} is not in M1_DATA (a folder {folder})")


def test_a_perfect_model_stays_under_its_own_bar_nineteen_times_in_twenty():
    rng = np.random.default_rng(3)
    share = rng.beta(1, 6, 1_000)
    errors = [calibration(share, rng.random(1_000) < share) for _ in range(400)]
    assert np.mean(np.array(errors) < perfect(share, rng, 1_000)) == pytest.approx(0.95, abs=0.035)


def test_intervals_of_counts_hold_nine_in_ten_where_rates_are_as_unsure_as_said():
    rng = np.random.default_rng(5)
    rate, trials = rng.beta(20, 80, 4_000), rng.integers(20, 200, 4_000)
    counts = pd.DataFrame({"mean": 0.2, "variance": 0.2 * 0.8 / 101, "trials": trials,
                           "won": rng.binomial(trials, rate)})
    assert covered(counts).mean() == pytest.approx(0.90, abs=0.012)


def test_strata_with_fewer_than_twenty_trials_are_not_judged():
    counts = pd.DataFrame({"mean": [0.2, 0.2], "variance": [0.001, 0.001], "trials": [19.0, 20.0], "won": [4.0, 4.0]})
    assert len(covered(counts)) == 1


def test_a_stratum_counts_what_its_parts_count():
    strata = pd.DataFrame({"parent": [-1, 0, 0, 1], "mean": 0.5, "variance": 0.01})
    counts = stratum_counts(strata, np.array([2, 3, 3, 1]), np.array([True, True, False, True]))
    assert counts["trials"].tolist() == [4, 3, 1, 2]
    assert counts["won"].tolist() == [3, 2, 1, 1]


def test_splits_that_share_rows_are_less_sure_than_splits_that_do_not():
    values = np.array([1.0, 2.0, 4.0, 3.0])
    assert corrected_error(values, 3 / 7) > corrected_error(values, 0.0) == pytest.approx(values.std(ddof=1) / 2)


@pytest.fixture(scope="module")
def olist(tmp_path_factory):
    if not present(SETS["olist_funnel"]):
        pytest.skip(f"olist_funnel is not in M1_DATA (a folder {DATA.name})")
    return read_market(SETS["olist_funnel"], tmp_path_factory.mktemp("whole"))


def test_time_splits_learn_from_the_past_only(olist):
    for division in divisions(olist, 3):
        assert not np.intersect1d(division.train, division.test).size
        if division.kind == "time":
            assert olist.day[division.train].max() <= olist.day[division.test].min()


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::FutureWarning")
def test_the_product_foretells_a_held_out_split_about_as_well_as_a_tuned_peer(olist):
    from accuracy_models import OURS, PRIOR, logistic, ours
    from sklearn.metrics import log_loss

    division = next(divisions(olist, 1))
    seen, told = olist.success[division.test], ours(SETS["olist_funnel"], olist, division)
    loss = {name: log_loss(seen, share) for name, share in told.shares.items()}
    assert loss[OURS] < 1.02 * log_loss(seen, logistic(olist, division))
    assert loss[OURS] < 1.005 * loss[PRIOR]


def test_open_opportunities_are_foretold_where_winning_is_what_is_held_out(tmp_path):
    from accuracy_models import foretell

    import marketsofone as m1
    from marketsofone.sources.simulated import Plan, market_toml, simulate

    company = simulate(Plan(accounts=400), seed=5)
    company.write(tmp_path / "files")
    (tmp_path / "market.toml").write_text(market_toml(company, tmp_path / "files"), encoding="utf-8")
    rows = m1.run(tmp_path).table("opportunities").to_pandas().query("outcome == 'open'")
    told = foretell(tmp_path, "competitiveness", rows.opportunity_id.to_numpy())
    assert told.shares["without traits"] == pytest.approx(rows.win.to_numpy(), abs=1e-9)


@needs("cdnow")
def test_cdnow_gives_the_published_parameters():
    from accuracy_ledgers import PUBLISHED, cdnow

    model = cdnow()
    assert [round(getattr(model, name), 3) for name in ("r", "alpha", "a", "b")] == list(PUBLISHED.values())[:4]
    assert model.log_likelihood == pytest.approx(PUBLISHED["log_likelihood"], abs=0.05)


@needs("online_retail")
def test_attractiveness_tells_who_buys_again_better_than_past_spend_and_recency():
    from accuracy_ledgers import online_retail

    orders, buyers = online_retail(draws=1)
    assert buyers == 3_317
    assert orders["recency"].again == pytest.approx(0.685, abs=0.001)
    assert orders["attractiveness"].again > max(orders["recency"].again, orders["past spend"].again)
    assert orders["attractiveness"].rank > orders["past spend"].rank - 0.02

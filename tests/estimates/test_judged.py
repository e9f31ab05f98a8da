import numpy as np
import pandas as pd
import pytest

from marketsofone.engine import hold, open_engine
from marketsofone.estimates.judged import JUDGED, as_trusted, fetch_judges, judged_curves, with_judgements

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")
BUYERS = 40


@pytest.fixture(scope="module")
def engine():
    opened = open_engine(threads=1)
    yield opened
    opened.disconnect()


def said(**changes):
    points = {"stated_by": "ann", "about": "buyer", "about_id": "7", "hours": 12.0, "none": 100.0, "half": 250.0,
              "now": 300.0, "more": 325.0, "most": 400.0, "sure": 5.0}
    return pd.DataFrame([points | changes])


def curves(engine, ceiling=1000.0):
    return hold(engine, "curves", pd.DataFrame({
        "buyer_id": np.arange(BUYERS), "ceiling": ceiling, "scale": 20.0, "shape": 4.0, "status": "adjusted"}))


def known(engine, trials):
    return hold(engine, "known", pd.DataFrame({
        "buyer_id": np.arange(BUYERS), "ceiling_known": trials, "slope_known": trials}))


def told(engine, who, times=1.0, by="ann", sure=5.0):
    """Judgements of these buyers, so many times what the curves above say."""
    return hold(engine, "told", pd.DataFrame({
        "buyer_id": who, "stated_by": by, "about": "buyer", "about_id": [str(each) for each in who], "sure": sure,
        "ceiling": 1000.0 * times, "scale": 20.0, "shape": np.inf}))


def as_claimed(engine, judged):
    people = judged.select("stated_by").distinct().execute()
    parts = {f"{part}_{name}": usual for part in ("ceiling", "slope")
             for name, usual in (("bias", 0.0), ("doubt", 0.0), ("noise", 1.0), ("slope", 1.0), ("middle", 0.0))}
    return hold(engine, "claimed", people.assign(**parts))


def pooled(engine, judged, trials, *, judges=None):
    judges = as_claimed(engine, judged) if judges is None else hold(engine, "judges", judges)
    found = with_judgements(curves(engine), as_trusted(judged, judges), known(engine, trials))
    return found.order_by("buyer_id").execute().set_index("buyer_id")


def test_a_judgement_stands_alone_where_nothing_else_is_known(engine):
    found = pooled(engine, told(engine, [7], times=0.3), 0.0)
    assert found.loc[7, "status"] == JUDGED
    assert found.loc[7, "ceiling"] == pytest.approx(300.0)
    assert found.loc[8, ["ceiling", "scale", "shape", "status"]].to_list() == [1000.0, 20.0, 4.0, "adjusted"]


def test_a_judgement_of_a_buyer_never_called_is_held_against_its_kind(engine):
    found = pooled(engine, told(engine, [7], times=3.0), 5.0)
    assert found.loc[7, "ceiling"] == pytest.approx(1000.0 * 3.0**0.5)
    assert found.loc[7, "status"] == "adjusted"


def test_the_record_outgrows_a_judgement(engine):
    away = [np.log(pooled(engine, told(engine, [7], times=3.0), trials).loc[7, "ceiling"] / 1000.0)
            for trials in (0.0, 5.0, 50.0, 500.0, 5e6)]
    assert away == sorted(away, reverse=True)
    assert away[1] == pytest.approx(away[0] / 2)
    assert away[-1] < 1e-3 * away[0]


def test_who_overstates_threefold_hardly_moves_the_curves_in_the_end(engine):
    judged = told(engine, range(0, BUYERS, 2), times=3.0)
    judges = fetch_judges(curves(engine), judged, known(engine, 6.0))
    found = pooled(engine, judged, 6.0, judges=judges)
    assert found["ceiling"].max() < 1300.0
    assert pooled(engine, judged, 6.0)["ceiling"].max() > 1600.0


def test_one_person_who_overstates_does_not_discredit_another(engine):
    both = hold(engine, "both", pd.concat([told(engine, range(20), times=3.0).execute(),
                                           told(engine, range(20, 40), by="bob").execute()]))
    judges = fetch_judges(curves(engine), both, known(engine, 6.0)).set_index("stated_by")
    assert judges.loc["ann", "ceiling_bias"] > 0.7
    assert abs(judges.loc["bob", "ceiling_bias"]) < 0.1


def test_a_judge_of_whom_nothing_is_seen_is_taken_as_claimed(engine):
    judged = told(engine, [7], times=0.0)
    judges = fetch_judges(curves(engine), judged, known(engine, 6.0))
    assert judges.iloc[0].drop("stated_by").to_list() == [0.0, 0.0, 1.0, 1.0, 0.0] * 2
    nothing = pooled(engine, judged, 5.0, judges=judges).loc[7, "ceiling"]
    little = pooled(engine, told(engine, [7], times=1e-3), 5.0, judges=judges).loc[7, "ceiling"]
    assert 0.0 < nothing < 200.0
    assert little == pytest.approx(nothing)


def differing(engine):
    """Curves of which half the buyers are worth nine times the others, known as well as ten trials would tell."""
    ceiling = np.where(np.arange(BUYERS) % 2 == 0, 300.0, 2700.0)
    return curves(engine, ceiling), ceiling


def test_who_says_of_one_buyer_what_is_true_of_another_is_hardly_heard(engine):
    seen, ceiling = differing(engine)
    judged = told(engine, range(BUYERS), times=np.roll(ceiling, BUYERS // 2 + 1) / 1000.0)
    judges = fetch_judges(seen, judged, known(engine, 10.0))
    assert judges.loc[0, "ceiling_slope"] < 0.4
    found = with_judgements(seen, as_trusted(judged, hold(engine, "j", judges)), known(engine, 10.0))
    moved = found.order_by("buyer_id").execute()["ceiling"] / ceiling
    assert moved.between(0.7, 1.4).all()


def test_who_tells_buyers_apart_as_the_record_does_keeps_the_say(engine):
    seen, ceiling = differing(engine)
    judged = told(engine, range(BUYERS), times=ceiling / 1000.0)
    judges = fetch_judges(seen, judged, known(engine, 10.0))
    assert judges.loc[0, "ceiling_slope"] == pytest.approx(1.0, abs=0.1)


def test_points_become_a_curve_that_says_the_same(engine):
    row = judged_curves(said())[0].iloc[0]
    reached = 12.0 / row["scale"]
    left = np.exp(-reached) if np.isinf(row["shape"]) else (1 + reached / row["shape"]) ** -row["shape"]
    assert row["ceiling"] * (1 - left) == pytest.approx(200.0, rel=0.05)


def test_a_judgement_that_falls_is_left_out_and_named():
    taken, problems = judged_curves(said(half=90.0))
    assert taken.empty
    assert "never falls" in problems[0]

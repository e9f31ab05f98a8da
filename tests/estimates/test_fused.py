"""Values that a split keeps together may differ all the same: who asks for one of them is told how far."""

import numpy as np
import pandas as pd
import pytest

from marketsofone.customer import Stratum
from marketsofone.estimates.candidates import Dimension
from marketsofone.estimates.fused import fit_fused, split_values, variance_of_fused
from marketsofone.estimates.segments import group_score
from marketsofone.pooling import Share, known

TREE = (Stratum(0, -1, "market", "", (), 0, "m"), Stratum(1, 0, "a, b", "sector", ("a", "b"), 1, "ab"),
        Stratum(2, 0, "c", "sector", ("c",), 1, "c"), Stratum(3, 1, "low", "size", ("0", "1"), 2, "low"),
        Stratum(4, 1, "high", "size", ("2",), 2, "high"))
ASKED = (Dimension("sector", "dim_sector"), Dimension("size", "dim_size"))
PARENT = {"ab": "m", "c": "m", "low": "ab", "high": "ab"}


def candidates(node, dimension, rows):
    """Tallies of values, half by half: people, trials and wins."""
    frame = pd.DataFrame([(node, half, dimension, value, people, n, s) for value, half, people, n, s in rows],
                         columns=["node", "half", "dimension", "value", "people", "pull_n", "pull_s"])
    return frame.assign(pull_nn=frame["pull_n"], pull_alone=frame["pull_n"])


LEVELS = [
    pd.concat([candidates(0, "sector", [("a", 0, 10, 20, 4), ("a", 1, 20, 30, 6), ("b", 0, 30, 50, 12),
                                        ("c", 1, 40, 90, 70), (None, 0, 5, 9, 3)]),
               candidates(0, "region", [("north", 0, 105, 199, 95)])]),
    pd.concat([candidates(1, "size", [("0", 0, 20, 40, 4), ("1", 1, 15, 20, 3), ("2", 0, 25, 40, 15)]),
               candidates(2, "size", [("0", 0, 40, 90, 70)])]),
]


def test_a_value_is_told_by_all_buyers_who_have_it_where_its_dimension_was_split_on():
    values = split_values(TREE, LEVELS, ["pull"])
    told = {(row.stratum, row.value): (row.people, row.pull_n, row.pull_s) for row in values.itertuples()}
    assert told == {(1, "a"): (30, 50, 10), (1, "b"): (30, 50, 12), (2, "c"): (40, 90, 70),
                    (3, "0"): (20, 40, 4), (3, "1"): (15, 20, 3), (4, "2"): (25, 40, 15)}


def test_a_value_that_is_a_part_by_itself_is_not_fused_and_shares_are_those_of_buyers():
    fused = fit_fused(split_values(TREE, LEVELS, ["pull"]), ASKED, "pull", Share(), known(1e6))
    assert dict(zip(zip(fused["stratum"], fused["value"], strict=True), fused["share"], strict=True)) == {
        (1, "a"): 0.5, (1, "b"): 0.5, (3, "0"): pytest.approx(20 / 35), (3, "1"): pytest.approx(15 / 35)}


def test_a_market_that_is_whole_fuses_nothing():
    assert fit_fused(split_values(TREE[:1], LEVELS[:1], ["pull"]), ASKED, "pull", Share(), known(12.0)).empty
    assert fit_fused(split_values(TREE[:1], [], ["pull"]), ASKED, "pull", Share(), known(12.0)).empty


def test_where_nobody_was_tried_values_lie_as_far_apart_as_values_may():
    nobody = split_values(TREE, [level.assign(pull_n=0.0, pull_s=0.0, pull_nn=0.0, pull_alone=0.0)
                                 for level in LEVELS], ["pull"])
    assert fit_fused(nobody, ASKED, "pull", Share(), known(12.0)).empty


def fused_of(rng, trials, parts=3, values=6):
    """Values drawn apart by 0.1, the most alike of them put together: a market's tallies, its truth, its parts."""
    truth = np.clip(0.35 + rng.normal(0.0, 0.1, values), 0.02, 0.98)
    wins = rng.binomial(trials, truth).astype(float)
    order = np.argsort(wins)
    ends = np.sort(np.argsort(np.diff(wins[order]))[::-1][: parts - 1])
    part = np.empty(values, dtype=int)
    part[order] = np.searchsorted(ends, np.arange(values) - 1, side="right")
    frame = pd.DataFrame({"parent": 0, "stratum": part + 1, "dimension": "sector", "value": [str(v) for v in
                          range(values)], "people": 50.0, "pull_n": float(trials), "pull_s": wins,
                          "pull_nn": float(trials), "pull_alone": float(trials)})
    return frame, truth, part


def test_one_of_the_values_that_were_put_together_for_looking_alike_lies_as_far_off_as_is_said():
    """200 markets of 60 and 200 trials a value: the mean of squares of about 700 errors, each in its own deviation, is
    1.12 with an error of 0.08; where values put together pass for alike it has no end."""
    rng, squares = np.random.default_rng(), []
    for market in range(200):
        frame, truth, part = fused_of(rng, (60, 200)[market % 2])
        fused = fit_fused(frame, ASKED, "pull", Share(), known(1e6))
        fused["stratum_id"] = fused["stratum"].astype(str)
        for value, stratum in zip(fused["value"], fused["stratum"], strict=True):
            said = variance_of_fused(load((str(stratum), value, 1.0)), fused, {})
            squares.append((truth[int(value)] - truth[part + 1 == stratum].mean()) ** 2 / said)
    assert 0.7 < np.mean(squares) < 1.5


FUSED = pd.DataFrame({"stratum_id": "ab", "dimension": "sector", "value": ["a", "b"], "share": [0.5, 0.5],
                      "departs": [0.1, -0.1], "unsure": [0.02, 0.02]})


def load(*rows):
    return {"sector": pd.Series([of for *_key, of in rows], index=pd.MultiIndex.from_tuples(
        [tuple(key) for *key, _of in rows]))}


def test_all_of_a_part_depends_on_none_of_its_values_and_one_of_them_on_how_far_it_lies_from_the_rest():
    assert variance_of_fused(load(("ab", "a", 0.4), ("ab", "b", 0.4)), FUSED, PARENT) == pytest.approx(0.0)
    # alone: half way to the other, that is 0.1 above the part, and a quarter of twice the doubt
    assert variance_of_fused(load(("ab", "a", 1.0)), FUSED, PARENT) == pytest.approx(0.1**2 + 0.01)
    assert variance_of_fused(load(("ab", "a", 0.5)), FUSED, PARENT) == pytest.approx(0.25 * (0.1**2 + 0.01))


def test_buyers_of_strata_further_down_count_for_the_part_above_them():
    assert variance_of_fused(load(("low", "a", 0.3), ("high", "a", 0.2)), FUSED, PARENT) == pytest.approx(
        0.25 * (0.1**2 + 0.01))
    assert variance_of_fused(load(("low", "a", 0.3), ("high", "b", 0.3)), FUSED, PARENT) == pytest.approx(0.0)
    assert variance_of_fused(load(("c", "c", 1.0)), FUSED, PARENT) == 0.0


def test_where_a_dimension_was_split_on_twice_the_last_split_speaks():
    twice = pd.concat([FUSED, FUSED.assign(stratum_id="low", departs=[0.3, -0.3])], ignore_index=True)
    assert variance_of_fused(load(("low", "a", 1.0)), twice, PARENT) == pytest.approx(0.3**2 + 0.01)
    assert variance_of_fused(load(("high", "a", 1.0)), twice, PARENT) == pytest.approx(0.1**2 + 0.01)


def test_a_group_of_one_of_the_values_is_told_less_surely_than_the_part_and_the_part_as_without_them():
    doubts = pd.DataFrame({"stratum_id": ["m", "ab"], "parent_id": [None, "m"], "level": [0, 1],
                           "buyers": [100.0, 100.0], "moves": [[0.01] * 6, [0.01] * 6], "leans": 1.0, "unstated": 0.0,
                           "whole": 0.0, "hidden": 0.0, "alike": 0.0})
    one = {"pull_value": 12.0, "pull_variance": 0.0, "pull_borrowed": 40.0, "pull_squares": 40.0, "pull_drawn": 0.0,
           "pull_rows": 50.0}
    sums = pd.DataFrame([{"stratum_id": "ab", "sector": value, "pull_n": 50.0, **one} for value in "ab"])
    only = sums.copy()
    only.loc[1, ["pull_n", "pull_value", "pull_borrowed", "pull_squares"]] = 0.0
    wide, narrow = (group_score("pull", only, doubts, of, money=False) for of in (FUSED, None))
    assert wide.value == narrow.value
    assert wide.high - wide.low > 2 * (narrow.high - narrow.low)
    assert group_score("pull", sums, doubts, FUSED, money=False) == group_score("pull", sums, doubts, money=False)


def test_values_of_a_dimension_that_may_not_explain_a_score_are_left_out():
    after = [Dimension("sector", "dim_sector", scores=("attractiveness",)), ASKED[1]]
    fused = fit_fused(split_values(TREE, LEVELS, ["pull"]), after, "pull", Share(), known(1e6))
    assert set(fused["dimension"]) == {"size"}

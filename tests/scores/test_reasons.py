"""A reason names evidence whose removal moves the value by the stated amount."""

import re

import ibis
import numpy as np
import pandas as pd
import pytest

from marketsofone.customer.money import money_written
from marketsofone.pooling import Cells, Share, Tree, known, pool
from marketsofone.scores.reasons import _money, with_reasons

STEPS = {"competitiveness": "opportunity.outcome"}
SIZE = 9.0


def reasons(rows, steps=STEPS):
    return list(with_reasons(ibis.memtable(pd.DataFrame(rows)), steps, "EUR").order_by("place").reasons.execute())


def pooled(trials, total, told=0.0, told_total=0.0):
    """A buyer beside 9,000 others of its market, the prior size known."""
    cells = Cells(np.zeros(2, np.int64), np.array([10.0, trials]), np.array([3.0, total]), np.full(2, 0.3),
                  np.array([9_000.0, 1.0]), np.array([0.0, told]), np.array([0.0, told_total]))
    return pool(Share(), Tree(np.array([-1])), cells, buyer_size=known(SIZE))


def row(made, trials, total, told=0.0, score="competitiveness"):
    value = {"": made.cells.mean[1], "_prior": made.prior[1], "_trials": trials, "_total": total, "_told": told,
             "_size": SIZE, "_beside": 0.0}
    return {"place": [0]} | {f"{score}{ending}": [number] for ending, number in value.items()}


def number(pattern, text):
    return float(re.search(pattern, text).group(1).replace("−", "-"))


@pytest.mark.parametrize(("trials", "wins"), [(1, 1), (4, 3), (12, 0), (40, 25)])
def test_without_the_named_record_the_value_moves_by_the_stated_points(trials, wins):
    with_record, without = pooled(trials, wins), pooled(0, 0)
    said = reasons(row(with_record, trials, wins))[0]
    assert f"won {wins} of {trials} decided {'opportunity' if trials == 1 else 'opportunities'} (" in said
    moved = 100 * (with_record.cells.mean[1] - without.cells.mean[1])
    assert number(r"([+−][\d.]+) points", said) == pytest.approx(moved, abs=0.06)
    assert number(r"([\d.]+)% without", said) == pytest.approx(100 * without.cells.mean[1], abs=0.1)


@pytest.mark.parametrize(("trials", "wins"), [(1, 0), (4, 3), (40, 25)])
def test_one_more_win_makes_it_what_is_said(trials, wins):
    said = reasons(row(pooled(trials, wins), trials, wins))[0]
    after = pooled(trials + 1, wins + 1).cells.mean[1]
    assert number(r"([\d.]+)% with one more win", said) == pytest.approx(100 * after, abs=0.15)


def test_what_people_hold_is_named_where_it_has_a_part():
    said = reasons(row(pooled(2, 1, 5.0, 4.0), 2, 1, told=5.0))[0]
    moved = 100 * (pooled(2, 1, 5.0, 4.0).cells.mean[1] - pooled(0, 0).cells.mean[1])
    assert "and what people hold of it" in said
    assert number(r"([+−][\d.]+) points", said) == pytest.approx(moved, abs=0.1)


def test_of_a_buyer_without_a_record_nothing_is_claimed():
    said = reasons(row(pooled(0, 0), 0, 0))[0]
    assert said == "competitiveness: 30.0%, its stratum's; no decided opportunity of its own counted yet"


def test_money_is_said_with_its_currency_and_thousands_apart():
    value = {"": 1234.4, "_prior": 1000.2, "_trials": 3.0, "_total": 4200.0, "_told": 0.0, "_size": 5.0, "_beside": 0.0}
    row_of = {"place": [0]} | {f"attractiveness{ending}": [number] for ending, number in value.items()}
    said = reasons(row_of, {"attractiveness": "order_line"})[0]
    assert said == "attractiveness EUR +234: its own contribution of EUR 4,200 in 3 trials (EUR 1,000 without)"


@pytest.mark.parametrize(("trials", "told"), [(0.168, "0.2 trials"), (1.0, "1 trial"), (1.04, "1 trial"),
                                              (1.7495, "1.7 trials"), (148.0, "148 trials")])
def test_money_stands_beside_the_trials_that_brought_it_so_that_little_in_little_time_is_not_read_as_little(
        trials, told):
    value = {"": 14_893.0, "_prior": 9_124.0, "_trials": trials, "_total": 4_531.51, "_told": 0.0, "_size": 0.3,
             "_beside": 0.0}
    row_of = {"place": [0]} | {f"attractiveness{ending}": [number] for ending, number in value.items()}
    said = reasons(row_of, {"attractiveness": "order_line"})[0]
    assert said == (f"attractiveness EUR +5,769: its own contribution of EUR 4,532 in {told} "
                    "(EUR 9,124 without)")


def test_each_score_has_its_own_sentence():
    both = row(pooled(4, 3), 4, 3) | row(pooled(2, 1), 2, 1, score="pull")
    said = reasons(both, {"pull": "touch.answered", **STEPS})[0]
    assert [part.split()[0] for part in said.split(" | ")] == ["pull", "competitiveness"]
    assert "answered 1 of 2 approaches" in said


def test_a_record_that_moves_nothing_is_not_said_to_move_it_by_minus_nought():
    value = {"": 0.29999, "_prior": 0.3, "_trials": 3.0, "_total": 1.0, "_told": 0.0, "_size": 5.0, "_beside": 0.0}
    assert " +0.0 points" in reasons({"place": [0]} | {f"competitiveness{e}": [v] for e, v in value.items()})[0]


@pytest.mark.parametrize("scale", [1.0, 1e2, 1e4, 1e7])
def test_the_engine_writes_money_as_python_does(rng, scale):
    values = np.concatenate([rng.normal(0, scale, 300), [0.0, 99.994, 99.996, 100.0, 999.6, 999_999.7, -0.001, 1e6],
                             [1_234_567_890.0, 100_000_000_005.0, -9_876_543_210.0]])
    rows = ibis.memtable(pd.DataFrame({"place": range(len(values)), "value": values}))
    said = rows.select("place", said=_money(rows.value, "EUR")).order_by("place").said.execute()
    assert said.tolist() == [money_written(value, "EUR") for value in values.tolist()]

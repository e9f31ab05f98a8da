from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketsofone.allocation import Curves, solve_hours, sweep
from marketsofone.errors import HoursExceeded, ValuesInvalid


@st.composite
def markets(draw):
    """Up to thirty buyers of up to four reps: curves of every family, limits of every kind, values over decades."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    buyers, reps = draw(st.integers(1, 30)), draw(st.integers(1, 4))
    ceiling = 10 ** rng.uniform(0, draw(st.sampled_from([0.5, 3, 8])), buyers) * rng.choice([1, 1, 1, -1, 0], buyers)
    curves = Curves(ceiling, 10 ** rng.uniform(-2, 2, buyers), rng.choice([0, 0.5, 2, 30, np.inf], buyers))
    rep = rng.integers(-1, reps, buyers)
    least = np.where((rng.random(buyers) < 0.3) & (rep >= 0), rng.choice([0.1, 2.0], buyers), 0.0)
    most = least + rng.choice([0.0, 0.5, 10.0, np.inf], buyers)
    agreed = np.bincount(rep[rep >= 0], least[rep >= 0], minlength=reps)
    capacity = agreed + rng.choice([0.0, 1.0, 40.0, 1e4], reps)
    return {"curves": curves, "rep": rep, "capacity": capacity, "hour_cost": rng.choice([0.0, 0.5, 30.0]),
            "least": least, "most": most}


def used(market, placed):
    served = market["rep"] >= 0
    return np.bincount(market["rep"][served], placed.hours[served], minlength=len(market["capacity"]))


@given(markets())
def test_no_hours_beyond_the_limits_and_no_gap_to_the_bound(market):
    placed = solve_hours(**market)
    least, most = (np.where(market["rep"] < 0, 0.0, market[limit]) for limit in ("least", "most"))
    assert (placed.hours >= least).all()
    assert (placed.hours <= most).all()
    assert (used(market, placed) <= market["capacity"] * (1 + 1e-12)).all()
    rounding = 1e-15 * float(placed.price @ market["capacity"]) / max(placed.value, 1e-300)
    assert 0 <= placed.gap <= 1e-9 + rounding, "hours add up but for rounding, which a price may enlarge"


@given(markets())
def test_the_next_hour_is_worth_the_same_to_all_who_have_some_and_could_have_more(market):
    placed, served = solve_hours(**market), market["rep"] >= 0
    price = (placed.price + market["hour_cost"])[market["rep"]]
    next_hour = market["curves"].next_hour(placed.hours)
    small = 1e-6 * (1 + placed.hours)
    more = served & (placed.hours < market["most"] - small)
    fewer = served & (placed.hours > market["least"] + small)
    assert (next_hour[more] <= price[more] * (1 + 1e-6)).all()
    assert (next_hour[fewer] >= price[fewer] * (1 - 1e-6)).all()
    assert (used(market, placed)[placed.price > 0] >= market["capacity"][placed.price > 0] * (1 - 1e-9)).all()


@given(markets(), st.integers(0, 2**32))
def test_handing_some_hours_from_one_buyer_to_another_never_pays(market, seed):
    placed, rng = solve_hours(**market), np.random.default_rng(seed)
    giver, taker = rng.integers(0, len(placed.hours), 2)
    hours = min(0.1, placed.hours[giver] - market["least"][giver], market["most"][taker] - placed.hours[taker])
    if market["rep"][giver] == market["rep"][taker] >= 0 and hours > 0:
        handed = placed.hours.copy()
        handed[giver] -= hours
        handed[taker] += hours
        before, after = (market["curves"].value(h).sum() for h in (placed.hours, handed))
        assert after <= before + 1e-9 * abs(market["curves"].value(placed.hours)).sum()


@given(markets(), st.floats(1.01, 3.0))
def test_more_capacity_never_earns_less_and_never_makes_the_next_hour_dearer(market, times):
    less, more = solve_hours(**market), solve_hours(**market | {"capacity": market["capacity"] * times})
    assert more.value >= less.value - 1e-9 * abs(less.value)
    assert (more.price <= less.price * (1 + 1e-9)).all()


@given(markets(), st.integers(0, 2**32))
def test_the_order_of_buyers_does_not_matter(market, seed):
    order = np.random.default_rng(seed).permutation(len(market["rep"]))
    mixed = {name: market[name][order] for name in ("rep", "least", "most")} | {"curves": market["curves"].of(order)}
    placed, again = solve_hours(**market), solve_hours(**market | mixed)
    assert again.hours == pytest.approx(placed.hours[order], rel=1e-6, abs=1e-6)
    assert again.value == pytest.approx(placed.value, rel=1e-9)


@given(markets(), st.sampled_from([1e-3, 7.0, 1e5]))
def test_counting_in_another_currency_changes_no_hour(market, rate):
    placed = solve_hours(**market)
    other = solve_hours(**market | {"curves": market["curves"].times(rate), "hour_cost": market["hour_cost"] * rate})
    assert other.hours == pytest.approx(placed.hours, rel=1e-6, abs=1e-6)
    assert other.price == pytest.approx(placed.price * rate, rel=1e-6, abs=1e-9 * rate)


@given(markets())
def test_where_the_search_begins_does_not_matter(market):
    near = solve_hours(**market | {"capacity": market["capacity"] * 1.3})
    placed, again = solve_hours(**market), solve_hours(**market, near=near)
    assert again.value == pytest.approx(placed.value, rel=1e-9)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32))
def test_nothing_on_a_fine_grid_is_worth_more(seed):
    rng = np.random.default_rng(seed)
    curves = Curves(rng.uniform(-5, 100, 3), rng.uniform(0.3, 3, 3), rng.choice([0, 1, np.inf], 3))
    placed = solve_hours(curves, 0, [2.0], 3.0, 0.0, 1.5)
    grid = np.array([h for h in product(np.linspace(0, 1.5, 16), repeat=3) if sum(h) <= 2.0 + 1e-9])
    values = sum(Curves(curves.ceiling[i], curves.scale[i], curves.shape[i]).value(grid[:, i]) for i in range(3))
    best = np.max(values - 3.0 * grid.sum(axis=1))
    assert best <= placed.value + 1e-9
    assert placed.value <= best + 0.1 * np.max(np.abs(curves.ceiling / curves.scale))


def test_values_over_eight_decades_and_a_hundred_thousand_buyers_leave_no_gap():
    rng = np.random.default_rng(11)
    buyers, reps = 100_000, 500
    curves = Curves(10 ** rng.uniform(0, 8, buyers), rng.lognormal(0, 1, buyers), rng.choice([1.0, np.inf], buyers))
    rep = rng.integers(0, reps, buyers)
    placed = solve_hours(curves, rep, np.bincount(rep, minlength=reps) * 0.5, 2.0)
    assert placed.gap <= 1e-9


def test_no_capacity_places_nothing_and_says_what_a_first_hour_is_worth():
    placed = solve_hours(Curves([100.0, 300.0], 1.0), 0, [0.0], 20.0)
    assert placed.hours.tolist() == [0.0, 0.0]
    assert placed.price == pytest.approx([280.0])


def test_hours_that_cost_more_than_they_earn_are_left_over():
    placed = solve_hours(Curves([100.0, 3.0], 1.0), 0, [1_000.0], 5.0)
    assert placed.hours == pytest.approx([np.log(20.0), 0.0])
    assert placed.price.tolist() == [0.0]


def test_buyers_worth_nothing_get_only_what_was_agreed():
    placed = solve_hours(Curves([-50.0, 0.0], 1.0), 0, [10.0], 1.0, [2.0, 0.0])
    assert placed.hours.tolist() == [2.0, 0.0]
    assert placed.value < 0
    assert placed.gap == 0


def test_agreed_hours_without_leeway_are_placed_as_agreed():
    placed = solve_hours(Curves([10.0, 90.0], 1.0), 0, [5.0], 0.0, 2.5, 2.5)
    assert placed.hours.tolist() == [2.5, 2.5]


def test_a_buyer_without_a_rep_gets_no_hours():
    assert solve_hours(Curves([10.0, 90.0], 1.0), [0, -1], [5.0]).hours.tolist() == [5.0, 0.0]


def test_a_market_without_buyers_has_an_empty_plan():
    assert solve_hours(Curves([], []), [], [5.0]).value == 0.0


def test_agreed_hours_beyond_capacity_are_refused_with_the_rep_and_the_smallest_change():
    with pytest.raises(HoursExceeded, match=r"rep 1: 6\.0 agreed, 4\.5 there are, 1\.5 too many") as refused:
        solve_hours(Curves([10.0, 10.0, 10.0], 1.0), [0, 1, 1], [9.0, 4.5], 0.0, 3.0)
    assert refused.value.reps == (1,)
    assert refused.value.excess == (1.5,)
    assert "1.5 more hours" in str(refused.value)


@pytest.mark.parametrize("limits", [
    {"capacity": []}, {"capacity": [np.nan]}, {"capacity": [-1.0]}, {"hour_cost": np.nan}, {"hour_cost": -1.0},
    {"least": -1.0}, {"least": 2.0, "most": 1.0}, {"rep": [0, 1]}, {"rep": [0, -1], "least": 1.0},
    {"capacity": [np.inf]}, {"most": np.nan},
])
def test_limits_that_cannot_be_are_refused(limits):
    with pytest.raises(ValuesInvalid):
        solve_hours(Curves([10.0, 20.0], 1.0), **{"rep": [0, 0], "capacity": [4.0]} | limits)


def test_endless_hours_stop_where_they_no_longer_pay():
    placed = solve_hours(Curves([100.0], 1.0), 0, [np.inf], 10.0)
    assert placed.hours == pytest.approx([np.log(10.0)])


@given(markets())
def test_a_sweep_over_capacities_holds_the_plans_one_by_one(market):
    shares = [0.5, 2.0, 1.0]
    plans = sweep(market["curves"], market["rep"], market["capacity"], shares, market["hour_cost"], 0.0,
                  market["most"])
    for share, plan in zip(shares, plans, strict=True):
        alone = solve_hours(**market | {"least": 0.0, "capacity": np.asarray(market["capacity"]) * share})
        assert plan.value == pytest.approx(alone.value, rel=1e-9)
        assert plan.bound == pytest.approx(alone.bound, rel=1e-9)


def test_of_two_thousand_reps_none_gets_more_hours_than_there_are_and_each_price_is_found():
    """Of long tails beside short ones, steps of Newton's once went to and fro until none was left."""
    for seed in range(2_500, 4_500):
        rng = np.random.default_rng(seed)
        buyers = int(rng.integers(2, 60))
        curves = Curves(rng.lognormal(8, 1, buyers), rng.lognormal(1.5, 0.5, buyers),
                        np.where(rng.random(buyers) < 0.3, np.inf, rng.uniform(1, 4, buyers)))
        hours = float(rng.uniform(5, 100))
        placed = solve_hours(curves, 0, [hours], [58.0])
        assert placed.hours.sum() <= hours * (1 + 1e-9), seed
        assert placed.gap <= 1e-9, seed

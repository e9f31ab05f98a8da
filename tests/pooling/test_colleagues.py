"""Buyers of one company resemble each other: what is seen of some says something of the others, as far as it does."""

from dataclasses import replace

import numpy as np
import pytest

from marketsofone.pooling import Amount, Cells, Share, Tree, fit_curvature, pool
from marketsofone.pooling.colleagues import doubt_in_common, fit_colleagues

STRATA = Tree(np.array([-1, 0, 0, 0, 0]))


def contacts(rng, alike, companies=400, together=True, spread=0.8):
    """1 to 10 contacts of each company in four strata; how much of what sets them apart they share with colleagues.

    Colleagues stand in one stratum, or (not ``together``) each in any.
    """
    of = np.repeat(np.arange(companies), rng.integers(1, 11, companies))
    node = rng.integers(1, 5, companies)[of] if together else rng.integers(1, 5, len(of))
    level = np.array([0.0, 0.0, 0.3, -0.3, 0.6]) + rng.normal(0, 0.2, 5)
    apart = spread * (
        np.sqrt(alike) * rng.normal(0, 1, companies)[of] + np.sqrt(1 - alike) * rng.normal(0, 1, len(of)))
    rate = 1.0 / (1.0 + np.exp(0.8 - level[node] - apart))
    trials = rng.poisson(3.0, len(of))
    won = rng.binomial(trials, rate).astype(float)
    company = np.where(np.bincount(of)[of] > 1, of, -1)
    return rate, Cells(node, trials.astype(float), won, np.full(len(of), 0.33), np.ones(len(of)), company=company)


@pytest.mark.parametrize(("alike", "least", "most"), [(0.0, 0.99, 1.02), (0.6, 0.65, 0.85), (0.9, 0.4, 0.65)])
def test_colleagues_spare_error_where_they_are_alike_and_cost_none_where_not(rng, alike, least, most):
    """24 markets: intervals of buyers hold within half a point, of strata within three; the error's share within 2%."""
    buyers, strata, errors = [], [], []
    for _ in range(24):
        rate, cells = contacts(rng, alike)
        found, alone = pool(Share(), STRATA, cells), pool(Share(), STRATA, replace(cells, company=None))
        buyers.append(np.mean((found.cells.low <= rate) & (rate <= found.cells.high)))
        means = np.array([rate[cells.node == node].mean() for node in range(1, 5)])
        strata.append(np.mean((found.nodes.low[1:] <= means) & (means <= found.nodes.high[1:])))
        errors.append(np.mean((found.cells.mean - rate) ** 2) / np.mean((alone.cells.mean - rate) ** 2))
    assert np.mean(buyers) == pytest.approx(0.90, abs=0.03)
    assert np.mean(strata) == pytest.approx(0.89, abs=0.09)
    assert least < np.mean(errors) < most


def test_colleagues_who_stand_in_other_strata_do_not_speak_twice_for_its_mean(rng):
    """24 markets: what they say of a buyer is not in its stratum's mean too, whose error is as without them."""
    strata, of_strata, of_buyers = [], [], []
    for _ in range(24):
        rate, cells = contacts(rng, 0.8, together=False)
        found, alone = pool(Share(), STRATA, cells), pool(Share(), STRATA, replace(cells, company=None))
        means = np.array([rate[cells.node == node].mean() for node in range(1, 5)])
        strata.append(np.mean((found.nodes.low[1:] <= means) & (means <= found.nodes.high[1:])))
        of_strata.append([np.sum((each.nodes.mean[1:] - means) ** 2) for each in (found, alone)])
        of_buyers.append([np.sum((each.cells.mean - rate) ** 2) for each in (found, alone)])
    assert np.mean(strata) == pytest.approx(0.90, abs=0.07)
    assert np.divide(*np.sum(of_strata, axis=0)) < 1.1
    assert np.divide(*np.sum(of_buyers, axis=0)) < 0.75


def test_colleagues_found_more_alike_than_can_be_leave_room_for_what_sets_them_apart(rng):
    """24 markets: likeness is found above one in some, though a tenth is each contact's own; none is too sure."""
    held = []
    for _ in range(24):
        rate, cells = contacts(rng, 0.9, spread=1.2)
        found = pool(Share(), STRATA, cells).cells
        held.append(np.mean((found.low <= rate) & (rate <= found.high)))
    assert np.mean(held) == pytest.approx(0.90, abs=0.03)
    assert np.min(held) > 0.80


def test_one_company_alone_does_not_show_how_alike_colleagues_are(rng):
    _, cells = contacts(rng, 0.8, together=False)
    one = cells.company == cells.company.max()
    cells = replace(cells, trials=np.where(one, 4.0, 0.0), total=np.where(one, 4.0 * (np.arange(len(one)) % 2), 0.0))
    assert fit_colleagues(Share(), cells, np.full(len(one), 0.33), 8.0) is None


def test_one_company_of_thousands_neither_hides_nor_makes_the_likeness_that_small_ones_show(rng):
    """3,000 single opportunities of one account beside those of 2,000: all of it stands where its record puts it."""
    of = np.concatenate([np.zeros(3000, int), np.repeat(np.arange(1, 2001), rng.integers(1, 4, 2000))])
    company = np.where(np.bincount(of)[of] > 1, of, -1)
    trials = rng.binomial(1, 0.7, len(of)).astype(float)
    for alike, most in ((0.8, 0.03), (0.0, 0.1)):
        own = np.where(of == 0, -1.0, rng.normal(0, 1.2, 2001)[of])
        rate = 1.0 / (1.0 + np.exp(0.5 - np.sqrt(alike) * own - np.sqrt(1 - alike) * rng.normal(0, 1.2, len(of))))
        cells = Cells(np.zeros(len(of), np.int64), trials, rng.binomial(1, rate) * trials, np.full(len(of), 0.4),
                      np.ones(len(of)), company=company)
        found = pool(Share(), Tree(np.array([-1])), cells)
        assert abs(found.cells.mean[:3000].mean() - rate[:3000].mean()) < most
        assert (fit_colleagues(Share(), cells, np.full(len(of), rate.mean()), 4.0) is None) == (alike == 0.0)


def test_a_buyers_own_record_is_not_in_what_its_colleagues_say(rng):
    """Another record of one buyer moves what is expected of its colleagues, and leaves what is expected of itself."""
    _, cells = contacts(rng, 0.6)
    prior = np.full(len(cells.node), 0.33)
    one = int(np.flatnonzero((cells.company >= 0) & (cells.trials > 2))[0])
    won = cells.total.copy()
    won[one] = cells.trials[one] - won[one]
    said, other = (fit_colleagues(Share(), each, prior, 8.0) for each in (cells, replace(cells, total=won)))
    assert other.shift[one] == pytest.approx(said.shift[one], rel=0.05)
    colleague = int(np.flatnonzero((cells.company == cells.company[one]) & (np.arange(len(won)) != one))[0])
    assert abs(other.shift[colleague] - said.shift[colleague]) > 0.01


def test_one_cell_of_two_alike_is_two_cells_of_one(rng):
    """Two contacts of one company with the same record, told together or apart."""
    node, trials, company = np.ones(200, np.int64), np.full(200, 3.0), np.repeat(np.arange(50), 4)
    won = np.repeat(rng.binomial(3, rng.beta(1.0, 2.0, 50)), 4).astype(float)
    apart = Cells(node, trials, won, np.full(200, 0.3), np.ones(200), company=company)
    together = Cells(node[::2], trials[::2], won[::2], np.full(100, 0.3), np.full(100, 2.0), company=company[::2])
    first, second = (pool(Share(), Tree(np.array([-1, 0])), each) for each in (apart, together))
    assert second.cells.mean == pytest.approx(first.cells.mean[::2], rel=1e-9)
    assert second.nodes.variance == pytest.approx(first.nodes.variance, rel=1e-9)


def test_nobody_is_told_by_others_where_none_of_them_was_tried(rng):
    _, cells = contacts(rng, 0.9)
    first = cells.company == cells.company.max()
    trials = np.where(first, 0.0, cells.trials)
    quiet = replace(cells, trials=trials, total=np.where(first, 0.0, cells.total))
    assert pool(Share(), STRATA, quiet).beside[first] == pytest.approx(0.0, abs=1e-12)


def test_money_stays_finite_where_it_is_hardly_known_how_alike_buyers_are(rng):
    """Companies of few sales of very unequal size: prior sizes below the curvature are among those that may be."""
    for _ in range(20):
        company = np.repeat(np.arange(25), rng.integers(2, 6, 25))
        trials = rng.poisson(1.0, len(company)).astype(float)
        sales = [rng.lognormal(6.0, 1.4, int(many)) for many in trials]
        total, squares = (np.array([np.sum(each**power) for each in sales]) for power in (1, 2))
        cells = Cells(rng.integers(1, 5, len(company)), trials, total, np.full(len(company), 1000.0),
                      np.ones(len(company)), rows=trials, squares=squares, company=company)
        found = pool(fit_curvature(trials, trials, total, squares), STRATA, cells)
        assert np.all(found.cells.mean < 10 * total.max())
        assert np.all(np.isfinite(found.cells.variance) & (found.cells.variance >= 0.0) & (found.size > 0.0))


def test_sales_that_brought_nothing_say_nothing_of_colleagues():
    nothing, many = np.zeros(60), np.full(60, 2.0)
    cells = Cells(1 + np.arange(60) % 4, many, nothing, np.ones(60), np.ones(60), rows=many, squares=nothing,
                  company=np.arange(60) // 3)
    assert np.all(np.isfinite(pool(Amount(1.0), STRATA, cells).cells.high))


def test_what_colleagues_share_adds_up_over_the_tree():
    """Two companies over two parts: pairs within a part stand at the part, pairs across both at their parent."""
    tree = Tree(np.array([-1, 0, 0]))
    cells = Cells(np.array([1, 1, 2, 2]), np.ones(4), np.zeros(4), np.full(4, 0.3), np.ones(4),
                  company=np.array([7, 7, 7, -1]))
    assert doubt_in_common(tree, cells, np.array([1.0, 2.0, 3.0, 5.0])).tolist() == [2 * (3.0 + 6.0), 2 * 2.0, 0.0]

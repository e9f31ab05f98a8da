"""Latent classes: found where planted, not where there are none, and the same whatever the order of sums."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import stats

from marketsofone.pooling.classes import LatentClasses, Mixed, Scale, design, fit_scale, shares_by_block, shares_of
from marketsofone.pooling.classes_fitting import best, choose_classes, fit_classes, ground
from marketsofone.pooling.stability import adjusted_rand, shared


def planted(rng, rows, centres=((0, 0), (4, 0), (0, 5)), share=(0.5, 0.3, 0.2), missing=0.1):
    """Rows of known classes: two numbers around the centres, one text that goes with the class."""
    which = rng.choice(len(share), size=rows, p=share)
    numbers = (np.array(centres, dtype=float)[which] + rng.normal(size=(rows, 2))).T
    text = np.where(rng.random(rows) < 0.8, which, rng.integers(3, size=rows))
    numbers[rng.random(numbers.shape) < missing] = np.nan
    text[rng.random(rows) < missing] = -1
    return which, Mixed(numbers, text[None].astype(np.int8), (3,))


def labels(fit, rows):
    return fit.classes.densities(rows.design).argmax(axis=0)


def test_planted_classes_are_found_and_their_number_is_chosen(rng):
    which, rows = planted(rng, 2000)
    laid = ground(rows)
    fits = choose_classes(laid, 8, np.random.default_rng(1))
    assert len(best(fits).classes) == 3
    assert len(fits) == 5
    assert adjusted_rand(shared(which, labels(best(fits), laid))) > 0.85
    assert best(fits).classes.share == pytest.approx([0.5, 0.3, 0.2], abs=0.04)


def test_independent_columns_are_one_class(rng):
    for _ in range(3):
        rows = Mixed(rng.normal(size=(3, 800)), rng.integers(4, size=(2, 800)), (4, 4))
        assert len(best(choose_classes(ground(rows), 6, rng)).classes) == 1


def test_the_same_seed_gives_the_same_classes(rng):
    _which, rows = planted(rng, 2000)
    first, second = (fit_classes(ground(rows), 3, np.random.default_rng(5)) for _ in range(2))
    assert first.log_likelihood == second.log_likelihood
    assert np.array_equal(first.classes.mean, second.classes.mean)


def test_log_densities_are_those_of_the_textbook(rng):
    """Independent normals and a multinomial within a class, written out with scipy, column by column."""
    classes = LatentClasses(np.array([0.7, 0.3]), np.array([[0.5], [-1.0]]), np.array([[1.0], [0.25]]),
                            (np.array([[0.2, 0.8], [0.6, 0.4]]),))
    x, code = np.array([0.3, -2.0, np.nan, 1.0]), np.array([0, 1, 1, -1])
    rows = design(Mixed(x[None], code[None], (2,)), (Scale(np.nan, 0.0, 1.0),))
    wanted = np.log(classes.share)[:, None] + np.zeros((2, 4))
    for k in range(2):
        normal = stats.norm.logpdf(x, classes.mean[k, 0], np.sqrt(classes.variance[k, 0]))
        wanted[k] += np.where(np.isnan(x), 0.0, normal)
        wanted[k] += np.where(code < 0, 0.0, np.log(classes.chance[0][k, code]))
    assert classes.densities(rows) == pytest.approx(wanted, abs=1e-5)


def test_one_class_has_the_likelihood_of_its_columns(rng):
    _which, rows = planted(rng, 1000, missing=0.0)
    laid = ground(rows)
    fit = fit_classes(laid, 1, rng)
    scaled = [scale.apply(values) for scale, values in zip(laid.scales, rows.numbers, strict=True)]
    times = np.bincount(rows.codes[0])
    wanted = sum(stats.norm.logpdf(values).sum() for values in scaled) + times @ np.log(times / times.sum())
    assert fit.log_likelihood == pytest.approx(wanted, rel=1e-3)
    assert fit.classes.freedom == 2 * 2 + 2
    assert fit.bic == pytest.approx(-2 * fit.log_likelihood + 6 * np.log(1000))
    assert fit.icl == pytest.approx(fit.bic)


def test_a_row_counted_twice_is_two_rows(rng):
    _which, rows = planted(rng, 600)
    order = rng.permutation(1200)
    doubled = ground(rows.at(order % 600))
    weighed = ground(rows.at(order[order < 600]))
    one = fit_classes(doubled, 1, np.random.default_rng(1))
    other = fit_classes(weighed, 1, np.random.default_rng(1), np.full(600, 2.0, dtype=np.float32))
    assert other.log_likelihood == pytest.approx(one.log_likelihood, rel=1e-4)


def test_a_buyer_of_whom_nothing_is_known_is_as_likely_in_a_class_as_anyone():
    classes = LatentClasses(np.array([0.7, 0.3]), np.zeros((2, 1)), np.ones((2, 1)), ())
    rows = Mixed(np.full((1, 3), np.nan), np.empty((0, 3), dtype=np.int8), ())
    [(_block, shares)] = shares_by_block(classes, rows, (Scale(np.nan, 0.0, 1.0),))
    assert shares == pytest.approx(np.tile([[0.7], [0.3]], 3), abs=1e-6)


def test_what_a_row_gets_does_not_depend_on_the_rows_beside_it(rng):
    _which, rows = planted(rng, 2500)
    laid = ground(rows)
    classes = fit_classes(laid, 3, rng).classes
    [(_block, whole)] = shares_by_block(classes, rows, laid.scales)
    [(_block, few)] = shares_by_block(classes, rows.at(slice(1000, 1007)), laid.scales)
    assert np.array_equal(whole[:, 1000:1007], few)


def test_no_class_gathers_around_one_value(rng):
    """A fifth of the rows share one value exactly; without a floor that class would be infinitely likely."""
    values = np.where(rng.random(1000) < 0.2, 0.7, rng.normal(size=1000))
    fit = fit_classes(ground(Mixed(values[None], np.empty((0, 1000), np.int8), ())), 2, rng)
    assert np.isfinite(fit.log_likelihood)
    assert fit.classes.variance.min() > 1e-4


@given(hnp.arrays(np.float32, (3, 7), elements=st.floats(-500, 500, width=32)))
def test_chances_sum_to_one_however_far_apart_the_densities(densities):
    shares, total = shares_of(densities)
    assert shares.sum(axis=0) == pytest.approx(np.ones(7), abs=1e-5)
    assert (total >= densities.max(axis=0) - 1e-3).all()


def test_only_a_skewed_column_is_taken_as_a_logarithm(rng):
    assert np.isnan(fit_scale(rng.normal(size=500)).shift)
    assert np.isnan(fit_scale(rng.normal(size=500) ** 3 - 1).shift)
    assert fit_scale(np.exp(rng.normal(size=500))).shift == 0.0
    assert fit_scale(np.append(np.exp(rng.normal(size=500)), 0.0)).shift > 0


@given(st.lists(st.floats(0, 1e6), min_size=3, max_size=20))
def test_a_scale_can_be_undone(values):
    column = np.array(values)
    scale = fit_scale(column)
    back = scale.undo(scale.apply(column))
    assert back == pytest.approx(column, rel=1e-6, abs=1e-6 * max(values) + 1e-9)

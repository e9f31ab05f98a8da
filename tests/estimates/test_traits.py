import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from threadpoolctl import threadpool_limits

from marketsofone.errors import ValuesInvalid
from marketsofone.estimates.trait_levels import fit_leveling, significant_digits
from marketsofone.estimates.traits import Traits, fit_prior


def market(rows, seed=0):
    """Rows whose odds depend on one number and, crosswise, on two categories; the last trait is noise."""
    rng = np.random.default_rng(seed)
    numeric = np.column_stack([rng.normal(size=rows), rng.normal(size=rows)])
    categories = np.column_stack([rng.integers(0, 3, rows), rng.integers(0, 2, rows)])
    crossed = np.where((categories[:, 0] == 1) == (categories[:, 1] == 1), 1.0, -1.0)
    truth = 1 / (1 + np.exp(0.5 - numeric[:, 0] - crossed))
    outcome = (rng.random(rows) < truth).astype(int)
    traits = Traits(numeric, categories, ("age", "noise", "sector", "channel"))
    return traits, outcome, rng.integers(0, 5, rows), truth


def entropy(p, truth):
    return float(-(truth * np.log(p) + (1 - truth) * np.log1p(-p)).mean())


def test_traits_that_tell_are_found_and_new_rows_foretold_nearly_as_well_as_by_the_truth():
    traits, outcome, folds, _ = market(1800)
    prior = fit_prior(traits, np.ones(1800, int), outcome, folds, seed=1)
    fresh, _, _, truth = market(4000, seed=9)
    assert prior.useful
    assert entropy(prior.predict(fresh), truth) < 1.06 * entropy(truth, truth)
    assert [name for name, _ in prior.importance][-1] == "noise"


def test_no_outcome_of_a_fold_reaches_what_is_foretold_about_it():
    traits, outcome, folds, _ = market(900)
    folds = folds % 4
    other = np.where((folds == 2) & (np.arange(900) % 4 == 0), 1 - outcome, outcome)
    ones = np.ones(900, int)
    first = fit_prior(traits, ones, outcome, folds, seed=1)
    second = fit_prior(traits, ones, other, folds, seed=1)
    assert first.useful
    assert second.useful
    assert np.array_equal(first.out_of_fold[folds == 2], second.out_of_fold[folds == 2])


def test_traits_that_tell_nothing_leave_the_plain_rate_of_the_other_folds():
    rng = np.random.default_rng(3)
    traits = Traits(rng.normal(size=(600, 200)), np.zeros((600, 0), int), tuple(f"x{i}" for i in range(200)))
    outcome, folds = rng.integers(0, 2, 600), rng.integers(0, 3, 600)
    prior = fit_prior(traits, np.ones(600, int), outcome, folds, seed=1)
    assert not prior.useful
    assert prior.log_loss < prior.base_log_loss + 0.02
    assert np.allclose(prior.out_of_fold[folds == 0], outcome[folds != 0].mean(), atol=0.01)


def test_the_answer_does_not_depend_on_the_number_of_threads():
    traits, outcome, folds, _ = market(700)
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            found.append(fit_prior(traits, np.ones(700, int), outcome, folds, seed=1).out_of_fold)
    np.testing.assert_allclose(found[0], found[1], rtol=1e-12)


def test_rows_of_many_trials_count_as_so_many_rows():
    traits, outcome, folds, _ = market(800)
    trials = np.where(np.arange(800) % 2, 3, 0)
    prior = fit_prior(traits, trials, np.minimum(outcome * 2, trials), folds, seed=1)
    assert np.isfinite(prior.out_of_fold).all()
    assert prior.useful


@pytest.mark.parametrize("rows", [0, 3, 30])
@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_few_rows_or_one_outcome_only_give_shares_between_nothing_and_all(rows, share):
    traits, _, folds, _ = market(rows)
    successes = (np.arange(rows) < share * rows).astype(int)
    prior = fit_prior(traits, np.ones(rows, int), successes, folds, seed=1)
    assert ((prior.out_of_fold > 0) & (prior.out_of_fold < 1)).all()
    assert len(prior.predict(traits)) == rows


def test_awkward_columns_are_borne():
    rng = np.random.default_rng(4)
    rows = 1200
    numeric = np.column_stack([np.full(rows, np.nan), np.ones(rows), rng.choice([np.inf, -np.inf, 1e308], rows)])
    categories = np.column_stack([rng.integers(0, 5000, rows), np.full(rows, -1), np.zeros(rows, int)])
    traits = Traits(numeric, categories, tuple("abcdef"))
    rare = (rng.random(rows) < 0.01).astype(int)
    prior = fit_prior(traits, np.ones(rows, int), rare, rng.integers(0, 400, rows), seed=1)
    assert ((prior.out_of_fold > 0) & (prior.out_of_fold < 0.2)).all()
    unseen = Traits(np.full((2, 3), np.nan), np.array([[9999, 7, 3], [-1, -1, -1]]), traits.names)
    assert np.isfinite(prior.predict(unseen)).all()


def test_a_category_with_hundreds_of_values_tells_by_its_past_rate():
    rng = np.random.default_rng(5)
    place = rng.integers(0, 700, 4000)
    outcome = (rng.random(4000) < rng.beta(0.5, 0.5, 700)[place]).astype(int)
    traits = Traits(np.zeros((4000, 0)), place[:, None], ("postcode",))
    prior = fit_prior(traits, np.ones(4000, int), outcome, np.arange(4000), seed=1)
    assert prior.base_log_loss - prior.log_loss > 0.1


def test_two_folds_are_too_few_to_learn_from_and_give_the_plain_rate():
    traits, outcome, folds, _ = market(500)
    prior = fit_prior(traits, np.ones(500, int), outcome, folds % 2, seed=1)
    assert not prior.useful
    assert len(set(prior.out_of_fold)) == 2


def test_successes_beyond_trials_are_refused_with_their_count():
    traits, _, folds, _ = market(10)
    with pytest.raises(ValuesInvalid, match="10 rows"):
        fit_prior(traits, np.ones(10, int), np.full(10, 2), folds, seed=1)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.one_of(st.none(), st.floats(allow_nan=False)), min_size=1, max_size=40))
def test_levels_keep_the_order_of_numbers_and_zero_is_missing(numbers):
    column = np.array([np.nan if number is None else number for number in numbers])
    traits = Traits(column[:, None], np.zeros((len(column), 0), int), ("x",))
    levels = fit_leveling(traits).levels(traits)[:, 0]
    present = np.isfinite(column)
    assert (levels[~present] == 0).all()
    assert (levels[present] > 0).all()
    order = np.argsort(column[present], kind="stable")
    assert (np.diff(levels[present][order]) >= 0).all()


@given(st.integers(1, 999), st.integers(-3, 9))
def test_significant_digits_do_not_depend_on_the_place_of_the_point(number, place):
    assert significant_digits(np.array([number * 10.0**place]))[0] == len(str(number).rstrip("0"))

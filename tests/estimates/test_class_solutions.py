"""Global stability of the numbers of classes that were tried and not chosen."""

import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from marketsofone.estimates.classes import Sheet, fit_marketing_classes, given_classes
from marketsofone.estimates.classes_solutions import solutions_stability
from marketsofone.pooling.classes_fitting import fit_classes
from marketsofone.pooling.stability import bootstrap_pair


@pytest.fixture(scope="module")
def sheet():
    """Six hundred buyers in two groups that stand well apart in two numbers."""
    rng = np.random.default_rng(4)
    group = rng.integers(2, size=600)
    numbers = {name: 5.0 * group + rng.normal(size=600) for name in ("age", "staff")}
    return Sheet(np.arange(1, 601), numbers, {"home": (group % 2, ("town", "village"))})


def test_every_number_tried_but_one_class_and_the_chosen_is_measured(sheet):
    found = fit_marketing_classes(sheet, 0, 4, seed=1)
    assert len(found.names) == 2
    measured = list(solutions_stability(found, pairs=3, seed=2))
    assert [count for count, _whole, _buyers in measured] == [len(fit.classes) for fit in found.fits][2:]
    assert all(buyers == 600 and len(whole) == 3 for _count, whole, buyers in measured)
    assert all(whole.mean() < 0.95 for _count, whole, _buyers in measured), "more classes than there are do not hold up"


def test_the_index_is_that_of_scikit_learn_on_the_same_samples(sheet):
    found = fit_marketing_classes(sheet, 0, 4, seed=1)
    count, whole, _buyers = next(solutions_stability(found, pairs=2, seed=2))
    rng = np.random.default_rng(2)
    for value in whole:
        labels = []
        for times in bootstrap_pair(600, rng):
            made = fit_classes(found.sample, count, rng, times.astype(np.float32)).classes
            labels.append(made.densities(found.sample.design).argmax(axis=0))
        assert value == pytest.approx(adjusted_rand_score(*labels))


def test_classes_that_the_user_gave_have_no_other_solutions(sheet):
    assert list(solutions_stability(given_classes(sheet, "home", "not known"), pairs=2, seed=1)) == []

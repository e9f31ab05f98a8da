"""Which of the user's dimensions speaks of which criterion."""

import pytest

from marketsofone.strata.distinct_criteria import CRITERIA, WORDS, criteria, criterion


@pytest.mark.parametrize(("dimension", "expected"), [
    ("adjustment_asked", "adjustment"), ("Payment_Format", "payment"), ("approach_expected", "approach"),
    ("activity", "approach"), ("deciding_site", "site"), ("end_customers", "end_customers"), ("rival", "competitors"),
    ("version_preferred", "version"), ("main_need", "needs"), ("region", "region"), ("website", "website"),
    ("customers", "customers"),
])
def test_a_dimension_is_known_by_the_words_in_its_name(dimension, expected):
    assert criterion(dimension) == expected


def test_every_criterion_has_words_and_a_name():
    assert set(WORDS) == set(CRITERIA)


def test_what_the_user_states_goes_before_what_a_name_suggests():
    assert criteria(["rival", "region"], {"region": "site"}) == {"rival": "competitors", "region": "site"}

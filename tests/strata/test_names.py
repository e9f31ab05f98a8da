"""What strata are called, and the sentences that say why they are as they are."""

import pytest

from marketsofone.estimates.candidates import Dimension
from marketsofone.strata import Rules
from marketsofone.strata.names import group_name, split_sentence, stop_sentence
from marketsofone.strata.splitting import Split

SECTOR, SIZE = Dimension("sector", "dim_sector"), Dimension("size", "dim_size", (10.0, 200.0, 1500.0))


@pytest.mark.parametrize(("values", "name"), [
    (["0"], "size under 10"), (["1", "2"], "size 10 to 1,500"), (["3"], "size 1,500 or more"),
    (["2", "3"], "size 200 or more")])
def test_steps_of_a_number_are_named_by_their_limits(values, name):
    assert group_name(SIZE, values) == name


def test_a_few_values_are_named_in_full_and_many_are_counted():
    assert group_name(SECTOR, ["retail", "care"]) == "sector: care, retail"
    assert group_name(SECTOR, list("edcba")) == "sector: a, b, c and 2 more"


def test_a_split_says_what_differs_how_sure_that_is_and_what_would_be_forgone():
    split = Split(SECTOR, (("a",), ("b",)), 0.00012, 5000.0, "competitiveness")
    assert split_sentence(split, 5000.0, Rules(), "EUR") == (
        "Split on sector: its parts differ in how often we win (chance of this where nothing differs: 0.0001); "
        "treating them alike would forgo about EUR 5,000.")
    assert split_sentence(split, None, Rules(), "EUR").endswith("differs: 0.0001).")


@pytest.mark.parametrize(("chance", "told"), [
    (3e-40, "less than one in a million"), (0.0, "less than one in a million"), (2.4e-6, "0.000002"),
    (0.00005, "0.00005"), (0.0312, "0.03"), (1.0, "1")])
def test_a_chance_is_written_without_powers_of_ten(chance, told):
    split = Split(SECTOR, (("a",), ("b",)), chance, 5000.0, "competitiveness")
    assert split_sentence(split, None, Rules(), "EUR").endswith(f"differs: {told}).")


def test_a_stop_says_how_many_buyers_and_dimensions_were_looked_at():
    assert "no dimension has two known values" in stop_sentence([], 10, 0.0, Rules(), "EUR")
    said = stop_sentence([None], 1200, 5.0, Rules(), "EUR", waiting=["sector"])
    assert said.endswith("none of 1 dimension shows a difference beyond chance. sector may split only below others "
                         "([strata] order).")
    said = stop_sentence([None, None], 1200, 5.0, Rules(handling_cost=500), "EUR")
    assert said == ("Stops here: among 1,200 buyers none of 2 dimensions shows a difference beyond chance or pays its "
                    "handling cost of EUR 500.")

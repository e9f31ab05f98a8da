"""What a person asks of the tree is done, or refused with a reason where it cannot be."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketsofone.customer import path
from marketsofone.errors import SettingsInvalid
from marketsofone.estimates.candidates import PARTS, Dimension
from marketsofone.strata import Rules, Steering, check_steering, grow_tree, steering_of

MAPPED = ("sector", "payment", "size", "town")
NAMES = {"sector": 3, "payment": 2, "town": 40}
DIMENSIONS = (*(Dimension(name, name) for name in NAMES), Dimension("size", "size", (10.0, 50.0, 200.0)))


def market(buyers=900, effect=0.0, seed=5):
    """One decided opportunity a buyer; where there is an effect, payment makes it."""
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({name: rng.integers(values, size=buyers).astype(str) for name, values in NAMES.items()})
    frame["size"] = rng.integers(4, size=buyers).astype(str)
    frame["half"] = np.arange(buyers) % 2
    frame["won"] = rng.binomial(1, 0.4 + effect * (frame["payment"] == "0"))
    return frame


def grown(frame, steering, dimensions=DIMENSIONS, scores=("competitiveness",), **rules):
    def fetch(strata):
        node = placed(frame, strata)
        rows = frame.assign(node=node)[np.isin(node, [s.number for s in strata if s.depth == strata[-1].depth])]
        one, won = pd.Series(1.0, rows.index), rows["won"].astype(float)
        sums = dict(zip(PARTS, (one, one, won, one, won, won, one * 0, one * 0, one), strict=True))
        table = pd.DataFrame({"people": one, **{f"{s}_{part}": value for s in scores for part, value in sums.items()}})
        return pd.concat([table.groupby([rows["node"], rows["half"], rows[d.name].rename("value")]).sum().reset_index()
                          .assign(dimension=d.name) for d in dimensions])

    return grow_tree(fetch, dimensions, scores, Rules(steering=steering, **rules), "EUR").strata


def placed(frame, strata):
    node = np.zeros(len(frame), np.int64)
    for s in strata[1:]:
        node[(node == s.parent) & frame[s.split_on].isin(s.values)] = s.number
    return node


def below(strata, number=0):
    return [s for s in strata if s.parent == number]


def test_a_pinned_split_is_made_whatever_the_evidence_and_says_what_the_evidence_says():
    strata = grown(market(), steering_of(["sector"], [], []))
    assert [s.name for s in below(strata)] == ["sector: 0", "sector: 1", "sector: 2"]
    assert strata[0].why == ("Pinned by the project file: split on sector. "
                             "The evidence shows no difference between its parts beyond chance.")
    shown = grown(market(effect=0.4), steering_of(["payment"], [], []))[0].why
    assert shown.startswith("Pinned by the project file: split on payment. Its parts differ in how often we win ("
                            "chance")


def test_a_pin_stands_below_the_place_it_names_and_nowhere_else():
    steering = steering_of(["sector", {"at": "Whole market /  sector: 1", "on": "payment"}], [], [])
    strata = grown(market(), steering)
    paths = {" / ".join(path(strata, s.number)) for s in strata if s.split_on == "payment"}
    assert paths == {"whole market / sector: 1 / payment: 0", "whole market / sector: 1 / payment: 1"}


def test_below_a_pinned_split_the_evidence_goes_on():
    strata = grown(market(3000, effect=0.4), steering_of(["sector"], [], []))
    for part in below(strata):
        assert {s.split_on for s in below(strata, part.number)} == {"payment"}


def test_a_forbidden_dimension_splits_nothing():
    assert len(grown(market(effect=0.4), Steering())) > 1
    assert len(grown(market(effect=0.4), Steering(forbid=("payment",)))) == 1


def test_a_dimension_waits_for_those_before_it_in_the_order():
    waits = grown(market(effect=0.4), Steering(order=("sector", "payment")))
    assert [s.why for s in waits] == [
        "Stops here: among 900 buyers none of 3 dimensions shows a difference beyond chance. payment may split only "
        "below others ([strata] order)."]
    after = grown(market(3000, effect=0.4), steering_of(["sector"], [], ["sector", "payment"]))
    assert {s.split_on for s in after if s.depth == 2} == {"payment"}


def test_a_dimension_that_can_split_nothing_holds_nobody_up():
    frame = market(effect=0.4)
    assert grown(frame, Steering(order=("colour", "payment")))[1].split_on == "payment"
    assert grown(frame.assign(sector="0"), Steering(order=("sector", "payment")))[1].split_on == "payment"


def test_where_the_order_bars_every_dimension_the_stop_says_so():
    unjudged = (Dimension("sector", "sector", scores=("attractiveness",)), DIMENSIONS[1])
    strata = grown(market(effect=0.4), Steering(order=("sector", "payment")), unjudged)
    assert [s.why for s in strata] == ["Stops here: the project file lets no dimension split here that has two known "
                                       "values among its buyers."]


@pytest.mark.parametrize("least", [0, 100, 200])
def test_parts_of_fewer_than_the_least_buyers_are_put_together_and_the_pin_says_so(least):
    frame = market().assign(sector=["0"] * 500 + ["1"] * 250 + ["2"] * 150)
    strata = grown(frame, steering_of(["sector"], [], []), least_buyers=least)
    sizes = [int(frame["sector"].isin(s.values).sum()) for s in below(strata)]
    assert min(sizes) >= least
    assert sum(sizes) == len(frame)
    assert ("fewer than the least 200 buyers are put together" in strata[0].why) == (least == 200)


def three_sectors(rates):
    """Sectors of 100, 400 and 400 buyers, won at these rates."""
    frame = market().drop(columns=["won"])
    frame["sector"] = np.repeat(["0", "1", "2"], [100, 400, 400])
    return frame.assign(won=np.concatenate([np.arange(many) % 20 < 20 * rate for many, rate in
                                            zip((100, 400, 400), rates, strict=True)]).astype(int))


@pytest.mark.parametrize(("rates", "parts"), [
    ((0.9, 0.2, 0.5), ["sector: 0, 2", "sector: 1"]), ((0.05, 0.3, 0.8), ["sector: 0, 1", "sector: 2"])])
def test_a_part_of_fewer_than_the_least_buyers_joins_the_one_it_is_most_like_where_the_evidence_splits(rates, parts):
    whole, *rest = grown(three_sectors(rates), Steering(), least_buyers=150, most_depth=1)
    assert [s.name for s in rest] == parts
    assert whole.why.endswith("; parts of fewer than the least 150 buyers are put together.")
    assert len(grown(three_sectors(rates), Steering(), least_buyers=50, most_depth=1)) == 4


def test_a_stop_for_want_of_two_parts_of_the_least_buyers_says_that_it_is_for_that():
    strata = grown(three_sectors((0.7, 0.2, 0.6)), Steering(), least_buyers=600)
    assert len(strata) == 1
    assert strata[0].why.endswith("shows a difference beyond chance between parts of at least 600 buyers.")


def test_a_pin_whose_parts_would_all_be_too_small_is_not_made_and_says_so():
    strata = grown(market(), steering_of(["sector"], [], []), least_buyers=600)
    assert len(strata) == 1
    assert strata[0].why.startswith("Pinned by the project file to be split on sector, which cannot be: fewer than two "
                                    "of its parts have the least 600 buyers. Stops here: ")


def test_a_pin_where_only_one_value_is_known_is_not_made_and_says_so():
    strata = grown(market().assign(sector="0"), steering_of(["sector"], [], []))
    assert "which cannot be: no two of its values are known here. Stops here: " in strata[0].why


def test_many_values_of_a_pinned_dimension_keep_the_parts_few_and_every_buyer_in_one():
    frame = market()
    strata = grown(frame, steering_of(["town"], [], []), most_depth=1)
    assert 2 <= len(below(strata)) <= 12
    assert (placed(frame, strata) > 0).all()


def test_a_pinned_number_is_cut_where_it_reads_well():
    strata = grown(market(), steering_of(["size"], [], []), most_depth=1)
    assert len(below(strata)) == 2
    assert all(s.name.split()[1] in ("under", "10", "50", "200") for s in below(strata))


def test_a_pin_is_made_without_any_evidence_for_it_and_says_that_there_is_none():
    known_of_buyers = (Dimension("sector", "sector", scores=("attractiveness",)),)
    strata = grown(market(), steering_of(["sector"], [], []), known_of_buyers)
    assert len(strata) == 4
    assert strata[0].why.endswith("There is no evidence of how its parts differ.")


@settings(max_examples=12, deadline=None)
@given(least=st.integers(0, 400), on=st.sampled_from(["sector", "payment", "town", "size"]), seed=st.integers(0, 99))
def test_the_parts_of_a_pin_never_share_a_value_and_are_never_too_small(least, on, seed):
    frame = market(300, seed=seed)
    strata = grown(frame, steering_of([on], [], []), least_buyers=least, most_depth=1)
    values = [value for s in below(strata) for value in s.values]
    assert len(values) == len(set(values))
    assert all(frame[s.split_on].isin(s.values).sum() >= least for s in below(strata))


def refused(pin=(), forbid=(), order=(), most_depth=6):
    with pytest.raises(SettingsInvalid) as caught:
        check_steering(steering_of(pin, forbid, order), MAPPED, most_depth, lambda key: f"market.toml, {key}")
    assert "market.toml, " in caught.value.found
    assert caught.value.repair
    return str(caught.value)


RETAIL = "whole market / sector: retail"


def test_contradictions_are_refused_with_their_place_and_what_repairs_them():
    assert "If 'sector' is meant" in refused(pin=["sektor"])
    assert "mapped are sector, payment, size, town" in refused(forbid=["colour"])
    assert "'town' twice in market.toml, order" in refused(order=["town", "sector", "town"])
    assert "in market.toml, forbid and in market.toml, pin" in refused(pin=["sector"], forbid=["sector"])
    assert "in market.toml, forbid and in market.toml, order" in refused(order=["sector"], forbid=["sector"])
    assert "2 pins at 'whole market'" in refused(pin=["sector", "payment"])
    assert refused(pin=["sector", "sector"]).endswith("Write the pin on 'sector' there once.")
    assert "2 pins at" in refused(pin=[{"at": RETAIL, "on": "size"}, {"at": RETAIL.upper(), "on": "town"}])
    assert "most_depth = 2" in refused(pin=[{"at": RETAIL, "on": "size"}], most_depth=1)
    assert "'sector' is split on before 'size'" in refused(pin=["size"], order=["sector", "size"])
    assert "'town' is split on before 'sector'" in refused(
        pin=[{"at": RETAIL, "on": "size"}], order=["town", "sector"])
    assert "named by its path" in refused(pin=[{"at": "sector: retail", "on": "size"}])
    assert "named by its path" in refused(pin=[{"at": "whole market / colour: red", "on": "size"}])
    assert "in market.toml, forbid" in refused(pin=[{"at": RETAIL, "on": "size"}], forbid=["sector"])


def test_what_can_be_followed_together_is_not_refused():
    pins = ["sector", {"at": RETAIL, "on": "size"}, {"at": f"{RETAIL} / size 10 to 50", "on": "payment"},
            {"at": "whole market / sector: in / out", "on": "town"}]
    check_steering(steering_of(pins, [], ["sector", "size", "payment"]), MAPPED, 3, str)

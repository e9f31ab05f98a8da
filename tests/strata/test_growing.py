"""The tree finds what was planted, and a market in which nothing differs stays whole."""

import numpy as np
import pandas as pd
import pytest

from marketsofone.customer import MARKET
from marketsofone.estimates.candidates import PARTS, Dimension
from marketsofone.strata import Rules, grow_tree
from marketsofone.strata.steering import Steering

SCORES = ("pull", "competitiveness", "attractiveness")
TEXTS = ("sector", "need", "rival", "payment", "version")
DIMENSIONS = (*(Dimension(name, f"dim_{name}") for name in TEXTS), Dimension("size", "dim_size", (10.0, 20.0, 30.0)))


def draw(seed, buyers=1500, effect=0.0):
    """Buyers with five texts of three to seven values and a number of four steps.

    Sector matters, and within sector 0 need does.
    """
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({f"dim_{name}": rng.integers(3 + i, size=buyers) for i, name in enumerate(TEXTS)}).astype(str)
    frame["dim_size"] = rng.integers(4, size=buyers).astype(str)
    frame["half"] = rng.integers(2, size=buyers)
    up = effect * (frame["dim_sector"] == "0") * np.where(frame["dim_need"] == "0", 1.0, 0.4)
    for score, mean, size in (("pull", 0.3, 10.0), ("competitiveness", 0.35, 10.0)):
        middle = np.clip(mean + (up if score == "competitiveness" else 0.0), 0.02, 0.98)
        truth = rng.beta(size * middle, size * (1 - middle), buyers)
        n = rng.poisson(3.0, buyers)
        frame[f"{score}_n"], frame[f"{score}_s"], frame[f"{score}_g"] = n, rng.binomial(n, truth), np.nan
    won = frame["competitiveness_s"].to_numpy()
    frame["attractiveness_n"] = won
    frame["attractiveness_s"] = won * rng.lognormal(8, 0.9, buyers)
    frame["attractiveness_g"] = np.log1p(frame["attractiveness_s"] / np.maximum(won, 1) / 3000.0)
    return frame


def tallies(frame):
    """What the engine would answer for the strata on the deepest level."""

    def fetch(strata):
        node = np.zeros(len(frame), np.int64)
        for s in strata[1:]:
            node[(node == s.parent) & frame[f"dim_{s.split_on}"].isin(s.values)] = s.number
        deepest = max(s.depth for s in strata)
        rows = frame.assign(node=node)[np.isin(node, [s.number for s in strata if s.depth == deepest])]
        parts = {"people": np.ones(len(rows))}
        for score in SCORES:
            n, s, g = (rows[f"{score}_{part}"].to_numpy(float) for part in "nsg")
            seen = n > 0
            values = (1.0, n, s, n * n, n * s, s * s, g, g * g, n)
            parts |= {f"{score}_{part}": np.where(seen, value, 0.0) for part, value in zip(PARTS, values, strict=True)}
        table = pd.DataFrame(parts, index=rows.index).fillna(0.0)
        return pd.concat([
            table.groupby([rows["node"], rows["half"], rows[d.column].rename("value")]).sum().reset_index()
            .assign(dimension=d.name) for d in DIMENSIONS])

    return fetch


def grown(seed, effect=0.0, rules=None, **kwargs):
    return grow_tree(tallies(draw(seed, effect=effect, **kwargs)), DIMENSIONS, SCORES, rules or Rules(), "EUR").strata


def test_a_market_in_which_nothing_differs_stays_whole():
    """30 fresh markets at a stated chance of 4% each: five splits or more happen by luck in 1 of 170 runs of fresh
    seeds; these seeds are fixed."""
    split = [seed for seed in range(500, 530) if len(grown(seed, buyers=600)) > 1]
    assert len(split) <= 4


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_planted_structure_is_found_at_the_same_settings(seed):
    strata = grown(seed, effect=0.5)
    assert strata[1].split_on == "sector"
    zero = next(s for s in strata[1:] if s.split_on == "sector" and "0" in s.values)
    assert zero.values == ("0",)
    below = [s for s in strata if s.parent == zero.number]
    assert {s.split_on for s in below} == {"need"}
    assert ("0",) in {s.values for s in below}


def test_strata_stand_parents_first_with_ids_that_another_run_finds_again():
    first, second = grown(1, effect=0.5), grown(1, effect=0.5)
    assert first == second
    assert [s.number for s in first] == list(range(len(first)))
    assert all(s.parent < s.number for s in first)
    assert first[0].stratum_id == MARKET
    assert len({s.stratum_id for s in first}) == len(first)


def test_every_stratum_says_why_it_is_split_or_why_it_stops():
    for stratum in grown(2, effect=0.5):
        assert stratum.why.startswith("Split on " if stratum.gain is not None else "Stops here: ")


def test_a_segment_that_costs_more_to_handle_than_it_earns_is_not_made():
    assert len(grown(1, effect=0.5, rules=Rules(handling_cost=1e9))) == 1


def test_no_stratum_is_smaller_than_the_least_size_and_a_lesser_split_takes_its_place():
    frame = draw(1, effect=0.5)
    for least in (200, 400):
        strata = grow_tree(tallies(frame), DIMENSIONS, SCORES, Rules(least_buyers=least), "EUR").strata
        for s in strata[1:]:
            held = np.ones(len(frame), bool)
            at = s
            while at.parent >= 0:
                held &= frame[f"dim_{at.split_on}"].isin(at.values).to_numpy()
                at = strata[at.parent]
            assert held.sum() >= least


def test_the_tree_is_no_deeper_than_allowed_and_says_so():
    strata = grown(1, effect=0.5, rules=Rules(most_depth=1))
    assert max(s.depth for s in strata) == 1
    assert strata[-1].why == "Stops here: the deepest level that the project allows."


def test_without_dimensions_the_market_is_whole_and_says_so():
    strata = grow_tree(tallies(draw(1)), (), SCORES, Rules(), "EUR").strata
    assert [s.why for s in strata] == ["Stops here: no sales dimension is mapped, or none has two values."]


def test_where_every_dimension_is_forbidden_the_market_is_whole_and_does_not_say_that_none_is_mapped():
    rules = Rules(steering=Steering(forbid=("sector",)))
    strata = grow_tree(tallies(draw(1)), (), SCORES, rules, "EUR").strata
    assert [s.why for s in strata] == [
        "Stops here: no dimension that the project file lets split the market has two values."]


def test_a_dimension_known_only_of_those_who_bought_does_not_explain_winning_them():
    bought = (Dimension("sector", "dim_sector", scores=("attractiveness",)),)
    strata = grow_tree(tallies(draw(1, effect=0.5)), bought, ("pull", "competitiveness"), Rules(), "EUR").strata
    assert len(strata) == 1

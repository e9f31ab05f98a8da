"""What splits that were not made may hide: learned from all values of all dimensions, as large as it was planted."""

from dataclasses import replace

import numpy as np
import pytest

from marketsofone.customer import Stratum
from marketsofone.estimates.candidates import Dimension
from marketsofone.estimates.hidden import fit_hidden
from marketsofone.estimates.sampled import Sampled
from marketsofone.pooling import Share, known

NAMES = ("region", "version", "payment", "rival")
DIMENSIONS = tuple(Dimension(name, f"dim_{name}") for name in NAMES)
TREE = (Stratum(0, -1, "market", "", (), 0, "m"), *(Stratum(part, 0, str(part), "sector", (str(part),), 1, str(part))
                                                    for part in (1, 2)))


def drawn(apart, seed, buyers=6000, values=8):
    """Buyers of two strata; the values of one dimension move the win rate inside them by a deviation of ``apart``."""
    rng = np.random.default_rng(seed)
    node = rng.integers(1, 3, buyers)
    codes = {name: rng.integers(values, size=buyers) for name in NAMES}
    moved = 0.4 + sum(rng.normal(0.0, apart, (3, values))[node, codes[name]] for name in NAMES)
    mean = np.clip(moved, 0.02, 0.98)
    n = rng.poisson(3.0, buyers).astype(float)
    s = rng.binomial(n.astype(int), rng.beta(10 * mean, 10 * (1 - mean))).astype(float)
    sums = np.stack([n > 0, n, s, n * n, n * s, s * s, np.zeros(buyers), np.zeros(buyers)]).astype(float)
    words = {name: tuple(map(str, range(values))) for name in NAMES}
    return Sampled(np.arange(buyers), np.zeros(buyers, dtype=np.int64), codes, words, {"competitiveness": sums}), node


def hidden(apart, seed):
    sample, node = drawn(apart, seed)
    return fit_hidden(sample, node, TREE, DIMENSIONS, "competitiveness", Share(), known(10.0))


def test_as_much_is_hidden_as_the_values_lie_apart_by_how_small_a_part_they_are():
    found = np.mean([hidden(0.05, seed) for seed in range(8)])
    assert found * np.log(8) == pytest.approx(0.05**2 / (0.4 * 0.6), rel=0.35)  # each value is an eighth


def test_where_values_tell_nothing_next_to_nothing_is_hidden():
    assert np.mean([hidden(0.0, seed) for seed in range(8)]) < 0.1 * hidden(0.05, 0)


def test_a_dimension_that_may_not_explain_a_score_hides_nothing_of_it():
    sample, node = drawn(0.05, 1)
    after = [Dimension(name, f"dim_{name}", scores=("attractiveness",)) for name in NAMES]
    assert fit_hidden(sample, node, TREE, after, "competitiveness", Share(), known(10.0)) == 0.0


def test_nothing_is_hidden_where_nobody_was_tried_or_every_dimension_has_one_value():
    sample, node = drawn(0.05, 2, values=1)
    assert fit_hidden(sample, node, TREE, DIMENSIONS, "competitiveness", Share(), known(10.0)) == 0.0
    nobody = {"pull": 0.0 * sample.sums["competitiveness"]}
    untried = Sampled(sample.buyer_id, sample.half, sample.codes, sample.words, nobody)
    assert fit_hidden(untried, node, TREE, DIMENSIONS, "pull", Share(), known(10.0)) == 0.0


def test_values_that_a_split_on_the_way_keeps_together_are_no_longer_hidden():
    sample, node = drawn(0.05, 3)
    by_region = [replace(stratum, split_on="region") for stratum in TREE]
    told = [replace(stratum, split_on="sector") for stratum in TREE]
    of = [fit_hidden(sample, node, tree, DIMENSIONS[:1], "competitiveness", Share(), known(10.0))
          for tree in (by_region, told)]
    assert of[0] == 0.0 < of[1]

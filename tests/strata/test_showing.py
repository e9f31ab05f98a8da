"""What dimensions show in the nodes of a level."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketsofone.estimates.candidates import Dimension
from marketsofone.strata.evidence import Sums
from marketsofone.strata.lending import lent_shares
from marketsofone.strata.showing import plain_chances, shown_chances
from marketsofone.strata.splitting import Candidate


def _share(rng, values):
    trials = rng.integers(0, 300, values).astype(float)
    won = rng.binomial(trials.astype(int), rng.beta(2, 5, values)).astype(float)
    return Sums(False, trials, trials, won, trials, won, won, np.zeros(values), np.zeros(values))


def _money(rng, values):
    buyers = rng.integers(0, 40, values).astype(float)
    mean, log = rng.gamma(4.0, 500.0, values), rng.normal(0.0, 0.4, values)
    total, squares = buyers * mean, buyers * mean**2 * 1.3
    return Sums(True, buyers, buyers, total, buyers, total, squares, buyers * log, buyers * (log**2 + 0.2))


def _node(rng):
    """A few dimensions, a number among them, of which not each may be judged by each score."""
    found = []
    for name, values in zip("abcdefg", rng.integers(2, 20, rng.integers(1, 8)), strict=False):
        told = [score for score in ("pull", "competitiveness") if rng.random() < 0.7] or ["pull"]
        sums = {score: (_share(rng, values), _share(rng, values)) for score in told}
        sums["attractiveness"] = (_money(rng, values), _money(rng, values))
        cuts = tuple(np.arange(1.0, values)) if name == "c" else ()
        words = tuple(f"{value:02d}" for value in range(values))
        found.append(Candidate(Dimension(name, f"dim_{name}", cuts), words, np.full((2, values), 100.0), sums))
    return found


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), count=st.integers(1, 6))
def test_nodes_beside_one_another_show_what_each_shows_by_itself(seed, count):
    rng = np.random.default_rng(seed)
    nodes = [_node(rng) for _ in range(count)]
    plain = plain_chances(nodes)
    spent = [lent_shares(list(each), []) for each in plain]
    for found, own, share, shown in zip(nodes, plain, spent, shown_chances(nodes, plain, spent), strict=True):
        assert plain_chances([found])[0] == pytest.approx(own)
        assert shown_chances([found], [own], [share])[0] == pytest.approx(shown)


def test_a_node_without_dimensions_shows_nothing():
    found = _node(np.random.default_rng(1))
    plain = plain_chances([[], found])
    assert plain[0] == {}
    assert shown_chances([[], found], plain, [{}, lent_shares(list(plain[1]), [])])[0] == {}

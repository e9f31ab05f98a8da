from itertools import pairwise

import pytest

from marketsofone.report.figures import ruler
from marketsofone.report.glossary import ATTRACTIVENESS, COMPETITIVENESS, PULL, SHOWN
from marketsofone.report.icicle import icicle
from marketsofone.report.portfolio import laid_out, portfolio
from marketsofone.report.strata import market
from marketsofone.report.tree import grow


def measured(results):
    return ruler(results.strata.to_pylist(), SHOWN, market(results.strata), "EUR")


def test_competitiveness_runs_across_pull_up_and_attractiveness_is_the_size(large):
    laid = portfolio(large.strata, measured(large))
    assert (laid.across, laid.up, laid.size) == ("Competitiveness", "Pull", "Attractiveness")
    assert laid.drawn == 80


@pytest.mark.parametrize(("absent", "axes"), [
    ("pull", ("Competitiveness", "Attractiveness in EUR")),
    ("competitiveness", ("Pull", "Attractiveness in EUR")),
    ("attractiveness", ("Competitiveness", "Pull"))])
def test_a_score_without_evidence_leaves_its_place_to_the_others(absent, axes, without):
    results = without(absent)
    laid = portfolio(results.strata, measured(results))
    assert (laid.across, laid.up, laid.size) == (*axes, "")
    assert laid.missing == (absent.capitalize(),)


def test_scores_change_places_and_the_third_shows_as_colour_beside_the_market(large):
    rows = large.strata.to_pylist()
    laid = laid_out(rows, rows[:12], len(rows), measured(large), (PULL, ATTRACTIVENESS, COMPETITIVENESS), "colour")
    assert (laid.across, laid.up, laid.size) == ("Pull", "Attractiveness in EUR", "Competitiveness")
    by_id = {row["stratum_id"]: row for row in rows}
    bubbles = sorted(laid.pictures[0].bubbles, key=lambda bubble: by_id[bubble.stratum_id]["competitiveness"])
    assert [bubble.step for bubble in bubbles] == sorted(bubble.step for bubble in bubbles)
    by_buyers = sorted(bubbles, key=lambda bubble: by_id[bubble.stratum_id]["buyers"])
    assert [bubble.radius for bubble in by_buyers] == sorted(bubble.radius for bubble in bubbles)


def test_labels_do_not_overlap_among_eighty_leaves(large):
    for picture in portfolio(large.strata, measured(large)).pictures:
        labels = picture.labels
        assert {label.text for label in labels} >= {str(n) for n in range(1, 8)}
        assert not any(a.meets(b) for i, a in enumerate(labels) for b in labels[i + 1:])
        assert all(label.x >= 0 and label.x + label.width <= picture.frame.width for label in labels)


def test_no_name_is_crossed_by_the_whiskers_of_its_own_bubble(large):
    picture = portfolio(large.strata, measured(large)).pictures[0]
    bubbles = {bubble.number: bubble for bubble in picture.bubbles if bubble.number}
    names = [label for label in picture.labels if not label.text.isdigit()]
    assert names
    for name in names:
        nearest = min(bubbles.values(), key=lambda bubble: min(abs(name.x - bubble.x - bubble.radius),
                                                               abs(name.x + name.width - bubble.x + bubble.radius))
                      + min(abs(name.y + name.height - bubble.y), abs(name.y - bubble.y)))
        assert not name.crossed_by(nearest), name.text


def test_a_larger_share_lies_further_right_and_higher(large):
    laid = portfolio(large.strata, measured(large))
    leaves = {row["path"].removeprefix("Acme / "): row for row in large.strata.to_pylist()}
    bubbles = [(leaves[bubble.title.split(",")[0]], bubble) for bubble in laid.pictures[0].bubbles]
    across = sorted(bubbles, key=lambda pair: pair[0]["competitiveness"])
    assert [bubble.x for _, bubble in across] == sorted(bubble.x for _, bubble in bubbles)
    up = sorted(bubbles, key=lambda pair: -pair[0]["pull"])
    assert [bubble.y for _, bubble in up] == sorted(bubble.y for _, bubble in bubbles)


def test_whiskers_hold_their_value(large):
    for bubble in portfolio(large.strata, measured(large)).pictures[0].bubbles:
        assert bubble.x_low <= bubble.x <= bubble.x_high
        assert bubble.y_high <= bubble.y <= bubble.y_low


def test_every_stratum_stands_once_in_the_tree_below_its_parent(large):
    rows = large.strata.to_pylist()
    (root,) = grow(rows, measured(large))

    def count(node):
        assert all(child.level == node.level + 1 for child in node.children)
        return 1 + sum(map(count, node.children))

    assert count(root) == len(rows)
    assert root.gain == "EUR 41,250"


def test_blocks_are_as_wide_as_their_buyers_and_lie_within_their_parent(large):
    rows = large.strata.to_pylist()
    blocks = icicle(rows, measured(large)).blocks
    assert len(blocks) == len(rows)
    by_level = {top: sorted((block for block in blocks if block.top == top), key=lambda block: block.left)
                for top in {block.top for block in blocks}}
    for row in rows:
        parts = by_level[46 * row["level"]]
        assert any(block.width == pytest.approx(100 * row["buyers"] / 40_000, abs=0.001) for block in parts)
    for parts in by_level.values():
        ends = [(block.left, block.left + block.width) for block in parts]
        assert all(left >= right - 0.01 for (_, right), (left, _) in pairwise(ends))
        assert ends[-1][1] <= 100.01


def test_a_tree_without_a_known_worth_of_an_hour_has_no_blocks(large):
    rows = [row | {"value_per_hour": None} for row in large.strata.to_pylist()]
    assert icicle(rows, ruler(rows, SHOWN, rows[0], "EUR")).blocks == ()


def test_the_picture_of_a_branch_holds_that_branch_alone(large):
    rows = large.strata.to_pylist()
    parent = next(row["stratum_id"] for row in rows if row["level"] == 1)
    blocks = icicle(rows, measured(large), parent).blocks
    below = {row["stratum_id"] for row in rows if row["parent_id"] == parent}
    assert blocks[0].stratum_id == parent
    assert (blocks[0].left, blocks[0].width) == (0.0, 100.0)
    assert {block.stratum_id for block in blocks if block.top == 46} == below

import pytest

from marketsofone.errors import RunMissing
from marketsofone.project.snapshots.approach import read_approach
from marketsofone.project.snapshots.results import flattened, read_evidence, read_level, read_strata


def test_strata_come_level_by_level_with_their_scores_and_sentences(run):
    market, health, _retail = read_strata(run)
    assert (market.level, market.parent_id, market.split_on) == (0, None, "dim_sector")
    assert health.scores["competitiveness"].value == 0.57
    assert health.scores["pull"].value is None
    assert market.why.startswith("split on sector")


@pytest.mark.parametrize("level", ["1", "sector"])
def test_a_level_is_called_by_its_number_or_by_the_dimension_that_made_it(run, level):
    assert [each.name for each in read_level(run, level)] == ["health", "retail"]


@pytest.mark.parametrize("level", ["0", "market"])
def test_the_top_level_is_the_market(run, level):
    assert [each.name for each in read_level(run, level)] == ["Acme"]


def test_strata_stand_in_the_order_asked_for_and_no_more_than_asked(small, tmp_path):
    strata = small.strata(attractiveness=[1.0, 2.0, 3.0])
    run = small.write_small_run(tmp_path, strata=strata)
    assert [each.name for each in read_level(run, "1", by="attractiveness")] == ["retail", "health"]
    assert [each.name for each in read_level(run, "1", by="buyers", top=1)] == ["health"]
    assert [each.name for each in read_level(run, "1", by="pull")] == ["health", "retail"]


def test_a_level_the_tree_does_not_have_is_answered_with_those_it_has(run):
    with pytest.raises(RunMissing, match="levels 0, 1, market, sector"):
        read_level(run, "region")


def test_an_order_that_does_not_exist_is_answered_with_those_that_do(run):
    with pytest.raises(RunMissing, match="value_per_hour"):
        read_level(run, "1", by="luck")


def test_the_ranked_list_comes_in_order_and_leaves_out_the_unranked(small, tmp_path):
    run = small.write_small_run(tmp_path, buyers=small.buyers(rank=[4, None, 2, 3, 1]))
    assert [each.buyer.source_id for each in read_approach(run, 3)] == ["dog", "bee", "cat"]
    assert len(read_approach(run)) == 4


def test_a_flattened_value_has_the_columns_of_the_contract(small, run):
    assert set(flattened(read_approach(run)[0].buyer)) == set(small.buyers().column_names)
    assert set(flattened(read_strata(run)[0])) == set(small.strata().column_names)


def test_the_evidence_of_the_whole_market_is_read(run):
    assert [(row["score"], row["trials"]) for row in read_evidence(run)] == [
        ("pull", 0), ("competitiveness", 21), ("attractiveness", 14)]

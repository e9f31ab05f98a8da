import pyarrow as pa
import pytest

from marketsofone.errors import RunMissing
from marketsofone.project.snapshots.parquet import ROWS_IN_GROUP, rows_where, table_writer
from marketsofone.project.snapshots.readback import read_buyer


@pytest.mark.parametrize("key", ["ant", 10, "10"])
def test_a_buyer_is_found_by_the_sources_key_and_by_its_own_id(run, key):
    assert read_buyer(run, key).buyer.source_id == "ant"


def test_a_buyer_comes_with_scores_reasons_opportunities_and_memberships(run):
    page = read_buyer(run, "ant")
    assert page.buyer.scores["competitiveness"].value == 0.61
    assert page.buyer.scores["competitiveness"].trials == 10
    assert page.buyer.scores["pull"].value is None
    assert page.buyer.value_per_hour.high == 7900
    assert page.buyer.reasons == ("won 8 of 10", "buys every month")
    assert [(each.source_id, each.win.value) for each in page.opportunities] == [("o1", 0.6), ("o2", 0.65)]
    assert [(each.level, each.stratum_id) for each in page.memberships] == [(0, 0), (1, 1)]


def test_a_buyer_without_opportunities_has_none(run):
    assert read_buyer(run, "bee").opportunities == ()


@pytest.mark.parametrize("key", ["nobody", 11, "11", ""])
def test_a_buyer_that_was_not_scored_is_missed_without_repeating_the_key(run, key):
    with pytest.raises(RunMissing) as caught:
        read_buyer(run, key)
    assert "nobody" not in str(caught.value)


def test_a_key_that_two_sources_share_asks_for_the_buyer_id(small, tmp_path):
    run = small.write_small_run(tmp_path, buyers=small.buyers(source_id=["ant", "ant", "bee", "cat", "dog"]))
    with pytest.raises(RunMissing, match="m1 buyer 10"):
        read_buyer(run, "ant")
    assert read_buyer(run, 50).buyer.buyer_id == 50


def test_a_key_of_digits_that_a_source_uses_wins_over_an_id(small, tmp_path):
    run = small.write_small_run(tmp_path, buyers=small.buyers(source_id=["10", "ant", "bee", "cat", "dog"]))
    assert read_buyer(run, "10").buyer.buyer_id == 50
    assert read_buyer(run, 10).buyer.source_id == "ant"


@pytest.mark.parametrize("order", ["n", ""])
def test_rows_are_found_in_whichever_group_they_stand_and_across_groups(tmp_path, order):
    many = 3 * ROWS_IN_GROUP
    table = pa.table({"n": [number // 3 for number in range(many)], "place": range(many)})
    table_writer(table, order)(tmp_path / "rows.parquet")
    for wanted in (0, ROWS_IN_GROUP // 3, ROWS_IN_GROUP - 1):
        found = rows_where(tmp_path / "rows.parquet", "n", wanted)
        assert [row["place"] for row in found] == [3 * wanted, 3 * wanted + 1, 3 * wanted + 2]


def test_a_column_that_is_all_unknown_holds_nothing(tmp_path):
    table_writer(pa.table({"n": pa.array([None, None], pa.int64())}), "n")(tmp_path / "rows.parquet")
    assert rows_where(tmp_path / "rows.parquet", "n", 1) == []


def test_very_long_keys_are_found_though_the_file_keeps_no_range_of_them(tmp_path):
    keys = [f"{'x' * 3000}{number}" for number in range(5)]
    table_writer(pa.table({"key": keys}), "key")(tmp_path / "rows.parquet")
    assert rows_where(tmp_path / "rows.parquet", "key", keys[3]) == [{"key": keys[3]}]

"""Segments between two runs: which are born, split, merged, dead or moved, and why."""

from datetime import timedelta

import pyarrow as pa
import pytest

from marketsofone.project.history.lineage import lineage


def memberships(standing):
    """Rows of the market and of the deepest level, ``buyer: segment``; a buyer may stand in several in proportions."""
    rows = []
    for buyer, segment in standing.items():
        parts = segment if isinstance(segment, dict) else {segment: 1.0}
        rows.append({"buyer_id": buyer, "stratum_id": "market", "level": 0, "share": 1.0})
        rows += [{"buyer_id": buyer, "stratum_id": name, "level": 1, "share": share} for name, share in parts.items()]
    return pa.Table.from_pylist(rows)


def strata(*names, split_on="dim_sector", why=""):
    ids = ["market", *names]
    return pa.table({"stratum_id": ids, "parent_id": [None, *["market"] * len(names)], "level": [0, *[1] * len(names)],
                     "name": ids, "path": ["Acme", *(f"Acme / {name}" for name in names)],
                     "split_on": [split_on, *[None] * len(names)], "buyers": [1.0] * len(ids), "why": [why] * len(ids)})


@pytest.fixture
def between(small, tmp_path):
    """What became of segments between two runs of which only these tables and words differ."""
    def made(first, second, **said):
        runs = []
        for day, (standing, evidence, settings) in enumerate(((first, 21, {}), (second, *said.get("now", (21, {}))))):
            names = dict.fromkeys(name for each in standing.values()
                                  for name in (each if isinstance(each, dict) else [each]))
            told = small.tables()["evidence"]
            told = told.set_column(2, "trials", pa.array([0, evidence, 14]))
            buyers = pa.table({"buyer_id": list(standing), "source_id": [str(b) for b in standing],
                               "kind": ["account"] * len(standing)})
            manifest = small.manifest(market={"strata": {"handling_cost": 0.0} | settings})
            runs.append(small.write_small_run(
                tmp_path, small.NOW + timedelta(days=day), manifest, memberships=memberships(standing),
                strata=strata(*names), buyers=buyers, evidence=told))
        return lineage(*runs)
    return made


def kinds(found):
    return [(each.kind, each.from_id, each.to_id) for each in found]


TEN = {buyer: "a" if buyer <= 6 else "b" for buyer in range(1, 11)}


def test_nothing_happens_to_segments_of_the_same_input(between):
    found = between(TEN, TEN)
    assert kinds(found) == [("kept", "a", "a"), ("kept", "b", "b")]
    assert [(each.shared, each.overlap) for each in found] == [(6.0, 1.0), (4.0, 1.0)]


def test_a_segment_that_is_split_is_told_with_the_dimension_and_the_new_evidence(between):
    parts = {buyer: {"a": "a1" if buyer <= 3 else "a2", "b": "b"}[name] for buyer, name in TEN.items()}
    found = between(TEN, parts, now=(30, {}))
    assert kinds(found) == [("split", "a", "a1"), ("split", "a", "a2"), ("kept", "b", "b")]
    assert (found[0].shared, found[0].buyers_from, found[0].buyers_to, found[0].overlap) == (3, 6, 3, 0.5)
    assert "3 of its 6 buyers; split on dim_sector" in found[0].sentence
    assert "new evidence (competitiveness had 21 trials, has 30 trials)" in found[0].sentence


def test_segments_that_are_merged_are_told_with_the_settings_that_changed(between):
    found = between(TEN, dict.fromkeys(TEN, "c"), now=(21, {"handling_cost": 500.0}))
    assert kinds(found) == [("merged", "a", "c"), ("merged", "b", "c")]
    assert "settings changed (strata.handling_cost)" in found[0].sentence


def test_what_only_new_buyers_stand_in_is_born_and_what_nobody_stands_in_any_more_is_dead(between):
    later = {buyer: name for buyer, name in TEN.items() if name == "a"} | {21: "c", 22: "c"}
    found = between(TEN, later)
    assert kinds(found) == [("born", None, "c"), ("dead", "b", None), ("kept", "a", "a")]
    assert "2 buyers came to the market and 4 buyers left it" in found[0].sentence


def test_a_segment_whose_buyers_went_every_way_is_dead_and_one_made_of_many_is_born(between):
    first = dict(enumerate("aaabbbccc"))
    second = dict(enumerate("xyzxyzxyz"))
    assert [each.kind for each in between(first, second)] == ["born"] * 3 + ["dead"] * 3


def test_buyers_who_moved_between_segments_that_stand_are_told_with_their_values(between):
    found = between(TEN, TEN | {6: "b", 11: "b"})
    assert kinds(found) == [("moved", "a", "a"), ("moved", "b", "b")]
    assert "0 buyers in and 1 buyer out" in found[0].sentence
    assert "of 1 buyer a value on its path changed or became known" in found[0].sentence
    assert "1 buyer came to the market" in found[1].sentence


def test_a_segment_under_another_id_is_known_by_its_buyers(between):
    found = between(TEN, {buyer: {"a": "new", "b": "b"}[name] for buyer, name in TEN.items()} | {6: "b"})
    assert kinds(found) == [("moved", "a", "new"), ("moved", "b", "b")]
    assert found[0].overlap == pytest.approx(5 / 6)


def test_buyers_that_stand_in_several_segments_count_in_proportion(between):
    spread = {1: {"a": 0.25, "b": 0.75}, 2: "a", 3: "b"}
    found = between(spread, spread)
    assert [(each.kind, each.shared, each.overlap) for each in found] == [("kept", 1.25, 1.0), ("kept", 1.75, 1.0)]


def test_who_is_spread_anew_is_not_told_as_a_value_that_changed(between):
    """One buyer goes over from a to b; ten of whom nothing is known follow by a tenth of a buyer each."""
    open_buyers = range(11, 21)
    first = TEN | {buyer: {"a": 0.6, "b": 0.4} for buyer in open_buyers}
    second = TEN | {6: "b"} | {buyer: {"a": 0.5, "b": 0.5} for buyer in open_buyers}
    found = between(first, second)
    assert kinds(found) == [("moved", "a", "a"), ("moved", "b", "b")]
    assert "0 buyers in and 2 buyers out: of 1 buyer a value on its path changed or became known" in found[0].sentence
    assert "those whose place is not known are spread anew, 1 buyer in proportion" in found[0].sentence


def test_a_segment_that_less_than_a_tenth_of_a_buyer_moves_into_is_kept(between):
    first, second = (TEN | {11: {"a": share, "b": 1 - share}} for share in (0.6, 0.58))
    found = between(first, second)
    assert kinds(found) == [("kept", "a", "a"), ("kept", "b", "b")]


def test_nothing_happens_to_segments_in_which_most_buyers_may_or_may_not_stand(between):
    """Twenty of thirty stand half in a and half in b: that makes neither a part of the other."""
    spread = TEN | {buyer: {"a": 0.5, "b": 0.5} for buyer in range(11, 31)}
    found = between(spread, spread)
    assert kinds(found) == [("kept", "a", "a"), ("kept", "b", "b")]
    assert sum(each.shared for each in found) == pytest.approx(len(spread))


def test_who_becomes_known_comes_from_where_it_may_have_stood(between):
    found = between({1: {"a": 0.5, "b": 0.5}, 2: "a", 3: "b"}, {1: "b", 2: "a", 3: "b"})
    assert [(each.kind, each.shared) for each in found] == [("moved", 1.0), ("moved", 1.5)]
    assert "0 buyers in and 0.5 buyers out: of 1 buyer a value on its path changed or became known" in found[0].sentence

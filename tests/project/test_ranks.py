"""The place of a buyer in the ranked list."""

from types import SimpleNamespace

import ibis

from marketsofone.project.main_job.assembling import ranks


def test_buyers_worth_the_same_stand_as_their_keys_do_however_their_sums_fall(answer):
    """0.1 + 0.2 is a little more than 0.3."""
    everyone = SimpleNamespace(unapproached=None, tables={})
    for worth in ((0.1 + 0.2, 0.3), (0.3, 0.1 + 0.2)):
        rows = ibis.memtable({"buyer_id": [1, 2, 3, 4, 5], "kind": ["account"] * 5, "source_id": list("bacde"),
                              "worth": [*worth, 0.3001, 0.0, -0.3]})
        assert answer(ranks(rows, everyone)) == [(1, 3), (2, 2), (3, 1), (4, 4), (5, 5)]

"""Parents that go in a circle are told and taken as none, whatever the order of rows."""

from __future__ import annotations

import numpy as np
import pytest

TREE = """
[sources.crm]
file = "accounts.csv"
[sources.crm.account]
account_id = "id"
parent_id = "parent"
form = "form"
"""
DATED = TREE + 'valid_from = "since"\n'


def loaded(market, rows, text=TREE, header="id,parent,form"):
    market.write("accounts.csv", "\n".join([header, *rows]) + "\n")
    return market.load(text)


def parents(market):
    return dict(market.rows("select c.source_id, p.source_id from account a join entity_link c "
                            "on c.entity = 'account' and c.entity_id = a.account_id left join entity_link p "
                            "on p.entity = 'account' and p.entity_id = a.parent_id"))


def told(loaded):
    return [(one.severity, one.message) for one in loaded.findings if one.code == "parents_in_a_circle"]


ROWS = ["A,B,site", "B,C,site", "C,A,site", "D,A,site", "E,E,company", "F,E,site", "G,,company", "H,F,site"]


@pytest.mark.parametrize("seed", range(4))
def test_accounts_in_a_circle_belong_to_none_and_those_below_stay_below(market, seed):
    found = loaded(market, np.random.default_rng(seed).permutation(ROWS).tolist())
    assert parents(market) == {"A": None, "B": None, "C": None, "D": "A", "E": None, "F": "E", "G": None, "H": "F"}
    (severity, message), = told(found)
    assert severity == "warning"
    assert message.startswith("Accounts that name themselves as their parent: 1; accounts in a circle of parents (one")


def test_accounts_that_are_only_their_own_parent_are_no_warning(market):
    assert [severity for severity, _ in told(loaded(market, ["A,A,company", "B,A,site"]))] == ["info"]


def test_a_long_chain_is_no_circle(market):
    found = loaded(market, [f"N{n},N{n + 1},site" for n in range(500)])
    assert not told(found)
    assert sum(parent is not None for parent in parents(market).values()) == 500


def test_parents_that_changed_places_over_time_are_no_circle(market):
    rows = ["A,B,site,2020-01-01", "A,,company,2025-01-01", "B,,company,2020-01-01", "B,A,site,2025-01-01"]
    assert not told(loaded(market, rows, DATED, "id,parent,form,since"))

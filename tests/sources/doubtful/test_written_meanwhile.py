"""A file that is written to while it is read is told, and taken for no other file afterwards."""

from __future__ import annotations

import pytest

from marketsofone.sources import load

DEALS = """
[sources.deals]
file = "deals.csv"
[sources.deals.opportunity]
opportunity_id = "id"
outcome = "outcome"
[sources.accounts]
file = "accounts.csv"
[sources.accounts.account]
account_id = "id"
"""


@pytest.mark.parametrize("meanwhile", [True, False])
def test_a_file_that_is_written_to_while_it_is_read_is_told(market, monkeypatch, meanwhile):
    path = market.write("deals.csv", "id,outcome\nD1,won\nD2,lost\n")
    market.write("accounts.csv", "id\nA1\n")
    fill = load.fill

    def slowly(*given):
        if meanwhile:
            path.write_text("id,outcome\nD3,won\nD4,lost\nD5,lost\n")
        return fill(*given)

    monkeypatch.setattr(load, "fill", slowly)
    found = market.load(DEALS)
    assert [one.place for one in found.findings if one.code == "written_meanwhile"] == ["deals.csv"] * meanwhile
    assert (found.inputs["deals.csv"].sha256 == "") is meanwhile
    assert found.inputs["accounts.csv"].sha256

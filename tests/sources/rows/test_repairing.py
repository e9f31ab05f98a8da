"""The line that an error proposes for a column of which every row was refused: pasted, it reads the column."""

from __future__ import annotations

import pytest

from marketsofone.errors import SettingsInvalid, ValuesInvalid

TABLE = """
[sources.crm]
file = "crm.csv"
[sources.crm.opportunity]
opportunity_id = "id"
{field} = "said"
"""


def rows(values):
    return "id,said\n" + "".join(f"{n},{value}\n" for n, value in enumerate(values))


@pytest.mark.parametrize(("field", "values", "read"), [
    ("opened_at", ("1735689600000", "1735776000000"), "2025-01-01 00:00:00"),
    ("opened_at", ("1735689600", "1735776000"), "2025-01-01 00:00:00"),
    ("opened_at", ("45658", "45659"), "2025-01-01 00:00:00"),
    ("opened_at", ("2025-01", "2025-02"), "2025-01-01 00:00:00"),
    ("amount", ("12.50 EUR", "13.50 EUR"), "1250"),
])
def test_the_line_that_repairs_a_column_does(market, field, values, read):
    market.write("crm.csv", rows(values))
    settings = TABLE.format(field=field)
    with pytest.raises(ValuesInvalid) as raised:
        market.load(settings)
    pasted = raised.value.repair.splitlines()[-1]
    assert pasted.startswith(field)
    market.load(settings.replace(f'{field} = "said"', pasted))
    assert str(market.column(f"select min({field}) from opportunity")[0]) == read


def test_outcomes_in_other_words_are_told_how_to_be_written(market):
    market.write("crm.csv", rows(("yes", "no")))
    with pytest.raises(ValuesInvalid) as raised:
        market.load(TABLE.format(field="outcome"))
    assert "then 'won'" in raised.value.repair
    assert "yes" not in str(raised.value)


def test_one_dimension_on_two_tables_is_told_before_anything_is_read(market):
    market.write("crm.csv", rows(("a", "b")))
    settings = TABLE.format(field="account_id") + '[sources.crm.opportunity.dimensions]\nsector = "said"\n'
    settings += '[sources.crm.account]\naccount_id = "said"\n[sources.crm.account.dimensions]\nsector = "said"\n'
    with pytest.raises(SettingsInvalid, match="told by one customer table: 'sector'") as raised:
        market.load(settings)
    assert "account_sector" in raised.value.repair or "opportunity_sector" in raised.value.repair


ACCOUNTS = """
[sources.accounts]
file = "accounts.csv"
[sources.accounts.account]
account_id = "id"
"""


@pytest.mark.parametrize(("key", "other", "apart", "repair"), [
    ("000{}", "{}", "leading zeros", 'ltrim(cast(\\"...\\" as varchar), \'0\')'),
    ("0A{}", "A{}", "leading zeros", "ltrim("),
    ("K{}", "k{}", "capital letters", 'lower(\\"...\\")'),
])
def test_keys_that_differ_by_how_they_are_written_are_told_with_the_line(market, key, other, apart, repair):
    market.write("accounts.csv", "id\n" + "\n".join(key.format(n) for n in range(10, 30)) + "\n")
    market.write("crm.csv", rows([other.format(n) for n in range(10, 30)]))
    settings = TABLE.format(field="account_id") + ACCOUNTS
    (orphans,) = [one for one in market.load(settings).findings if one.code == "orphans"]
    assert f"20 of them are there but for {apart}" in orphans.message
    assert repair in orphans.repair
    line = orphans.repair.splitlines()[-1]
    mended = settings.replace('account_id = "said"', line.replace("...", "said"))
    mended = mended.replace('account_id = "id"', line.replace("...", "id"))
    assert not [one for one in market.load(mended).findings if one.code == "orphans"]

"""Who is a buyer on an earlier day: accounts that only later rows name were not known by it."""

import marketsofone as m1

SETTINGS = """
[market]
currency = "EUR"
{day}
[steps]
pull = "touch.answered"
[sources.calls.touch]
touch_id = "call"
account_id = "account"
happened_at = "day"
answered = "answered"
[sources.people.contact]
contact_id = "person"
account_id = "account"
"""
CALLS = [f"C{n},A{n},2025-0{1 + n % 6}-10,{'yes' if n % 3 else 'no'}" for n in range(30)]


def test_accounts_that_only_later_rows_name_are_no_buyers_of_an_earlier_day(small_company, tmp_path):
    """A4 is called later and is a person's workplace, of which no day is told."""
    run = m1.run(small_company(tmp_path, SETTINGS.format(day="as_of = 2025-03-31"), people="person,account\nP,A4\n",
                               calls=["call,account,day,answered", *CALLS]))
    then = {f"A{n}" for n in range(30) if n % 6 < 3}
    assert set(m1.frame(run, "buyers").source_id) == then | {"A4"}

"""Postings as bookkeeping software exports them: a line on the file, days without a year, a side, two accounts."""

from __future__ import annotations

import pytest
from tests.sources.proposing.test_unusual import loaded, written

from marketsofone.errors import SourceMissing
from marketsofone.sources.proposing.proposal import propose

HEAD = ("Umsatz (ohne Soll/Haben-Kz);Soll/Haben-Kennzeichen;WKZ Umsatz;Kurs;Konto;Gegenkonto (ohne BU-Schlüssel);"
        "Belegdatum;Belegfeld 1;Belegfeld 2;Skonto;Buchungstext;Art;Inhalt;KOST1;KOST2;Stück;Gewicht;Zahlweise")
COUNTED = ("select count(*), count(distinct account_id), sum(amount), min(ordered_at)::date::varchar, "
           "max(ordered_at)::date::varchar from order_line")


def postings(begun, ended, day, swapped=False):
    """A hundred postings of 2025, every tenth a credit note; the line above says from when to when they are."""
    yield f'"EXTF";700;21;20250131120000000;{begun};{ended};"EUR"'
    yield HEAD
    for n in range(100):
        accounts, sides = [f"{10000 + n % 20}", f"8{n % 2}00"], "SH"
        if swapped:
            accounts, sides = accounts[::-1], "HS"
        worth = f"{n + 100},50;{sides[n % 10 == 3]};EUR;;{';'.join(accounts)}"
        yield f"{worth};{day(n % 28 + 1, n % 12 + 1)};R{n};;;Ware;;;;;;;"


def short(day, month):
    return f"{day}{month:02d}"


def pointed(day, month):
    return f"{day:02d}.{month:02d}."


SOLD = sum(10_000 + 100 * n + 50 for n in range(100)) - 2 * sum(10_000 + 100 * n + 50 for n in range(3, 100, 10))


@pytest.mark.parametrize("day", [short, pointed, lambda day, month: f"{day:02d}{month:02d}"])
@pytest.mark.parametrize("swapped", [False, True])
def test_postings_of_one_year_are_sales_of_it_by_the_account_with_the_most_values(tmp_path, day, swapped):
    text = "\n".join(postings(20250101, 20251231, day, swapped)) + "\n"
    found = loaded(propose(written(tmp_path, postings=text), "Acme").text).con.execute(COUNTED).fetchall()
    assert found == [(100, 20, SOLD, "2025-01-01", "2025-12-28")]


def test_where_the_lines_above_name_two_years_it_is_told_what_to_write(tmp_path):
    with pytest.raises(SourceMissing, match="Belegdatum holds days without a year, and no one year") as raised:
        propose(written(tmp_path, postings="\n".join(postings(20240701, 20250630, short))), "Acme")
    assert "lpad(cast" in str(raised.value)

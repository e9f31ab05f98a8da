"""Reports of accounting software: a customer's name above its lines, its total below them, and no heading for names."""

from __future__ import annotations

import pytest
from tests.sources.proposing.test_unusual import lines, loaded, one_value, written

from marketsofone.sources.proposing.proposal import propose

FIRMS = [f"{name} {kind}" for name in ("Ash", "Birch", "Cedar", "Elm") for kind in ("Ltd", "Inc", "AG")]
COUNTED = ("select count(*) || ' lines of ' || count(distinct account_id) || ' buyers, ' || sum(amount) "
           "from order_line")


def sales(place):
    """The lines of a customer: one to four."""
    return [("", f"2025-{n + 1:02d}-{place + 1:02d}", "Invoice", 1000 + 10 * place + n, "Widget", f"{100 + n}.50")
            for n in range(place % 4 + 1)]


def worth(rows):
    return sum(float(row[-1]) for row in rows)


def report(total, deep=()):
    """Each customer above its lines and its total below them; some have customers of their own, with a total each."""
    for place, firm in enumerate(FIRMS):
        yield (firm, *[""] * 5)
        rows = sales(place)
        yield from rows
        for part in deep if place % 3 == 1 else ():
            own = sales(place + 12)
            yield (f"{firm}:{part}", *[""] * 5)
            yield from own
            yield (f"{total} {firm}:{part}", *[""] * 4, f"${worth(own):.2f}")
            rows = rows + own
        yield (f"{total} {firm}", *[""] * 4, f'"${worth(rows):,.2f}"')


@pytest.mark.parametrize("total", ["Total for", "Total", "Summe"])
def test_the_name_above_lines_is_who_bought_also_where_it_has_no_heading(tmp_path, total):
    text = "Sales by Customer Detail\n\n" + lines(",Date,Transaction Type,Num,Product,Amount", report(total))
    proposal = propose(written(tmp_path, report=text), "Acme")
    sold = sum(worth(sales(place)) for place in range(12))
    assert one_value(loaded(proposal.text), COUNTED) == f"30 lines of 12 buyers, {round(100 * sold)}"
    assert any("order_line.account_id = column_1: it has no heading" in one for one in proposal.guessed)


def test_totals_of_customers_within_customers_are_no_lines(tmp_path):
    text = lines(",Date,Transaction Type,Num,Product,Amount", report("Total for", deep=("North", "South")))
    proposal = propose(written(tmp_path, report=text), "Acme")
    sold = sum(worth(sales(place)) + 2 * worth(sales(place + 12)) * (place % 3 == 1) for place in range(12))
    assert one_value(loaded(proposal.text), COUNTED).endswith(f" lines of {12 + 2 * 4} buyers, {round(100 * sold)}")


def test_what_stands_above_sales_of_named_customers_is_not_taken_for_them(tmp_path):
    text = lines(",Date,Customer,Num,Amount", (each for n, product in enumerate(("Desk", "Lamp", "Sofa")) for each in (
        (product, *[""] * 4), *(("", f"2025-01-{m + 1:02d}", f"Firm {m}", 100 * n + m, 10) for m in range(9)))))
    engine = loaded(propose(written(tmp_path, report=text), "Acme").text)
    assert one_value(engine, COUNTED) == "27 lines of 9 buyers, 27000"

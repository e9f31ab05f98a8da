"""A column for each year tells nothing of when something was sold: it is said, and no trait is made of it."""

from __future__ import annotations

import pytest
from tests.sources.proposing.test_unusual import deals, lines, written

from marketsofone.sources.proposing.proposal import propose


def proposed(folder, *headings):
    rows = [(f"C{n}", f"Firm {n}", "Wien" if n % 2 else "Linz", *(1000 + 7 * n + at for at in range(len(headings))))
            for n in range(40)]
    customers = lines(",".join(("Kundennummer", "Firma", "Ort", *headings)), rows)
    return propose(written(folder, deals=deals(), customers=customers), "Acme")


@pytest.mark.parametrize("headings", [("Umsatz 2023", "Umsatz 2024", "Umsatz 2025"), ("2023", "2024"),
                                      ("FY2024 Revenue", "FY2025 Revenue"), ("Sales_2024", "Sales_2025")])
def test_amounts_of_years_are_told_and_are_no_traits(tmp_path, headings):
    proposal = proposed(tmp_path, *headings)
    (said,) = [one for one in proposal.unsure if "columns are years" in one]
    assert f"{len(headings)} columns are years: {headings[0]}" in said
    assert not any(f'"{heading}"' in proposal.text or f'"""{heading}"' in proposal.text for heading in headings)


@pytest.mark.parametrize("headings", [("Umsatz 2024",), ("Mitarbeiter 2023", "Mitarbeiter 2024"), ("Ziel", "Fläche")])
def test_one_year_alone_and_what_is_no_sale_stay_what_they_are(tmp_path, headings):
    assert not any("columns are years" in one for one in proposed(tmp_path, *headings).unsure)

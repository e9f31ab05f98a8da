"""Headings of months and quarters, as sheets of several languages write them."""

from __future__ import annotations

from datetime import date

import pytest

from marketsofone.sources.values.periods import period_of

LANGUAGES = {
    "en": "January February March April May June July August September October November December",
    "short": "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "abbreviated": "Jan. Feb. Mrz Apr. Mai Jun. Jul. Aug. Sep. Okt. Nov. Dez.",
    "short de": "Jän Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "abrégé": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "nl": "januari februari maart april mei juni juli augustus september oktober november december",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("way", ["{} 2025", "{}-25", "{}25", "2025 {}", "Umsatz {} 2025", "{} 2025 (EUR)", "{} '25",
                                 "{} \u201925"])
def test_months_are_known_by_their_names_in_any_of_seven_languages(language, way):
    for month, name in enumerate(LANGUAGES[language].split(), start=1):
        found = period_of(way.format(name))
        assert found is not None
        assert (found.first, found.months) == (date(2025, month, 1), 1)
        assert period_of(way.format(name.upper())) == found


@pytest.mark.parametrize("heading", [
    "2025-03", "2025/3", "03/2025", "3.2025", "2025_03", "202503", "2025M03", "2025-M3", "M03/2025", "2025-03-01",
    "2025-03-31 00:00:00", "01.03.2025", "31.03.2025", "Sales 2025-03", " 03-2025 ", "2025-03 EUR",
])
def test_months_are_known_by_their_numbers(heading):
    found = period_of(heading)
    assert found is not None
    assert (found.first, found.months) == (date(2025, 3, 1), 1)


@pytest.mark.parametrize("heading", ["Q3 2025", "Q3/25", "2025 Q3", "2025-Q3", "T3 2025", "3. Quartal 2025", "3Q25",
                                     "3e trimestre 2025", "Quartal 3 2025"])
def test_quarters_are_known_and_are_three_months_long(heading):
    found = period_of(heading)
    assert found is not None
    assert (found.first, found.months) == (date(2025, 7, 1), 3)


@pytest.mark.parametrize("heading", [
    "Total", "Summe 2025", "YTD", "YTD Jan 2025", "Jan 2025 YTD", "kumuliert Mai 2025", "Plan Jan 2025",
    "Budget 2025-01", "2025", "Jan", "Month", "13/2025", "2025-13", "2025-00", "2025-03-15", "15.03.2025", "Q5 2025",
    "Marketing 21", "decile_10", "margin_10", "Customer since 2020", "Net 30", "", " ", "Jan 2025 and Feb 2025",
    "Jan 2025 (Budget)", "2025-01 [forecast]", "Jan 2025 (YTD)", "Jan 2025 (Plan EUR)", "Fcst Jan 2025", "Jan 2025 Bud",
    "KW 3 2025", "Week 03/2025", "May I 2025", "1/2/2025",
    "Jan 2025" + " " * 100, "(" * 60 + "Jan 2025", "Jan 2025'; drop table order_line; --", "Jan\u20282025 x y",
])
def test_what_is_no_single_month_is_none(heading):
    assert period_of(heading) is None

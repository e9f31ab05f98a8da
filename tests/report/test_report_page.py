import os
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from marketsofone.errors import RunMissing
from marketsofone.report import Results
from marketsofone.report.page import render_report

GOLDEN = Path(__file__).parent / "golden" / "small_market.html"
VOID = {"meta", "br", "hr", "img", "input", "link"}
BLOCKS = {"div", "p", "ul", "ol", "table", "section", "details", "figure", "dl", "h1", "h2", "h3", "pre"}
PHRASING = {"p", "span", "h1", "h2", "h3", "summary", "b", "bdi", "code"}


class Reader(HTMLParser):
    """Walks a page: its elements in order, what is open around each, and the text of each table cell."""

    def __init__(self, page):
        super().__init__()
        self.open, self.ids, self.faults, self.tags, self.rows, self.texts = [], [], [], [], [], []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag in BLOCKS and PHRASING & set(self.open):
            self.faults.append(f"<{tag}> inside {self.open}")
        if tag == "li" and self.open[-1] not in {"ul", "ol"}:
            self.faults.append(f"<li> inside {self.open}")
        self.ids += [value for name, value in attributes if name == "id"]
        if tag == "tr":
            self.rows.append((tuple(self.ids), []))
        if tag in {"td", "th"}:
            self.rows[-1][1].append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}>")

    def handle_data(self, data):
        self.texts.append(data)
        if {"td", "th"} & set(self.open):
            self.rows[-1][1][-1] += data + " "

    def cells(self, section):
        """Rows of the tables of a section, each a list of texts."""
        return [[" ".join(cell.split()) for cell in row] for ids, row in self.rows
                if [name for name in ids if not name.endswith("-head")][-1] == section]

    @property
    def text(self):
        """All text of the page, spaces made plain."""
        return " ".join(" ".join(self.texts).split())


def test_the_page_of_the_small_market_stays_as_it_was(small):
    page = render_report(small)
    if os.environ.get("GOLDEN") == "write":
        GOLDEN.write_text(page, encoding="utf-8")
    assert page == GOLDEN.read_text(encoding="utf-8"), "GOLDEN=write pytest tests/report keeps the new page"


def test_the_same_results_give_the_same_bytes(large):
    assert render_report(large) == render_report(large)


@pytest.mark.parametrize("market", ["small", "large"])
def test_the_page_asks_for_nothing_outside_itself(market, request):
    page = render_report(request.getfixturevalue(market))
    assert not re.search(r"https?:|url\(|@import|@font-face", page)
    tags = Reader(page).tags
    assert not {"script", "link", "img", "iframe", "object", "embed", "base"} & {tag for tag, _ in tags}
    assert all(attributes.get("href", "#").startswith("#") for _, attributes in tags)
    assert "default-src 'none'" in page


@pytest.mark.parametrize("market", ["small", "large"])
def test_every_element_closes_where_it_may(market, request):
    reader = Reader(render_report(request.getfixturevalue(market)))
    assert reader.faults == []
    assert reader.open == []
    assert len(reader.ids) == len(set(reader.ids))


def test_no_style_attribute_stands_in_the_way_of_a_strict_policy(large):
    assert not any("style" in attributes for _, attributes in Reader(render_report(large)).tags)


def test_a_screen_reader_finds_landmarks_captions_and_headers(large):
    tags = Reader(render_report(large)).tags
    names = [tag for tag, _ in tags]
    assert {"header", "nav", "main", "footer"} <= set(names)
    assert names.count("table") == names.count("caption")
    assert all(attributes.get("scope") in {"row", "col"} for tag, attributes in tags if tag == "th")
    pictures = [attributes for tag, attributes in tags if tag == "svg" and "x" not in attributes]
    assert all(a.get("aria-hidden") == "true" or (a.get("role") == "img" and a.get("aria-label"))
               for a in pictures)


def test_the_headline_says_market_date_buyers_evidence_and_assumptions(small):
    text = Reader(render_report(small)).text
    for part in ("Acme", "30 June 2026", "margin assumed: 30%",
                 "60 trials from 5 buyers", "one trial: decided opportunity",
                 "Approach A-1 next: an hour there is expected to earn EUR 2,035 "
                 "(90% interval EUR 1,100 to 3,200)."):
        assert part in text


def test_what_stands_beside_its_score_is_not_said_twice(small):
    labels = ["attractiveness: margin assumed: 30%", "pull: counted since 2026-01-01"]
    text = Reader(render_report(replace(small, manifest=small.manifest | {"labels": labels}))).text
    assert text.count("margin assumed: 30%") == 1
    assert "pull: counted since 2026-01-01" in text


def test_the_headline_compares_the_first_buyers_with_the_middle_one(large):
    hours = sorted(large.buyers["value_per_hour"].to_pylist(), reverse=True)
    text = Reader(render_report(large)).text
    top = sum(hours[:25]) / 25
    assert f"An hour with the 25 buyers of highest value is expected to earn EUR {top:,.0f}" in text
    assert f"the middle buyer of the market EUR {(hours[19_999] + hours[20_000]) / 2:,.0f}." in text


def test_the_ranked_list_holds_the_numbers_of_the_table(small):
    header, *rows = Reader(render_report(small)).cells("whom")
    assert header == ["Rank", "Buyer", "Why", "Value of an hour", "Pull", "Competitiveness", "Attractiveness"]
    assert rows[0] == [
        "1", "A-1 Retail", "won 5 of 6 sales: +6 points orders again within a year: +EUR 600",
        "EUR 2,035 EUR 1,100 to 3,200",
        "50.0% 30.0% to 70.0% , thin evidence 18 trials, 40.0% borrowed",
        "71.0% 50.0% to 88.0% , thin evidence 6 trials, 45.0% borrowed",
        "EUR 8,600 EUR 6,100 to 11,400 4 trials, 50.0% borrowed"]
    assert [row[1] for row in rows] == ["A-1 Retail", "A-2 Retail", "A-4 Energy", "A-3 Retail"]


def test_each_number_of_the_table_of_strata_equals_the_snapshot(large):
    _, *rows = Reader(render_report(large)).cells("strata")
    strata = {row["path"].removeprefix("Acme / "): row for row in large.strata.to_pylist()}
    assert len(rows) == len(strata)
    for path, level, buyers, hour, pull, win, worth, _, _ in rows:
        row = strata["Acme" if path == "the whole market" else path]
        assert (int(level), number(buyers)) == (row["level"], row["buyers"])
        for text, name, factor, half in (
                (hour, "value_per_hour", 1, 0.5), (worth, "attractiveness", 1, 0.5),
                (pull, "pull", 100, 0.05), (win, "competitiveness", 100, 0.05)):
            found = [number(part) for part in re.findall(r"[\d.,]*\d", text)[:3]]
            wanted = [factor * row[f"{name}{end}"] for end in ("", "_low", "_high")]
            assert found == pytest.approx(wanted, abs=half + 1e-9)


def number(text):
    return float(text.replace(",", ""))


def test_open_opportunities_come_by_what_is_at_stake(small):
    _, *rows = Reader(render_report(small)).cells("open")
    assert [(row[0], row[1]) for row in rows] == [
        ("O-11 A-1 , Retail", "EUR 6,278"), ("O-12 A-4 , Energy", "EUR 4,495")]


def test_data_health_adds_up_and_counts_what_was_refused(small):
    reader = Reader(render_report(small))
    assert "77 rows read = 74 accepted + 3 refused. 2 rows left out" in reader.text
    refused = ["crm", "opportunity", "amount", "a text stands where an amount belongs", "3", "4"]
    assert refused in reader.cells("health")
    assert reader.text.index("suspected_leak") < reader.text.index("present_state")
    assert 'after_outcome = ["loss_reason"]' in reader.text


def test_thin_evidence_counts_the_buyers_without_a_trial(small):
    text = Reader(render_report(small)).text
    assert "2 buyers (40.0%) have no trial of their own" in text


@pytest.mark.parametrize("score", ["pull", "competitiveness", "attractiveness"])
def test_a_score_without_evidence_is_said_in_words_and_never_as_a_number(score, without):
    reader = Reader(render_report(without(score)))
    header, *rows = reader.cells("whom")
    column = header.index(score.capitalize())
    assert {row[column] for row in rows} == {"no evidence"}
    assert "the ranking takes" in reader.text
    assert "no such step in the data" in reader.text
    assert "no evidence No buyer has a trial." in reader.text
    assert "None" not in reader.text
    assert "nan" not in reader.text.split()


def test_a_single_score_gets_bars_instead_of_a_picture(without):
    page = render_report(without("pull", "attractiveness"))
    assert 'class="portfolio wide"' not in page
    assert "Fewer than two scores have evidence" in page
    assert 'class="bar' in page


def test_markup_in_the_data_stays_text(tables, changed_manifest, one):
    attack = "<script>alert('1')</script>\"><img src=x onerror=y>"
    buyer, stratum = tables["buyers"].to_pylist()[0], tables["strata"].to_pylist()[0]
    opening, health = tables["opportunities"].to_pylist()[0], tables["health"].to_pylist()[0]
    finding, refusal = tables["findings"].to_pylist()[1], tables["quarantine"].to_pylist()[0]
    evidence = tables["evidence"].to_pylist()[0]
    strange = tables | {
        "buyers": one("buyers", buyer, source_id=attack, path=attack, reasons=attack),
        "strata": one("strata", stratum, name=attack, path=attack, split_on=attack, why=attack),
        "opportunities": one("opportunities", opening, source_id=attack, reasons=attack),
        "health": one("health", health, source=attack, table_name=attack),
        "findings": one("findings", finding, **dict.fromkeys(finding, attack)),
        "quarantine": one("quarantine", refusal, field=attack, reason=attack),
        "evidence": one("evidence", evidence, unit=attack, note=attack)}
    manifest = changed_manifest(
        market={"name": attack, attack: attack}, inputs={attack: {"size": 1, "sha256": attack}},
        labels=[attack], timings={attack: 1.0}, counts={attack: attack}, run_id=attack, version=attack)
    page = render_report(Results(**strange, manifest=manifest))
    names = {tag for tag, _ in Reader(page).tags}
    assert not names & {"script", "img"}
    assert "alert" in page
    assert Reader(page).faults == []


def test_a_name_of_ten_thousand_letters_is_cut_and_can_be_read_in_its_title(tables, changed_manifest, one):
    name = "long " * 2000
    stratum = one("strata", tables["strata"].to_pylist()[0], name=name, path=name)
    page = render_report(Results(**tables | {"strata": stratum}, manifest=changed_manifest()))
    assert len(page) < 80_000
    assert 'title="long long' in page


def test_a_password_in_the_settings_is_not_printed(small):
    page = render_report(small)
    assert "secret" not in page
    assert "postgresql://m1:***@db/sales" in page


def test_a_run_without_any_row_is_still_a_page(tables, changed_manifest):
    empty = {name: table.slice(0, 0) for name, table in tables.items()}
    text = Reader(render_report(Results(**empty, manifest=changed_manifest(buyer_kinds={})))).text
    assert "No buyer is ranked in this run." in text
    assert "No opportunity is open." in text
    assert "0 rows read = 0 accepted + 0 refused." in text


def test_a_market_that_is_not_split_says_so(tables, changed_manifest):
    root = tables["strata"].slice(0, 1)
    text = Reader(render_report(Results(**tables | {"strata": root}, manifest=changed_manifest()))).text
    assert "one stratum, the whole market: no split would pay" in text


def test_a_table_without_a_column_is_refused_with_its_name(tables, changed_manifest):
    with pytest.raises(RunMissing, match="value_per_hour_low in table 'strata'"):
        Results(**tables | {"strata": tables["strata"].drop_columns("value_per_hour_low")},
                manifest=changed_manifest())


def test_columns_beside_the_contract_are_ignored(tables, changed_manifest, small):
    buyers = tables["buyers"].append_column("more", tables["buyers"]["rank"])
    more = Results(**tables | {"buyers": buyers}, manifest=changed_manifest())
    assert render_report(more) == render_report(small)


def test_more_buyers_do_not_make_a_larger_page(market_of):
    few, many = (len(render_report(market_of(buyers))) for buyers in (10_000, 150_000))
    assert many < 1.1 * few

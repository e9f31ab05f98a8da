"""Rows that are totals of other rows are refused with their reason; a company called Total is none."""

from __future__ import annotations

import openpyxl
import pytest

from marketsofone.sources.staging.totals import NOTE, TOTAL

SETTINGS = '[sources.deals]\nfile = "deals.csv"\n'
TABLE = ('\n[sources.deals.opportunity]\nopportunity_id = "source_row"\naccount_id = "company"\n'
         'closed_at = "day"\namount = "value"\n')
HEADER = "company,stage,day,value"


def deals(market, *lines, header=HEADER, rows=20):
    own = [f"Firm {n},won,2026-01-{n + 1:02d},{n}.5" for n in range(rows)]
    market.write("deals.csv", "\n".join([header, *own, *lines]) + "\n")
    loaded = market.load(SETTINGS + TABLE)
    return loaded.health[0]


@pytest.mark.parametrize("line", [
    "Total,,,200", "Grand total,,,200.0", "GRAND TOTAL:,,,200", "Summe,,,200", "Gesamtsumme (EUR),,,200",
    "Subtotaal,,,99", "Rechnungssumme,,,200", "Subtotal,,,99", "Total général,,,200", ",Total,,200", ",,,200.0",
    ",,,200"])
def test_a_total_at_the_end_is_refused_with_the_reason(market, line):
    health = deals(market, line)
    assert (health.read, health.accepted, health.refused) == (21, 20, 1)
    assert market.refused() == [(21, "", TOTAL)]
    assert market.column("select sum(amount) from opportunity") == [20000]


def test_totals_of_parts_and_of_all_are_refused_and_row_numbers_stay_right(market):
    parts = [f"{region} {n},won,2026-01-05,{n}" for region in ("North", "South") for n in range(1, 9)]
    lines = [*parts[:8], "Total North,,,36", *parts[8:], "Total South,,,36", "Grand total,,,72"]
    market.write("deals.csv", "\n".join([HEADER, *lines]) + "\n")
    market.load(SETTINGS + TABLE)
    assert market.refused() == [(9, "", TOTAL), (18, "", TOTAL), (19, "", TOTAL)]
    assert market.column("select source_row from opportunity order by 1") == [*range(1, 9), *range(10, 18)]


@pytest.mark.parametrize("line", [
    "TotalEnergies,won,2026-01-05,200", "Total,won,2026-01-05,200", "Total,won,2026-01-05,", "Total,,2026-01-05,7",
    "TotalEnergies,,,200", "Summe & Partner,won,,7", "Total,won,,190.0", "Firm 3,,,200", "Firm 3,,,190.0"])
def test_a_row_of_a_company_called_total_stays(market, line):
    health = deals(market, line)
    assert (health.accepted, health.refused) == (21, 0)


def test_a_company_called_total_among_others_stays_although_little_is_known_of_it(market):
    own = [f"Firm {n},won,2026-01-{n + 1:02d},{n}.5" for n in range(20)]
    market.write("deals.csv", "\n".join([HEADER, *own[:9], "Total,,,300", *own[9:]]) + "\n")
    assert market.load(SETTINGS + TABLE).health[0].accepted == 21


def test_a_row_with_a_key_of_its_own_is_no_total(market):
    own = [f"{n},Firm {n},won,2026-01-{n + 1:02d},{n}.5" for n in range(20)]
    market.write("deals.csv", "\n".join(["no," + HEADER, *own, "20,Total,,,200"]) + "\n")
    assert market.load(SETTINGS + TABLE).health[0].accepted == 21


def test_a_total_in_german_figures_is_told_by_its_sum_where_two_columns_are_all_there_is(market):
    market.write("deals.csv", "company;value\n" + "".join(f"F{n};1.{n:03d},50\n" for n in range(100, 120))
                 + "Summe;22.200,00\n")
    settings = SETTINGS + 'decimal = ","\n' + TABLE.replace('closed_at = "day"\n', "")
    market.load(settings)
    assert market.refused() == [(21, "", TOTAL)]
    market.write("deals.csv", "company;value\n" + "".join(f"F{n};1.{n:03d},50\n" for n in range(100, 120))
                 + "Total;22.200,01\nF;1\n")
    market.load(settings)
    assert market.refused() == [(21, "", TOTAL)]
    market.write("deals.csv", "company;value\n" + "".join(f"F{n};1.{n:03d},50\n" for n in range(100, 120))
                 + "Total;1.200,00\n")
    market.load(settings)
    assert market.refused() == []


def test_the_total_of_a_workbook_is_refused_and_order_lines_of_it_do_not_count(market):
    book = openpyxl.Workbook()
    for row in [("order", "day", "value"), *((f"O{n}", "2026-01-05", 2.5) for n in range(30)),
                ("Summe", None, 75)]:
        book.active.append(row)
    book.save(market.folder / "lines.xlsx")
    market.load('[sources.lines]\nfile = "lines.xlsx"\n[sources.lines.order_line]\norder_id = "order"\n'
                'ordered_at = "day"\namount = "value"\n')
    assert market.refused() == [(31, "", TOTAL)]
    assert market.column("select sum(amount) from order_line") == [7500]


def test_the_total_of_a_file_that_is_joined_is_none_of_its_keys(market):
    market.write("heads.csv", "no,client,day,value\n" + "".join(f"O{n},C{n},2026-01-05,2\n" for n in range(9))
                 + "Total,,,18\n")
    market.write("lines.csv", "no,article,value\n" + "".join(f"O{n},a,2\n" for n in range(9)) + "Total,,18\n")
    market.load('[sources.lines]\nfile = "lines.csv"\n[sources.lines.join.heads]\nfile = "heads.csv"\non = "no"\n'
                '[sources.lines.order_line]\norder_id = "no"\nordered_at = "heads.day"\namount = "value"\n')
    assert market.refused() == [(10, "", TOTAL)]
    assert market.column("select sum(amount) from order_line") == [1800]


def test_the_total_of_each_of_many_customers_is_refused(market):
    lines = [line for n in range(300) for line in (
        *(f"Firm {n},won,2026-01-05,{n + k}.25" for k in range(3)), f"Total for Firm {n},,,{3 * n + 3}.75")]
    total = sum(3 * n + 3.75 for n in range(300))
    market.write("deals.csv", "\n".join([HEADER, *lines, f"Total,,,{total}"]) + "\n")
    health = market.load(SETTINGS + TABLE).health[0]
    assert (health.accepted, health.refused) == (900, 301)
    assert market.column("select sum(amount) from opportunity") == [round(100 * total)]


def test_rows_of_numbers_with_gaps_are_no_totals_unless_they_sum_up(market):
    own = [f"{n},{n % 7},20260105,{n}.5" if n % 6 else f"{n},,,{n}.5" for n in range(1, 200)]
    market.write("deals.csv", "\n".join(["no,company,day,value", *own]) + "\n")
    assert market.load(SETTINGS + TABLE).health[0].accepted == 199


def test_notes_below_the_table_of_a_workbook_and_the_total_above_them_are_refused(market):
    book = openpyxl.Workbook()
    rows = [("deal", "day", "value"), *((f"Deal {n}", "2026-01-05", 2.5) for n in range(30)), ("Total", None, 75), (),
            ("Confidential Information - Do Not Distribute",), ("Generated by: Ann 1/31/2026",)]
    for row in rows:
        book.active.append(row)
    book.save(market.folder / "deals.xlsx")
    market.load('[sources.deals]\nfile = "deals.xlsx"\n[sources.deals.opportunity]\nopportunity_id = "deal"\n'
                'closed_at = "day"\namount = "value"\n')
    assert market.refused() == [(31, "", TOTAL), (32, "", NOTE), (33, "", NOTE)]


def test_a_last_row_of_which_little_is_known_is_no_note(market):
    assert deals(market, "Copyright Clearance Ltd,won,,").accepted == 21
    assert deals(market, "Blue Sky,,,").accepted == 21


SALES = ('[sources.sales]\nfile = "sales.csv"\n\n[sources.sales.order_line]\norder_id = "no"\naccount_id = "customer"\n'
         'ordered_at = "day"\nproduct_id = "product"\namount = "amount"\n')


def sold(market, told, products=("Saw", "Drill", "Glue"), orders=12):
    """Orders of one to three lines, each followed by the rows that `told` gives for it; what was refused."""
    rows = []
    for n in range(orders):
        head = f"{n},Firm {n // 2},2026-01-{n + 1:02d}"
        own = [(products[k], 10.5 * (n + 1) + k) for k in range(1 + n % 3)]
        rows += [f"{head},{product},{amount}" for product, amount in own]
        rows += [f"{head},{product},{amount}" for product, amount in told(sum(amount for _, amount in own))]
    market.write("sales.csv", "\n".join(["no,customer,day,product,amount", *rows]) + "\n")
    market.load(SALES)
    return [reason for _, _, reason in market.refused()]


@pytest.mark.parametrize("word", ["Total", "TOTAL:", "Summe", "Sous-total", "Ergebnis", "Total of this order"])
def test_a_total_among_the_products_of_each_order_is_refused(market, word):
    assert sold(market, lambda total: [(word, total)]) == [TOTAL] * 12
    assert market.column("select count(*) from order_line") == [24]


def test_a_subtotal_a_freight_and_a_total_in_each_order_leave_lines_and_freight(market):
    def told(total):
        return [("Subtotal", total), ("Freight", 7), ("Total", total + 7)]
    assert sold(market, told) == [TOTAL] * 24
    assert market.column("select count(*) from order_line") == [36]


@pytest.mark.parametrize("told", [
    lambda total: [("Total", total + 1)], lambda total: [("Total", total if total > 30 else 5)],
    lambda total: [("Total cover", total * 0.02)]])
def test_a_product_called_total_that_is_not_everywhere_the_sum_of_the_others_stays(market, told):
    assert sold(market, told) == []


def test_totals_of_customers_whose_orders_are_apart_are_refused_wherever_they_stand(market):
    rows = [f"{n},Firm {n % 5},2026-01-{n + 1:02d},Saw,{10 + n}" for n in range(20)]
    rows += [f"x,Firm {n},2026-01-30,Total,{sum(10 + each for each in range(n, 20, 5))}" for n in range(5)]
    market.write("sales.csv", "\n".join(["no,customer,day,product,amount", *rows]) + "\n")
    market.load(SALES)
    assert [reason for _, _, reason in market.refused()] == [TOTAL] * 5


def test_a_column_that_is_empty_in_every_row_hides_no_totals(market):
    rows = [f"{n},Firm {n % 5},2026-01-{n + 1:02d},Saw,{10 + n}," for n in range(20)]
    market.write("sales.csv", "\n".join(["no,customer,day,product,amount,note", *rows]) + "\n")
    market.load(SALES)
    assert market.refused() == []

"""Exports as they come: nothing in them is misread in silence, least of all by a factor of a thousand."""

from __future__ import annotations

import datetime as dt
import gzip
import json

import openpyxl
import pytest

from marketsofone.errors import MarketError, SourceUnreadable, ValuesInvalid
from marketsofone.sources.proposing.proposal import propose

TABLE = '\n[sources.lines.order_line]\norder_id = "no"\nordered_at = "day"\namount = "value"\n'
SETTINGS = '[sources.lines]\nfile = "lines.csv"\n'


def lines(market, *values, delimiter=";"):
    rows = [("no", "day", "value"), *((f"O{place}", "2026-01-05", value) for place, value in enumerate(values))]
    market.write("lines.csv", "".join(delimiter.join(row) + "\n" for row in rows))


def amounts(market, settings="", table=TABLE):
    market.load(SETTINGS + settings + table)
    return market.column("select amount from order_line order by source_row")


def refused(market, settings="", table=TABLE):
    with pytest.raises(MarketError) as raised:
        market.load(SETTINGS + settings + table)
    return raised.value


@pytest.mark.parametrize("values", [("1.234", "2.500"), ("1,234", "2,500"), ("1.234 €", "7")])
def test_numbers_that_may_be_a_thousandth_of_each_other_are_asked_about(market, values):
    lines(market, *values)
    error = refused(market)
    assert isinstance(error, ValuesInvalid)
    assert "order_line.amount in 'value'" in error.wanted
    assert '[sources.lines]\ndecimal = ","' in error.repair
    read = {sign: amounts(market, f'decimal = "{sign}"\n')[0] for sign in (".", ",")}
    assert sorted(read.values()) == [123, 123400]


@pytest.mark.parametrize("values", [("1.234,50", "2.500"), ("12,5", "1.000"), ("1.234.567", "1.234"), ("12,5", "3,25")])
def test_a_column_of_decimal_commas_is_never_read_with_a_decimal_point(market, values):
    lines(market, *values)
    error = refused(market)
    assert "decimal comma" in error.found
    assert amounts(market, 'decimal = ","\n')[1] in (250000, 100000, 123400, 325)


@pytest.mark.parametrize(("values", "read"), [
    (("1.5", "2.500"), [150, 250]), (("1,234.50", "2,500"), [123450, 250000]),
    (("$1,234,567", "2,500"), [123456700, 250000]),
    (("0.125", "1.250"), [13, 125]), (("1234.567", "1.250"), [123457, 125]), (("7", "-12"), [700, -1200])])
def test_where_the_numbers_tell_their_sign_nobody_is_asked(market, values, read):
    lines(market, *values)
    assert amounts(market) == read


def test_in_a_file_cut_by_commas_a_grouped_number_is_an_english_one(market):
    lines(market, '"1,234"', '"2,500"', delimiter=",")
    assert amounts(market) == [123400, 250000]


def test_one_slip_among_many_numbers_is_refused_and_stops_nothing(market):
    lines(market, *["100"] * 60, "12,5")
    assert amounts(market) == [10000] * 60
    assert market.refused() == [(61, "amount", "text in a number")]


def test_numbers_inside_an_expression_are_asked_about_too(market):
    lines(market, "1.234", "2.500")
    table = TABLE.replace('"value"', '"value * 2"')
    assert "order_line.amount in 'value'" in refused(market, table=table).wanted
    assert amounts(market, 'decimal = ","\n', table) == [246800, 500000]


def test_later_rows_are_asked_where_the_first_tell_nothing(market):
    lines(market, *["5"] * 60_000, "1.234")
    assert "none that tells" in refused(market).found


def workbook(market, *rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    book.save(market.folder / "book.xlsx")


BOOK = '[sources.lines]\nfile = "book.xlsx"\n'


@pytest.mark.parametrize("decimal", ["", 'decimal = ","\n'])
def test_a_true_number_of_a_workbook_keeps_its_size_whatever_sign_its_texts_have(market, decimal):
    day = dt.datetime(2026, 1, 5)
    workbook(market, ("no", "day", "value"), ("O1", day, 1.234), ("O2", day, 1234.5), ("O3", day, 7))
    market.load(BOOK + decimal + TABLE)
    assert market.column("select amount from order_line order by source_row") == [123, 123450, 700]


def test_texts_with_decimal_commas_among_true_numbers_of_a_workbook_are_asked_about_and_read(market):
    day = dt.datetime(2026, 1, 5)
    workbook(market, ("no", "day", "value"), *(("O", day, value) for value in ("1.234,50", "2.000", 7)))
    with pytest.raises(ValuesInvalid, match="decimal comma"):
        market.load(BOOK + TABLE)
    market.load(BOOK + 'decimal = ","\n' + TABLE)
    assert market.column("select amount from order_line order by source_row") == [123450, 200000, 700]


TITLES = [["Pipeline report"], ["created 2026-06-30", None, None, None, "sales"], [],
          ["no", "day", "value", "town", "rep"],
          ["O1", "2026-01-05", 5, "Ulm", "ann"], ["O2", "2026-01-06", None, None, None]]


def test_titles_above_the_header_of_a_workbook_are_passed_over_and_told(market):
    workbook(market, *TITLES)
    loaded = market.load(BOOK + TABLE)
    assert market.rows("select source_row, amount from order_line order by 1") == [(1, 500), (2, None)]
    assert [(one.severity, one.message[:24]) for one in loaded.findings if one.code == "rows_above_header"] == [
        ("info", "2 rows above the header ")]


def test_titles_above_the_header_of_a_text_file_are_passed_over_and_row_numbers_stay_right(market):
    rows = [";".join(str(cell or "") for cell in row) for row in TITLES] + ["O3;2026", "", "O4;2026-01-05;6;Ulm;ann"]
    market.write("lines.csv", "\n".join(rows))
    loaded = market.load(SETTINGS + TABLE)
    assert market.rows("select source_row, amount from order_line order by 1") == [(1, 500), (2, None), (4, 600)]
    assert market.refused() == [(3, "", "fewer values than the header has columns")]
    assert "rows_above_header" in {one.code for one in loaded.findings}


@pytest.mark.parametrize("width", [3, 4])
def test_a_title_of_one_cell_stands_above_a_table_of_few_columns_too(market, width):
    workbook(market, ["Pipeline report"], [], *(row[:width] for row in TITLES[3:]))
    market.load(BOOK + TABLE)
    assert market.rows("select source_row, amount from order_line order by 1") == [(1, 500), (2, None)]


def test_a_header_of_two_names_over_two_columns_is_no_title(market):
    market.write("lines.csv", "no,day\nO1,2026-01-05\n")
    market.load(SETTINGS + TABLE.replace('amount = "value"\n', ""))
    assert market.column("select source_row from order_line") == [1]


def test_fields_of_objects_inside_json_are_columns_and_lists_stay_text(market):
    rows = [{"no": 1, "who": {"key": "K1", "at": {"town": "Ulm"}}, "day": "2026-01-05", "tags": ["a", "b"], "mixed": 3},
            {"no": 2, "who": {"key": "K2", "at": {"town": "Bonn"}}, "day": "2026-01-06", "tags": [], "mixed": "three"}]
    content = "\n".join(map(json.dumps, rows)).encode()
    (market.folder / "lines.jsonl.gz").write_bytes(gzip.compress(content))
    market.load('[sources.lines]\nfile = "lines.jsonl.gz"\n[sources.lines.order_line]\norder_id = "no"\n'
                'ordered_at = "day"\naccount_id = "who.key"\n[sources.lines.order_line.dimensions]\n'
                'town = "who.at.town"\ntags = "tags"\nmixed = "mixed"\n')
    assert market.rows("select dim_town, dim_tags, dim_mixed from order_line order by source_row") == [
        ("Ulm", '["a","b"]', "3"), ("Bonn", "[]", "three")]
    assert market.column("select source_id from entity_link where entity = 'account' order by 1") == ["K1", "K2"]


def test_a_byte_order_mark_names_twice_and_values_over_two_lines_in_utf16_are_read(market):
    text = 'no,day,value,value\n"O1","2026-01-05","$1,234.50",x\n"O2","2026-01-06",7,"two\nlines"\n'
    for encoding in ("utf-16", "utf-8-sig"):
        market.write("lines.csv", text.encode(encoding))
        market.load(SETTINGS + TABLE + '[sources.lines.order_line.dimensions]\nnote = "value_2"\n')
        assert market.rows("select amount, dim_note from order_line order by source_row") == [
            (123450, "x"), (700, "two\nlines")]


def test_bytes_that_are_no_text_are_told_and_nothing_of_them(market):
    market.write("lines.csv", bytes(range(256)) * 20)
    error = refused(market)
    assert isinstance(error, SourceUnreadable)
    assert "lines" in error.wanted


def test_a_proposal_reads_decimal_commas_says_so_and_names_what_it_could_not_use(market):
    rows = "".join(f"O{n};K{n % 40:02d};2026-01-{1 + n % 28:02d};1.{n:03d}\n" for n in range(100, 300))
    market.write("orders.csv", "order_id;account;order_date;amount\n" + rows)
    market.write("nothing.csv", "")
    market.write("blob.csv", bytes(range(256)) * 20)
    found = propose(market.folder, "messy")
    assert 'decimal = ","  # guessed' in found.text
    assert any("decimals with a comma" in said for said in found.guessed)
    assert any(said.startswith("nothing.csv was not used. ") and "an empty file" in said for said in found.unsure)
    assert any(said.startswith("blob.csv was not used. ") for said in found.unsure)


def noted(market, change):
    """A ledger of 300 rows with a note each, some of its lines changed; the findings of loading it."""
    rows = [f"O{n};2026-01-05;{n};a note" for n in range(300)]
    market.write("lines.csv", "\n".join(["no;day;value;note", *change(rows)]) + "\n")
    return [one for one in market.load(SETTINGS + TABLE).findings if one.code == "lines_swallowed"]


@pytest.mark.parametrize(("closed", "told"),
                         [(None, "250 lines"), (';a "note', "150 lines"), (';a note"', "150 lines")])
def test_rows_that_an_unclosed_quote_swallows_are_missed_aloud(market, closed, told):
    def change(rows):
        rows[49] = rows[49].replace(";a note", ';"a note')
        if closed:
            rows[199] = rows[199].replace(";a note", closed)
        return rows

    (finding,) = noted(market, change)
    assert finding.message.startswith(told)
    assert "near row 50" in finding.message


def test_notes_of_several_lines_and_empty_lines_swallow_nothing(market):
    assert noted(market, lambda rows: [row.replace(";a note", ';"a\nnote\nof lines"') + "\n" for row in rows]) == []
    assert market.column("select count(*) from order_line") == [300]


def test_a_line_that_is_json_and_no_object_is_named(market):
    rows = [json.dumps({"no": f"O{n}", "day": "2026-01-05", "value": n}) for n in range(30)]
    market.write("lines.jsonl", "\n".join([*rows[:9], "[1, 2]", *rows[9:]]))
    with pytest.raises(SourceUnreadable) as raised:
        market.load(SETTINGS.replace("csv", "jsonl") + TABLE)
    assert "1 lines that are a list" in raised.value.found
    assert "the first is line 10" in raised.value.found


def test_which_of_several_sheets_was_read_is_told_and_an_empty_one_names_the_next(market):
    book = openpyxl.Workbook()
    book.active.title = "Read me"
    book.active.append(["no", "day", "value"])
    data = book.create_sheet("Lines")
    for row in [("no", "day", "value"), ("O1", dt.datetime(2026, 1, 5), 7), ("O2", "13.02.2026", 8)]:
        data.append(row)
    book.save(market.folder / "lines.xlsx")
    settings = SETTINGS.replace("csv", "xlsx")
    with pytest.raises(SourceUnreadable) as raised:
        market.load(settings + TABLE)
    assert raised.value.repair.endswith('[sources.lines]\nsheet = "Lines"')
    book["Read me"].append(("O3", "2026-03-05", 9))
    book.save(market.folder / "lines.xlsx")
    (finding,) = [one for one in market.load(settings + TABLE).findings if one.code == "first_sheet"]
    assert "2 sheets; 'Read me', the first" in finding.message


def test_the_line_that_reads_dates_in_two_formats_reads_those_of_a_workbook(market):
    book = openpyxl.Workbook()
    for row in [("no", "day", "value"), ("O1", dt.datetime(2026, 1, 5), 7), ("O2", "13.02.2026", 8)]:
        book.active.append(row)
    book.save(market.folder / "lines.xlsx")
    settings = SETTINGS.replace("csv", "xlsx")
    found = market.load(settings + TABLE).findings
    repair = next(one.repair for one in found if one.code == "dates_in_two_formats").splitlines()[-1]
    market.load(settings + TABLE.replace('ordered_at = "day"', repair))
    assert market.column("select count(*) from order_line where ordered_at is not null") == [2]


@pytest.mark.parametrize(("decimal", "values"), [
    (",", ("1.234,56-", "(1.234,56)", "-€ 1.234,56", "1.234,56- €", "- 1.234,56")),
    (".", ("1,234.56-", "(1,234.56)", "-$1,234.56", "$(1,234.56)", "($1,234.56)"))])
def test_a_sign_behind_a_number_or_brackets_around_it_say_that_it_is_negative(market, decimal, values):
    lines(market, *values, "7")
    assert amounts(market, f'decimal = "{decimal}"\n') == [-123456] * 5 + [700]
    table = TABLE.replace('"value"', '"value * 2"')
    assert amounts(market, f'decimal = "{decimal}"\n', table) == [-246912] * 5 + [1400]


def test_what_only_looks_like_a_sign_is_refused(market):
    lines(market, "-5-", "(5", "5-3", "(-5)", "-", "5")
    assert amounts(market) == [500]
    assert len(market.refused()) == 5


def test_two_columns_of_which_one_holds_decimal_commas_are_cut_where_the_header_is(market):
    market.write("lines.csv", "no;value\nO1;1,50\nO2;2,25\n")
    table = '\n[sources.lines.opportunity]\nopportunity_id = "no"\namount = "value"\n'
    market.load(SETTINGS + 'decimal = ","\n' + table)
    assert market.column("select amount from opportunity order by source_row") == [150, 225]


GROUPED = [["Client", "", "Order", "", "", "Values", ""], ["No", "Town", "Number", "Day", "Note", "Net", "Cost"],
           ["K1", "Ulm", "O1", "2026-01-05", "a", "10.5", "4"], ["K2", "Bonn", "O2", "2026-01-06", "b", "7", "3"]]
GROUPED_TABLE = ('\n[sources.lines.order_line]\norder_id = "Number"\naccount_id = "No"\nordered_at = "Day"\n'
                 'amount = "Net"\n')


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_header_of_two_rows_gives_the_names_of_the_second(market, kind):
    if kind == "csv":
        market.write("lines.csv", "\n".join(map(",".join, GROUPED)) + "\n")
    else:
        workbook(market, *[[cell or None for cell in row] for row in GROUPED])
    settings = SETTINGS if kind == "csv" else BOOK
    loaded = market.load(settings + GROUPED_TABLE)
    assert market.rows("select source_row, amount from order_line order by 1") == [(1, 1050), (2, 700)]
    assert "rows_above_header" in {one.code for one in loaded.findings}


def test_a_header_with_gaps_above_rows_of_data_is_no_group(market):
    market.write("lines.csv", "no,,day,,value\nO1,x,2026-01-05,y,n/a\nO2,x,2026-01-06,y,5\nO3,x,2026-01-07,y,6\n")
    market.load(SETTINGS + TABLE)
    assert market.rows("select source_row, amount from order_line order by 1") == [(2, 500), (3, 600)]
    assert market.refused() == [(1, "amount", "text in a number")]


def test_merged_cells_say_the_same_in_each_of_their_rows_and_no_amount_twice(market):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in [("no", "day", "total", "article", "value"), ("O1", dt.datetime(2026, 1, 5), 30, "a", 10),
                (None, None, None, "b", 20), ("O2", dt.datetime(2026, 1, 6), 5, "a", 5), (None, None, None, "c", None)]:
        sheet.append(row)
    for cells in ("A2:A3", "B2:B3", "C2:C3"):
        sheet.merge_cells(cells)
    book.save(market.folder / "book.xlsx")
    loaded = market.load(BOOK + TABLE.replace("value", "total"))
    assert market.rows("select source_row, ordered_at::date::varchar, amount from order_line order by 1") == [
        (1, "2026-01-05", 3000), (2, "2026-01-05", None), (3, "2026-01-06", 500)]
    assert market.refused() == [(4, "order_id", "required and empty")]
    assert next(one for one in loaded.findings if one.code == "merged_cells").message.startswith("3 cells")


def test_yes_and_no_of_other_languages_are_read(market):
    market.write("lines.csv", "who;said\nK1;WAHR\nK2;Nein\nK3;oui\nK4;perhaps\n")
    market.load(SETTINGS + '\n[sources.lines.touch]\naccount_id = "who"\nanswered = "said"\n')
    assert market.column("select answered from touch order by source_row") == [True, False, True]
    assert market.refused() == [(4, "answered", "not a yes or no")]


@pytest.mark.parametrize("text", [
    "Report\nof sales\n\nno,day,value,a,b\r\nO1,2026-01-05,5,x,y\r\nO2,2026-01-06,6,x,y\r\n",
    "no,day,value\nO1,2026-01-05,5\r\nO2,2026-01-06,6\r\n", "no,day,value\r\nO1,2026-01-05,5\nO2,2026-01-06,6\r\n"])
@pytest.mark.parametrize("zipped", [False, True])
def test_lines_that_end_in_two_ways_are_all_read(market, text, zipped):
    market.write("lines.csv.gz" if zipped else "lines.csv", gzip.compress(text.encode()) if zipped else text)
    market.load(SETTINGS.replace("lines.csv", "lines.csv.gz" if zipped else "lines.csv") + TABLE)
    assert market.rows("select source_row, amount from order_line order by 1") == [(1, 500), (2, 600)]

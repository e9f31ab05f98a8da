"""Files made to fill the memory, the disk or the day: told plainly. A sheet's word on its size is not taken."""

import gzip
import zipfile

import duckdb
import pytest
from openpyxl import Workbook

from marketsofone.errors import SourceUnreadable
from marketsofone.sources.proposing.proposal import propose
from marketsofone.sources.staging import unpacking

SETTINGS = ('[sources.crm]\nfile = "{0}"\n[sources.crm.opportunity]\nopportunity_id = "id"\naccount_id = "account"\n')
ROWS = "".join(f"o{n},a{n % 9}\n" for n in range(50))


def book(market, **parts):
    """A workbook of fifty rows, some of its parts changed by a function of their text."""
    made = Workbook()
    made.active.append(["id", "account"])
    for n in range(50):
        made.active.append([f"o{n}", f"a{n % 9}"])
    made.save(market.folder / "plain.xlsx")
    with zipfile.ZipFile(market.folder / "plain.xlsx") as old, zipfile.ZipFile(
            market.folder / "book.xlsx", "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            text = old.read(name).decode()
            change = parts.get(name.rpartition("/")[2].partition(".")[0])
            new.writestr(name, change(text) if change else text)
    return SETTINGS.format("book.xlsx")


@pytest.mark.parametrize("size", ["A1:B3", "A1", "A1:XFD1048576", ""])
def test_a_sheet_is_read_whole_whatever_size_it_states(market, size):
    market.load(book(market, sheet1=lambda text: text.replace(
        '<dimension ref="A1:B51" />', f'<dimension ref="{size}" />' if size else "")))
    assert market.column("select count(*) from opportunity") == [50]


def test_a_row_that_is_coloured_to_the_end_of_the_sheet_adds_no_columns(market):
    coloured = '<c r="XFD1" s="0"/></row><row r="2">'
    market.load(book(market, sheet1=lambda text: text.replace('</row><row r="2">', coloured)))
    assert market.column("select count(*) from opportunity") == [50]


@pytest.mark.parametrize("row", [
    '<row r="52"><c></row>', '<row r="52"><c r="A52" t="s"><v>77</v></c></row>',
    '<row r="52"><c r="A52"><v>zz</v></c></row>', '<row r="99999999999"><c r="A99999999999"><v>1</v></c></row>'])
def test_a_sheet_that_is_damaged_or_endless_is_told(market, row):
    with pytest.raises(SourceUnreadable, match=r"damaged|at most 1,048,576 rows"):
        market.load(book(market, sheet1=lambda text: text.replace("</sheetData>", f"{row}</sheetData>")))


def test_merged_cells_made_to_be_searched_for_ever_are_passed_over(market):
    endless = (f"</sheetData><!--{'<mergeCell ' * 90_000}-->"
               f"<mergeCells><mergeCell ref=\"A1:A{'9' * 5000}\"/></mergeCells>")
    with pytest.raises(SourceUnreadable, match="damaged"):
        market.load(book(market, sheet1=lambda text: text.replace("</sheetData>", endless)))


def test_a_cell_merged_over_rows_that_end_before_it_holds_for_them(market):
    merged = '</sheetData><mergeCells count="1"><mergeCell ref="B2:B4"/></mergeCells>'
    settings = book(market, sheet1=lambda text: text.replace("</sheetData>", merged).replace(
        '<c r="B3" t="inlineStr"><is><t>a1</t></is></c>', ""))
    market.load(settings)
    assert market.column("select count(distinct account_id) from opportunity where source_row in (1, 2)") == [1]


def test_a_workbook_that_unpacks_to_far_more_than_its_size_is_not_opened(market, monkeypatch):
    monkeypatch.setattr(unpacking, "ALWAYS", 1_000_000)
    settings = book(market, sheet1=lambda text: text.replace("<sheetData>", f"<!--{'a' * 3_000_000}--><sheetData>"))
    with pytest.raises(SourceUnreadable, match=r"book\.xlsx unpacks to no more than 100 times its size"):
        market.load(settings)


@pytest.mark.parametrize("name", ["deals.csv.gz", "deals.jsonl.gz"])
@pytest.mark.parametrize("filler", [b"a" * 5_000_000, b"o1,a1\n" * 900_000, b"\xf6" * 5_000_000])
def test_a_packed_file_that_unpacks_to_far_more_than_its_size_is_left(market, monkeypatch, name, filler):
    monkeypatch.setattr(unpacking, "ALWAYS", 1_000_000)
    market.write(name, gzip.compress(b"id,account\n" + ROWS.encode() + filler))
    with pytest.raises(SourceUnreadable, match="unpacks to no more than 100 times its size"):
        market.load(SETTINGS.format(name))


@pytest.mark.parametrize("name", ["deals.csv.gz", "deals.jsonl.gz"])
def test_a_packed_file_that_broke_off_is_told(market, name):
    lines = b'{"id": "o1", "account": "a1"}\n' * 900 if "json" in name else b"id,account\n" + ROWS.encode()
    packed = gzip.compress(lines)
    market.write(name, packed[: len(packed) // 2])
    with pytest.raises(SourceUnreadable, match="broken off"):
        market.load(SETTINGS.format(name))


def test_a_table_of_more_columns_than_anyone_names_is_told(market):
    names = ",".join(f"c{n}" for n in range(6_000))
    market.write("deals.csv", f"id,account,{names}\n" + f"o1,a1{',1' * 6_000}\n" * 3)
    with pytest.raises(SourceUnreadable, match="at most 5,000 columns"):
        market.load(SETTINGS.format("deals.csv"))


def test_a_note_longer_than_any_page_is_a_value_like_others(market):
    market.write("deals.csv", f"id,account,note\no0,a0,{'a' * 200_000}\n{ROWS.replace(chr(10), ',x' + chr(10))}")
    market.load(SETTINGS.format("deals.csv"))
    assert market.column("select count(*) from opportunity where source_row = 1") == [1]


def test_a_parquet_file_whose_content_is_damaged_is_named(market):
    path = market.folder / "deals.parquet"
    duckdb.execute(f"copy (select 'o' || i as id, 'a' || (i % 9) as account from range(9000) t(i)) to '{path}'")
    whole = path.read_bytes()
    path.write_bytes(whole[:40] + bytes(255 - byte for byte in whole[40:400]) + whole[400:])
    with pytest.raises(SourceUnreadable, match=r"deals\.parquet.*damaged"):
        market.load(SETTINGS.format("deals.parquet"))
    market.write("others.csv", "opp_id,account,outcome\n" + "".join(f"o{n},a{n % 9},won\n" for n in range(90)))
    assert any("deals.parquet was not used" in told for told in propose(market.folder, "m").unsure)

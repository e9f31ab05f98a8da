"""A row keeps its number among the rows of its file, whatever stands between them."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from marketsofone.engine import open_engine
from marketsofone.sources.mapping.source import sources_from
from marketsofone.sources.staging.every_source import stage

WAYS = ("good", "long", "short", "wide", "blank")
"""A row; a row with line ends in a value; one with too few values, one with too many; an empty line."""


def written(ways, end):
    """The file, the numbers of its good rows and of its broken ones."""
    lines, good, broken, row = ["k,n", ], [], [], 0
    for way in ways:
        row += way != "blank"
        lines.append({"good": f"{row},x", "long": f'{row},"a{end}{end}b"', "short": f"{row}", "wide": f"{row},x,y",
                      "blank": ""}[way])
        (good if way in ("good", "long") else broken if way in ("short", "wide") else []).append(row)
    return end.join(lines) + end, good, broken


def numbers(folder, name="a.csv"):
    """The numbers that the loader gives, as the rows themselves say them; those of broken rows."""
    source = sources_from({"a": {"file": name, "touch": {"touch_id": "k"}}}, folder)[0]
    con = open_engine(threads=2).con
    staged = stage(con, source, folder)
    rows = con.execute(f"select k::bigint, {staged.row_number} from {staged.relation}").fetchall()
    assert all(said == counted for said, counted in rows)
    return [said for said, _ in rows], [number for number, _ in staged.broken]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(WAYS), min_size=1, max_size=25).filter(lambda ways: set(ways) != {"blank"}),
       st.sampled_from(["\n", "\r\n"]))
def test_blank_lines_ragged_rows_and_values_with_line_ends_leave_the_numbers_right(tmp_path, ways, end):
    text, good, broken = written(ways, end)
    (tmp_path / "a.csv").write_bytes(text.encode())
    assert numbers(tmp_path) == (good, broken)


@pytest.mark.parametrize(("encoding", "zipped"), [("utf-8", True), ("utf-16", False), ("cp1252", True)])
def test_so_they_do_in_zipped_files_and_in_other_encodings(tmp_path, encoding, zipped):
    text, good, broken = written(["good", "blank", "short", "long", "blank", "blank", "wide", "good"], "\n")
    content = text.replace("x", "é").encode(encoding)
    (tmp_path / "a.csv").write_bytes(gzip.compress(content) if zipped else content)
    assert numbers(tmp_path) == (good, broken)


def test_empty_lines_above_the_header_and_more_rows_than_one_reader_takes_leave_them_right(tmp_path):
    ways = ["good", "blank", "long", "good"] * 50_000 + ["short", "blank", "good"]
    text, good, broken = written(ways, "\n")
    (tmp_path / "a.csv").write_text("\n\n" + text)
    assert numbers(tmp_path) == (good, broken)

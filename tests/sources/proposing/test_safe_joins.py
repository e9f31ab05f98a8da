"""What keeps rows of one file from being joined with those of another is told by one piece, whoever asks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from marketsofone.sources.profiling.columns import ColumnProfile, FileProfile, source_of
from marketsofone.sources.profiling.links import Link
from marketsofone.sources.proposing.safe_joins import against

NUMBER = ColumnProfile("number", "text", 100, 100, 5.0, ())
LINES = FileProfile(source_of(Path("lines.csv"), "lines", "lines.csv"), 300, (replace(NUMBER, filled=300),))
HEADS = FileProfile(source_of(Path("heads.csv"), "heads", "heads.csv"), 100, (NUMBER,))
LINK = Link("lines", "number", "heads", "number", met=300, filled=300, several=0)


def test_rows_that_each_find_one_row_are_joined():
    assert against(LINK, LINES, HEADS) == ""
    assert against(replace(LINK, met=270), LINES, HEADS) == ""


@pytest.mark.parametrize(("link", "heads", "said"), [
    (LINK, replace(HEADS, columns=(replace(NUMBER, distinct=99),)), "99 different in 100 rows"),
    (LINK, replace(HEADS, rows=101), "100 different in 101 rows"),
    (LINK, replace(HEADS, columns=(replace(NUMBER, repair=("ltrim(number)", "no zeros")),)), "in different ways"),
    (LINK, replace(HEADS, source=replace(HEADS.source, table="heads")), "a join reads files"),
    (replace(LINK, met=269), HEADS, "only 269 of 300 rows"),
    (replace(LINK, several=2), HEADS, "2 rows name several number at once"),
])
def test_rows_that_may_find_none_or_the_wrong_one_are_not_and_that_is_said(link, heads, said):
    assert said in against(link, LINES, heads)

"""Tallies add and subtract, so that a refresh with new rows equals a rebuild."""

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketsofone.estimates import SUMS, combine, fetch_base, tally

ROWS = st.lists(st.tuples(st.integers(1, 4), st.sampled_from(["a", "b"]), st.sampled_from([0.25, 0.5, 1.0]),
                          st.integers(-50, 900)), max_size=12)


def table(rows):
    """Rows of buyer, sector, trials and total."""
    columns = list(zip(*rows, strict=True)) or [[], [], [], []]
    kinds = {"buyer_id": pa.int64(), "sector": pa.string(), "trials": pa.float64(), "total": pa.float64()}
    return pa.table([pa.array(list(values), kind) for values, kind in zip(columns, kinds.values(), strict=True)],
                    names=list(kinds))


@pytest.fixture(scope="module")
def compiled(engine):
    """Runs the four queries of a refresh on made rows; each is compiled once."""
    old, new, both = (engine.create_table(f"tally_rows_{name}", table([])) for name in ("old", "new", "both"))
    levels = ["sector", "buyer_id"]
    ordered = [*levels, *SUMS]
    exprs = {
        "rebuilt": tally(both, levels), "refreshed": combine(tally(old, levels), tally(new, levels), levels),
        "before": tally(old, levels),
        "taken_out": combine(tally(both, levels), tally(new, levels), levels, sign=-1),
    }
    queries = {name: engine.compile(expr.select(*ordered).order_by(levels)) for name, expr in exprs.items()}

    def run(first, second):
        for name, rows in (("old", first), ("new", second), ("both", first + second)):
            engine.con.execute(f"delete from tally_rows_{name}")
            engine.con.register("made_rows", table(rows))
            engine.con.execute(f"insert into tally_rows_{name} select * from made_rows")
        return {name: engine.con.execute(query).fetchall() for name, query in queries.items()}

    return run


def alike(found, wanted):
    assert [row[:2] for row in found] == [row[:2] for row in wanted]
    assert [row[2:] for row in found] == [pytest.approx(row[2:], abs=1e-6) for row in wanted]


@settings(max_examples=40, deadline=None)
@given(old=ROWS, new=ROWS)
def test_a_refresh_equals_a_rebuild_and_what_was_added_can_be_taken_out(compiled, old, new):
    found = compiled(old, new)
    alike(found["refreshed"], found["rebuilt"])
    alike(found["taken_out"], found["before"])


def test_a_tally_counts_rows_trials_totals_and_squares_over_trials(compiled):
    found = compiled([(1, "a", 1.0, 30), (1, "a", 0.5, 10), (2, "b", 1.0, 0)], [])
    assert found["rebuilt"] == [("a", 1, 2.0, 1.5, 40.0, 900.0 + 200.0), ("b", 2, 1.0, 1.0, 0.0, 0.0)]


def test_the_base_of_a_market_is_the_sum_over_its_buyers(engine):
    tallied = ibis.memtable({"buyer_id": [1, 2], "trials": [3.0, 1.0], "total": [2.0, 0.0]})
    assert fetch_base(tallied) == (4.0, 2.0, 2.0)
    assert fetch_base(tallied.filter(tallied.buyer_id > 5)) == (0.0, 0.0, 0.0)

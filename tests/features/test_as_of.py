"""Everything is computed as of a date: what came later, or was learnt later, changes nothing."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketsofone.customer import UserColumn
from marketsofone.features import (
    AsOf,
    buyers,
    contributions,
    histories,
    known_by,
    last_moments,
    owners,
    purchase_days,
    with_buyer,
    with_entering,
)
from marketsofone.measures import ANSWER_RATE, ENTRY_RATE, WIN_RATE

COLUMNS = (UserColumn("sector", "account", "dimension", "text"),
           UserColumn("rival", "rival_met", "dimension", "text", "dominant"),
           UserColumn("colour", "order_line", "dimension", "text", "mixed"))
DAY = date(2026, 6, 30)
ACCOUNTS = st.integers(1, 5)


def facts(tables, level="account", as_of=None):
    """Every feature there is, each as an expression."""
    as_of = as_of or AsOf(DAY)
    known = with_entering(known_by(tables, as_of))
    owner = owners(known, level)
    days = purchase_days(known, owner, 0.5, 100)
    rates = {m.name: m.rows(with_buyer(known[m.table], owner)) for m in (WIN_RATE, ENTRY_RATE, ANSWER_RATE)}
    return rates | {
        "buyers": buyers(known, owner, COLUMNS),
        "amounts": contributions(known, owner, "opportunity.amount", as_of, 365, 0.5, 100),
        "followed": contributions(known, owner, "order_line", as_of, 365, 0.5, 100),
        "days": days, "histories": histories(days, as_of),
    }


def happened(draw):
    """Either it happened later, or it happened before and became known later."""
    later = datetime(2026, 7, 1) + timedelta(hours=draw(st.integers(0, 9_000)))
    if draw(st.booleans()):
        return later, None
    return datetime(2026, 1, 1) + timedelta(hours=draw(st.integers(0, 4_300))), later


@st.composite
def later_facts(draw):
    """One row that came or was learnt after the day, and its table."""
    moment, known_at = happened(draw)
    later_day = date(2026, 7, 1) + timedelta(days=draw(st.integers(0, 300)))
    account = draw(ACCOUNTS)
    rows = {
        "account": {"account_id": account, "dim_sector": "care", "parent_id": 1, "form": "site",
                    **({"valid_from": later_day} if known_at is None else {"known_at": known_at})},
        "contact": {"contact_id": 51, "account_id": account, "decides": True,
                    **({"valid_from": later_day} if known_at is None else {"known_at": known_at})},
        "opportunity": {"opportunity_id": draw(st.integers(100, 110)), "account_id": account, "opened_at": moment,
                        "known_at": known_at, "outcome": draw(st.sampled_from(["won", "lost", "open"])),
                        "closed_at": moment, "amount": 999_00, "entered": True, "entered_at": moment},
        "touch": {"account_id": account, "happened_at": moment, "known_at": known_at, "answered": True,
                  "campaign": "spring", "direction": draw(st.sampled_from(["in", "out"]))},
        "order_line": {"order_id": 999, "account_id": account, "ordered_at": moment, "known_at": known_at,
                       "quantity": 1.0, "amount": 5_000_00, "dim_colour": "green"},
        "rival_met": {"opportunity_id": draw(st.sampled_from([11, 13, 100])), "competitor_id": 73,
                      "dim_rival": "Late", "known_at": known_at or moment},
        "step": {"opportunity_id": draw(st.sampled_from([13, 14, 15])), "name": "quoted", "happened_at": moment,
                 "known_at": known_at},
    }
    name = draw(st.sampled_from(sorted(rows)))
    return name, rows[name]


@pytest.fixture(scope="module")
def learn(engine, arrow, everyday):
    """Gives every feature's answer once the everyday market has learnt more rows; queries are compiled once."""
    start = everyday | {"contact": [{"contact_id": 52, "account_id": 5, "decides": False}],
                        "step": [{"opportunity_id": 15, "name": "invited", "happened_at": datetime(2026, 1, 16)}]}
    known = {name: engine.create_table(f"known_{name}", table) for name, table in arrow(start).items()}
    features = facts(known, "contact")
    queries = {name: (expr, engine.to_pyarrow(expr) and engine.compile(expr)) for name, expr in features.items()}

    def answers(rows_by_table):
        engine.con.begin()
        for name, rows in arrow(rows_by_table).items():
            engine.con.register("learnt", rows)
            engine.con.execute(f"insert into known_{name} select * from learnt")
        found = {name: sorted(engine.con.execute(sql).fetchall(), key=repr) for name, (_, sql) in queries.items()}
        engine.con.rollback()
        return found

    nothing_learnt = answers({})
    return lambda rows_by_table: answers(rows_by_table) if rows_by_table else nothing_learnt


@settings(max_examples=15, deadline=None)
@given(later=st.lists(later_facts(), min_size=1, max_size=12))
def test_facts_that_came_or_were_learnt_later_change_nothing(learn, later):
    rows = {name: [row for of, row in later if of == name] for name, _ in later}
    assert learn(rows) == learn({})


def test_facts_that_came_and_were_learnt_in_time_change_every_feature(learn):
    before, after = learn({}), learn({
        "opportunity": [{"opportunity_id": 100, "account_id": 1, "opened_at": datetime(2026, 1, 1), "outcome": "won",
                         "closed_at": datetime(2026, 1, 2), "amount": 1_00, "entered": True}],
        "touch": [{"account_id": 1, "happened_at": datetime(2026, 1, 1), "answered": True}],
        "account": [{"account_id": 6, "dim_sector": "care"}],
        "order_line": [{"order_id": 999, "account_id": 1, "ordered_at": datetime(2026, 1, 3), "amount": 5_00,
                        "dim_colour": "green"}],
    })
    assert [name for name in before if before[name] == after[name]] == []


def test_an_opportunity_decided_later_is_open_and_keeps_no_trace_of_its_end(market, tables, answer):
    known = known_by(tables(market), AsOf(date(2026, 3, 31)))["opportunity"]
    seen = answer(known.filter(known.opportunity_id == 12).select("outcome", "closed_at", "entered"))
    assert seen == [("open", None, True)]


def test_an_opportunity_entered_later_is_not_known_to_be_entered(market, tables, answer):
    known = known_by(tables(market), AsOf(date(2026, 3, 18)))["opportunity"]
    assert answer(known.filter(known.opportunity_id == 12).select("entered", "entered_at")) == [(None, None)]


def test_what_happened_on_the_day_is_known_until_its_midnight_in_the_markets_own_zone(market, tables, answer):
    market["touch"] = [{"touch_id": i, "account_id": 1, "happened_at": moment} for i, moment in enumerate(
        [datetime(2026, 6, 30, 21, 59), datetime(2026, 6, 30, 22, 0)])]
    known = known_by(tables(market), AsOf(DAY, "Europe/Berlin"))["touch"]
    assert answer(known.select("touch_id")) == [(0,)]


def test_an_entity_with_several_periods_is_its_latest_one_that_holds(market, tables, answer):
    market["account"] += [
        {"account_id": 5, "dim_sector": "retail", "valid_from": date(2026, 5, 1)},
        {"account_id": 5, "dim_sector": "public", "valid_from": date(2026, 4, 1), "valid_to": date(2026, 4, 9)},
        {"account_id": 5, "dim_sector": "public", "valid_from": date(2026, 8, 1)},
    ]
    for day, sector in ((date(2026, 3, 1), "care"), (date(2026, 4, 8), "public"), (date(2026, 4, 9), "care"),
                        (DAY, "retail")):
        known = known_by(tables(market), AsOf(day))["account"]
        assert answer(known.filter(known.account_id == 5).select("dim_sector")) == [(sector,)]


def test_what_held_until_a_day_beats_what_holds_always_and_no_longer(market, tables, answer):
    market["account"].append({"account_id": 5, "dim_sector": "public", "valid_to": date(2026, 4, 9)})
    for day, sector in ((date(2026, 4, 8), "public"), (date(2026, 4, 9), "care")):
        known = known_by(tables(market), AsOf(day))["account"]
        assert answer(known.filter(known.account_id == 5).select("dim_sector")) == [(sector,)]


def test_rows_without_any_time_are_kept(market, tables, answer):
    for row in market["touch"]:
        del row["happened_at"]
    assert len(answer(known_by(tables(market), AsOf(date(2020, 1, 1)))["touch"])) == 5


def test_without_a_day_everything_counts_as_known(market, tables, answer):
    market["touch"].append({"touch_id": 29, "account_id": 1, "happened_at": datetime(2090, 1, 1)})
    assert len(answer(known_by(tables(market), AsOf(None))["touch"])) == 6


def test_the_last_moment_of_a_market_is_that_of_its_last_event(market, tables, engine):
    moments = [row["moment"] for query in last_moments(tables(market)) for row in engine.to_pyarrow(query).to_pylist()]
    assert max(m for m in moments if m is not None) == datetime(2026, 6, 15, 12)


def test_the_day_on_which_an_open_opportunity_is_hoped_to_close_is_no_last_moment(market, tables, engine):
    market["opportunity"].append({"opportunity_id": 99, "account_id": 1, "outcome": "open",
                                  "opened_at": datetime(2026, 5, 1), "closed_at": datetime(2027, 3, 31)})
    moments = [row["moment"] for query in last_moments(tables(market)) for row in engine.to_pyarrow(query).to_pylist()]
    assert max(m for m in moments if m is not None) == datetime(2026, 6, 15, 12)

"""One body of tests, every engine: the answers are equal to 1e-9."""

import math
from datetime import date, datetime

import pytest

from marketsofone.customer import UserColumn
from marketsofone.estimates import candidates, combine, tally
from marketsofone.estimates.candidates import Dimension, fetch_candidates, gather_evidence
from marketsofone.features import (
    AsOf,
    buyers,
    contributions,
    histories,
    known_by,
    owners,
    purchase_days,
    with_buyer,
    with_entering,
)
from marketsofone.measures import ANSWER_RATE, ENTRY_RATE, WIN_RATE

pytestmark = [
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated"),  # pyspark 4.0 on pandas 3
    pytest.mark.filterwarnings("ignore:.*socket:pytest.PytestUnraisableExceptionWarning"),  # left open by pyspark
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
]

AS_OF = AsOf(date(2026, 6, 30), "Europe/Berlin")
COLUMNS = (
    UserColumn("sector", "account", "dimension", "text"),
    UserColumn("size", "account", "dimension", "number"),
    UserColumn("rival", "rival_met", "dimension", "text", "dominant"),
    UserColumn("colour", "order_line", "dimension", "text", "latest"),
    UserColumn("age", "order_line", "trait", "number", "mixed"),
)


@pytest.fixture(scope="session")
def known(on, arrow, everyday):
    """The everyday market, with contacts, steps, periods, an objection and an evening order, as known by the day."""
    rows = everyday | {
        "contact": [{"contact_id": 51, "account_id": 1, "decides": True, "known_at": datetime(2026, 1, 1)},
                    {"contact_id": 52, "account_id": 2, "decides": None}],
        "step": [{"opportunity_id": 14, "name": "invited", "happened_at": datetime(2026, 6, 20)}],
        "account": [*everyday["account"], {"account_id": 5, "dim_sector": "public", "valid_from": date(2026, 5, 1)},
                    {"account_id": 6, "dim_sector": "public"}],
        "touch": [*everyday["touch"], {"touch_id": 26, "account_id": 1, "campaign": "spring", "direction": "out",
                                       "happened_at": datetime(2026, 3, 1)},
                  {"touch_id": 27, "account_id": 1, "campaign": "spring", "direction": "in",
                   "happened_at": datetime(2026, 3, 2, 3, 4, 5, 678_900)}],
        "order_line": [*everyday["order_line"], {"order_id": 41, "account_id": 1, "quantity": 3.0, "amount": 33_33,
                                                 "ordered_at": datetime(2026, 6, 30, 21, 59, 59, 500_000)}],
        "objection": [{"about": "account", "about_id": "cedar"}],
    }
    held = {name: on.hold(f"engines_{name}", table) for name, table in arrow(rows).items()}
    return with_entering(known_by(held, AS_OF))


@pytest.fixture(scope="session")
def owner(on, known):
    """Who owns what, held in the engine as a run does."""
    return {name: on.hold(f"engines_owner_{name}", of) for name, of in owners(known, "contact").items()}


@pytest.fixture(scope="session")
def features(on, known, owner):
    """Every feature, as an expression."""
    days = purchase_days(known, owner, 0.35, 100)
    trials = {m.name: m.rows(with_buyer(known[m.table], owner)) for m in (WIN_RATE, ENTRY_RATE, ANSWER_RATE)}
    amounts = {f"contributions_{name}": contributions(known, owner, step, AS_OF, 50, 0.35, 100)
               for name, step in (("amount", "opportunity.amount"), ("lines", "order_line"))}
    amounts = {name: on.hold(f"engines_{name}", rows) for name, rows in amounts.items()}
    tallied = on.hold("engines_tally", tally(amounts["contributions_lines"], ["buyer_id"]))
    return trials | amounts | {f"owners_{name}": of for name, of in owner.items()} | {
        "buyers": buyers(known, owner, COLUMNS), "purchase_days": days, "histories": histories(days, AS_OF),
        "tally": tallied, "combined": combine(tallied, tallied, ["buyer_id"]),
    }


ANSWERS = {}
NAMES = ("win_rate", "entry_rate", "answer_rate", "contributions_amount", "contributions_lines", "owners_account",
         "owners_contact", "owners_opportunity", "buyers", "purchase_days", "histories", "tally", "combined")


def agrees_with_the_first(name, rows):
    """Rows equal those of the engine that answered first: texts and ids exactly, numbers to 1e-9."""
    assert rows, "nothing would be compared"
    first = ANSWERS.setdefault(name, rows)
    assert len(rows) == len(first)
    for found, wanted in zip(rows, first, strict=True):
        assert list(found) == list(wanted)
        for key, value in wanted.items():
            if isinstance(value, float) and not math.isnan(value):
                assert type(found[key]) is float, f"{key} is not a double"
                assert found[key] == pytest.approx(value, rel=1e-9, abs=1e-9), key
            else:
                assert found[key] == value or (found[key] != found[key] and value != value), key


@pytest.mark.parametrize("name", NAMES)
def test_every_engine_gives_the_same_features(on, features, name):
    agrees_with_the_first(name, on.rows(features[name]))


def test_no_feature_is_left_out_of_the_comparison(features):
    assert set(features) == set(NAMES)


def test_every_engine_gives_the_same_sums_for_candidate_splits(on, features, monkeypatch):
    monkeypatch.setattr(candidates, "hold", lambda engine, name, rows: on.hold(f"engines_{name}", rows))
    people = on.hold("engines_people", features["buyers"])
    won = on.hold("engines_won", tally(features["win_rate"], ["buyer_id"]))
    money = features["tally"]
    dimensions = [Dimension("sector", "dim_sector"), Dimension("size", "dim_size", (12.0, 40.0))]
    evidence = gather_evidence(on.backend, people, dimensions, {"competitiveness": won, "attractiveness": money})
    placed = on.hold("engines_placed", people.select("buyer_id", node=people.buyer_id % 2))
    frame = fetch_candidates(evidence, placed, dimensions, ["competitiveness", "attractiveness"])
    frame["value"] = frame["value"].where(frame["value"].notna(), "")
    keys = ["dimension", "node", "half", "value"]
    rows = frame.sort_values(keys)[[*keys, *(c for c in sorted(frame.columns) if c not in keys)]]
    agrees_with_the_first("candidates", rows.astype(dict.fromkeys(rows.columns[4:], float)).to_dict("records"))

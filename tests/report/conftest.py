"""Example snapshots: a market you can hold in your head, and a larger one of eighty leaves."""

import numpy as np
import pyarrow as pa
import pytest

from marketsofone.report import Results

SCORES = ("pull", "competitiveness", "attractiveness")
ENDINGS = ("", "_low", "_high", "_trials", "_borrowed")
HOUR = ("value_per_hour", "value_per_hour_low", "value_per_hour_high")
TEXT, WHOLE, REAL = pa.string(), pa.int64(), pa.float64()
SCORED = {f"{score}{end}": WHOLE if end == "_trials" else REAL for score in SCORES for end in ENDINGS}
VALUED = SCORED | dict.fromkeys(HOUR, REAL)
WIN = dict.fromkeys(("win", "win_low", "win_high"), REAL)


def columns(kind, *names):
    return dict.fromkeys(names, kind)


SCHEMAS = {
    name: pa.schema(list(found.items()))
    for name, found in {
        "buyers": columns(WHOLE, "buyer_id")
        | columns(TEXT, "source_id", "kind")
        | columns(WHOLE, "account_id", "stratum_id")
        | columns(TEXT, "path")
        | VALUED
        | {"rank": WHOLE, "reasons": TEXT},
        "opportunities": {
            "opportunity_id": WHOLE,
            "source_id": TEXT,
            "buyer_id": WHOLE,
            "stratum_id": WHOLE,
            "outcome": TEXT,
        }
        | WIN
        | {"reasons": TEXT},
        "strata": columns(WHOLE, "stratum_id", "parent_id", "level")
        | columns(TEXT, "name", "path", "split_on")
        | columns(WHOLE, "buyers")
        | VALUED
        | {"why": TEXT, "gain": REAL},
        "quarantine": columns(TEXT, "source", "table_name")
        | {"source_row": WHOLE}
        | columns(TEXT, "field", "reason"),
        "health": columns(TEXT, "source", "table_name")
        | columns(WHOLE, "left_out", "read", "accepted", "refused"),
        "findings": columns(TEXT, "code", "severity", "place", "message", "repair"),
        "evidence": columns(TEXT, "score", "unit")
        | columns(WHOLE, "trials", "buyers")
        | columns(REAL, "base", "low", "high")
        | columns(TEXT, "note"),
    }.items()
}


def table(name, rows):
    """A table of a snapshot from rows, columns without a value being null."""
    schema = SCHEMAS[name]
    return pa.Table.from_pylist(
        [{column: row.get(column) for column in schema.names} for row in rows], schema
    )


def scored(pull=None, competitiveness=None, attractiveness=None, hour=None):
    """The columns of the scores; each score is value, low, high, trials, borrowed."""
    row = {}
    for name, values in zip(SCORES, (pull, competitiveness, attractiveness), strict=True):
        row |= dict(zip((f"{name}{end}" for end in ENDINGS), values or [None] * 5, strict=True))
    return row | dict(zip(HOUR, hour or [None] * 3, strict=True))


def manifest(**changes):
    """The manifest of the small market."""
    return {
        "format": 1,
        "run_id": "2026-06-30-1",
        "version": "0.1.0",
        "as_of": "2026-06-30",
        "currency": "EUR",
        "market": {
            "market": {"name": "Acme", "currency": "EUR", "seed": 1, "margin_rate": 0.3},
            "steps": {"pull": "touch.answered"},
            "sources": {"crm": {"url": "postgresql://m1:secret@db/sales"}},
        },
        "buyer_kinds": {"account": 5},
        "conditional_on": [],
        "seed": 1,
        "inputs": {"exports/crm.csv": {"size": 20480, "sha256": "ab" * 32}},
        "counts": {"buyers": 5, "opportunities": 14},
        "timings": {"sources": 0.123, "strata": 1.5},
        "labels": ["margin assumed: 30%"],
    } | changes


SMALL_STRATA = [
    {
        "stratum_id": 1,
        "level": 0,
        "name": "Acme",
        "path": "Acme",
        "split_on": "sector",
        "buyers": 5,
        "why": "Retail is won twice as often as energy.",
        "gain": 12500.0,
        **scored(
            (0.4, 0.35, 0.45, 60, 0.0),
            (0.5, 0.4, 0.6, 14, 0.0),
            (9000.0, 7000.0, 11000.0, 7, 0.0),
            (1200.0, 900.0, 1500.0),
        ),
    },
    {
        "stratum_id": 2,
        "parent_id": 1,
        "level": 1,
        "name": "Retail",
        "path": "Acme / Retail",
        "buyers": 3,
        "why": "A further split would not pay: its parts differ no more than chance.",
        "gain": None,
        **scored(
            (0.45, 0.36, 0.54, 40, 0.2),
            (0.65, 0.5, 0.8, 10, 0.3),
            (8000.0, 6000.0, 10500.0, 6, 0.25),
            (1560.0, 1100.0, 2050.0),
        ),
    },
    {
        "stratum_id": 3,
        "parent_id": 1,
        "level": 1,
        "name": "Energy",
        "path": "Acme / Energy",
        "buyers": 2,
        "why": "Two buyers are too few to split.",
        "gain": None,
        **scored(
            (0.32, 0.2, 0.46, 20, 0.3),
            (0.3, 0.1, 0.55, 4, 0.6),
            (14000.0, 5000.0, 29000.0, 1, 0.8),
            (896.0, 250.0, 2300.0),
        ),
    },
]
SMALL_BUYERS = [
    (
        "A-1",
        "Retail",
        1,
        (0.5, 0.3, 0.7, 18, 0.4),
        (0.71, 0.5, 0.88, 6, 0.45),
        (8600.0, 6100.0, 11400.0, 4, 0.5),
        (2035.33, 1100.0, 3200.0),
        "won 5 of 6 sales: +6 points | orders again within a year: +EUR 600",
    ),
    (
        "A-2",
        "Retail",
        2,
        (0.44, 0.25, 0.62, 12, 0.5),
        (0.62, 0.4, 0.81, 3, 0.6),
        (7800.0, 5200.0, 10900.0, 2, 0.7),
        (1418.56, 700.0, 2500.0),
        "answered 5 of 12 calls: -1 point",
    ),
    (
        "A-4",
        "Energy",
        3,
        (0.33, 0.15, 0.52, 14, 0.5),
        (0.31, 0.1, 0.58, 3, 0.7),
        (14500.0, 4800.0, 30000.0, 1, 0.8),
        (988.9, 220.0, 2600.0),
        "met the rival Volt twice: -9 points",
    ),
    (
        "A-3",
        "Retail",
        4,
        (0.42, 0.22, 0.62, 10, 0.6),
        (0.6, 0.35, 0.82, 1, 0.8),
        (7700.0, 4900.0, 11000.0, 0, 1.0),
        (970.2, 300.0, 2100.0),
        "",
    ),
    ("A-5", "Energy", None, (0.3, 0.1, 0.55, 6, 0.7), (0.29, 0.07, 0.6, 1, 0.9), None, None, "never bought"),
]
SMALL_OPENINGS = [
    (11, "O-11", 1, 2, "open", 0.73, 0.5, 0.9, "the buyer won 5 of 6 sales: +6 points"),
    (12, "O-12", 4, 3, "open", 0.31, 0.1, 0.58, ""),
    (13, "O-13", 2, 2, "won", 0.62, 0.4, 0.81, ""),
]


def small_tables():
    """Tables of the market you can hold in your head: two sectors, five accounts."""
    return {
        "buyers": table(
            "buyers",
            [
                {
                    "buyer_id": int(key[-1]),
                    "source_id": key,
                    "kind": "account",
                    "account_id": int(key[-1]),
                    "stratum_id": 2 if sector == "Retail" else 3,
                    "path": f"Acme / {sector}",
                    "rank": rank,
                    "reasons": why,
                    **scored(pull, win, worth, hour),
                }
                for key, sector, rank, pull, win, worth, hour, why in SMALL_BUYERS
            ],
        ),
        "opportunities": table(
            "opportunities",
            [dict(zip(SCHEMAS["opportunities"].names, row, strict=True)) for row in SMALL_OPENINGS],
        ),
        "strata": table("strata", SMALL_STRATA),
        "quarantine": table(
            "quarantine",
            [
                {
                    "source": "crm",
                    "table_name": "opportunity",
                    "source_row": row,
                    "field": "amount",
                    "reason": "a text stands where an amount belongs",
                }
                for row in (9, 4, 17)
            ],
        ),
        "health": table(
            "health",
            [
                {
                    "source": "crm",
                    "table_name": "opportunity",
                    "left_out": 2,
                    "read": 17,
                    "accepted": 14,
                    "refused": 3,
                },
                {
                    "source": "calls",
                    "table_name": "touch",
                    "left_out": 0,
                    "read": 60,
                    "accepted": 60,
                    "refused": 0,
                },
            ],
        ),
        "findings": table(
            "findings",
            [
                {
                    "code": "present_state",
                    "severity": "info",
                    "place": "crm.opportunity",
                    "message": "The export holds only the present state: earlier values are not known.",
                    "repair": "",
                },
                {
                    "code": "suspected_leak",
                    "severity": "warning",
                    "place": "crm.opportunity.loss_reason",
                    "message": "Filled in for every lost sale and for none that was won.",
                    "repair": '[sources.crm]\nafter_outcome = ["loss_reason"]',
                },
            ],
        ),
        "evidence": table(
            "evidence",
            [
                {
                    "score": "pull",
                    "unit": "approach by sales",
                    "trials": 60,
                    "buyers": 5,
                    "base": 0.4,
                    "low": 0.35,
                    "high": 0.45,
                    "note": "",
                },
                {
                    "score": "competitiveness",
                    "unit": "decided opportunity",
                    "trials": 14,
                    "buyers": 5,
                    "base": 0.5,
                    "low": 0.4,
                    "high": 0.6,
                    "note": "",
                },
                {
                    "score": "attractiveness",
                    "unit": "buyer won",
                    "trials": 7,
                    "buyers": 3,
                    "base": 9000.0,
                    "low": 7000.0,
                    "high": 11000.0,
                    "note": "margin assumed: 30%",
                },
            ],
        ),
    }


@pytest.fixture(scope="session")
def small():
    """The market you can hold in your head."""
    return Results(**small_tables(), manifest=manifest())


@pytest.fixture
def without():
    """The small market with no evidence for the scores named."""

    def made(*scores):
        tables = small_tables()
        for name in ("buyers", "strata"):
            for column in (f"{score}{end}" for score in scores for end in ENDINGS):
                tables[name] = blank(tables[name], column)
        evidence = tables["evidence"].to_pylist()
        silent = {"trials": 0, "buyers": 0, "note": "no such step in the data"} | dict.fromkeys(
            ("base", "low", "high")
        )
        tables["evidence"] = table(
            "evidence", [row | silent if row["score"] in scores else row for row in evidence]
        )
        return Results(**tables, manifest=manifest(conditional_on=list(scores)))

    return made


def blank(found, column):
    """A table with one column emptied."""
    at = found.column_names.index(column)
    return found.set_column(at, found.schema.field(at), pa.nulls(found.num_rows, found.schema.field(at).type))


SECTORS = (
    "Machine building",
    "Food and drink",
    "Hospitals",
    "Public works",
    "Chemicals",
    "Retail",
    "Energy",
    "Logistics",
)
RIVALS = ("met Volt", "met Norde & Söhne", "met nobody", "met Kestrel", "several rivals")


@pytest.fixture(scope="session")
def large():
    """Eighty leaves: eight sectors, five rivals, two ways of paying; 40,000 buyers."""
    return large_market(buyers=40_000)


def large_market(buyers):
    """A synthetic market of eighty leaves and so many buyers."""
    rng = np.random.default_rng(7)
    strata = large_strata(rng, buyers)
    ends = [row for row in strata if row["level"] == 3]
    at = rng.integers(0, len(ends), buyers)
    made = {
        "buyer_id": np.arange(buyers) + 1000,
        "source_id": [f"C{n:07d}" for n in range(buyers)],
        "kind": pa.array(["account"] * buyers),
        "account_id": np.arange(buyers),
        "stratum_id": np.array([row["stratum_id"] for row in ends])[at],
        "path": pa.array([row["path"] for row in ends]).take(pa.array(at)),
    }
    trials = rng.poisson(2, buyers)
    for score in SCORES:
        value = np.array([row[score] for row in ends])[at] * rng.lognormal(0, 0.12, buyers)
        width = value * 1.2 / np.sqrt(4 + trials)
        most = np.inf if score == "attractiveness" else 0.97
        made |= dict(
            zip(
                (f"{score}{end}" for end in ENDINGS),
                (
                    np.minimum(value, most),
                    np.maximum(value - width, 0.01),
                    np.minimum(value + width, most),
                    trials,
                    6 / (6 + trials),
                ),
                strict=True,
            )
        )
    hour = made["pull"] * made["competitiveness"] * made["attractiveness"] / 1.5
    made |= dict(zip(HOUR, (hour, hour * 0.4, hour * 2.1), strict=True))
    rank = np.empty(buyers, dtype=np.int64)
    rank[np.argsort(-hour, kind="stable")] = np.arange(1, buyers + 1)
    made |= {
        "rank": rank,
        "reasons": pa.array(
            ["answered 4 of 5 calls this year: +11 points | buys the spare-parts version: +EUR 1,900"]
            * buyers
        ),
    }
    tables = small_tables() | {
        "strata": table("strata", strata),
        "buyers": pa.table({name: made[name] for name in SCHEMAS["buyers"].names}, SCHEMAS["buyers"]),
        "opportunities": large_openings(rng, made, buyers),
    }
    return Results(**tables, manifest=manifest(buyer_kinds={"account": buyers}))


def large_openings(rng, made, buyers):
    """One opportunity per buyer, a quarter of them open."""
    win = made["competitiveness"].clip(0.01, 0.95)
    outcome = pa.array(["open", "lost", "won", "lost"]).take(pa.array(rng.integers(0, 4, buyers)))
    return pa.table(
        {
            "opportunity_id": np.arange(buyers) + 5,
            "source_id": [f"OPP-{n}" for n in range(buyers)],
            "buyer_id": made["buyer_id"],
            "stratum_id": made["stratum_id"],
            "outcome": outcome,
            "win": win,
            "win_low": win * 0.6,
            "win_high": win + (1 - win) * 0.3,
            "reasons": pa.array(["met nobody else: +8 points"] * buyers),
        },
        SCHEMAS["opportunities"],
    )


def large_strata(rng, buyers):
    """Sectors, then rivals, then payment, each with scores of its own."""

    def node(parent, level, name, pull, win, worth, size, split_on=None):
        trials = max(int(size / 5), 1)
        half = 1.64 * np.sqrt(0.25 / trials)
        path = name if parent is None else f"{parent['path']} / {name}"
        hour = pull * win * worth / 1.5
        strata.append(
            {
                "stratum_id": len(strata) + 1,
                "parent_id": parent and parent["stratum_id"],
                "level": level,
                "name": name,
                "path": path,
                "split_on": split_on,
                "buyers": size,
                "gain": 41250.0 / (level + 1) if split_on else None,
                "why": f"Its parts differ by {split_on}, more than chance and handling cost."
                if split_on
                else "A further split would not earn its handling cost.",
                **scored(
                    *(
                        (v, max(v - half, 0.001), min(v + half, 0.999), trials, 3 / (3 + trials))
                        for v in (pull, win)
                    ),
                    (worth, worth * (1 - half), worth * (1 + 1.4 * half), trials, 3 / (3 + trials)),
                    (hour, hour * (1 - half), hour * (1 + 2 * half)),
                ),
            }
        )
        return strata[-1]

    strata = []
    root = node(None, 0, "Acme", 0.31, 0.34, 21000.0, buyers, "sector")
    for sector in SECTORS:
        pull, win, worth = rng.uniform(0.15, 0.5), rng.uniform(0.2, 0.5), rng.lognormal(9.8, 0.5)
        above = node(root, 1, sector, pull, win, worth, buyers // 8, "rival met")
        for rival in RIVALS:
            won = float(np.clip(win + rng.normal(0, 0.12), 0.04, 0.9))
            middle = node(above, 2, rival, pull, won, worth, buyers // 40, "payment format")
            some = int(buyers / 40 * rng.uniform(0.03, 0.97))
            for pay, size in (("pays by instalments", some), ("pays on delivery", buyers // 40 - some)):
                lets_in = float(np.clip(pull + rng.normal(0, 0.08), 0.02, 0.9))
                node(middle, 3, pay, lets_in, won, worth * rng.lognormal(0, 0.4), size)
    return strata


@pytest.fixture
def market_of():
    """The larger market with as many buyers as asked for."""
    return large_market


@pytest.fixture
def tables():
    """Tables of the small market, to be changed by a test."""
    return small_tables()


@pytest.fixture
def changed_manifest():
    """The manifest of the small market with changes."""
    return manifest


@pytest.fixture
def one():
    """A table of one row: the first row of a table with changes."""

    def made(name, first, /, **changes):
        return table(name, [first | changes])

    return made

"""A run one can hold in the head: two sectors, five accounts, written by hand."""

from datetime import UTC, datetime

import pyarrow as pa

from marketsofone.project.snapshots.writing import write_snapshot

NOW = datetime(2026, 6, 30, 8, 15, tzinfo=UTC)
SCORES = ("pull", "competitiveness", "attractiveness")


def values(name, *rows):
    """Columns of a score: value, low, high, trials, borrowed, one row each."""
    endings = ("", "_low", "_high", "_trials", "_borrowed")[: len(rows[0])]
    return {f"{name}{ending}": pa.array([row[at] for row in rows], pa.float64())
            for at, ending in enumerate(endings)}


NONE = (None, None, None, None, None)


def buyers(**changes):
    columns = {
        "buyer_id": [50, 10, 20, 30, 40],
        "source_id": ["eagle", "ant", "bee", "cat", "dog"],
        "kind": ["account"] * 5,
        "account_id": [50, 10, 20, 30, 40],
        "stratum_id": [2, 1, 1, 1, 2],
        "path": ["Acme / retail", "Acme / health", "Acme / health", "Acme / health", "Acme / retail"],
        **values("pull", *[NONE] * 5),
        **values("competitiveness", (0.3, 0.1, 0.5, 2, 0.8), (0.61, 0.4, 0.8, 10, 0.5),
                 (0.55, 0.3, 0.8, 0, 1.0), (0.4, 0.2, 0.7, 3, 0.7), (0.22, 0.05, 0.4, 6, 0.6)),
        **values("attractiveness", (900, 300, 2000, 1, 0.9), (12000, 9000, 15500, 8, 0.3),
                 (4000, 1000, 9000, 0, 1.0), (3500, 900, 8000, 2, 0.8), (1200, 700, 2100, 3, 0.7)),
        **values("value_per_hour", (180, 20, 700), (4880, 2500, 7900), (1466, 200, 4600),
                 (933, 100, 3000), (176, 20, 500)),
        "rank": [4, 1, 2, 3, 5],
        "reasons": ["2 trials of its own", "won 8 of 10 | buys every month", "", "=1+1", "won 1 of 6"],
    }
    return pa.table({**columns, **changes})


def strata(**changes):
    columns = {
        "stratum_id": [0, 1, 2],
        "parent_id": pa.array([None, 0, 0], pa.int64()),
        "level": [0, 1, 1],
        "name": ["Acme", "health", "retail"],
        "path": ["Acme", "Acme / health", "Acme / retail"],
        "split_on": ["dim_sector", None, None],
        "buyers": [5.0, 3.0, 2.0],
        **values("pull", NONE, NONE, NONE),
        **values("competitiveness", (0.45, 0.3, 0.6, 21, 0.0), (0.57, 0.4, 0.7, 13, 0.3),
                 (0.25, 0.1, 0.4, 8, 0.4)),
        **values("attractiveness", (4300, 3000, 6000, 14, 0.0), (7000, 5000, 9000, 10, 0.2),
                 (1100, 600, 2000, 4, 0.5)),
        **values("value_per_hour", (1300, 800, 2000), (2650, 1500, 4000), (180, 40, 500)),
        "why": ["split on sector: win rates are 57.0% and 25.0%", "too few to go on", "too few to go on"],
        "gain": [2500.0, None, None],
        "called": pa.array([None, None, "Corner shops"], pa.string()),
    }
    return pa.table({**columns, **changes})


def tables(**changes):
    return {
        "buyers": buyers(),
        "strata": strata(),
        "opportunities": pa.table({
            "opportunity_id": [3, 1, 2], "source_id": ["o3", "o1", "o2"], "buyer_id": [50, 10, 10],
            "stratum_id": [2, 1, 1], "outcome": ["open", "won", "open"],
            **values("win", (0.3, 0.1, 0.5), (0.6, 0.4, 0.8), (0.65, 0.4, 0.85)),
            "reasons": ["", "won before", "same rival as last time"]}),
        "memberships": pa.table({
            "buyer_id": [10, 10, 20, 20, 30, 30, 40, 40, 50, 50], "stratum_id": [0, 1] * 3 + [0, 2] * 2,
            "level": [0, 1] * 5, "share": [1.0] * 10}),
        "entity_link": pa.table({
            "entity": ["account"], "entity_id": [10], "source": ["crm"], "source_id": ["ant"],
            "valid_from": pa.array([None], pa.date32()), "valid_to": pa.array([None], pa.date32())}),
        "quarantine": pa.table({
            "source": ["crm"], "table_name": ["opportunity"], "source_row": [7], "field": ["amount"],
            "reason": ["text in a number"]}),
        "health": pa.table({
            "source": ["crm"], "table_name": ["opportunity"], "left_out": [2], "read": [30],
            "accepted": [29], "refused": [1]}),
        "findings": pa.table({
            "code": ["present_state"], "severity": ["warning"], "place": ["crm"],
            "message": ["the export holds only the present state"], "repair": ["export the history"]}),
        "evidence": pa.table({
            "score": list(SCORES), "unit": ["answered touch", "decided opportunity", "won buyer"],
            "trials": [0, 21, 14], "buyers": [0, 4, 4],
            "base": pa.array([None, 0.45, 4300], pa.float64()),
            "low": pa.array([None, 0.3, 3000], pa.float64()),
            "high": pa.array([None, 0.6, 6000], pa.float64()),
            "note": ["touches are not in the data", "", "margin assumed: 30%"]}),
        "marketing_segments": pa.table({
            "buyer_id": [10, 20, 30, 40, 50], "class": ["class 1"] * 3 + ["class 2"] * 2, "probability": [0.9] * 5}),
        "crosswalk": pa.table({
            "level": [0, 0], "stratum_id": [0, 0], "class": ["class 1", "class 2"], "buyers": [3.0, 2.0],
            "in_class": [0.6, 0.4], "in_stratum": [1.0, 1.0], "overlap": [0.6, 0.4], "spend": [12.0, 8.0],
            "chosen": [True, True]}),
        "stability": pa.table({
            "family": ["marketing"], "solution": [2], "segment": ["class 1"], "measure": ["within"], "value": [0.8],
            "low": [0.7], "high": [0.9], "pairs": [10], "buyers": [5], "holds": [True]}),
        **changes,
    }


def manifest(**changes):
    return {
        "market": {"market": {"currency": "EUR", "name": "Acme"}, "strata": {"handling_cost": 0.0}},
        "buyer_kinds": {"account": 5}, "as_of": "2026-06-30", "currency": "EUR",
        "conditional_on": ["pull"], "inputs": {"deals.csv": {"size": 812, "sha256": "aa"}},
        "counts": {"buyers": 5, "strata": 3, "opportunities": 3}, "seed": 1,
        "timings": {"strata": 0.2}, "labels": ["Margin is assumed to be 30% of sales."], **changes,
    }


def write_small_run(folder, now=NOW, said=None, pages=None, **changes):
    """Writes the run into a project folder; ``changes`` are tables that differ."""
    return write_snapshot(folder, tables(**changes), said or manifest(), now, pages)

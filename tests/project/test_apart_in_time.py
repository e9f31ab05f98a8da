"""Where a stratum looks better because its buyers came later, the run says so."""

import numpy as np
import pandas as pd

import marketsofone as m1

SETTINGS = """
[market]
currency = "EUR"
as_of = 2026-01-01
[steps]
competitiveness = "opportunity.outcome"
[strata]
pin = ["sector"]
[sources.deals]
file = "deals.csv"
[sources.deals.opportunity]
opportunity_id = "deal"
account_id = "account"
opened_at = "opened"
closed_at = "opened"
outcome = "outcome"
[sources.deals.opportunity.dimensions]
sector = "sector"
"""


def told(folder, rng, wins, late):
    """What is said of opportunities of two sectors over two years.

    ``wins`` gives the chance by time (0 to 1) and sector, ``late`` the share of the new sector by time.
    """
    time = rng.random(2000)
    new = rng.random(2000) < late(time)
    won = rng.random(2000) < wins(time, new)
    opened = pd.Timestamp("2024-01-01") + pd.to_timedelta((time * 700).astype(int), unit="D")
    pd.DataFrame({"deal": np.arange(2000), "account": np.arange(2000), "opened": opened.strftime("%Y-%m-%d"),
                  "outcome": np.where(won, "won", "lost"), "sector": np.where(new, "new", "old")}
                 ).to_csv(folder / "deals.csv", index=False)
    (folder / "market.toml").write_text(SETTINGS)
    rows = m1.run(folder).table("findings").to_pylist()
    return [(row["place"], row["message"]) for row in rows if row["code"] == "apart_in_time"]


def test_a_sector_that_came_while_all_won_more_is_told_once(tmp_path, rng):
    [(place, message)] = told(tmp_path, rng, lambda time, new: 0.15 + 0.4 * time, lambda time: 0.1 + 0.8 * time)
    assert place.startswith("stratum whole market / sector: ")
    assert "in the same months" in message
    assert "is when its buyers were tried" in message


def test_a_sector_that_truly_wins_more_is_not_told(tmp_path, rng):
    assert not told(tmp_path, rng, lambda time, new: 0.15 + 0.2 * time + 0.15 * new, lambda time: 0.1 + 0.8 * time)


def test_sectors_that_were_never_tried_at_one_time_are_told(tmp_path, rng):
    [(_place, message)] = told(tmp_path, rng, lambda time, new: 0.2 + 0.2 * new, lambda time: (time > 0.5) * 1.0)
    assert "hardly any were opened in the same months" in message

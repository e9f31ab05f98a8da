"""What a plain pandas + scikit-learn + lifetimes pipeline does of the main job, as a process of its own.

    python benchmarks/speed_peer.py FILES OUT

Reads the columns it needs of the same Parquet files, makes one row of features a buyer, fits a model of
winning and BG/NBD on the days with orders, and writes its scores. It has no strata, no pooling, no
intervals, no reasons, no checks of its input and no report. Where lifetimes is not installed, the same
likelihood is maximised here with SciPy. The last line it prints is a JSON object of seconds by step.
"""

import importlib.util
import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

HORIZON = 365
AS_OF = pd.Timestamp("2026-06-30", tz="UTC")
TEXTS = ["sector", "region", "end_customers", "deciding_site", "version_preferred", "approach_expected",
         "payment_format", "adjustment_asked", "legal_form", "web_shop", "rival"]
NUMBERS = ["employees", "web_visits", "years_trading", "growth_percent", "answer_rate", "frequency", "recency",
           "margin"]


def read(folder, name, columns):
    """The columns of a table that are needed."""
    return pd.read_parquet(folder / f"{name}.parquet", columns=columns)


def dominant(rows, key, value):
    """The most frequent value of each key."""
    counts = rows.groupby([key, value], sort=False).size().rename("times").reset_index()
    return counts.sort_values("times").drop_duplicates(key, keep="last").set_index(key)[value]


def bought(lines):
    """Repeat purchase days, recency, age and margin of each account."""
    lines = lines.assign(day=lines["ordered_at"].dt.floor("D"), margin=lines["amount"] - lines["cost"])
    days = lines.groupby(["account_id", "day"], sort=False)["margin"].sum().reset_index()
    found = days.groupby("account_id").agg(first=("day", "min"), last=("day", "max"), count=("day", "size"),
                                           margin=("margin", "sum"))
    return pd.DataFrame({"frequency": found["count"] - 1.0, "recency": (found["last"] - found["first"]).dt.days,
                         "age": (AS_OF - found["first"]).dt.days, "margin": found["margin"]})


def features(folder):
    """One row an account, and one row an opportunity."""
    accounts = read(folder, "account", None).set_index("account_id")
    opportunities = read(folder, "opportunity", ["opportunity_id", "account_id", "outcome"])
    lines = read(folder, "order_line", ["account_id", "ordered_at", "amount", "cost"])
    touches = read(folder, "touch", ["account_id", "team", "direction", "answered"])
    rivals = read(folder, "rival_met", ["opportunity_id", "competitor_id"])
    out = touches[(touches["team"] == "sales") & (touches["direction"] == "out")]
    accounts["answer_rate"] = out.groupby("account_id")["answered"].mean()
    decided = opportunities[opportunities["outcome"].isin(["won", "lost"])]
    accounts["win_rate"] = (decided["outcome"] == "won").groupby(decided["account_id"]).mean()
    met = rivals.merge(opportunities[["opportunity_id", "account_id"]], on="opportunity_id")
    accounts["rival"] = dominant(met, "account_id", "competitor_id")
    return accounts.join(bought(lines)), opportunities


def win_chances(accounts, opportunities):
    """The chance of being won, of every opportunity, from the columns of its account."""
    from sklearn.compose import make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    table = opportunities.join(accounts[TEXTS + NUMBERS], on="account_id")
    table[TEXTS] = table[TEXTS].fillna("")
    coded = make_column_transformer((OneHotEncoder(handle_unknown="ignore"), TEXTS),
                                    (make_pipeline(SimpleImputer(), StandardScaler()), NUMBERS))
    model = make_pipeline(coded, LogisticRegression(max_iter=200))
    decided = table["outcome"].isin(["won", "lost"])
    model.fit(table.loc[decided, TEXTS + NUMBERS], table.loc[decided, "outcome"] == "won")
    return model.predict_proba(table[TEXTS + NUMBERS])[:, 1]


def purchases_ahead(history):
    """Purchases expected over the horizon, by BG/NBD."""
    x, t_x, age = (history[name].to_numpy(float) for name in ("frequency", "recency", "age"))
    if importlib.util.find_spec("lifetimes"):
        from lifetimes import BetaGeoFitter

        model = BetaGeoFitter(penalizer_coef=0.001).fit(x, t_x, age)
        return np.asarray(model.conditional_expected_number_of_purchases_up_to_time(HORIZON, x, t_x, age))
    return expected(plain_fit(x, t_x, age), x, t_x, age)


def plain_fit(x, t_x, age):
    """Parameters r, alpha, a, b of BG/NBD at the maximum over all rows (Fader, Hardie & Lee 2005)."""
    from scipy.optimize import minimize
    from scipy.special import betaln, gammaln

    def loss(line):
        r, alpha, a, b = np.exp(line)
        alive = betaln(a, b + x) - (r + x) * np.log(alpha + age)
        gone = np.where(x > 0, betaln(a + 1, np.maximum(b + x - 1, 1e-9)) - (r + x) * np.log(alpha + t_x), -np.inf)
        return -np.mean(gammaln(r + x) - gammaln(r) + r * np.log(alpha) - betaln(a, b) + np.logaddexp(alive, gone))

    start = np.log([1.0, max(float(np.mean(age)) / 4, 1.0), 1.0, 2.0])
    return np.exp(minimize(loss, start, method="Nelder-Mead", options={"maxiter": 800}).x)


def expected(parameters, x, t_x, age):
    """Equation 10 of the same paper."""
    from scipy.special import hyp2f1

    r, alpha, a, b = parameters
    ratio = (alpha + age) / (alpha + age + HORIZON)
    ahead = 1 - ratio ** (r + x) * hyp2f1(r + x, b + x, a + b + x - 1, HORIZON / (alpha + age + HORIZON))
    gone = np.where(x > 0, a / np.maximum(b + x - 1, 1e-9) * ((alpha + age) / (alpha + t_x)) ** (r + x), 0.0)
    return (a + b + x - 1) / (a - 1) * ahead / (1 + gone)


def main(folder, out):
    """Every step, timed."""
    seconds, start = {}, time.perf_counter()

    def done(step):
        nonlocal start
        seconds[step], start = round(time.perf_counter() - start, 2), time.perf_counter()

    accounts, opportunities = features(folder)
    done("load and features")
    opportunities["win"] = win_chances(accounts, opportunities)
    done("win model")
    history = accounts.loc[accounts["frequency"].notna(), ["frequency", "recency", "age"]]
    accounts["purchases"] = pd.Series(purchases_ahead(history), index=history.index)
    done("BG/NBD")
    out.mkdir(parents=True, exist_ok=True)
    accounts.reset_index().to_parquet(out / "buyers.parquet")
    opportunities.to_parquet(out / "opportunities.parquet")
    done("write")
    seconds["lifetimes"] = importlib.util.find_spec("lifetimes") is not None
    print(json.dumps(seconds))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

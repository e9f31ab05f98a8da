"""Order lines of a Parquet file to one row a buyer, by one of those who can; see `features_speed.py`.

    PYTHON benchmarks/features_speed_peer.py NAME FILE

Prints one JSON object: median wall and processor seconds of three runs (imports left out), and sums of the answer.
"""

import json
import statistics
import sys
import time
from datetime import date

LOOK = date(2026, 7, 1)


def sums(buyers, x, t_x, age, total=None):
    """What answers are compared by."""
    found = {"buyers": int(buyers), "x": float(x), "t_x": float(t_x), "age": float(age)}
    return found if total is None else found | {"total": float(total)}


def marketsofone(file):
    import ibis

    from marketsofone.features import AsOf, histories
    from marketsofone.features.purchases import days_of

    def run():
        engine = ibis.duckdb.connect(threads=2)
        lines = engine.read_parquet(file)
        lines = lines.select("buyer_id", day=lines.ordered_at.cast("date"), bought=lines.quantity > 0,
                             money=lines.amount)
        held = engine.create_table("history", histories(days_of(lines), AsOf(LOOK)))
        told = held.agg(n=held.count(), x=held.x.sum(), t_x=held.t_x.sum(), age=held.age.sum(), total=held.total.sum())
        return sums(*told.execute().iloc[0])
    return run


def polars(file):
    import polars as pl

    def run():
        days = pl.scan_parquet(file).group_by("buyer_id", pl.col("ordered_at").dt.date().alias("day")).agg(
            pl.col("amount").sum().alias("total"), (pl.col("quantity") > 0).any().alias("bought"))
        bought = pl.col("day").filter(pl.col("bought"))
        found = days.group_by("buyer_id").agg(
            (pl.col("bought").sum() - 1).alias("x"), (bought.max() - bought.min()).dt.total_days().alias("t_x"),
            (pl.lit(LOOK) - bought.min()).dt.total_days().alias("age"), pl.col("total").sum(),
            (pl.col("total") ** 2).sum().alias("squares"), pl.col("bought").any())
        found = found.filter(pl.col("bought")).collect(engine="streaming")
        return sums(found.height, found["x"].sum(), found["t_x"].sum(), found["age"].sum(), found["total"].sum())
    return run


def pandas(file):
    import pandas as pd

    def run():
        lines = pd.read_parquet(file)
        lines["day"], lines["bought"] = lines["ordered_at"].dt.floor("D"), lines["quantity"] > 0
        days = lines.groupby(["buyer_id", "day"], sort=False).agg(
            total=("amount", "sum"), bought=("bought", "any")).reset_index()
        days["squares"] = days["total"] ** 2
        seen = days[days["bought"]].groupby("buyer_id")["day"].agg(["size", "min", "max"])
        money = days.groupby("buyer_id")[["total", "squares"]].sum().loc[seen.index]
        t_x, age = (seen["max"] - seen["min"]).dt.days, (pd.Timestamp(LOOK) - seen["min"]).dt.days
        return sums(len(seen), (seen["size"] - 1).sum(), t_x.sum(), age.sum(), money["total"].sum())
    return run


def lifetimes(file):
    import pandas as pd
    from lifetimes.utils import summary_data_from_transaction_data

    def run():
        lines = pd.read_parquet(file)
        lines = lines[lines["quantity"] > 0]
        found = summary_data_from_transaction_data(lines, "buyer_id", "ordered_at", "amount",
                                                   observation_period_end=pd.Timestamp(LOOK))
        return sums(len(found), found["frequency"].sum(), found["recency"].sum(), found["T"].sum())
    return run


def main(name, file):
    """Three runs."""
    run = {"marketsofone": marketsofone, "polars": polars, "pandas": pandas, "lifetimes": lifetimes}[name](file)
    taken = []
    for _ in range(3):
        wall, cpu = time.perf_counter(), time.process_time()
        answer = run()
        taken.append((time.perf_counter() - wall, time.process_time() - cpu))
    walls, cpus = zip(*taken, strict=True)
    print(json.dumps(answer | {"wall": statistics.median(walls), "cpu": statistics.median(cpus)}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])

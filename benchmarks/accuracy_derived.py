"""How far ahead the product stays where a peer is given the columns that its trait model derives by itself.

    python benchmarks/accuracy_derived.py [SET[:SPLITS] ...] [--splits 10] [--kept FOLDER]

The trait model makes two numbers of one that repeats many values: how round it is, and how many rows share it. Here
LightGBM is given both (31 leaves, rate 0.1, 20 rows in a leaf; trees by inner cross-validation). What the product says
is read from the folder that ``accuracy.py`` keeps, or made anew; each line is kept there, from where ``accuracy.py``
takes it on its page. Sets in which nothing is derived are left out.
"""

from __future__ import annotations

import argparse
import warnings
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

import numpy as np
import pandas as pd
from accuracy import said_by_us
from accuracy_measures import corrected_interval, measures
from accuracy_models import OURS, boosted
from accuracy_page import DERIVED
from accuracy_sets import SETS, divisions, present, read_market
from threadpoolctl import threadpool_limits

from marketsofone.estimates.trait_levels import Traits, fit_leveling, significant_digits

SETTING = (31, 0.1, 20)


def derived(columns: pd.DataFrame) -> pd.DataFrame:
    """The columns, and two more of each number of which the trait model derives some, counted over all rows as well."""
    numbers = columns.select_dtypes("number")
    values = numbers.to_numpy(float)
    found = fit_leveling(Traits(values, np.zeros((len(values), 0), np.int64), tuple(numbers.columns))).sharing
    more = {}
    for name in (numbers.columns[each.column] for each in found):
        more[f"{name}, digits"] = significant_digits(columns[name].to_numpy(float))
        more[f"{name}, rows alike"] = columns[name].map(columns[name].value_counts()).to_numpy(float)
    return columns.assign(**more)


def main() -> None:
    """One line a set: mean log losses, and the gap with its 95% interval."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("sets", nargs="*", metavar="SET[:SPLITS]", default=list(SETS))
    asked.add_argument("--splits", type=int, default=10)
    asked.add_argument("--kept", type=Path, default=Path(gettempdir()) / "marketsofone-accuracy")
    chosen = asked.parse_args()
    chosen.kept.mkdir(parents=True, exist_ok=True)
    warnings.filterwarnings("ignore")
    for name, _, count in (each.partition(":") for each in chosen.sets):
        if present(SETS[name]):
            with threadpool_limits(1):
                line = _line(name, int(count or chosen.splits), chosen.kept)
            (chosen.kept / f"{name}{DERIVED}").write_text(line, encoding="utf-8")
            print(line, flush=True)


def _line(name: str, splits: int, kept: Path) -> str:
    of = SETS[name]
    with TemporaryDirectory(prefix="accuracy-") as place:
        market = read_market(of, Path(place))
    columns = derived(market.columns)
    if columns.shape[1] == market.columns.shape[1]:
        return f"{name}: nothing is derived."
    losses = []
    for division in (each for each in divisions(market, splits) if each.kind == "random"):
        success = market.success[division.test]
        mine = said_by_us(kept, of, market, division).shares[OURS]
        peer = boosted(replace(market, columns=columns), division, [SETTING])
        losses.append([measures(share, success, division.seed)["log loss"] for share in (mine, peer)])
    ours, theirs = np.array(losses).T
    low, gap, high = corrected_interval(100 * (ours / theirs - 1), len(division.test) / len(division.train))
    return (f"{name}, {splits} random splits: log loss {ours.mean():.4f}, LightGBM with the derived columns "
            f"{theirs.mean():.4f}: {gap:+.2f}% [{low:+.2f}, {high:+.2f}].")


if __name__ == "__main__":
    main()

"""How well the whole product foretells rows it has not seen, on public data, beside two tuned peers.

    python benchmarks/accuracy.py [SET[:SPLITS] ...] [--splits 10] [--page FILE] [--kept FOLDER]

The public sets are read from ``$M1_DATA`` (default ``../shared/data``). What each model says of each split is
kept in a folder, so that a run that was stopped goes on where it was; give another, or empty it, after a
change of the code. Two of the sets are ledgers of repeat buyers; they need no splits.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

import numpy as np
import pandas as pd
from accuracy_models import OURS, PEERS, Foretold, ours, told_since
from accuracy_page import DERIVED, LEDGERS, Told, page
from accuracy_sets import DATA, SETS, Division, Market, PublicSet, counted, divisions, present, read_market
from threadpoolctl import threadpool_limits


def kept_file(folder: Path, of: PublicSet, division: Division, model: str) -> Path:
    """Where what a model says of a division is kept."""
    return folder / f"{of.name}-{division.kind}-{division.seed}-{division.train.size}-{model.replace(' ', '_')}.npz"


def said_by_us(folder: Path, of: PublicSet, market: Market, division: Division) -> Foretold:
    """What the product says of the test rows, from the folder where it is there."""
    file = kept_file(folder, of, division, OURS)
    if not file.is_file():
        found = ours(of, market, division)
        _save(file, node=found.node, **{f"strata {c}": found.strata[c].to_numpy() for c in found.strata},
              **{f"share {name}": share for name, share in found.shares.items()})
    with np.load(file) as told:
        strata = {name[7:]: told[name] for name in told.files if name.startswith("strata ")}
        shares = {name[6:]: told[name] for name in told.files if name.startswith("share ")}
        return Foretold(shares, pd.DataFrame(strata), told["node"])


def said_by_peer(folder: Path, of: PublicSet, market: Market, division: Division, model: str) -> np.ndarray:
    """What a peer says of the test rows, from the folder where it is there."""
    file = kept_file(folder, of, division, model)
    if not file.is_file():
        _save(file, share=PEERS[model](market, counted(market, division)))
    with np.load(file) as told:
        return told["share"]


def _save(file: Path, **arrays: np.ndarray) -> None:
    part = file.with_suffix(".part")
    with part.open("wb") as out:
        np.savez_compressed(out, **arrays)
    part.replace(file)


def measure(of: PublicSet, count: int, folder: Path) -> list[Told]:
    """What every model says of every division of one set, with the truth."""
    with TemporaryDirectory(prefix="accuracy-") as place:
        market = read_market(of, Path(place))
    found = []
    for division in _with_since(of, market, divisions(market, count)):
        mine = said_by_us(folder, of, market, division)
        others = {name: said_by_peer(folder, of, market, division, name) for name in PEERS}
        found.append(Told(of.name, division, market.success[division.test], mine.shares | others, mine))
        print(f"{of.name}, {division.kind} split {division.seed + 1} of {count}", file=sys.stderr, flush=True)
    return found


def _with_since(of: PublicSet, market: Market, plain: Iterable[Division]) -> Iterator[Division]:
    """Each division, and where it is over time also as of a user who counts from the day that a check proposes."""
    for division in plain:
        yield division
        if division.kind == "time":
            yield replace(division, kind="time, since the day told", since=told_since(of, market, division))


def main() -> None:
    """Measure, and print or write the page."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("sets", nargs="*", metavar="SET[:SPLITS]", default=[*SETS, *LEDGERS],
                       help=f"of {', '.join([*SETS, *LEDGERS])}; default: all of them")
    asked.add_argument("--splits", type=int, default=10)
    asked.add_argument("--page", type=Path, help="write the page there rather than to the terminal")
    asked.add_argument("--kept", type=Path, default=Path(gettempdir()) / "marketsofone-accuracy")
    chosen = asked.parse_args()
    chosen.kept.mkdir(parents=True, exist_ok=True)
    warnings.filterwarnings("ignore")
    counts = {name: int(count or chosen.splits) for name, _, count in (each.partition(":") for each in chosen.sets)}
    with threadpool_limits(1):
        found = [told for name, count in counts.items() if name in SETS and present(SETS[name])
                 for told in measure(SETS[name], count, chosen.kept)]
        derived = [file.read_text(encoding="utf-8") for name in counts
                   if (file := chosen.kept / f"{name}{DERIVED}").is_file()]
        text = page(found, [name for name in counts if name in LEDGERS and (DATA / name).is_dir()], derived)
    if chosen.page:
        chosen.page.write_text(text, encoding="utf-8")
    else:
        print(text)


if __name__ == "__main__":
    main()

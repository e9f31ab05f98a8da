"""Candidate tallies of some buyers held in memory: the sums of `candidates`, for any sample of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketsofone.estimates.candidates import PARTS, Dimension
from marketsofone.estimates.drawing import drawn

if TYPE_CHECKING:
    import ibis.expr.types as ir

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Sampled:
    """What the tree is grown from, for some of the buyers.

    Parameters
    ----------
    buyer_id, half : int array, shape (buyers,)
    codes : mapping
        By dimension: the place of each buyer's value among its words, -1 where not known.
    words : mapping
        By dimension: its values.
    sums : mapping
        By score: what each buyer adds to each of ``PARTS``, shape (parts, buyers).
    """

    buyer_id: Ints
    half: Ints
    codes: Mapping[str, Ints]
    words: Mapping[str, tuple[str, ...]]
    sums: Mapping[str, Floats]


def fetch_sampled(
    evidence: ir.Table, dimensions: Sequence[Dimension], scores: Sequence[str], most: int, seed: int
) -> Sampled:
    """So many buyers of the evidence, all where there are fewer.

    Parameters
    ----------
    evidence : Ibis table
        From :func:`~marketsofone.estimates.candidates.gather_evidence`.
    """
    ids = np.sort(evidence.buyer_id.to_pyarrow().to_numpy())
    if len(ids) > most:
        kept = ibis.memtable(pd.DataFrame({"buyer_id": ids[drawn(ids, most, seed)]}))
        evidence = evidence.semi_join(kept, "buyer_id")
    rows = evidence.to_pandas().sort_values("buyer_id", ignore_index=True)
    coded = {d.name: pd.factorize(rows[d.column], sort=True) for d in dimensions}
    return Sampled(
        rows["buyer_id"].to_numpy(np.int64), rows["half"].to_numpy(np.int64),
        {name: codes.astype(np.int64) for name, (codes, _words) in coded.items()},
        {name: tuple(words) for name, (_codes, words) in coded.items()},
        {score: _parts(rows, score) for score in scores})


def _parts(rows: pd.DataFrame, score: str) -> Floats:
    n, s, g = (rows[f"{score}_{part}"].to_numpy(np.float64, na_value=np.nan) for part in ("n", "s", "g"))
    return np.asarray(np.nan_to_num(np.stack([~np.isnan(n), n, s, n * n, n * s, s * s, g, g * g])))


def sampled_candidates(
    sample: Sampled, times: Floats, node: Ints, nodes: Sequence[int], dimensions: Sequence[Dimension]
) -> pd.DataFrame:
    """The tallies that `candidates.fetch_candidates` gives, each buyer counted so many times.

    Parameters
    ----------
    times, node : array, shape (buyers,)
        How often a buyer counts, and where it stands.
    nodes : sequence of int
        The nodes that may be split.
    """
    place = np.full(max(nodes) + 1, -1)
    place[list(nodes)] = np.arange(len(nodes))
    rows = np.flatnonzero((times > 0) & np.isin(node, nodes))
    cell = place[node[rows]] * 2 + sample.half[rows]
    weighed = {score: parts[:, rows] * times[rows] for score, parts in sample.sums.items()}
    frames = [_of_dimension(d, sample, cell, times[rows], weighed, rows, nodes) for d in dimensions]
    return pd.concat(frames, ignore_index=True)


def _of_dimension(
    dimension: Dimension, sample: Sampled, cell: Ints, times: Floats, weighed: Mapping[str, Floats], rows: Ints,
    nodes: Sequence[int],
) -> pd.DataFrame:
    words = np.array([*sample.words[dimension.name], None], dtype=object)
    codes = sample.codes[dimension.name][rows]
    key = cell * len(words) + np.where(codes < 0, len(words) - 1, codes)
    size = 2 * len(nodes) * len(words)
    people = np.bincount(key, times, minlength=size)
    seen = np.flatnonzero(people)
    made = {"node": np.array(nodes)[seen // (2 * len(words))], "half": seen // len(words) % 2,
            "value": words[seen % len(words)], "people": people[seen], "dimension": dimension.name}
    for score, parts in weighed.items():
        for name, part in zip(PARTS, parts, strict=True):
            made[f"{score}_{name}"] = np.bincount(key, part, minlength=size)[seen]
    return pd.DataFrame(made)

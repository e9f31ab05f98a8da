"""Candidate tallies of some buyers held in memory: the sums of `candidates`, for any sample of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import ibis
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from marketsofone.estimates.candidates import PARTS, Dimension, company_of
from marketsofone.estimates.drawing import drawn

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Codes = NDArray[np.int32]
Words = NDArray[np.object_]

_CHUNK, _WIDE = 50_000, 20_000
"""Buyers, and values of several nodes, that are summed in one go."""
_TOLD = ("n", "s", "g", "alone")


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
    company : int array, shape (buyers,), optional
        To which company each belongs, where some share one.
    """

    buyer_id: Ints
    half: Ints
    codes: Mapping[str, Ints]
    words: Mapping[str, tuple[str, ...]]
    sums: Mapping[str, Floats]
    company: Ints | None = None

    @property
    def whose(self) -> Ints:
        """The company of each buyer, itself where each is one."""
        return self.buyer_id if self.company is None else self.company

    def drawn(self, most: int, seed: int) -> Sampled:
        """So many of these buyers, the same that `fetch_sampled` would draw of them."""
        if len(self.buyer_id) <= most:
            return self
        rows = np.sort(drawn(self.buyer_id, most, seed))
        told = {name: _of_those(codes[rows], self.words[name]) for name, codes in self.codes.items()}
        return Sampled(self.buyer_id[rows], self.half[rows], {name: codes for name, (codes, _words) in told.items()},
                       {name: words for name, (_codes, words) in told.items()},
                       {score: sums[:, rows] for score, sums in self.sums.items()},
                       None if self.company is None else self.company[rows])


def fetch_sampled(
    evidence: ir.Table, dimensions: Sequence[Dimension], scores: Sequence[str], most: int, seed: int
) -> Sampled:
    """So many buyers of the evidence, all where there are fewer.

    Parameters
    ----------
    evidence : Ibis table
        From :func:`~marketsofone.estimates.candidates.gather_evidence`.
    most : int
        Who is drawn of more of them is random, and the same for the same seed.
    """
    ids = np.sort(evidence.buyer_id.to_pyarrow().to_numpy())
    if len(ids) > most:
        kept = ibis.memtable(pd.DataFrame({"buyer_id": ids[drawn(ids, most, seed)]}))
        evidence = evidence.semi_join(kept, "buyer_id")
    asked = [f"{score}_{part}" for score in scores for part in _TOLD]
    kept = dict.fromkeys(["buyer_id", "half", company_of(evidence), *(d.column for d in dimensions), *asked])
    rows = evidence.select(*kept).to_pyarrow().combine_chunks()
    order = np.argsort(rows["buyer_id"].to_numpy(), kind="stable")
    coded = {d.name: _coded(rows[d.column], order) for d in dimensions}
    return Sampled(
        rows["buyer_id"].to_numpy()[order].astype(np.int64), rows["half"].to_numpy()[order].astype(np.int64),
        {name: codes for name, (codes, _words) in coded.items()},
        {name: words for name, (_codes, words) in coded.items()},
        {score: _parts(rows, score, order) for score in scores},
        rows["company"].to_numpy()[order].astype(np.int64) if "company" in kept else None)


def _coded(column: pa.ChunkedArray, order: Ints) -> tuple[Ints, tuple[str, ...]]:
    """The place of each text among the sorted texts, -1 for null, buyers in order; and the texts."""
    encoded = column.combine_chunks().dictionary_encode()
    words = np.array(encoded.dictionary.to_pylist(), dtype=object)
    sorted_words = np.argsort(words, kind="stable")
    ranked = np.append(np.empty_like(sorted_words), -1)
    ranked[sorted_words] = np.arange(len(sorted_words))
    return ranked[encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False)[order]], tuple(words[sorted_words])


def _of_those(codes: Ints, words: tuple[str, ...]) -> tuple[Ints, tuple[str, ...]]:
    """Without the words that nobody has."""
    had = np.bincount(codes[codes >= 0], minlength=len(words)) > 0
    place = np.append(np.cumsum(had) - 1, -1)
    return place[codes], tuple(word for word, one in zip(words, had, strict=True) if one)


def _parts(rows: pa.Table, score: str, order: Ints) -> Floats:
    told = [rows[f"{score}_{part}"].cast("float64").to_numpy()[order] for part in _TOLD]
    n, s, g, alone = (np.where(np.isnan(each), 0.0, each) for each in told)
    return _squared(~np.isnan(told[0]), n, s, g, alone)


def _squared(buyers: Floats, n: Floats, s: Floats, g: Floats, alone: Floats) -> Floats:
    """What each adds to each of ``PARTS``."""
    return np.stack([buyers, n, s, n * n, n * s, s * s, g, g * g, alone])


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
    cell = (place[node[rows]] * 2 + sample.half[rows]).astype(np.min_scalar_type(2 * len(nodes)))  # sorted faster
    rows = rows[np.argsort(cell, kind="stable")]
    bounds = np.append(0, np.cumsum(np.bincount(cell, minlength=2 * len(nodes))))
    words, of, codes = _values(sample, dimensions, rows)
    cells, at, found = [], [], []
    for first, last in _beside(bounds.tolist(), len(words)):
        own = slice(bounds[first], bounds[last])
        ranked = np.repeat(np.arange(last - first, dtype=np.int32), np.diff(bounds[first: last + 1]))[:, None]
        summed = _summed if sample.company is None else _summed_by_company
        sums = summed(sample, times, codes[own] + ranked * len(words), rows[own], (last - first) * len(words))
        some = np.flatnonzero(sums[:, 0])
        at.append(some % len(words))
        cells.append(first + some // len(words))
        found.append(sums[some])
    cell, seen = np.concatenate(cells), np.concatenate(at)
    names = ["people", *(f"{score}_{part}" for score in sample.sums for part in PARTS)]
    made = {"node": np.array(nodes)[cell // 2], "half": cell % 2, "dimension": of[seen], "value": words[seen]}
    return pd.DataFrame(made | dict(zip(names, np.concatenate(found).T, strict=True)))


def _beside(bounds: Sequence[int], width: int) -> Iterator[tuple[int, int]]:
    """Cells that are summed in one go, as first and last: as many neighbours as are few buyers, else one."""
    first, cells = 0, len(bounds) - 1
    for last in range(1, cells + 1):
        more = last < cells and bounds[last + 1] - bounds[first] <= _CHUNK and (last + 1 - first) * width <= _WIDE
        if not more:
            yield first, last
            first = last


def _values(sample: Sampled, dimensions: Sequence[Dimension], rows: Ints) -> tuple[Words, Words, Codes]:
    """All values of all dimensions in a row, each dimension's ending in None; whose they are; those of some buyers."""
    lists = [[*sample.words[d.name], None] for d in dimensions]
    lengths = np.array([len(values) for values in lists])
    words = np.array([value for values in lists for value in values], dtype=object)
    codes = np.empty((len(rows), len(dimensions)), dtype=np.int32)
    for number, (dimension, last) in enumerate(zip(dimensions, np.cumsum(lengths) - 1, strict=True)):
        own = sample.codes[dimension.name][rows]
        codes[:, number] = np.where(own < 0, last, own + last - lengths[number] + 1)
    return words, np.repeat([d.name for d in dimensions], lengths).astype(object), codes


def _summed(sample: Sampled, times: Floats, codes: Codes, rows: Ints, width: int) -> Floats:
    """What the buyers of some rows add to each value of each dimension: one pass, shape (width, 1 + parts).

    Which values a buyer has is a sparse row of ones; its transpose times what each buyer adds is every sum at once.
    """
    sums = np.zeros((width, 1 + len(PARTS) * len(sample.sums)))
    for first in range(0, len(rows), _CHUNK):
        some = rows[first: first + _CHUNK]
        own, added = codes[first: first + _CHUNK], np.empty((len(some), sums.shape[1]))
        added[:, 0] = times[some]
        for number, parts in enumerate(sample.sums.values()):
            added[:, 1 + number * len(PARTS): 1 + (number + 1) * len(PARTS)] = (parts[:, some] * times[some]).T
        ends = np.arange(len(some) + 1, dtype=np.int32) * own.shape[1]
        has = sparse.csr_matrix((np.ones(own.size), own.ravel(), ends), shape=(len(some), width))
        sums += has.T @ added
    return sums


def _summed_by_company(sample: Sampled, times: Floats, codes: Codes, rows: Ints, width: int) -> Floats:
    """The same where buyers of one company who share a value count as one, with their mean amount."""
    sums = np.zeros((width, 1 + len(PARTS) * len(sample.sums)))
    _, company = np.unique(sample.whose[rows], return_inverse=True)
    for own in codes.T:
        seen, place = np.unique(company * width + own, return_inverse=True)
        value = seen % width
        sums[:, 0] += np.bincount(own, times[rows], minlength=width)
        for number, parts in enumerate(sample.sums.values()):
            buyers, n, s, g, alone = (
                np.bincount(place, parts[PARTS.index(part)][rows] * times[rows]).astype(np.float64)
                for part in ("buyers", *_TOLD))
            each = _squared(np.minimum(buyers, 1.0), n, s, g / np.maximum(buyers, 1.0), alone)
            for part, added in enumerate(each):
                sums[:, 1 + number * len(PARTS) + part] += np.bincount(value, added, minlength=width)
    return sums

"""Marketing classes of buyers: traits fetched from the engine, classes fitted on some, scored for all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from ibis import _
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from marketsofone.estimates.drawing import drawn
from marketsofone.pooling.classes import Floats, Ints, LatentClasses, Mixed, Scale, Singles, shares_by_block
from marketsofone.pooling.classes_fitting import Fitted, Ground, best, choose_classes, fit_classes, ground
from marketsofone.pooling.stability import Stability, across_solutions, stability

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from marketsofone.customer import UserColumn

FITTED_BUYERS = 20_000
"""Classes are fitted on so many buyers, drawn by their id; all are scored."""

JUDGED_BUYERS = 10_000
"""Stability is judged on so many of those."""

_LOOKED_AT = 10_000
FEW_VALUES = 12
"""A number with so few values is taken as a text: a class must not gather around one of them as if by chance."""

MOST_LEVELS = 30
"""So many values of a text are told apart, the most common; all others are one value."""

GRID = 2.0**20
"""Chances are multiples of one part in this, so that sums over buyers are exact, in any order."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """What is known of the buyers, one entry a buyer in order of their ids.

    Parameters
    ----------
    buyer_id : int array, shape (buyers,)
    numbers, texts : mapping
        Traits by name: floats, NaN where not known; codes with their words, -1 where not known.
    """

    buyer_id: Ints
    numbers: Mapping[str, Floats]
    texts: Mapping[str, tuple[Ints, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Columns:
    """The traits as classes see them.

    Parameters
    ----------
    rows : Mixed
    numbers : tuple of str
        Names of the number columns.
    texts : tuple of str
        Names of the text columns, numbers of few values among them.
    words : tuple of tuple of str
        The levels of each text column.
    left_out : tuple of (str, str)
        Traits that tell no buyers apart, and why.
    """

    rows: Mixed
    numbers: tuple[str, ...]
    texts: tuple[str, ...]
    words: tuple[tuple[str, ...], ...]
    left_out: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Classified:
    """Marketing classes and who is in them.

    Parameters
    ----------
    buyer_id : int array, shape (buyers,)
        Rising.
    names : tuple of str
        Of the classes, the most common first.
    shares : float array, shape (classes, buyers)
        Chance that a buyer is in a class, multiples of one part in ``GRID`` that sum to one exactly.
    fits : tuple of Fitted
        Every number of classes that was tried; empty where the user gave the classes.
    chosen : Fitted or None
    columns : Columns or None
    sample : Ground or None
        What the classes were fitted on.
    """

    buyer_id: Ints
    names: tuple[str, ...]
    shares: Singles
    fits: tuple[Fitted, ...] = ()
    chosen: Fitted | None = None
    columns: Columns | None = None
    sample: Ground | None = None

    @property
    def most_likely(self) -> Ints:
        """The most likely class of each buyer; of equals, the more common one."""
        return np.asarray(self.shares.argmax(axis=0), dtype=np.int64)


def fetch_sheet(buyers: ir.Table, traits: Sequence[UserColumn]) -> Sheet:
    """The traits of all buyers from the engine."""
    kinds = {c.column: "float64" if c.kind == "number" else "string" for c in traits}
    table = buyers.select("buyer_id", **{name: _[name].cast(kind) for name, kind in kinds.items()}).to_pyarrow()
    table = table.combine_chunks()
    buyer_id = table["buyer_id"].to_numpy()
    order = np.argsort(buyer_id, kind="stable")
    numbers = {c.name: _numbers(table[c.column])[order] for c in traits if c.kind == "number"}
    texts = {c.name: _codes(table[c.column], order) for c in traits if c.kind == "text"}
    return Sheet(buyer_id[order], numbers, texts)


def _numbers(column: pa.ChunkedArray) -> Floats:
    """Values, NaN where not known or not finite."""
    values = np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def _codes(column: pa.ChunkedArray, order: Ints) -> tuple[Ints, tuple[str, ...]]:
    """The place of each value among all values in alphabetical order."""
    coded = pc.dictionary_encode(column).combine_chunks()
    words = np.array(coded.dictionary.to_pylist(), dtype=object)
    place = np.argsort(words, kind="stable")
    rank = np.empty(len(words) + 1, dtype=np.int32)
    rank[place], rank[-1] = np.arange(len(words)), -1
    codes = rank[coded.indices.fill_null(len(words)).to_numpy()]
    return codes[order], tuple(words[place])


def columns_of(sheet: Sheet) -> Columns:
    """The traits as classes see them: which tell buyers apart, numbers and texts, common levels only."""
    numbers: dict[str, Floats] = {}
    texts: dict[str, tuple[NDArray[Any], tuple[str, ...]]] = {}
    left_out: list[tuple[str, str]] = []
    for name, values in sheet.numbers.items():
        found = _distinct(values)
        if len(found) < 2:
            left_out.append((name, _too_few(len(found))))
        elif len(found) <= FEW_VALUES:
            texts[name] = _levels_of_number(values, found)
        else:
            numbers[name] = values
    for name, (codes, words) in sheet.texts.items():
        reason = _unusable(codes, words)
        if reason:
            left_out.append((name, reason))
        else:
            texts[name] = _common(codes, words)
    rows = Mixed(_stacked(list(numbers.values()), len(sheet.buyer_id), np.float64),
                 _stacked([codes for codes, _words in texts.values()], len(sheet.buyer_id), np.int8),
                 tuple(len(words) for _codes, words in texts.values()))
    return Columns(rows, tuple(numbers), tuple(texts), tuple(words for _codes, words in texts.values()),
                   tuple(left_out))


def _distinct(values: Floats) -> Floats:
    """The distinct known values in order; of a number that has many, those of its first rows, which say so already."""
    known = values[~np.isnan(values)]
    first = np.unique(known[:_LOOKED_AT])
    return first if len(first) > FEW_VALUES else np.unique(known)


def _stacked(parts: Sequence[NDArray[Any]], rows: int, kind: type) -> NDArray[Any]:
    return np.stack(parts).astype(kind, copy=False) if parts else np.empty((0, rows), dtype=kind)


def _levels_of_number(values: Floats, found: Floats) -> tuple[NDArray[np.int8], tuple[str, ...]]:
    codes = np.searchsorted(found, values).astype(np.int8)
    codes[np.isnan(values)] = -1
    return codes, tuple(f"{value:,.10g}" for value in found)


def _too_few(values: int) -> str:
    return "it has one value only" if values else "it is known of no buyer"


def _unusable(codes: Ints, words: Sequence[str]) -> str:
    if len(words) < 2:
        return _too_few(len(words))
    if len(words) == np.count_nonzero(codes >= 0):
        return f"all its {len(words):,} values differ: it names buyers, it does not group them"
    return ""


def _common(codes: Ints, words: tuple[str, ...]) -> tuple[NDArray[np.int8], tuple[str, ...]]:
    """The most common levels, in alphabetical order, and one for all others where there are more."""
    if len(words) <= MOST_LEVELS:
        return codes.astype(np.int8), words
    times = np.bincount(codes[codes >= 0], minlength=len(words))
    kept = np.sort(np.argsort(-times, kind="stable")[: MOST_LEVELS - 1])
    place = np.full(len(words) + 1, len(kept), dtype=np.int8)
    place[kept], place[-1] = np.arange(len(kept)), -1
    return place[codes], (*(words[i] for i in kept), "any other")


def given_classes(sheet: Sheet, name: str, unknown: str) -> Classified:
    """Classes as the user's own column gives them; a buyer of whom it is not known is in a class of its own."""
    codes, words = sheet.texts[name]
    if np.any(codes < 0):
        codes, words = np.where(codes < 0, len(words), codes), (*words, unknown)
    order = np.argsort(-np.bincount(codes, minlength=len(words)), kind="stable")
    place = np.empty(len(words), dtype=np.int64)
    place[order] = np.arange(len(words))
    shares = np.zeros((len(words), len(codes)), dtype=np.float32)
    shares[place[codes], np.arange(len(codes))] = 1.0
    return Classified(sheet.buyer_id, tuple(words[i] for i in order), shares)


def fit_marketing_classes(sheet: Sheet, classes: int, most: int, seed: int) -> Classified | None:
    """Latent classes of the buyers, or None where no trait tells them apart.

    Parameters
    ----------
    sheet : Sheet
    classes : int
        How many; 0 to choose by ICL among 1 to ``most``.
    seed : int
        The same seed gives the same classes, on any number of threads.

    Notes
    -----
    Fitted on at most ``FITTED_BUYERS`` buyers. Which those are depends on ids and seed alone, so a
    buyer that comes or goes changes who is drawn by one.
    """
    columns = columns_of(sheet)
    if not columns.numbers and not columns.texts:
        return None
    rng = np.random.default_rng(seed)
    with threadpool_limits(1):
        sample = ground(columns.rows.at(drawn(sheet.buyer_id, FITTED_BUYERS, seed)))
        fits = (fit_classes(sample, classes, rng),) if classes else choose_classes(sample, most, rng)
        chosen = best(fits)
        shares = _all_shares(chosen.classes, columns.rows, sample.scales)
    names = tuple(f"class {number}" for number in range(1, len(chosen.classes) + 1))
    return Classified(sheet.buyer_id, names, shares, fits, chosen, columns, sample)


def _all_shares(classes: LatentClasses, rows: Mixed, scales: tuple[Scale, ...]) -> Singles:
    shares = np.empty((len(classes), len(rows)), dtype=np.float32)
    for block, found in shares_by_block(classes, rows, scales):
        shares[:, block] = _on_grid(found)
    return shares


def _on_grid(shares: Singles) -> Singles:
    """Chances as multiples of one part in ``GRID``, what rounding leaves going to the most likely class."""
    steps: Singles = np.rint(shares * np.float32(GRID))
    left = np.float32(GRID) - steps.sum(axis=0)
    steps[steps.argmax(axis=0), np.arange(steps.shape[1])] += left
    steps /= np.float32(GRID)
    return steps


def classes_stability(
    found: Classified, pairs: int, seed: int
) -> tuple[Stability, tuple[Floats, ...], int] | None:
    """How well latent classes hold up, and from how many classes each came as their number rose.

    Classes are fitted anew on pairs of bootstrap samples of ``JUDGED_BUYERS`` buyers at most.

    Returns
    -------
    tuple or None
        Stability of the number chosen; stability across solutions for 2, 3, ... classes as far as they
        were tried; how many buyers were drawn from. None where the user gave the classes, or there is only one.
    """
    if found.chosen is None or found.sample is None or len(found.names) < 2:
        return None
    few, count = found.sample.first(JUDGED_BUYERS), len(found.names)

    def resolve(times: Floats, rng: np.random.Generator) -> Ints:
        made = fit_classes(few, count, rng, times.astype(np.float32)).classes
        return np.asarray(made.densities(few.design).argmax(axis=0), dtype=np.int64)

    with threadpool_limits(1):
        judged = found.chosen.classes.densities(few.design).argmax(axis=0)
        measured = stability(judged, count, resolve, pairs, np.random.default_rng(seed))
        solutions = [fit.classes.densities(found.sample.design).argmax(axis=0) for fit in found.fits]
    return measured, across_solutions(solutions), few.rows

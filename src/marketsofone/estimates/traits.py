"""The prior on traits: what the traits of a buyer say about its success share before its own record speaks.

A committee of models foretells the share of trials that succeed from what is known at the start. Each row is
foretold by models that never saw an outcome of its fold, so the prior holds nothing that the row's own
record will then be weighed against.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy.special import expit

from marketsofone.errors import ValuesInvalid
from marketsofone.estimates.trait_committee import PARTS, Columns, Committee, Rows, fit_committee, pairs
from marketsofone.estimates.trait_levels import FloatArray, IntArray, Leveling, Traits, fit_leveling
from marketsofone.estimates.trait_rates import past_rates

__all__ = ["TraitPrior", "Traits", "fit_prior"]

MOST_GROUPS = 6
"""Folds are joined into at most so many groups."""

_BEYOND_NOISE = 2.0
_LEAST, _MOST = 1e-6, 1 - 1e-6
_ROWS_PER_TOTAL = 8
_PERMUTED = 20_000
_LEAN_FROM = 100_000


@dataclass(frozen=True, slots=True)
class TraitPrior:
    """Foretold success shares, and how much the traits told.

    Parameters
    ----------
    out_of_fold : float array, shape (rows,)
        P(success) of each row. A row with trials is foretold by models that never saw its fold; one
        without trials by all of them. Where traits do not help, the plain rate of the other folds.
    useful : bool
        Whether the traits foretell better than the plain rate by more than two standard errors.
    log_loss, base_log_loss : float
        Mean log loss of a trial, cross-validated, of the models and of the plain rate. ``nan`` without
        trials. ``log_loss`` is that of the models even where they were found not useful.
    weights : tuple of (str, float)
        Parts and their mean weight.
    importance : tuple of (str, float)
        Traits, most telling first, and by how much the log loss of a trial grows when the values of that
        trait are shuffled. Traits that tell the same share their importance.
    """

    out_of_fold: FloatArray
    useful: bool
    log_loss: float
    base_log_loss: float
    weights: tuple[tuple[str, float], ...]
    importance: tuple[tuple[str, float], ...]
    rate: float
    leveling: Leveling | None = field(default=None, repr=False)
    committee: Committee | None = field(default=None, repr=False)

    def predict(self, traits: Traits) -> FloatArray:
        """P(success) of rows that were not there when the prior was fitted, shape (rows,)."""
        if not self.useful or self.committee is None or self.leveling is None:
            return np.full(len(traits), self.rate)
        levels = self.leveling.levels(traits, new=True)
        with _one_thread():
            return _shares(self.committee.log_odds(levels, traits.categories))


def fit_prior(traits: Traits, trials: IntArray, successes: IntArray, folds: IntArray, *,
              seed: int, most_rows: int = 100_000) -> TraitPrior:
    """Foretell the success share of rows from their traits, always out of fold.

    Three parts are weighed against each other by what they say about rows they were not trained on: an
    additive model that learns for each trait how much it matters, many small trees, and fewer large ones.
    The prior misleads where traits were written down after the outcome: drop such columns first.

    Parameters
    ----------
    traits : Traits
        What is known of each row at the start of its trials.
    trials, successes : int array, shape (rows,)
        ``0 <= successes <= trials``; a row counts as so many successes and so many failures.
    folds : int array, shape (rows,)
        Rows that must not teach about each other, such as those of one buyer, share a number. Folds are
        joined into at most six groups; with fewer than three the plain rate is given.
    seed : int
        For the choice of rows to train on and of rows to shuffle.
    most_rows : int
        Rows with trials to train on at most; the others are foretold all the same.

    Raises
    ------
    ValuesInvalid
        Arrays differ in length, or successes lie outside 0 and trials.

    References
    ----------
    Wolpert, "Stacked generalization", *Neural Networks* 5 (1992); van der Laan, Polley and Hubbard, "Super
    learner", *Statistical Applications in Genetics and Molecular Biology* 6 (2007).
    """
    _check(traits, trials, successes, folds)
    n, s = trials.astype(float), successes.astype(float)
    groups = _groups(folds, n)
    plain = _plain(n, s, groups)
    rate = float((s.sum() + 0.5) / (n.sum() + 1))
    base_loss = _log_loss(plain, n, s)
    if groups.max(initial=-1) < 2 or not traits.names:
        return TraitPrior(plain, False, base_loss, base_loss, (), (), rate)
    leveling = fit_leveling(traits)
    every = Rows(leveling.levels(traits), traits.categories, groups, n, s)
    rng = np.random.default_rng(seed)
    sample = every.at(_sampled(n, most_rows, rng))
    tallied = [past_rates(how, sample.codes[:, j], sample.groups, int(groups.max()) + 1,
                          sample.trials, sample.successes) for j, how in enumerate(leveling.categories)]
    left_out = pairs(int(groups.max()) + 1, max(len(sample.trials), len(n) // _ROWS_PER_TOTAL))
    columns = Columns(leveling, tuple(tallied), lean=len(n) > _LEAN_FROM)
    with _one_thread():
        committee = fit_committee(sample, columns, left_out, seed)
        owners = leveling.owners(traits.numeric.shape[1])
        importance = _importance(committee, sample, owners, traits, rng)
        said = _said(committee, every)
    useful = _beats(said, plain, n, s)
    parts = (PARTS[0], *columns.boosted)
    weights = np.mean([stack.weights for stack in committee.stacks.values()], axis=0)
    return TraitPrior(
        out_of_fold=said if useful else plain, useful=useful, log_loss=_log_loss(said, n, s),
        base_log_loss=base_loss, weights=tuple(zip(parts, weights.tolist(), strict=True)),
        importance=importance, rate=rate, leveling=leveling, committee=committee)


def _one_thread() -> Any:
    """Results do not depend on the number of threads, and small steps do not wait for each other."""
    from sklearn.ensemble import HistGradientBoostingClassifier  # noqa: F401  (loads what is to be limited)
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1)


def _check(traits: Traits, trials: IntArray, successes: IntArray, folds: IntArray) -> None:
    lengths = {len(traits.numeric), len(traits.categories), len(trials), len(successes), len(folds)}
    if len(lengths) > 1:
        raise ValuesInvalid("A prior on traits needs one row of traits, trials, successes and fold each.",
                            f"lengths {', '.join(f'{length:,}' for length in sorted(lengths))}.")
    wrong = int(((successes < 0) | (successes > trials)).sum())
    if wrong:
        raise ValuesInvalid("A prior on traits needs successes between 0 and the number of trials.",
                            f"{wrong:,} rows where they are not.", "Count successes among the trials only.")


def _groups(folds: IntArray, trials: FloatArray) -> IntArray:
    """Folds joined into at most six groups of like size, those with trials first."""
    _, fold = np.unique(folds, return_inverse=True)
    sizes = np.bincount(fold, trials)
    place = np.empty(len(sizes), int)
    place[np.argsort(-sizes, kind="stable")] = np.arange(len(sizes))
    most = min(MOST_GROUPS, max(1, int((sizes > 0).sum())))
    return np.asarray(place % most)[fold] if len(fold) else np.zeros(0, int)


def _plain(trials: FloatArray, successes: FloatArray, groups: IntArray) -> FloatArray:
    """Success rate of the other groups for rows with trials, of all for rows without."""
    n, s = np.bincount(groups, trials), np.bincount(groups, successes)
    others = (s.sum() - s + 0.5) / (n.sum() - n + 1)
    return np.asarray(np.where(trials > 0, others[groups], (s.sum() + 0.5) / (n.sum() + 1)))


def _sampled(trials: FloatArray, most: int, rng: np.random.Generator) -> IntArray:
    tried = np.flatnonzero(trials > 0)
    return tried if len(tried) <= most else np.sort(rng.choice(tried, most, replace=False))


def _said(committee: Committee, rows: Rows) -> FloatArray:
    odds = np.empty(len(rows.trials))
    tried, untried = np.flatnonzero(rows.trials > 0), np.flatnonzero(rows.trials == 0)
    odds[tried] = committee.out_of_fold(rows.levels[tried], rows.codes[tried], rows.groups[tried])
    if len(untried):
        odds[untried] = committee.log_odds(rows.levels[untried], rows.codes[untried])
    return _shares(odds)


def _shares(odds: FloatArray) -> FloatArray:
    return np.asarray(np.clip(expit(odds), _LEAST, _MOST))


def _losses(shares: FloatArray, trials: FloatArray, successes: FloatArray) -> FloatArray:
    return -successes * np.log(shares) - (trials - successes) * np.log1p(-shares)


def _log_loss(shares: FloatArray, trials: FloatArray, successes: FloatArray) -> float:
    count = float(trials.sum())
    return float(_losses(shares, trials, successes).sum() / count) if count else float("nan")


def _beats(said: FloatArray, plain: FloatArray, trials: FloatArray, successes: FloatArray) -> bool:
    """Whether the mean gain in log loss exceeds so many of its standard errors."""
    gain = _losses(plain, trials, successes) - _losses(said, trials, successes)
    mean = gain.sum() / trials.sum()
    error = np.sqrt(((gain - trials * mean) ** 2).sum()) / trials.sum()
    return bool(mean > _BEYOND_NOISE * error)


def _importance(committee: Committee, rows: Rows, owners: list[int], traits: Traits,
                rng: np.random.Generator) -> tuple[tuple[str, float], ...]:
    """How much worse rows are foretold when one trait is shuffled among them, by trait."""
    count = min(len(rows.trials), max(200, _PERMUTED // len(traits.names)))
    few = rows.at(rng.choice(len(rows.trials), count, replace=False))
    mixed = rng.permutation(count)
    numeric = traits.numeric.shape[1]
    levels, codes = [few.levels], [few.codes]
    for trait in range(len(traits.names)):
        mine = [column for column, owner in enumerate(owners) if owner == trait]
        levels.append(few.levels.copy())
        levels[-1][:, mine] = few.levels[mixed][:, mine]
        codes.append(few.codes.copy())
        if trait >= numeric:
            codes[-1][:, trait - numeric] = few.codes[mixed, trait - numeric]
    times = len(levels)
    odds = committee.out_of_fold(np.concatenate(levels), np.concatenate(codes), np.tile(few.groups, times))
    losses = [_log_loss(shares, few.trials, few.successes) for shares in _shares(odds).reshape(times, count)]
    found = [(name, loss - losses[0]) for name, loss in zip(traits.names, losses[1:], strict=True)]
    return tuple(sorted(found, key=lambda pair: -pair[1]))

"""Says where strata differ in a rate by when their buyers were tried rather than by who they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from ibis import _
from numpy.typing import NDArray

from marketsofone.customer import Stratum, path
from marketsofone.project.main_job.moving import begun, begun_rows
from marketsofone.project.words import count, counted, share
from marketsofone.sources import Finding

if TYPE_CHECKING:
    import pandas as pd

    from marketsofone.measures import Measure
    from marketsofone.project.ground.gathered import Gathered
    from marketsofone.project.ground.stratifying import Stratified

Floats = NDArray[np.float64]

_BEYOND = 1.96  # standard errors by which a stratum's rate must differ from that beside it to be worth a word
_STAYS = 0.5    # of that difference must be there among what began in the same months, else it is told
_SHARED = 0.1   # of what months could tell if both came at the same times: where it is less, they tell nothing
_MOST = 3       # strata told of a score, those that lose most by it first


@dataclass(frozen=True, slots=True)
class _Beside:
    """A stratum and those it was parted from: trials, their rates, and their rates where months are alike.

    None for the latter where hardly any month has trials of both.
    """

    trials: tuple[float, float]
    rates: tuple[float, float]
    alike: tuple[float, float] | None

    @property
    def lost(self) -> float:
        """How much of the difference is gone where months are alike."""
        left = 0.0 if self.alike is None else abs(self.alike[0] - self.alike[1])
        return abs(self.rates[0] - self.rates[1]) - left


def apart_in_time(gathered: Gathered, stratified: Stratified) -> list[Finding]:
    """A finding for strata of which most that sets their rate apart is gone among opportunities of the same months.

    Of what is counted on opportunities. A rate that rises for all makes those look better who came later.
    """
    found = []
    for score, measure in gathered.shares.items():
        if len(stratified.strata) > 1 and score in gathered.trials and measure.table == "opportunity":
            rows = begun_rows(gathered, score, measure).inner_join(stratified.placed, "buyer_id")
            months = rows.group_by("node", month=_.begun_on.truncate("M")).agg(
                trials=_.trials.sum(), total=_.total.sum()).order_by("node", "month").execute()
            told = sorted(_told(stratified.strata, months), key=lambda each: -each[1].lost)[:_MOST]
            found += [_finding(score, measure, stratified.strata, *each) for each in told]
    return found


def _told(strata: Sequence[Stratum], months: pd.DataFrame) -> Iterator[tuple[Stratum, _Beside]]:
    """The strata to be told, each beside those with which it shares a parent."""
    names, place = np.unique(months["month"].to_numpy(), return_inverse=True)
    each = np.zeros((2, len(strata), len(names)))
    each[:, months["node"].to_numpy(np.int64), place] = months[["trials", "total"]].to_numpy(np.float64).T
    for stratum in reversed(strata[1:]):
        each[:, stratum.parent] += each[:, stratum.number]
    for stratum in strata[1:]:
        others = [s.number for s in strata[1:] if s.parent == stratum.parent and s.number != stratum.number]
        if len(others) == 1 and others[0] < stratum.number:
            continue  # of two, one says it of both
        pair = _beside(each[:, stratum.number], each[:, others].sum(axis=1))
        if pair is not None:
            yield stratum, pair


def _beside(own: Floats, others: Floats) -> _Beside | None:
    """Two rates by month, trials and successes of each shape (2, months); None where they differ as in the same months.

    References
    ----------
    Mantel & Haenszel (1959), *Journal of the National Cancer Institute* 22: each month weighs what it can tell.
    """
    (n, s), (m, t) = own, others
    both = n + m
    weight = np.divide(n * m, both, out=np.zeros_like(both), where=both > 0)
    if not (n.any() and m.any()):
        return None
    trials = (float(n.sum()), float(m.sum()))
    rates, whole = (s.sum() / trials[0], t.sum() / trials[1]), (s.sum() + t.sum()) / both.sum()
    gap, most = rates[0] - rates[1], trials[0] * trials[1] / both.sum()
    if abs(gap) <= _BEYOND * np.sqrt(whole * (1.0 - whole) / most):
        return None
    if weight.sum() < _SHARED * most:
        return _Beside(trials, rates, None)
    told = weight > 0
    first, second = (float(np.average(won[told] / tried[told], weights=weight[told]))
                     for tried, won in ((n, s), (m, t)))
    stays = (first - second) * np.sign(gap)
    return None if stays >= _STAYS * abs(gap) else _Beside(trials, rates, (first, second))


def _finding(score: str, measure: Measure, strata: Sequence[Stratum], stratum: Stratum, pair: _Beside) -> Finding:
    named = " / ".join(path(strata, stratum.number))
    said = f"hardly any were {begun(measure)} in the same months. So what sets it apart in {score} may be when its " \
           "buyers were tried."
    if pair.alike is not None:
        said = (f"of those {begun(measure)} in the same months {share(pair.alike[0])} and {share(pair.alike[1])}. So "
                f"most of what sets it apart in {score} is when its buyers were tried.")
    return Finding(
        "apart_in_time", "warning", f"stratum {named}",
        f"Of {counted(pair.trials[0], measure.unit)} there {share(pair.rates[0])} {measure.done}, of "
        f"{count(pair.trials[1])} beside it {share(pair.rates[1])}; {said}",
        f"If what came before no longer tells, let {score} count from a day on ([since]); if {stratum.split_on} is no "
        f'reason to treat buyers differently:\n  [strata]\n  forbid = ["{stratum.split_on}"]')

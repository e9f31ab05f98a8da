"""Whether two groups of buyers are different sales segments: one verdict a criterion.

``different`` means beyond chance: of all that is called so, at most the share ``level`` is expected to be
wrong, and where nothing differs the chance that anything is called so at all is ``level``. ``alike`` means
that the whole interval lies within a margin set beforehand. All else is ``cannot tell yet``. How many
criteria and pairs were looked at is paid for in both.

References
----------
Benjamini & Hochberg (1995), Controlling the false discovery rate, *JRSS B* 57.
Benjamini & Yekutieli (2005), False discovery rate-adjusted multiple confidence intervals, *JASA* 100.
Wellek (2010), *Testing Statistical Hypotheses of Equivalence and Noninferiority*, 2nd ed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from marketsofone.errors import SettingsInvalid
from marketsofone.strata.distinct_dealing import log_ways

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Verdict = Literal["different", "alike", "cannot tell yet"]
Unit = Literal["share", "money", "number", "profile"]

DIFFERENT: Verdict = "different"
ALIKE: Verdict = "alike"
UNTOLD: Verdict = "cannot tell yet"

_HALVINGS = 40
_MOST_GROWTH = 1e6


class Contrast(Protocol):
    """Two groups side by side on one criterion; every array has one element a pair."""

    @property
    def effect(self) -> Floats:
        """How far the groups are apart."""

    @property
    def scale(self) -> Floats:
        """What a margin of 1 is worth in units of the effect."""

    @property
    def chance(self) -> Floats:
        """Chance of what is seen where nothing differs."""

    @property
    def known(self) -> Bools:
        """Whether there is evidence enough to test anything."""

    @property
    def widest(self) -> tuple[float, float]:
        """The least and the largest effect there can be."""

    def interval(self, level: Floats) -> tuple[Floats, Floats]:
        """The effects that a test at this level would not reject."""

    def grown(self, times: Floats) -> Contrast:
        """The same effect with so many times the buyers."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What counts as different and as alike.

    Parameters
    ----------
    level : float
        Share of what is called different that may be wrong; where nothing differs, the chance that
        anything is called so.
    share_margin : float
        Shares this close, or closer, make no difference to what is done: 0.10 is ten points.
    amount_margin : float
        The same for money and other amounts, as a share of what is typical.
    margins : mapping
        Criterion -> a margin of its own, in place of these two.
    """

    level: float = 0.05
    share_margin: float = 0.10
    amount_margin: float = 0.10
    margins: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        said = {name.replace("_", " "): getattr(self, name) for name in ("level", "share_margin", "amount_margin")}
        for name, value in (said | {f"margin of {name}": value for name, value in self.margins.items()}).items():
            if not 0 < value < 1:
                raise SettingsInvalid("Level and margins of a comparison lie between 0 and 1.",
                                      f"{value:g} for the {name}.", "0.05 is 5%, a margin of 0.10 is ten points.")


@dataclass(frozen=True, slots=True)
class Question:
    """One criterion of one pair.

    Parameters
    ----------
    criterion : str
    unit : {"share", "money", "number", "profile"}
        ``profile``: the share of buyers who would have to change value.
    contrast : Contrast
        Arrays of shape (1,).
    buyers_a, buyers_b, trials_a, trials_b : float
        Behind it.
    pair : int
        Which pair it belongs to.
    on : str
        Of a profile: the value whose share differs most, or most surely where that tells more than all together.
    value_a, value_b : float or None
        What each group shows: a share of trials, a typical amount, the share of buyers with ``on``.
    by_construction : bool
        The groups were made by this criterion: that they differ in it is no discovery.
    companies : tuple of two floats, optional
        Of how many companies the buyers of each side are: so many witnesses there are. Absent: each is one by itself.
    """

    criterion: str
    unit: Unit
    contrast: Contrast
    buyers_a: float
    buyers_b: float
    trials_a: float
    trials_b: float
    pair: int = 0
    on: str = ""
    value_a: float | None = None
    value_b: float | None = None
    by_construction: bool = False
    companies: tuple[float, float] | None = None

    def least(self, times: float = 1.0) -> Floats:
        """The least chance any test of so many witnesses can have, or of ``times`` as many."""
        a, b = self.companies or (self.buyers_a, self.buyers_b)
        return np.atleast_1d(least_chance(a * times, b * times))


@dataclass(frozen=True, slots=True)
class Answer:
    """The verdict on one question.

    Parameters
    ----------
    question : Question
    verdict : {"different", "alike", "cannot tell yet"}
    effect, low, high : float or None
        Of the first group less the second, in the question's unit; None where nothing is known. Over
        all that was asked, the intervals of what is called different hold the truth as often as
        ``level`` promises; the others hold it all at once.
    chance : float
        Of what is seen where nothing differs, before paying for how much was asked.
    margin : float or None
        Within which the groups would count as alike, in the question's unit.
    needed : float or None
        Buyers a side that would decide it if the groups stay as far apart as they are seen to be; None
        where it is decided, or where there is nothing to go by.
    """

    question: Question
    verdict: Verdict
    effect: float | None
    low: float | None
    high: float | None
    chance: float
    margin: float | None
    needed: float | None


def answered(questions: Sequence[Question], asked: Asked) -> list[Answer]:
    """A verdict on every question, all of them paid for together.

    What differs by construction is told, and does not make other differences easier to call.

    Misleads where groups were chosen by looking at the very outcomes that are compared here, such as
    the best and the worst of many: they look more different than they are.
    """
    if not questions:
        return []
    chance = np.array([_chance(question) for question in questions])
    known = np.array([bool(q.contrast.known[0]) for q in questions])
    news = known & ~np.array([question.by_construction for question in questions])
    level = np.full(len(questions), asked.level / max(int(news.sum()), 1))
    if news.any():
        level[news] = levels(chance[news], asked.level)
    return [_answer(question, float(at), asked) if tested else _unknown(question)
            for question, at, tested in zip(questions, level, known, strict=True)]


def least_chance(buyers_a: float | Floats, buyers_b: float | Floats) -> Floats:
    """Chance of dealing these buyers to the two groups in this very way, or the other way round.

    No honest test of so few buyers can be surer, however even they look among themselves.

    Examples
    --------
    >>> float(least_chance(5, 5).round(4))
    0.0079
    """
    a, b = np.asarray(buyers_a, np.float64), np.asarray(buyers_b, np.float64)
    chance: Floats = np.minimum(2.0 * np.exp(-log_ways(a + b, a)), 1.0)
    return chance


def levels(chance: Floats, level: float) -> Floats:
    """At which level each chance is judged, and its interval drawn, so that many looks are paid for.

    What the step-up rule calls different is judged at ``level`` times its share of all that was asked;
    the others at ``level`` divided by their number. A chance at or below its level is a discovery.

    Parameters
    ----------
    chance : float array, shape (..., asked)
    level : float
        False discoveries among discoveries, at most.

    Examples
    --------
    >>> levels(np.array([0.001, 0.02, 0.9, 0.5]), 0.05).round(4)
    array([0.025 , 0.025 , 0.0125, 0.0125])
    """
    count = chance.shape[-1]
    step = level * np.arange(1, count + 1) / count
    passed = np.sort(chance, axis=-1) <= step
    called = np.where(passed.any(-1), count - np.argmax(passed[..., ::-1], axis=-1), 0)
    limit = level * called[..., None] / count
    judged: Floats = np.where((chance <= limit) & (called[..., None] > 0), limit, level / count)
    return judged


def verdicts(
    contrast: Contrast, least: Floats, level: Floats, margin: float
) -> tuple[Bools, Bools, Floats, Floats]:
    """Which pairs are different and which alike, with the interval that says so, for many pairs at once.

    Parameters
    ----------
    contrast : Contrast
    least : float array
        From :func:`least_chance`: a test at a smaller level rejects nothing.
    level : float array
        From :func:`levels`.
    margin : float
        In units of ``contrast.scale``.

    Returns
    -------
    different, alike, low, high : arrays
    """
    tested = contrast.known & (least <= level)
    low, high = (np.where(tested, end, widest)
                 for end, widest in zip(contrast.interval(level), contrast.widest, strict=True))
    alike = tested & (np.maximum(np.abs(low), np.abs(high)) <= margin * contrast.scale)
    return tested & (contrast.chance <= level) & ~alike, alike, low, high


def _answer(question: Question, level: float, asked: Asked) -> Answer:
    contrast, margin = question.contrast, _margin(question, asked)
    different, alike, low, high = verdicts(contrast, question.least(), np.array([level]), margin)
    verdict = ALIKE if alike[0] else DIFFERENT if different[0] else UNTOLD
    needed = None if verdict != UNTOLD else buyers_needed(question, level, margin)
    return Answer(question, verdict, float(contrast.effect[0]), _finite(low[0]), _finite(high[0]), _chance(question),
                  float(margin * contrast.scale[0]), needed)


def _chance(question: Question) -> float:
    return float(np.maximum(question.contrast.chance, question.least())[0])


def _unknown(question: Question) -> Answer:
    return Answer(question, UNTOLD, None, None, None, 1.0, None, None)


def _margin(question: Question, asked: Asked) -> float:
    usual = asked.share_margin if question.unit in ("share", "profile") else asked.amount_margin
    of_its_kind = asked.margins.get(question.criterion.partition(": ")[0], usual)
    return asked.margins.get(question.criterion, of_its_kind)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def buyers_needed(question: Question, level: float, margin: float) -> float | None:
    """Buyers a side at which the effect seen would be called different, or alike, at this level.

    The effect is taken as it stands; when it is itself little known, so is this number.
    """
    few, many = 1.0, _MOST_GROWTH
    if not _decides(question, many, level, margin):
        return None
    for _ in range(_HALVINGS):
        middle = float(np.sqrt(few * many))
        few, many = (few, middle) if _decides(question, middle, level, margin) else (middle, many)
    size = 2.0 * question.buyers_a * question.buyers_b / (question.buyers_a + question.buyers_b)
    return float(np.ceil(size * many))


def _decides(question: Question, times: float, level: float, margin: float) -> bool:
    """Whether it would be called different or alike; most often the chance says so, and no interval need be sought."""
    grown, least = question.contrast.grown(np.array([times])), question.least(times)
    if (grown.known & (least <= level) & (grown.chance <= level))[0]:
        return True
    _different, alike, _low, _high = verdicts(grown, least, np.array([level]), margin)
    return bool(alike[0])

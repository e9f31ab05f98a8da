"""The tree from the whole market down: level by level, each node split where it pays or left whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from marketsofone.customer import MARKET, Stratum, path, stratum_id
from marketsofone.estimates.candidates import Dimension
from marketsofone.strata.lending import lent_shares, shares_told
from marketsofone.strata.names import group_name, pin_unmade, pinned_sentence, split_sentence, stop_sentence
from marketsofone.strata.showing import plain_chances, shown_chances
from marketsofone.strata.splitting import (
    Candidate,
    Rules,
    Split,
    best_split,
    described,
    judged_beside,
    worth_of,
)
from marketsofone.strata.steering import WHOLE_MARKET
from marketsofone.strata.steering_pins import pinned_split

Tallies = Callable[[Sequence[Stratum]], pd.DataFrame]
"""Given all strata so far, the candidate tallies of those on the deepest level."""


@dataclass(frozen=True, slots=True)
class Grown:
    """A finished tree: its strata, parents first."""

    strata: tuple[Stratum, ...]


def grow_tree(
    fetch: Tallies, dimensions: Sequence[Dimension], scores: Sequence[str], rules: Rules, currency: str
) -> Grown:
    """Strata from the whole market down, by splits that hold up on buyers who did not suggest them.

    Parameters
    ----------
    fetch : callable
        Gives the candidate tallies (``estimates.fetch_candidates``) of the strata on the deepest level.
    dimensions : sequence of Dimension
    scores : sequence of str
        The scores that have evidence.
    rules : Rules
        What a person pinned is made whatever the evidence says of it.
    currency : str
        For the sentences.

    Notes
    -----
    Where nothing differs and nothing is pinned the market stays whole with the chance that
    ``rules.level`` states; of the splits of a deeper level at most so large a share is expected to be
    false. Effects too small to show are not found; more evidence finds them.
    """
    strata = [Stratum(0, -1, WHOLE_MARKET, "", (), 0, MARKET)]
    judge = _Judge(dimensions, scores, rules, currency)
    open_level = strata[:]
    told: dict[int, Mapping[str, float]] = {}
    while open_level and dimensions and open_level[0].depth < rules.most_depth:
        frame = fetch(strata)
        grown: list[Stratum] = []
        by_node = described(frame, dimensions, scores)
        seen = {s.number: by_node.get(s.number, []) for s in open_level}
        people = _people(frame, dimensions)
        alone = judge.alone(strata, open_level, seen, told)
        beside = judged_beside([min(each.values(), default=1.0) for each in alone.values()], rules.level)
        for stratum in open_level:
            split, decided = judge.decide(strata, stratum, seen[stratum.number], alone[stratum.number],
                                          people.get(stratum.number, 0.0), beside)
            strata[stratum.number] = decided
            if split is not None:
                grown += _children(decided, split, len(strata) + len(grown))
        strata += grown
        open_level = grown
    return Grown(tuple(_closed(strata, open_level, _why_closed(dimensions, rules))))


@dataclass(frozen=True, slots=True)
class _Judge:
    """Decides of each stratum whether and how it is split."""

    dimensions: Sequence[Dimension]
    scores: Sequence[str]
    rules: Rules
    currency: str

    def found(self, strata: Sequence[Stratum], stratum: Stratum, every: Sequence[Candidate]) -> list[Candidate]:
        """Those with evidence that a person lets split the stratum."""
        able = self.rules.steering.allowed([c.dimension for c in every], _used(strata, stratum))
        return [candidate for candidate in every if candidate.sums and candidate.dimension in able]

    def alone(
        self, strata: Sequence[Stratum], level: Sequence[Stratum], seen: Mapping[int, Sequence[Candidate]],
        told: dict[int, Mapping[str, float]],
    ) -> dict[int, dict[str, float]]:
        """What the dimensions show in each stratum of a level, the nodes beside not paid for.

        ``told`` is what earlier levels say of dimensions, stratum by stratum; this level is added to it.
        """
        found = [self.found(strata, s, seen[s.number]) for s in level]
        plain = plain_chances(found)
        told |= {s.number: shares_told(each) for s, each in zip(level, plain, strict=True)}
        spent = []
        for stratum, each in zip(level, plain, strict=True):
            own = _path(strata, stratum)
            spent.append(lent_shares(list(each), [of for other, of in told.items() if other not in own]))
        shown = shown_chances(found, plain, spent)
        return {s.number: each for s, each in zip(level, shown, strict=True)}

    def decide(
        self, strata: Sequence[Stratum], stratum: Stratum, every: Sequence[Candidate], alone: Mapping[str, float],
        people: float, beside: float,
    ) -> tuple[Split | None, Stratum]:
        """The split of a stratum, pinned or shown by the evidence, and the stratum with its reason."""
        judged = [candidate for candidate in every if candidate.sums]
        worth = worth_of(people, judged, self.scores)
        on = self.rules.steering.pinned(" / ".join(path(strata, stratum.number)))
        pin = self._pinned(on, every, worth)
        if pin is not None:
            said = pinned_sentence(pin, self._gain(pin, worth), self.rules, self.currency)
            return pin, replace(stratum, why=said, gain=self._gain(pin, worth))
        before = pin_unmade(on, any(c.dimension.name == on for c in every), self.rules) if on else ""
        found = self.found(strata, stratum, every)
        split = best_split(found, alone, worth, self.rules, beside)
        if split is None:
            able = {candidate.dimension.name for candidate in found}
            waiting = [each.dimension.name for each in judged if each.dimension.name not in able]
            said = stop_sentence(found, people, worth, self.rules, self.currency, waiting=waiting)
            return None, replace(stratum, why=before + said)
        gain = split.gain if worth > 0 else None
        return split, replace(stratum, why=before + split_sentence(split, gain, self.rules, self.currency), gain=gain)

    def _pinned(self, on: str | None, every: Sequence[Candidate], worth: float) -> Split | None:
        candidate = next((c for c in every if c.dimension.name == on), None)
        return None if candidate is None else pinned_split(candidate, worth, self.rules)

    def _gain(self, pin: Split, worth: float) -> float | None:
        return max(pin.gain, 0.0) if worth > 0 else None


def _path(strata: Sequence[Stratum], stratum: Stratum) -> set[int]:
    """The numbers of a stratum and of all above it."""
    numbers = {stratum.number}
    while stratum.parent >= 0:
        stratum = strata[stratum.parent]
        numbers.add(stratum.number)
    return numbers


def _used(strata: Sequence[Stratum], stratum: Stratum) -> set[str]:
    """The dimensions split on along the path of a stratum."""
    return {strata[number].split_on for number in _path(strata, stratum) if number > 0}


def _people(frame: pd.DataFrame, dimensions: Sequence[Dimension]) -> dict[int, float]:
    """Buyers of each node, those of whom nothing is known included."""
    first = frame[frame["dimension"] == dimensions[0].name]
    return {int(node): float(count) for node, count in first.groupby("node")["people"].sum().items()}


def _children(parent: Stratum, split: Split, start: int) -> list[Stratum]:
    return [
        Stratum(
            number=start + i, parent=parent.number, name=group_name(split.dimension, group),
            split_on=split.dimension.name, values=group, depth=parent.depth + 1,
            stratum_id=stratum_id(parent.stratum_id, split.dimension.name, group),
        )
        for i, group in enumerate(split.groups)
    ]


def _why_closed(dimensions: Sequence[Dimension], rules: Rules) -> str:
    """Why nothing was asked of a stratum."""
    if dimensions:
        return "Stops here: the deepest level that the project allows."
    if rules.steering.forbid:
        return "Stops here: no dimension that the project file lets split the market has two values."
    return "Stops here: no sales dimension is mapped, or none has two values."


def _closed(strata: Sequence[Stratum], deepest: Sequence[Stratum], why: str) -> list[Stratum]:
    last = {stratum.number for stratum in deepest}
    return [replace(s, why=why) if s.number in last and not s.why else s for s in strata]

"""What the dimensions of a level's nodes show where nothing differs: all nodes beside one another.

Chance is judged in two ways, each paid half: what one half of the buyers suggests is tested by the other half,
and every dimension's values as they are, ungrouped and unchosen, are tested by all buyers, most freely those
dimensions that part other strata. Each node is judged by its own buyers only; all stand in one row because an
operation on a thousand values takes hardly longer than one on ten.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from marketsofone.strata.cutting import cut_chance
from marketsofone.strata.evidence import (
    Means,
    Sums,
    chances,
    gain_shares,
    in_a_row,
    merged_in_a_row,
    summed,
    surprises,
    tested_means,
)
from marketsofone.strata.fusing import fuse_each
from marketsofone.strata.splitting import Candidate

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_SCREENED = 5
_JUDGED = 2


@dataclass(frozen=True, slots=True)
class _Suggestion:
    """How one half of a node's buyers would group the values of one of its dimensions."""

    node: int
    candidate: Candidate
    half: int
    group: Ints


def plain_chances(nodes: Sequence[Sequence[Candidate]]) -> list[dict[str, float]]:
    """Of what all values of each dimension show on all buyers where nothing differs; only its scores are paid for.

    Steps of a number are told by their most telling cut.

    Parameters
    ----------
    nodes : sequence of sequence of Candidate
        Of each node of a level.

    Returns
    -------
    list of dict
        Of each node: dimension -> chance.
    """
    every = [candidate for found in nodes for candidate in found]
    least = np.ones(len(every))
    for at, halves in _by_score(every):
        least[at] = np.minimum(least[at], _plain([every[place] for place in at], tested_means(halves[0] + halves[1])))
    told = iter(least.tolist())
    return [{c.dimension.name: min(next(told) * len(c.sums), 1.0) for c in found} for found in nodes]


def _plain(found: Sequence[Candidate], means: Means) -> Floats:
    """The chance of each dimension on one score; of a number, that of its most telling cut."""
    plain = chances(means)
    for place, candidate in enumerate(found):
        if candidate.dimension.cuts:
            plain[place] = cut_chance(means.part(place))
    return plain


def shown_chances(
    nodes: Sequence[Sequence[Candidate]], plain: Sequence[Mapping[str, float]], spent: Sequence[Mapping[str, float]]
) -> list[dict[str, float]]:
    """Of seeing what each dimension shows where nothing differs, with all that was tried in its node paid for.

    A dimension may show itself in two ways, each paid half. What one half would group is tested by the other
    half: strong where there are many values or dimensions. And all its values are tested at once on all buyers,
    every dimension paid for: strong where there are few.

    Parameters
    ----------
    nodes : sequence of sequence of Candidate
        Of each node of a level.
    plain : sequence of mapping
        What :func:`plain_chances` says of them.
    spent : sequence of mapping
        Of each node, which share of what the second way may cost is spent on each dimension: together one at most.

    Returns
    -------
    list of dict
        Of each node: dimension -> chance.
    """
    shown = [{name: alone / share[name] * 2 for name, alone in each.items()}
             for each, share in zip(plain, spent, strict=True)]
    suggested = _suggested(nodes)
    for suggestion, chance in zip(suggested, _tested(suggested), strict=True):
        name, of = suggestion.candidate.dimension.name, shown[suggestion.node]
        of[name] = min(of[name], chance * 2 * _JUDGED * 2)
    return shown


def _by_score(found: Sequence[Candidate]) -> Iterator[tuple[Ints, tuple[Sums, Sums]]]:
    """Of each score, the places of the candidates it may judge and their tallies in a row, by half."""
    for score in dict.fromkeys(score for candidate in found for score in candidate.sums):
        at = [place for place, candidate in enumerate(found) if score in candidate.sums]
        first, second = (in_a_row([found[place].sums[score][half] for place in at]) for half in (0, 1))
        yield np.array(at), (first, second)


def most_surprising(found: Sequence[Candidate], half: int) -> int:
    """The place of the candidate whose values differ most beyond chance on one half of the buyers."""
    return int(np.argmax(_surprises(found)[half]))


def _surprises(found: Sequence[Candidate]) -> Floats:
    """How far the values of each candidate differ beyond chance on each half, shape (2, candidates)."""
    most = np.full((2, len(found)), -np.inf)
    for at, halves in _by_score(found):
        for half in (0, 1):
            most[half, at] = np.maximum(most[half, at], surprises(tested_means(halves[half])))
    return most


def _suggested(nodes: Sequence[Sequence[Candidate]]) -> list[_Suggestion]:
    """Of each node the best candidates of each half, and how it would group their values."""
    asked = list(_screened(nodes))
    groups = fuse_each([(c.half(half), bool(c.dimension.cuts)) for _node, c, half in asked]) if asked else []
    parted = [_Suggestion(*each, group) for each, group in zip(asked, groups, strict=True) if group.max() >= 1]
    best: dict[tuple[int, int], list[_Suggestion]] = {}
    for place in np.argsort(-_gains(parted), kind="stable"):
        best.setdefault((parted[place].node, parted[place].half), []).append(parted[place])
    return [each for of in best.values() for each in of[:_JUDGED]]


def _screened(nodes: Sequence[Sequence[Candidate]]) -> Iterator[tuple[int, Candidate, int]]:
    """Of each node and half the candidates whose values differ most beyond chance."""
    surprise = _surprises([candidate for found in nodes for candidate in found])
    start = 0
    for node, found in enumerate(nodes):
        own = surprise[:, start: start + len(found)]
        start += len(found)
        for half in (0, 1):
            for place in np.argsort(-own[half], kind="stable")[:_SCREENED]:
                yield node, found[place], half


def _gains(parted: Sequence[_Suggestion]) -> Floats:
    """What each grouping gains on the word of the half that made it, as a share of what there is."""
    gains = np.zeros(len(parted))
    people = [summed(each.candidate.people[each.half], each.group, int(each.group.max()) + 1) for each in parted]
    for at, sums in _regrouped(parted, [each.half for each in parted]):
        gains[at] += np.maximum(gain_shares(sums, np.concatenate([people[place] for place in at])), 0.0)
    return gains


def _tested(suggested: Sequence[_Suggestion]) -> Floats:
    """The least chance of any score of what each half suggested, tested by the other; all its scores are paid for."""
    least = np.ones(len(suggested))
    for at, sums in _regrouped(suggested, [1 - each.half for each in suggested]):
        least[at] = np.minimum(least[at], chances(tested_means(sums)))
    return np.minimum(least * [len(each.candidate.sums) for each in suggested], 1.0)


def _regrouped(parted: Sequence[_Suggestion], halves: Sequence[int]) -> Iterator[tuple[Ints, Sums]]:
    """Of each score, the places of the groupings it may judge and the tallies of their groups on a half, in a row."""
    for score in dict.fromkeys(score for each in parted for score in each.candidate.sums):
        at = [place for place, each in enumerate(parted) if score in each.candidate.sums]
        yield np.array(at), merged_in_a_row([parted[place].candidate.sums[score][halves[place]] for place in at],
                                            [parted[place].group for place in at])

"""Which segments to pursue where each costs something: the plan's choice beside others, by planted truth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from plan_company import Firm, earns
from truth_market import Floats

from marketsofone.allocation import Curves
from marketsofone.project.planning.solving import HARDLY, Placement, place

COST_SHARE = 0.1
CHOOSERS = ("the plan", "all segments", "the half most attractive", "the half of most value an hour",
            "same search, oracle's posterior", "same search, truth")


def segments_chosen(firm: Firm) -> dict[str, float]:
    """What each choice earns, less hours and segments pursued; and the share of segments the plan pursues."""
    free = place(firm.problem)
    cost = COST_SHARE * free.value / len(firm.problem.segments)
    dear = replace(firm.problem, segment_cost=cost)
    worth = firm.believed.value["attractiveness"]
    ours = place(dear)
    found = {
        CHOOSERS[0]: ours, CHOOSERS[1]: free,
        CHOOSERS[2]: _half(firm, worth), CHOOSERS[3]: _half(firm, worth * firm.believed.chance),
        CHOOSERS[4]: place(replace(dear, curves=firm.knowing)), CHOOSERS[5]: place(replace(dear, curves=firm.truth))}
    used = np.unique(firm.problem.segment[ours.hours > HARDLY])
    return {name: earns(firm, of.hours) - cost * _used(firm, of) for name, of in found.items()} | {
        "pursued": len(used) / len(firm.problem.segments)}


def _used(firm: Firm, placement: Placement) -> int:
    return len(np.unique(firm.problem.segment[placement.hours > HARDLY]))


def _half(firm: Firm, score: Floats) -> Placement:
    """Hours placed by the same solver, in the better half of the segments by their mean score."""
    segment, count = firm.problem.segment, len(firm.problem.segments)
    mean = np.bincount(segment, score, count) / np.bincount(segment, minlength=count)
    kept = mean >= np.median(mean)
    curves: Curves = firm.problem.curves.times(np.where(kept[segment], 1.0, 0.0))
    return place(replace(firm.problem, curves=curves))

"""Runs: which there are, and what moved between two of them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import Depends, Path, Request
from pydantic import Field

from marketsofone.app.api.routing import Model, api_router
from marketsofone.app.entrance import Needs, Visit, office_of, visits
from marketsofone.errors import RunMissing
from marketsofone.project.history.diff import diff
from marketsofone.project.history.lineage import lineage
from marketsofone.project.reading.unlisted import objectors
from marketsofone.project.snapshots.snapshot import list_snapshots, open_snapshot

router = api_router("runs")

RunName = Annotated[str, Path(pattern="^[0-9A-Za-z_-]{1,64}$", description="As `run_id` of the list, or `latest`.")]


class Run(Model):
    """A run: immutable results, written once."""

    run_id: str
    written_at: str = Field(description="UTC; empty where the run cannot be opened.")
    as_of: str
    buyers: int | None
    state: str = Field(description="`good`, or why it cannot be opened.")
    latest: bool


class Change(Model):
    """Something that was one way and is another; null where it was not, or is no more."""

    name: str
    before: Any
    after: Any


class Moved(Model):
    """How many buyers of both runs moved in one respect, and by how much at the median."""

    name: str
    buyers: int
    median: float | None


class Mover(Model):
    """A buyer that moved, and why."""

    buyer_id: int
    source_id: str
    rank: Change
    path: Change
    scores: list[Change]
    why: list[str]


class Descent(Model):
    """What became of a segment from one run to the other; null where it was not, or is no more."""

    kind: str = Field(description="`born`, `dead`, `split`, `merged`, `moved` or `kept`.")
    from_id: str | None
    from_path: str | None
    to_id: str | None
    to_path: str | None
    shared: float = Field(description="Buyers of both; who stands in several counts in proportion.")
    buyers_from: float
    buyers_to: float
    overlap: float = Field(description="Jaccard, among buyers of both runs.")
    sentence: str


class SegmentHours(Model):
    """A segment that gets more or fewer hours, or of which the plan makes another choice."""

    stratum_id: str
    path: str
    choice: Change = Field(description="`pursue`, `hold` or `leave`; null where that plan has no such segment.")
    hours: Change
    why: list[str]


class PlanDifference(Model):
    """What differs between the plans of two runs."""

    missing: str = Field(description="Which run holds no plan, and why; empty where both hold one.")
    totals: list[Change]
    response: list[Change] = Field(description="How what hours do is known, where that differs.")
    came: int = Field(description="Buyers that only the later plan pursues.")
    went: int = Field(description="Buyers that only the earlier plan pursues.")
    segments: list[SegmentHours]


class Difference(Model):
    """What differs between two runs."""

    before: str
    after: str
    settings: list[Change]
    inputs: list[Change]
    evidence: list[Change]
    strata_came: list[str]
    strata_went: list[str]
    buyers: Change
    came: int
    went: int
    stayed: int
    moved: list[Moved]
    movers: list[Mover] = Field(description="Those that moved most, of the buyers you may see.")
    plan: PlanDifference
    merged: int = Field(description="Of those that went, how many are one with another buyer now.")
    parted: int = Field(description="Of those that came, how many were one with another buyer before.")
    lineage: list[Descent]


@router.get("/runs", response_model=list[Run], dependencies=[Depends(Needs("see_market"))])
def runs(request: Request) -> Any:
    """The runs of the project, oldest first; those that cannot be opened say why."""
    return [asdict(each) for each in list_snapshots(office_of(request).folder)]


@router.get("/runs/{before}/diff/{after}", response_model=Difference)
def difference(before: RunName, after: RunName, visit: Annotated[Visit, visits("load")]) -> Any:
    """What moved between two runs, and why."""
    folder = visit.office.folder
    earlier, later = open_snapshot(folder, before), open_snapshot(folder, after)
    found = diff(earlier, later, without=objectors(later, visit.office.notebook))
    seen = [each for each in found.movers if _is_seen(visit, each.buyer_id)]
    return {**asdict(found), "movers": [asdict(each) for each in seen],
            "lineage": [asdict(each) for each in lineage(earlier, later)]}


def _is_seen(visit: Visit, buyer_id: int) -> bool:
    try:
        visit.shelf.buyer(buyer_id, visit.scope)
    except RunMissing:
        return False
    return True

"""What the API says of the tables of a run: their columns by their own names, as docs/architecture.md has them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from marketsofone.app.api.routing import Model

Stratum = Annotated[str | None, Field(description="A `stratum_id`.")]


class Crosswalk(Model):
    """A sales segment beside a marketing segment."""

    level: int
    stratum_id: str
    class_: str | None = Field(alias="class", description="The marketing segment.")
    buyers: float = Field(description="Of both.")
    in_class: float | None = Field(description="Share of the stratum's buyers that the class holds.")
    in_stratum: float | None = Field(description="Share of the class's buyers that the stratum holds.")
    overlap: float | None = Field(description="Jaccard: of both, among those of either.")
    spend: float | None = Field(description="Of marketing, major units.")
    chosen: bool | None


class Stability(Model):
    """How far a segment is found again when the market is drawn anew."""

    family: str
    solution: int | None = Field(description="How many segments.")
    segment: Stratum = Field(description="A class or a `stratum_id`; null: the whole.")
    measure: str
    value: float | None
    low: float | None
    high: float | None
    pairs: int | None
    buyers: int | None
    holds: bool | None


class Segment(Model):
    """A segment written by hand, or a frozen list."""

    segment: str
    kind: str
    name: str | None
    rule: str | None
    note: str | None
    buyers: int | None
    share: float | None
    not_known: int | None
    pull: float | None
    pull_low: float | None
    pull_high: float | None
    competitiveness: float | None
    competitiveness_low: float | None
    competitiveness_high: float | None
    attractiveness: float | None
    attractiveness_low: float | None
    attractiveness_high: float | None
    stated_at: str | None
    stayed: int | None
    joined: int | None
    left: int | None
    unsure: int | None
    gone: int | None


class Member(Model):
    """A buyer in a segment written by hand."""

    segment: str
    buyer_id: int


class Alarm(Model):
    """A sector that is not one thing, or an edge over treating it as one."""

    kind: str
    stratum_id: Stratum
    name: str | None
    measure: str | None
    value: float | None
    low: float | None
    high: float | None
    level: float | None = Field(description="Chance of any alarm of the kind where nothing differs.")
    alarmed: bool | None
    by: str | None
    buyers: int | None
    sentence: str | None


class Identity(Model):
    """A share of a segment's sales identity."""

    stratum_id: str
    criterion: str
    value: str | None
    share: float | None
    low: float | None
    high: float | None
    buyers: int | None
    parent_share: float | None
    departs: bool | None
    reason: str | None


class Verdict(Model):
    """Whether two neighbouring segments differ in one criterion; amounts are what is typical, money by one trial."""

    pair: int
    a: str
    b: str
    criterion: str
    verdict: str
    unit: str | None
    on: str | None
    effect: float | None
    low: float | None
    high: float | None
    buyers_a: float | None
    buyers_b: float | None
    trials_a: float | None
    trials_b: float | None
    value_a: float | None
    value_b: float | None
    chance: float | None
    margin: float | None
    needed: float | None
    by_construction: bool | None


class Evidence(Model):
    """The evidence behind a score in the whole market."""

    score: str
    unit: str | None
    trials: float | None
    buyers: int | None
    base: float | None
    low: float | None
    high: float | None
    note: str | None


class Rep(Model):
    """Who sells, and the hours there are."""

    rep_id: int
    source_id: str | None
    team: str | None
    region: str | None
    week_hours: float | None
    hour_cost: float | None
    buyers: int | None


class Health(Model):
    """A source as it was read: read = accepted + refused."""

    source: str
    table_name: str
    left_out: int
    read: int
    accepted: int
    refused: int


class Finding(Model):
    """Something the run noticed, and what repairs it."""

    code: str
    severity: str
    place: str | None
    message: str | None
    repair: str | None


class Refused(Model):
    """A row that broke a rule."""

    source: str
    table_name: str
    source_row: int
    field: str | None
    reason: str | None


class Placed(Model):
    """Hours that the plan places on a buyer, and the curve it rests on."""

    buyer_id: int
    source_id: str | None
    rep_id: int | None
    hours: float | None
    touches: float | None
    expected_contribution: float | None
    expected_contribution_low: float | None
    expected_contribution_high: float | None
    next_hour_value: float | None = Field(description="What one more hour would earn beyond its cost.")
    inclusion_share: float | None = Field(description="Share of plans, drawn from what is not known, that hold it.")
    choice: str | None
    reason: str | None
    place: int | None = Field(None, description="In the order of approach; null: not to be contacted.")
    hour_value: float | None = Field(None, description="What an hour given to it earns beyond its cost, on average of "
                                                       "those planned; where none is, what the first would.")
    hour_value_low: float | None = None
    hour_value_high: float | None = None
    stratum_id: Stratum
    status: str | None = Field(description="What is known of the response to effort.")
    ceiling: float | None
    scale: float | None
    shape: float | None = Field(description="Of the curve; null where it has no end, as JSON holds no such number.")
    worth_spread: float | None = Field(None, description="Of the logarithm of its worth.")
    won: bool | None = Field(None, description="Whether it is a customer already.")


class PlanTotals(Model):
    """What the plan of a run places and is expected to earn, as an export has it; who objected since is counted too."""

    run_id: str
    currency: str
    weeks: int
    capacity_hours: float
    hours: float
    touches: float
    expected_contribution: float = Field(description="Of all buyers, before what it costs.")
    contribution_low: float | None
    contribution_high: float | None
    value: float = Field(description="Net of hours, touches, moves and segments.")
    bound: float | None = Field(description="No plan within the limits exceeds it.")
    gap: float | None = Field(description="The share of it that may have been missed.")
    hours_back_segment: float | None = Field(description="Of all segments that drain; null: no touches in the data.")
    hours_back_buyer: float | None = Field(description="The same hours by buyer; not to be added up.")
    hours_back_rep: float | None = Field(description="The same hours by rep.")


class Choice(Model):
    """A segment to pursue, hold or leave."""

    stratum_id: str
    path: str | None
    buyers: int | None
    choice: str | None
    hours: float | None
    touches: float | None
    expected_contribution: float | None
    expected_contribution_low: float | None
    expected_contribution_high: float | None
    next_hour_value: float | None
    runner_up: str | None
    changes: str | None = Field(description="What would change the choice.")
    reason: str | None
    firm: float | None = Field(description="Share of draws that choose alike.")
    factor_score: float | None
    disagrees: bool | None


class Drain(Model):
    """Where hours went and what they returned."""

    kind: str
    id: str = Field(description="A `stratum_id`, or the key of a buyer or rep in your files, by the kind.")
    hours: float | None
    spent: float | None
    returned: float | None
    expected: float | None
    drains: bool | None
    hours_back: float | None
    off_target: float | None
    alternative: str | None
    reason: str | None

"""What the API says of a stratum, a buyer and an opportunity: the columns of a run by their own names."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import Annotated, Any

from fastapi import Path
from pydantic import Field

from marketsofone.app.api.routing import Model
from marketsofone.project.reading.unlisted import off_the_list
from marketsofone.project.showing.figures import reasons

BuyerId = Annotated[int, Path(ge=0, lt=2**52, description="As `buyer_id` of a list: a whole number of 52 bits.")]
StratumId = Annotated[str, Path(pattern="^[0-9a-z_]{1,64}$", description="As `stratum_id` of a list.")]

Share = Annotated[float | None, Field(description="A share from 0 to 1; null where there is no evidence.")]
Money = Annotated[float | None, Field(description="Major units of the market's currency; null: no evidence.")]
Low = Annotated[float | None, Field(description="Lower end of the 90% interval.")]
High = Annotated[float | None, Field(description="Upper end of the 90% interval.")]
Trials = Annotated[float | None, Field(description="Trials of its own behind the value.")]
Borrowed = Annotated[float | None, Field(description="Share of the value that is borrowed, 0 to 1.")]


class Scores(Model):
    """The three scores and the worth of a selling hour, each with its 90% interval."""

    pull: Share
    pull_low: Low
    pull_high: High
    pull_trials: Trials
    pull_borrowed: Borrowed
    competitiveness: Share
    competitiveness_low: Low
    competitiveness_high: High
    competitiveness_trials: Trials
    competitiveness_borrowed: Borrowed
    attractiveness: Money
    attractiveness_low: Low
    attractiveness_high: High
    attractiveness_trials: Trials
    attractiveness_borrowed: Borrowed
    value_per_hour: Money
    value_per_hour_low: Low
    value_per_hour_high: High


class Stratum(Scores):
    """A node of the tree, from the whole market down."""

    stratum_id: str
    parent_id: str | None = Field(description="Null for the whole market.")
    level: int = Field(description="0 is the whole market.")
    name: str
    path: str
    called: str | None = Field(description="What people call it; null where nobody named it.")
    split_on: str | None = Field(description="The dimension it is split on; null where it stops.")
    buyers: float
    why: str | None = Field(description="Why it is split, or why it stops.")
    gain: float | None = Field(description="Money that treating its parts differently adds.")


class Buyer(Scores):
    """The market of one, as the run holds it."""

    buyer_id: int
    source_id: str = Field(description="Its key in your files.")
    kind: str
    account_id: int | None
    stratum_id: str
    path: str
    rep_id: int | None = Field(description="Who serves it.")
    rank: int | None = Field(description="By `value_per_hour`; null: not to be contacted.")
    place: int | None = Field(description="In the order of approach: as the plan gives hours; without a plan the rank.")
    hours: float | None = Field(description="That the plan gives it; null: no plan.")
    choice: str | None = Field(description="Pursue, hold or leave; null: no plan.")
    hour_value: Money = Field(description="What an hour given to it earns beyond its cost, as the plan has it.")
    hour_value_low: Low
    hour_value_high: High
    reasons: list[str]


class BuyerNow(Buyer):
    """A buyer, and where it stands since the run."""

    restated: list[str] = Field(description="Scores moved by what was stated since the run.")
    now: Scores | None = Field(description="Scores with what was stated since; null where nothing moved.")


class Opportunity(Model):
    """A possible sale of the buyer."""

    opportunity_id: int
    source_id: str | None
    stratum_id: str | None
    outcome: str | None
    win: Share
    win_low: Low
    win_high: High
    reasons: list[str]


class Membership(Model):
    """A stratum the buyer stands in, wholly or in part."""

    stratum_id: str
    level: int
    share: float


def told(row: Mapping[str, Any], barred: Set[int] = frozenset()) -> dict[str, Any]:
    """A row with its reasons as sentences; of ``barred``, who may not be contacted, without rank and hours."""
    return {**off_the_list(row, barred), "reasons": list(reasons(row["reasons"]))}

"""What people state of buyers and strata: read, written, corrected and taken back, by the rules of the pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

from fastapi import Body, Path, Query
from pydantic import AwareDatetime, ConfigDict, Field, FiniteFloat

from marketsofone.app.api.routing import WRITES, Model, api_router
from marketsofone.app.api.scored import BuyerId, StratumId
from marketsofone.app.entrance import Visit, visits
from marketsofone.app.writing import history_of, standing_about, state, state_about, take_back
from marketsofone.project.snapshots.shelf import Row
from marketsofone.project.statements.subjects import Subject, subjects_of

router = api_router("statements")

_NUMBERS = 2**31
Text = Annotated[str, Field(min_length=1, max_length=20_000, pattern=r"\S")]
Word = Annotated[str, Field(min_length=1, max_length=200, pattern=r"\S")]
Number = Annotated[int, Path(ge=1, lt=_NUMBERS, description="As `number` of a statement.")]
Past = Annotated[bool, Query(description="Also what was corrected or taken back.")]


class Stated(Model):
    """A statement as it stands in the record."""

    number: int
    kind: str
    says: dict[str, Any] = Field(description="The fields of its kind.")
    stated_by: str
    stated_at: datetime
    supersedes: int | None = Field(description="The statement that this one corrects or takes back.")
    in_force: bool


class Written(Model):
    """What was written: it is on the disk."""

    number: int


class _Saying(Model):
    model_config = ConfigDict(extra="forbid", frozen=True)

    supersedes: int | None = Field(
        None, ge=1, lt=_NUMBERS, description="The number this one corrects, as you read it: if someone else "
        "corrected it in between, nothing is written.")


class Judgement(_Saying):
    """What you hold a score to be; a second one of yours corrects the first and says so in `supersedes`."""

    kind: Literal["judgement"]
    score: Literal["pull", "competitiveness", "attractiveness"]
    value: FiniteFloat = Field(description="A share above 0 and below 1; for attractiveness major units of money.")
    sure: FiniteFloat = Field(gt=0, le=1e6, description="How many trials it is worth.")


class Wish(_Saying):
    """Something the buyer needs, desires or expects."""

    kind: Literal["wish"]
    which: Literal["need", "desire", "expectation"]
    theme: Word
    words: Text | None = Field(None, description="In the buyer's own words.")
    strength: FiniteFloat | None = Field(None, ge=0, le=1)


class Contact(_Saying):
    """What came of approaching the buyer."""

    kind: Literal["contact"]
    channel: Word
    happened_at: AwareDatetime | None = Field(None, description="An instant with its zone; absent: now.")
    answered: bool | None = Field(None, description="Whether the buyer let us in; null: not known yet.")
    minutes: FiniteFloat | None = Field(None, gt=0, le=100_000)


class Answer(_Saying):
    """What you say to the proposed move."""

    kind: Literal["answer"]
    answer: Literal["done", "not now", "not relevant"]
    reason: Text
    until: date | None = Field(None, description="Until when it is put off.")


class Permission(_Saying):
    """On which basis the buyer may be contacted: `consent`, `contract`, ...; with `refused` it may not, from now on."""

    kind: Literal["permission"]
    purpose: Literal["contact"] = "contact"
    basis: Word
    valid_from: date | None = Field(None, description="The first day; absent: it always held.")
    valid_to: date | None = Field(None, description="The first day without it; absent: it has no end.")


class Objection(_Saying):
    """The buyer's no to being profiled: from the next run on it is neither scored, ranked nor exported."""

    kind: Literal["objection"]


class Note(_Saying):
    """A remark."""

    kind: Literal["note"]
    text: Text


class Name(_Saying):
    """What people call the stratum."""

    kind: Literal["name"]
    name: Word


class Override(_Saying):
    """Your choice in place of the computed one, and why."""

    kind: Literal["override"]
    subject: Word
    choice: Word
    note: Text


OfBuyer = Annotated[Judgement | Wish | Contact | Answer | Permission | Objection | Note, Body(discriminator="kind")]
OfStratum = Annotated[Judgement | Name | Override | Note, Body(discriminator="kind")]


@router.get("/buyers/{buyer_id}/statements", response_model=list[Stated])
def of_buyer(buyer_id: BuyerId, visit: Annotated[Visit, visits("see_buyers")], past: Past = False) -> Any:
    """What people stated of a buyer, in the order they did."""
    row = visit.shelf.buyer(buyer_id, visit.stating)
    return _stated(visit, subjects_of(visit.shelf, row), past)


@router.post("/buyers/{buyer_id}/statements", response_model=Written, status_code=201, responses=WRITES)
def state_of_buyer(buyer_id: BuyerId, visit: Annotated[Visit, visits("write")], said: OfBuyer) -> Any:
    """States something of a buyer; its scores move at once where it is evidence."""
    row = visit.shelf.buyer(buyer_id, visit.stating)
    return {"number": state(visit, said.kind, row, _values(said), said.supersedes)}


@router.delete("/buyers/{buyer_id}/statements/{number}", status_code=204, responses=WRITES)
def take_back_of_buyer(buyer_id: BuyerId, number: Number, visit: Annotated[Visit, visits("write")]) -> None:
    """Takes back what you said; others' words only with the right to decide. It stays in the history."""
    row: Row = visit.shelf.buyer(buyer_id, visit.stating)
    take_back(visit, number, subjects_of(visit.shelf, row), f"buyer {buyer_id}")


@router.get("/strata/{stratum_id}/statements", response_model=list[Stated])
def of_stratum(stratum_id: StratumId, visit: Annotated[Visit, visits("see_market")], past: Past = False) -> Any:
    """What people stated of a stratum, in the order they did."""
    return _stated(visit, [("stratum", visit.shelf.stratum(stratum_id)["stratum_id"])], past)


@router.post("/strata/{stratum_id}/statements", response_model=Written, status_code=201, responses=WRITES)
def state_of_stratum(stratum_id: StratumId, visit: Annotated[Visit, visits("decide")], said: OfStratum) -> Any:
    """States something of a stratum; the next run shows it."""
    row = visit.shelf.stratum(stratum_id)
    number = state_about(visit, said.kind, "stratum", row["stratum_id"], _values(said), f"stratum {stratum_id}",
                         said.supersedes)
    return {"number": number}


@router.delete("/strata/{stratum_id}/statements/{number}", status_code=204, responses=WRITES)
def take_back_of_stratum(stratum_id: StratumId, number: Number, visit: Annotated[Visit, visits("decide")]) -> None:
    """Takes a statement back; it stays in the history."""
    row = visit.shelf.stratum(stratum_id)
    take_back(visit, number, [("stratum", row["stratum_id"])], f"stratum {stratum_id}")


def _values(said: _Saying) -> dict[str, Any]:
    """The fields of a statement by the names of the record; what is absent is not stated."""
    values = said.model_dump(exclude={"kind", "supersedes"}, exclude_none=True)
    if isinstance(said, Wish):
        values["kind"] = values.pop("which")
    if isinstance(said, Contact):
        values = {"happened_at": datetime.now(UTC), "answered": None, **values}
    if isinstance(said, Objection):
        values["purpose"] = "profiling"
    return values


def _stated(visit: Visit, subjects: Sequence[Subject], past: bool) -> list[dict[str, Any]]:
    in_force = standing_about(visit, subjects)
    held = {entry.id for entry in in_force}
    told = history_of(visit, subjects) if past else in_force
    return [{"number": entry.id, "kind": entry.kind, "says": asdict(entry.says),
             "stated_by": entry.stated_by, "stated_at": entry.stated_at, "supersedes": entry.supersedes,
             "in_force": entry.id in held} for entry in sorted(told, key=lambda each: each.id)]

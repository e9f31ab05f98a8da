"""Scenarios: another capacity, rep or choice entered, and the plan solved again beside the one there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import HTMLResponse, RedirectResponse

from marketsofone.app.entrance import Visit, visits
from marketsofone.app.rendering import framed, rendered
from marketsofone.project.showing.figures import currency_of
from marketsofone.project.showing.plan import plan_missing
from marketsofone.project.showing.scenarios import MOST, side_by_side

if TYPE_CHECKING:
    from marketsofone.project.showing.scenarios import Beside

router = APIRouter(include_in_schema=False)

Number = Annotated[str, Field(pattern=r"^\d{0,9}(\.\d{0,3})?$")]
Text = Annotated[str, Field(max_length=200)]


class ScenarioAsked(BaseModel):
    """The scenarios in the address, and one more as the form sends it.

    Parameters
    ----------
    scenario : list of str
        As ``m1 plan compare --scenario`` takes them.
    name : str
        What the new one is called.
    percent, cost, weeks, rep_hours : str
        Of the hours there are; cost of an hour; length of the period; hours a week of ``rep``.
    rep, leave : str
        A rep by its key; a stratum that is left.
    assign : str
        ``yes``: buyers may change reps.
    """

    model_config = ConfigDict(frozen=True)

    scenario: Annotated[list[Annotated[str, Field(max_length=1_000)]], Field(max_length=MOST)] = Field(
        default_factory=list)
    name: Annotated[str, Field(max_length=80, pattern=r"^[^=;:]*$")] = ""
    percent: Number = ""
    rep: Text = ""
    rep_hours: Number = ""
    cost: Number = ""
    weeks: Annotated[str, Field(pattern=r"^\d{0,3}$")] = ""
    leave: Text = ""
    assign: Annotated[str, Field(pattern=r"^(yes)?$")] = ""
    run: Annotated[str, Field(max_length=100)] = "latest"

    @property
    def new(self) -> str:
        """The scenario that the form describes; empty where it describes none."""
        changes = [
            f"hours={float(self.percent) / 100:g}" if self.percent else "",
            f"hours={self.rep}:{self.rep_hours}" if self.rep and self.rep_hours else "",
            f"cost={self.cost}" if self.cost else "", f"weeks={self.weeks}" if self.weeks else "",
            f"leave={self.leave}" if self.leave else "", "assign=yes" if self.assign else ""]
        said = "; ".join(filter(None, changes))
        return f"{self.name.strip()}: {said}" if said and self.name.strip() else said

    def address(self, scenarios: list[str]) -> str:
        """The address of other scenarios of the same run."""
        asked: list[tuple[str, str]] = [("scenario", each) for each in scenarios]
        if self.run != "latest":
            asked.append(("run", self.run))
        return "/plan/scenarios" + (f"?{urlencode(asked)}" if asked else "")

    def without(self, text: str) -> str:
        """The address with one of them taken out."""
        return self.address([each for each in self.scenario if each != text])


@dataclass(frozen=True, slots=True)
class Scenarios:
    """What the template may use."""

    asked: ScenarioAsked
    missing: str
    plans: tuple[Beside, ...]
    reps: tuple[str, ...]
    segments: tuple[tuple[str, str], ...]
    full: bool
    currency: str


@router.get("/plan/scenarios")
def scenarios(asked: Annotated[ScenarioAsked, Query()], visit: Annotated[Visit, visits("decide")]) -> Any:
    """The plan as it is and solved again; a new scenario gets an address that can be sent on."""
    if asked.new:
        return RedirectResponse(asked.address([*asked.scenario, asked.new][-MOST:]), 303)
    return _page(asked, visit)


def _page(asked: ScenarioAsked, visit: Visit) -> HTMLResponse:
    shelf = visit.shelf
    missing = plan_missing(shelf.snapshot)
    page = Scenarios(
        asked, missing, () if missing else side_by_side(shelf, asked.scenario),
        tuple(sorted(rep["source_id"] for rep in shelf.reps.values())),
        tuple((row["stratum_id"], row["path"]) for row in shelf.strata if row["parent_id"]),
        len(asked.scenario) >= MOST, currency_of(shelf))
    return rendered("scenarios.html", framed(visit, "Scenarios", "plan"), page)

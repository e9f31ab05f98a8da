"""What is planted in a simulated company: every knob, its unit and its default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from marketsofone.errors import SettingsInvalid

FEWEST_SECTORS = 4
MOST_LEVELS = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """A company to be simulated: how large, over which time, and what is true of its market.

    Parameters
    ----------
    accounts : int
        Accounts, prospects included; 200 to 1,000,000 is what it is made and measured for.
    currency : str
        ISO 4217 code of every amount.
    as_of : date
        Last day of the history; nothing is dated later.
    years : int
        Whole years of history, so that no season weighs more than another.
    horizon_days : int
        Days after a win over which true attractiveness counts contribution.
    sectors : int
        Cells of the first planted level; at least four, so that three scores can differ over them
        without going together by construction.
    levels : int
        Planted levels below the market: 0 (none) to 3 (sector, and two dimensions inside it).
    effects : tuple of float
        Size of the difference between cells at each level, on each score's own inner scale (probit
        for pull, log hazard for competitiveness, log money for attractiveness): twice the standard
        deviation over sectors, then the gap between the two sides of a split.
    even_cells : bool
        Sectors of equal share, no two of them alike, each split as even as its values allow: the deepest
        cells are of about one size and every one differs from those beside it.
    split_on : tuple of str
        Names of the dimensions that may split inside sectors, two or more; empty for all there are.
    structure : bool
        False makes the market uniform: no dimension, trait or rival matters for any score.
    correlation : float
        Between the inner scales of any two scores, from 0 (independent) to below 1.
    buyer_spread : float
        Standard deviation of buyers inside a cell, on the same inner scales.
    trait_share : float
        Share of that spread which marketing traits tell of, from 0 to 1.
    marketing_classes : int
        Classes planted in the marketing traits: a buyer's traits lie about the middle of its class, so
        that classes tell of the scores as much as traits do; 0 plants none.
    trials_scale : float
        Multiplies how often accounts are approached; 1 is about 2.4 times on average.
    selective_entry : float
        How strongly who is approached, and how often, depends on size and on a hidden driver of
        value; 0 is at random, 1 is strong.
    selective_on_pull : float
        The same for true pull itself: reps go where they are let in.
    randomised_share : float
        Share of accounts whose number of approaches was set by lot (``touch.arm`` names the arm).
    pull, competitiveness : float
        Chance at the middle of the market: of an answer to an approach, and of a win once in.
    line_contribution : float
        Mean contribution of an order line at the middle of the market, major units.
    approach_hours, hour_cost : float
        Selling hours an approach takes on average, and what one costs, major units.
    noise_dimensions : int
        Columns that look like dimensions and say nothing.
    deciding_contacts : float
        Share of accounts whose deciding contact is known; at 0 there is no contact table.
    sites : float
        Share of the accounts that decide at their own site which are sites of a company with several,
        each with a deciding contact of its own where contacts are known; 0 makes no sites.
    wishes : float
        Share of approached accounts whose wishes are on record: needs, desires and expectations with
        their levels; at 0 there is no wish table.
    wish_gap : float
        How far wishes differ between the planted strata that differ in them (`wishes` says which), from
        0 (all alike) to 1 (all of a stratum wish for the same).
    dirty : float
        Share of rows spoilt in each of the ways `dirt` lists; 0 is clean.

    Raises
    ------
    SettingsInvalid
        A knob is outside the values it can take.

    Examples
    --------
    >>> Plan(accounts=500, years=2).start
    datetime.date(2024, 7, 1)

    """

    accounts: int = 2_000
    currency: str = "EUR"
    as_of: date = date(2026, 6, 30)
    years: int = 3
    horizon_days: int = 365
    sectors: int = 6
    levels: int = 3
    effects: tuple[float, float, float] = (1.0, 0.8, 0.7)
    even_cells: bool = False
    split_on: tuple[str, ...] = ()
    structure: bool = True
    correlation: float = 0.0
    buyer_spread: float = 0.4
    trait_share: float = 0.25
    marketing_classes: int = 0
    trials_scale: float = 1.0
    selective_entry: float = 0.5
    selective_on_pull: float = 0.0
    randomised_share: float = 0.1
    pull: float = 0.42
    competitiveness: float = 0.45
    line_contribution: float = 120.0
    approach_hours: float = 1.5
    hour_cost: float = 60.0
    noise_dimensions: int = 3
    deciding_contacts: float = 0.0
    sites: float = 0.0
    wishes: float = 0.0
    wish_gap: float = 0.5
    dirty: float = 0.0

    def __post_init__(self) -> None:
        for name, (least, most) in _LIMITS.items():
            value = getattr(self, name)
            if not least <= value <= most:
                raise SettingsInvalid(
                    f"The plan of a simulated company needs {name} from {least:g} to {most:g}.",
                    found=f"{name} = {value}",
                    repair=f"Set {name} to a value in that range.",
                )
        if len(self.effects) != MOST_LEVELS:
            raise SettingsInvalid(
                "The plan of a simulated company needs one effect for each of three levels.",
                found=f"effects = {self.effects}",
                repair="Write effects = (1.0, 0.8, 0.7), with 0.0 where a level moves nothing.",
            )

    @property
    def days(self) -> int:
        """Days of history."""
        return 365 * self.years

    @property
    def start(self) -> date:
        """First day of the history."""
        return self.as_of - timedelta(days=self.days - 1)


_LIMITS: Mapping[str, tuple[float, float]] = MappingProxyType({
    "accounts": (20, 9_999_999),
    "years": (1, 30),
    "horizon_days": (1, 3_650),
    "sectors": (FEWEST_SECTORS, 60),
    "levels": (0, MOST_LEVELS),
    "correlation": (0.0, 0.99),
    "buyer_spread": (0.0, 3.0),
    "trait_share": (0.0, 1.0),
    "marketing_classes": (0, 60),
    "trials_scale": (0.0, 1_000.0),
    "selective_entry": (0.0, 5.0),
    "selective_on_pull": (-5.0, 5.0),
    "randomised_share": (0.0, 1.0),
    "pull": (0.001, 0.999),
    "competitiveness": (0.001, 0.999),
    "line_contribution": (0.01, 1e9),
    "approach_hours": (0.01, 1_000.0),
    "hour_cost": (0.0, 1e6),
    "noise_dimensions": (0, 1_000),
    "deciding_contacts": (0.0, 1.0),
    "sites": (0.0, 1.0),
    "wishes": (0.0, 1.0),
    "wish_gap": (0.0, 1.0),
    "dirty": (0.0, 0.5),
})

PLANS: Mapping[str, Plan] = MappingProxyType({
    "demo": Plan(),
    "small": Plan(accounts=300),
    "noise": Plan(structure=False),
    "uniform": Plan(structure=False, buyer_spread=0.0),
    "correlated": Plan(correlation=0.6),
    "selective": Plan(selective_entry=1.0, selective_on_pull=1.0),
    "wide": Plan(noise_dimensions=200),
    "contacts": Plan(deciding_contacts=0.8),
    "sites": Plan(deciding_contacts=0.9, sites=0.8, wishes=0.9),
    "dirty": Plan(accounts=1_000, dirty=0.02),
    "large": Plan(accounts=1_000_000, sectors=12),
})
"""Plans with a name: what a demonstration, a test or a benchmark asks for by one word."""

"""The project file that reads a simulated company back from its written files."""

from __future__ import annotations

from pathlib import PurePath

from marketsofone.customer.tables import TABLES
from marketsofone.sources.simulated.accounts import NUMBER_TRAITS, TEXT_TRAITS, noise_names
from marketsofone.sources.simulated.company import Company, Format
from marketsofone.sources.simulated.layout import DIMENSIONS
from marketsofone.sources.simulated.plan import Plan

WORDS_FOR_MISSING = ("None", "Select")
_RIVALS = """[sources.rival_met.rival_met.dimensions]
rival = { from = "competitor_id", on_many = "dominant" }
"""


def market_toml(company: Company, folder: PurePath, format: Format = "parquet") -> str:
    """The text of a ``market.toml`` for the files that ``company.write(folder, format)`` made.

    Only outgoing touches of sales count as approaches: pull reads ``touch.answered`` of those.
    """
    parts = [_market(company.plan)]
    for name, table in company.tables.items():
        parts.append(_source(name, table.column_names, folder, format, dirty=company.plan.dirty > 0))
        if name == "account":
            parts += [_dimensions(company.plan), _traits()]
    parts.append(_RIVALS)
    return "\n".join(parts)


def _market(plan: Plan) -> str:
    return f"""[market]
name = "Simulated company"
currency = "{plan.currency}"
as_of = {plan.as_of.isoformat()}
buyer = "{_buyer(plan)}"
horizon_days = {plan.horizon_days}
hour_cost = {plan.hour_cost}
approach_hours = {plan.approach_hours}
seed = 1

[steps]
pull = "touch.answered"
competitiveness = "opportunity.outcome"
attractiveness = "order_line"
"""


def _buyer(plan: Plan) -> str:
    """The finest level the company knows."""
    return "contact" if plan.deciding_contacts else "site" if plan.sites else "account"


def _source(name: str, columns: list[str], folder: PurePath, format: Format, dirty: bool) -> str:
    """One source per file; fields that bear the model's own names."""
    fields = [column for column in columns if TABLES[name].has(column)]
    missing = ", ".join(f'"{word}"' for word in WORDS_FOR_MISSING)
    lines = [f"[sources.{name}]", f'file = "{(folder / f"{name}.{format}").as_posix()}"']
    lines += [f"missing = [{missing}]"] if dirty else []
    lines += ["", f"[sources.{name}.{name}]"] + [f'{field} = "{field}"' for field in fields]
    return "\n".join(lines) + "\n"


def _dimensions(plan: Plan) -> str:
    lines = ["[sources.account.account.dimensions]", 'sector = "sector"', 'region = "region"',
             'size = { from = "employees", kind = "number" }']
    named = [dimension.name for dimension in DIMENSIONS if not dimension.ordered] + noise_names(plan)
    return "\n".join([*lines, *(f'{name} = "{name}"' for name in named)]) + "\n"


def _traits() -> str:
    lines = [f'{name} = {{ from = "{name}", kind = "number" }}' for name in NUMBER_TRAITS]
    lines += [f'{name} = "{name}"' for name in TEXT_TRAITS]
    return "\n".join(["[sources.account.account.traits]", *lines]) + "\n"

"""What a run stands on: customer tables as of the date, the buyers, and the trials of each score."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import ibis
from ibis import _

from marketsofone.customer import UserColumn
from marketsofone.customer.tables import OF_OPPORTUNITY
from marketsofone.engine import hold, release
from marketsofone.errors import NothingToScore, SettingsInvalid
from marketsofone.estimates import fetch_base, tally
from marketsofone.features import (
    AsOf,
    activity,
    buyers,
    contributions,
    counted_events,
    counted_rows,
    days_of,
    filed_permissions,
    followed_lines,
    followed_rows,
    histories,
    known_by,
    last_moments,
    marketing_touches,
    owners,
    purchase_lines,
    purchased_rows,
    reps_of_buyers,
    unapproached,
    with_buyer,
    with_entering,
    with_workplaces,
    within_reach,
)
from marketsofone.features.asof import has_periods
from marketsofone.features.beside import touches
from marketsofone.features.events import COUNTED
from marketsofone.features.meeting import noted_in_time
from marketsofone.features.merging import untold_accounts
from marketsofone.features.sales import margin
from marketsofone.features.statements import last_words
from marketsofone.features.unheld import named_by_then, unheld_accounts
from marketsofone.features.unit_costs import unit_costs, with_line_amounts, with_unit_costs
from marketsofone.measures import STEPS, Measure
from marketsofone.project.ground.clock import on_its_clock
from marketsofone.project.ground.companies import held_companies
from marketsofone.project.ground.effort import held_effort
from marketsofone.project.ground.gathered import Before, Gathered
from marketsofone.project.ground.identity_facts import held_dealings
from marketsofone.project.ground.merging import merged_tables
from marketsofone.project.ground.nothing import no_step_named, nothing_to_score
from marketsofone.scores import SCORES
from marketsofone.sources.doubtful.treatments import ADDED
from marketsofone.sources.values.currencies import EXPONENTS

if TYPE_CHECKING:
    import ibis.expr.types as ir
    from ibis.backends.duckdb import Backend

    from marketsofone.project.settings.market_file import Settings
    from marketsofone.sources import Loaded


_FOLLOWED, _PURCHASED, _UNHELD = "followed", "purchased", "unheld"


def _rows_of(score: str) -> str:
    return f"rows_{score}"


HELD_TO_WRITE = {"trials": (_FOLLOWED, _PURCHASED, *map(_rows_of, SCORES)), "touches": ("counted_touch",)}
"""Tables of a run -> those of the engine that, once all is tallied, nothing else is made from."""


def gather(engine: Backend, settings: Settings, loaded: Loaded, as_of: AsOf | None = None) -> Gathered:
    """The market as of the date: buyers and tallies as tables of the engine.

    From here on every row is known by its ids, so the engine may pass rows in any order.

    Parameters
    ----------
    as_of : AsOf, optional
        Absent: the day that the project file fixes, else the last day of the files and all that people stated.
    """
    engine.con.execute("set preserve_insertion_order = false")
    raw = {name: engine.table(name) for name in (*loaded.tables, "entity_link")}
    last, beyond = _last_day(raw, settings.market.time_zone)
    beyond = 0 if as_of or settings.market.as_of else beyond
    as_of = as_of or _as_of(settings, loaded, last)
    merged = merged_tables(engine, raw, as_of)
    tables, unheld = _on_the_day(engine, raw, merged, as_of, last)
    level = _level(settings, tables)
    owner = {name: hold(engine, f"owner_{name}", of)
             for name, of in owners(tables, level).items()}
    columns = tuple(UserColumn(c.name, c.table, c.role, c.kind or "text", c.on_many) for c in loaded.columns)
    if not owner:
        raise NothingToScore("A run needs accounts or opportunities.", f"tables: {', '.join(loaded.tables)}.",
                             "Map a column to account_id or opportunity_id.")
    tables |= _held_events(engine, tables, owner)
    told, tables = tables, _in_time(tables)
    found = hold(engine, "buyer", buyers(tables, owner, columns))
    spent = marketing_touches(tables, owner, found.select("buyer_id"))
    barred, permitted = _permitted(engine, merged, tables, owner, found)
    serving = reps_of_buyers(tables, owner)
    served = None if serving is None else hold(engine, "served", serving.semi_join(found, "buyer_id"))
    base = Gathered(as_of, level, tables, owner, columns, found, {}, {}, {}, _shares(settings),
                    stated_later=loaded.stated_later,
                    spent=None if spent is None else hold(engine, "spent", spent),
                    files_end=last, beyond=beyond, unheld=unheld, unapproached=barred, permissions=permitted,
                    served=served, companies=held_companies(engine, tables, level, found))
    return _without_ledger(engine, _with_tallies(engine, settings, _with_happened(engine, settings, base, told)))


def _on_the_day(
    engine: Backend, raw: Mapping[str, ir.Table], merged: Mapping[str, ir.Table], as_of: AsOf, last: date | None
) -> tuple[dict[str, ir.Table], int]:
    """The customer tables as they held on the day, and of how many accounts that events name nothing held then."""
    tables = last_words(on_its_clock(known_by(merged, as_of, _single(merged)), as_of.zone))
    past = as_of.day is not None and last is not None and as_of.day < last
    if past and "account" in tables and ADDED in engine.list_tables():
        added = untold_accounts(engine.table(ADDED), raw["entity_link"], tables["entity_link"])
        tables["account"] = hold(engine, "named_by_then", named_by_then(tables, added))
    tables = with_workplaces(tables, _with_periods(merged, as_of), as_of.day)
    unheld = _unheld(engine, merged, tables)
    if unheld is not None:
        tables["account"] = tables["account"].union(unheld)
    return with_entering(_costed(merged, tables, as_of)), 0 if unheld is None else int(unheld.count().execute())


def _with_happened(engine: Backend, settings: Settings, base: Gathered, told: Mapping[str, ir.Table]) -> Gathered:
    """With what happened with each buyer, what was dealt with it, effort and prices; ``told``: as files tell it."""
    minor = 10 ** EXPONENTS[settings.market.currency]
    happened = activity(base.buyers, base.tables, base.owner, settings.market.margin_rate, minor, base.served,
                        settings.steps.attractiveness)
    base = replace(base, activity=hold(engine, "activity", happened))
    base = replace(base, dealt=held_dealings(engine, replace(base, tables=told)))
    base = replace(base, effort=held_effort(engine, settings, base))
    return _with_prices(settings, replace(base, touches=touches(base.tables, base.buyers)))


def _unheld(engine: Backend, loaded: Mapping[str, ir.Table], tables: Mapping[str, ir.Table]) -> ir.Table | None:
    """Accounts that events name and of which nothing holds on the day; None where something holds of each account."""
    if "account" not in tables or _accounts(loaded["account"]) == _accounts(tables["account"]):
        return None
    rows = unheld_accounts(tables)
    return None if rows is None else hold(engine, _UNHELD, rows)


def _permitted(engine: Backend, merged: Mapping[str, ir.Table], tables: Mapping[str, ir.Table],
               owner: Mapping[str, ir.Table], found: ir.Table) -> tuple[ir.Table | None, ir.Table | None]:
    """Who may not be contacted, and what files say of permissions, later days included."""
    barred = unapproached(tables, owner)
    if barred is None:
        return None, None
    held = hold(engine, "unapproached", barred)
    filed = filed_permissions({**tables, "permission": merged["permission"]}, owner, found, held)
    return held, hold(engine, "permissions", filed)


def _costed(loaded: Mapping[str, ir.Table], tables: dict[str, ir.Table], as_of: AsOf) -> dict[str, ir.Table]:
    """Tables in which rows without an amount have that of their lines, and those without a cost that of their units."""
    if {"opportunity", "opportunity_line"} <= tables.keys() and tables["opportunity"].amount.isnull().any().execute():
        tables = with_line_amounts(tables)
    if "product" not in loaded or not loaded["product"].unit_cost.count().execute():
        return tables
    if not any(tables[name].cost.isnull().any().execute() for name in ("order_line", "opportunity") if name in tables):
        return tables
    return with_unit_costs(tables, unit_costs(loaded["product"], as_of.day))


def _in_time(tables: dict[str, ir.Table]) -> dict[str, ir.Table]:
    """Tables that know nothing of an opportunity before it was known, where they say since when they know it."""
    dated = [name for name in OF_OPPORTUNITY if name in tables and tables[name].known_at.count().execute()]
    return noted_in_time(tables) if dated and "opportunity" in tables else tables


def _accounts(account: ir.Table) -> int:
    return int(account.account_id.nunique().execute())


def _single(tables: Mapping[str, ir.Table]) -> set[str]:
    """Tables in which each entity has one row: to look for its latest period would sort them for nothing."""
    single = set()
    for name, table in tables.items():
        if has_periods(name, table):
            counts = table.agg(rows=_.count(), entities=table[f"{name}_id"].nunique()).to_pyarrow().to_pylist()[0]
            if counts["rows"] == counts["entities"]:
                single.add(name)
    return single


def _with_periods(tables: Mapping[str, ir.Table], as_of: AsOf) -> ir.Table | None:
    """People with all their periods, as they were known; None where nothing says when they were where."""
    if "contact" not in tables:
        return None
    known = tables["contact"].known_at.cast("timestamp")
    people = tables["contact"].filter(known.isnull() | (known < ibis.timestamp(as_of.end)))
    dated = people.filter(people.valid_from.notnull() | people.valid_to.notnull()).count().execute()
    return people if dated else None


def _held_events(
    engine: Backend, tables: Mapping[str, ir.Table], owner: Mapping[str, ir.Table]
) -> dict[str, ir.Table]:
    """The largest tables with their buyers, in place of those that were loaded: their room goes to what follows."""
    held = {}
    for name, rows in counted_events(tables, owner).items():
        held[name] = hold(engine, f"counted_{name}", rows)
        release(engine, f"merged_{name}")
        engine.con.execute(f'drop table if exists "{name}"')
    return held


def _without_ledger(engine: Backend, gathered: Gathered) -> Gathered:
    """Once tallied, the largest tables have no further use, but for what is written from them."""
    kept = [name for names in HELD_TO_WRITE.values() for name in names]
    release(engine, *(f"counted_{name}" for name in COUNTED if f"counted_{name}" not in kept))
    return replace(gathered, tables={name: of for name, of in gathered.tables.items() if name not in COUNTED})


def _as_of(settings: Settings, loaded: Loaded, last: date | None) -> AsOf:
    zone = settings.market.time_zone
    if settings.market.as_of:
        return AsOf(settings.market.as_of, zone)
    return AsOf(last, zone, told_by=loaded.record_read_at)


def _last_day(tables: Mapping[str, ir.Table], zone: str) -> tuple[date | None, int]:
    """The last day of which the files tell, and how many rows are dated far beyond it.

    Where the files hold no date it is the last on which somebody stated something.
    """
    rows = [row for query in last_moments(tables) for row in query.to_pyarrow().to_pylist()]
    years = Counter[int]()
    for row in rows:
        years[row["year"]] += row["rows"]
    years = +years
    end = within_reach(years) if years else 0
    known = ([row["moment"] for row in rows if row["moment"] and row["year"] <= end]
             or [row["told"] for row in rows if row["told"]])
    if not known:
        return None, 0
    last: datetime = max(known)
    beyond = sum(count for year, count in years.items() if year > end)
    return last.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).date(), beyond


def _level(settings: Settings, tables: Mapping[str, ir.Table]) -> str:
    asked = settings.market.buyer
    if asked in ("contact", "site", "account") and "account" not in tables:
        raise SettingsInvalid(
            f'[market] buyer = "{asked}" needs accounts.', "no source fills account_id.",
            'Map a column to account_id, or write buyer = "opportunity".',
        )
    if asked:
        return asked
    if "account" not in tables:
        return "opportunity"
    contacts = tables.get("contact")
    if contacts is not None and contacts.filter(contacts.decides).count().execute() > 0:
        return "contact"
    sites = tables["account"].filter(_.form == "site").count().execute()
    return "site" if sites > 0 else "account"


def _with_tallies(engine: Backend, settings: Settings, base: Gathered) -> Gathered:
    if not any(getattr(settings.steps, score) for score in SCORES):
        raise no_step_named(base.tables)
    steps, tallies, trials, ledger, beyond, lost = {}, {}, {}, None, 0, None
    for score in SCORES:
        step = getattr(settings.steps, score)
        if step is None or step.split(".")[0] not in base.tables:
            continue
        if step == "order_line" and "opportunity" not in base.tables:
            ledger, rows, beyond = _ledger(engine, settings, base)
            if not ledger.filter(_.age > 0).count().execute():
                ledger, beyond = None, 0
                continue
            tallied = _ledger_tally(ledger)
        elif STEPS[step].table in base.tables:
            tallied, rows = _counted(engine, settings, base, score, step)
        else:
            continue
        tallied = hold(engine, f"tally_{score}", tallied.filter(_.trials > 0))
        counted, total, _buyers = fetch_base(tallied)
        if SCORES[score].money and counted and total <= 0:
            lost, ledger, beyond = total, None, 0
        elif counted:
            steps[score], tallies[score], trials[score] = step, tallied, rows
    if not tallies:
        raise nothing_to_score(engine, base.as_of.day, lost)
    return replace(base, steps=steps, tallies=tallies, trials=trials, before=_before(base), histories=ledger,
                   returned_beyond=beyond, lost=lost, seen_since=_seen_since(steps, trials))


def _shares(settings: Settings) -> dict[str, Measure]:
    """What each score counts that is a share."""
    named = {score: STEPS[step] for score in SCORES if (step := getattr(settings.steps, score)) is not None}
    return {score: measure.since(getattr(settings.since, score)) for score, measure in named.items()
            if isinstance(measure, Measure)}


def _before(base: Gathered) -> dict[str, Before]:
    """What scores leave out that count from a day on."""
    left = {}
    for score, measure in base.shares.items():
        if measure.first is None or measure.table not in base.tables:
            continue
        of_buyers = with_buyer(base.tables[measure.table], base.owner).semi_join(base.buyers, "buyer_id")
        days = of_buyers.filter(measure.counted).select(day=measure.day)
        found = days.agg(undated=days.day.isnull().sum(), earlier=(days.day < measure.first).sum())
        left[score] = Before(**{name: int(of or 0) for name, of in found.to_pyarrow().to_pylist()[0].items()})
    return left


def _seen_since(steps: Mapping[str, str], trials: Mapping[str, ir.Table]) -> date | None:
    """The first day of what money that comes over a horizon is counted from."""
    if steps.get("attractiveness") != "order_line":
        return None
    first = trials["attractiveness"].agg(day=_.happened_on.min()).to_pyarrow()["day"][0].as_py()
    return None if first is None else date.fromisoformat(str(first))


def _with_prices(settings: Settings, base: Gathered) -> Gathered:
    """With ``unpriced`` and ``assumed``: what was sold that tells no contribution, and that tells the stated margin."""
    step = settings.steps.attractiveness
    rows = base.tables.get(step.split(".")[0]) if step else None
    if rows is None:
        return base
    rows = rows if step == "order_line" else rows.filter(_.outcome == "won")
    counted, own = margin(rows, settings.market.margin_rate), margin(rows, None)
    said = rows.agg(rows=rows.count(), counted=counted.count(), own=own.count()).execute().iloc[0]
    return replace(base, unpriced=int(said["rows"] - said["counted"]),
                   assumed=float(said["counted"] - said["own"]) / max(float(said["counted"]), 1.0))


def _ledger(engine: Backend, settings: Settings, base: Gathered) -> tuple[ir.Table, ir.Table, int]:
    """The history of each buyer, the order lines it was read from, and how many gave back more than they bought."""
    lines = hold(engine, _PURCHASED, purchase_lines(
        base.tables, base.owner, settings.market.margin_rate, 10 ** EXPONENTS[settings.market.currency]))
    found = histories(days_of(lines), base.as_of).semi_join(base.buyers, "buyer_id")
    held = hold(engine, "history", found)
    beyond = lines.filter(_.beyond > 0).agg(buyers=_.buyer_id.nunique()).to_pyarrow().to_pylist()[0]["buyers"]
    return held, purchased_rows(lines, held), int(beyond)


def _ledger_tally(ledger: ir.Table) -> ir.Table:
    """Contribution per purchase day: how often a buyer comes is a question of its own."""
    return ledger.select("buyer_id", rows=_.x + 1.0, trials=_.x + 1.0, total=_.total, squares=_.squares)


def _counted(
    engine: Backend, settings: Settings, base: Gathered, score: str, step: str
) -> tuple[ir.Table, ir.Table]:
    """The tally of each buyer, and the rows that it adds up."""
    market, measure = settings.market, base.shares.get(score, STEPS[step])
    if isinstance(measure, Measure):
        rows = hold(engine, _rows_of(score), measure.rows(
            with_buyer(base.tables[measure.table], base.owner)).semi_join(base.buyers, "buyer_id"))
        return tally(rows, ["buyer_id"]), counted_rows(rows, measure.table)
    known = (base.as_of, market.horizon_days, market.margin_rate, 10 ** EXPONENTS[market.currency])
    lines = None
    if step == "order_line":
        lines = hold(engine, _FOLLOWED, followed_lines(base.tables, base.owner, *known))
    won = contributions(base.tables, base.owner, step, *known, lines=lines).semi_join(base.buyers, "buyer_id")
    wins = hold(engine, _rows_of(score), won)
    told = counted_rows(wins, measure.table) if lines is None else followed_rows(wins, lines)
    return tally(wins, ["buyer_id"]), told

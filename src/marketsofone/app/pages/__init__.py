"""The pages, one module each; a page that is listed here is served."""

from marketsofone.app.pages import (
    buyer,
    contact,
    crosswalk,
    data,
    data_databases,
    data_files,
    data_runs,
    market,
    me,
    people,
    plan,
    rows,
    scenarios,
    segment,
    sign_in,
    today,
)

ROUTERS = tuple(page.router for page in (
    sign_in, today, market, segment, rows, crosswalk, plan, scenarios, buyer, contact, data, data_databases, data_files,
    data_runs, people, me))

__all__ = ["ROUTERS"]

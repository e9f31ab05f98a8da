"""The same results and the same writes as JSON, under ``/api/v1``: for programs, by key."""

from marketsofone.app.api.buyers import router as buyers
from marketsofone.app.api.document import router as document
from marketsofone.app.api.routing import PREFIX
from marketsofone.app.api.runs import router as runs
from marketsofone.app.api.statements import router as statements
from marketsofone.app.api.strata import router as strata
from marketsofone.app.api.tables import router as tables

ROUTERS = (document, strata, buyers, tables, runs, statements)

DOCUMENT = f"{PREFIX}/openapi.json"
"""Where the document stands."""

__all__ = ["DOCUMENT", "ROUTERS"]

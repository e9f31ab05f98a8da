"""The pages, one module each; a page that is listed here is served."""

from marketsofone.app.pages import buyer, market, segment, sign_in, today

ROUTERS = tuple(page.router for page in (sign_in, today, market, segment, buyer))

__all__ = ["ROUTERS"]

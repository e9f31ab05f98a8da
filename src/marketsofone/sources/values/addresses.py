"""Keys that are e-mail addresses: they reach the same person however their letters are written."""

from __future__ import annotations

from marketsofone.sources.sql import literal

_ADDRESS = "^[^@ ]+@[^@ ]+[.][^@ ]+$"


def is_address(sql: str) -> str:
    """Whether a text looks like an e-mail address."""
    return f"(contains({sql}, '@') and regexp_matches({sql}, {literal(_ADDRESS)}))"

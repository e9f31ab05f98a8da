"""Environment variables in the project file: what is secret, or differs between machines, stays out of it."""

from __future__ import annotations

import os
import re

from marketsofone.errors import SourceMissing


def expanded(text: str, place: str) -> str:
    """A text of the project file with the value of each ``${VARIABLE}`` in its place.

    Parameters
    ----------
    text : str
    place : str
        Where it stands, for the message: ``sources.crm.file``.

    Raises
    ------
    SourceMissing
        A variable is not set.
    """
    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name not in os.environ:
            raise SourceMissing(
                f"{place} uses the environment variable {name}.",
                "it is not set.",
                f"Set it: export {name}=<value>",
            )
        return os.environ[name]

    return re.sub(r"\$\{(\w+)\}", value, text)

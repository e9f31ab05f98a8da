"""A column of the user's own, beside the fields of the model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

OnMany = Literal["latest", "dominant", "mixed"]


@dataclass(frozen=True, slots=True)
class UserColumn:
    """A column of the user's own on a customer table.

    Parameters
    ----------
    name : str
        Without its prefix: the column is ``dim_<name>`` or ``trait_<name>``.
    table : str
        The customer table it lives on.
    role : {"dimension", "trait"}
    kind : {"text", "number"}
    on_many : {"latest", "dominant", "mixed"}
        How several events become one value.
    """

    name: str
    table: str
    role: Literal["dimension", "trait"]
    kind: Literal["text", "number"]
    on_many: OnMany = "latest"

    @property
    def column(self) -> str:
        """Its name in a table."""
        return f"{'dim' if self.role == 'dimension' else 'trait'}_{self.name}"

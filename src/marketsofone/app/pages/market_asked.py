"""What the address of Market asks for: filters, axes and viewpoint, and the strata that answer to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field

from marketsofone.project.snapshots.shelf import Row, Shelf

Axis = Literal["pull", "competitiveness", "attractiveness", "value_per_hour"]
_AXES: tuple[Axis, ...] = ("competitiveness", "pull", "attractiveness", "value_per_hour")


class MarketAsked(BaseModel):
    """The filters and choices of one look at the market; each stands in the address.

    Parameters
    ----------
    view : {"ours", "buyers"}
        The three scores, or what buyers want.
    x, y, size : str
        What runs across, what up, and what the third shows.
    show : {"size", "colour"}
        How the third shows.
    level : str
        ``leaves``, ``all`` or the number of a level.
    least : str
        Least buyers of a stratum; empty: any.
    value : str
        A name such as ``sector: retail``: only what lies there.
    text : str
        Part of a path, or of what people call it.
    focus : str
        A stratum: only its branch.
    start : int
        How many lines of the table to pass over.
    """

    model_config = ConfigDict(frozen=True)

    view: Literal["ours", "buyers"] = "ours"
    x: Axis = "competitiveness"
    y: Axis = "pull"
    size: Axis = "attractiveness"
    show: Literal["size", "colour"] = "size"
    level: Annotated[str, Field(pattern=r"^(leaves|all|\d{1,3})?$")] = ""
    least: Annotated[str, Field(pattern=r"^\d{0,12}$")] = ""
    value: Annotated[str, Field(max_length=1_000)] = ""
    text: Annotated[str, Field(max_length=200)] = ""
    focus: Annotated[str, Field(max_length=100)] = ""
    start: Annotated[int, Field(ge=0, le=10**9)] = 0
    run: Annotated[str, Field(max_length=100)] = "latest"

    @property
    def axes(self) -> tuple[Axis, Axis, Axis]:
        """What runs across, what up and what the third shows, each another one: a later wish gives way."""
        across, up, third, *_rest = dict.fromkeys((self.x, self.y, self.size, *_AXES))
        return across, up, third

    def address(self, **changes: object) -> str:
        """The address of the same look with something changed."""
        asked = self.model_copy(update=changes).model_dump(exclude_defaults=True)
        said = {name: value for name, value in asked.items() if value != ""}
        return "/market" + (f"?{urlencode(said)}" if said else "")

    def strata(self, shelf: Shelf) -> list[Row]:
        """The strata that answer to the filters, the market first.

        Raises
        ------
        RunMissing
            ``focus`` names no stratum of the run.
        """
        rows = shelf.strata
        within = set(shelf.below(self.focus)) if self.focus else {row["stratum_id"] for row in rows}
        split = {row["parent_id"] for row in rows}
        lies = names_above(rows)
        return [row for row in rows if row["stratum_id"] in within and self._on_level(row, split)
                and row["buyers"] >= int(self.least or 0) and (not self.value or self.value in lies[row["stratum_id"]])
                and self._says(row)]

    def _on_level(self, row: Row, split: set[str | None]) -> bool:
        if self.level in ("", "leaves"):
            return row["stratum_id"] not in split
        return self.level == "all" or row["level"] == int(self.level)

    def _says(self, row: Row) -> bool:
        text = self.text.strip().casefold()
        return text in row["path"].casefold() or text in (row.get("called") or "").casefold()


def names_above(rows: tuple[Row, ...]) -> Mapping[str, frozenset[str]]:
    """Of each stratum the names of all it lies in, its own among them; the market first in ``rows``."""
    found: dict[str, frozenset[str]] = {}
    for row in rows:
        found[row["stratum_id"]] = found.get(row["parent_id"], frozenset()) | {row["name"]}
    return found

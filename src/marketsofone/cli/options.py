"""Options that several commands share, with one wording each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter, Token
from cyclopts.validators import Number

from marketsofone.cli.sheet import Format as _Format

_FILE = "market.toml"


def _folder(_type: object, said: Sequence[Token]) -> Path:
    """The folder of a project: who names its file means the folder that the file is in."""
    path = Path(said[0].value)
    return path.parent if path.name == _FILE and not path.is_dir() else path


Project = Annotated[Path, Parameter(help="Folder of the project.", converter=_folder)]
Run = Annotated[str, Parameter(help="Which run to look at, as m1 runs lists it.")]
Rows = Annotated[int, Parameter(validator=Number(gte=0, lte=1_000_000_000))]
Top = Annotated[int, Parameter(validator=Number(gte=1, lte=1_000_000_000), help="Rows to print.")]
Format = Annotated[_Format, Parameter(help="For people, or for programs: all columns, numbers in full.")]
Score = Literal["pull", "competitiveness", "attractiveness"]
About = Literal["buyer", "account", "contact", "opportunity", "stratum"]
AboutBuyer = Literal["buyer", "account", "contact", "opportunity"]
By = Annotated[str, Parameter(help="Who says so; absent: your login name.", show_default=False)]

HERE = Path(".")

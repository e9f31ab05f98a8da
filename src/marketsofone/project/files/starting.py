"""Starts a project: a proposed ``market.toml`` from a folder of files."""

from __future__ import annotations

from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING

from marketsofone.errors import SettingsInvalid
from marketsofone.project.settings.market_file import FILE_NAME

if TYPE_CHECKING:
    from marketsofone.sources.proposing.proposal import Proposal


def init_project(folder: Path, from_folder: Path) -> Proposal:
    """Writes a proposed project file for the files of a folder, and says what was guessed.

    Raises
    ------
    SettingsInvalid
        The project has a file already; nothing that a person wrote is overwritten.
    """
    from marketsofone.sources.proposing.proposal import propose

    target = folder / FILE_NAME
    if target.exists():
        raise SettingsInvalid(f"m1 init writes a new {target}.", "one that is there already.",
                              "Move it away first, or name another project folder.")
    proposal = propose(from_folder, folder.resolve().name, databases=True)
    folder.mkdir(parents=True, exist_ok=True)
    target.write_text(proposal.text, encoding="utf-8")
    return proposal


def simulate_project(folder: Path, accounts: int = 2_000, seed: int = 1) -> Path:
    """Makes a project on a simulated company: its files, and the project file that reads them.

    Returns
    -------
    Path
        The project file. The truth behind the company stands in ``files/truth``, which no run reads.

    Raises
    ------
    SettingsInvalid
        The project has a file already, or the size is one that cannot be simulated.
    """
    from marketsofone.sources.simulated import Plan, market_toml, simulate

    for name, value, example in (("accounts", accounts, 300), ("seed", seed, 1)):
        if not isinstance(value, Integral) or (name == "seed" and value < 0):
            raise SettingsInvalid(f"A simulated company needs {name} as a whole number, not below 0.", "another value.",
                                  f"Set {name} to such a number, for example {example}.")
    target = folder / FILE_NAME
    if target.exists():
        raise SettingsInvalid(f"A simulated company is a new project: {target}.", "one that is there already.",
                              "Name another folder.")
    company = simulate(Plan(accounts=accounts), seed)
    company.write(folder / "files")
    target.write_text(market_toml(company, Path("files")), encoding="utf-8")
    return target

"""The public sets that accuracy is measured on, read and mapped by the product itself.

Every model is given the columns that the set's ``market.toml`` maps, no others. The product is given the
company's own files once more, the outcome of the rows that it is to foretell taken out.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from marketsofone.project.flow import load, opened
from marketsofone.project.ground.gathering import gather
from marketsofone.project.settings.market_file import read_settings

ROOT = Path(__file__).resolve().parents[1]
DATA = Path(os.environ.get("M1_DATA", ROOT.parent / "shared" / "data"))
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PublicSet:
    """One public set, and how the outcome of some of its rows is taken out.

    Parameters
    ----------
    name : str
        Of its folder and its example.
    file, delimiter : str
        Where its rows are.
    key : str
        The column that tells rows apart; empty: each row stands for itself.
    outcome : str
        The column that holds what followed, or is added to say that nothing is known yet.
    score : str
        The score that foretells it.
    hidden : str
        What the column says where nothing is known yet.
    edits : tuple of (str, str)
        What changes in ``market.toml``, so that such a row is read as open.
    followed : str
        A second file whose rows tell the outcome; empty where there is none.
    """

    name: str
    file: str
    outcome: str
    score: str = "pull"
    key: str = ""
    delimiter: str = ","
    hidden: str = ""
    edits: tuple[tuple[str, str], ...] = ()
    followed: str = ""


@dataclass(frozen=True, slots=True)
class Market:
    """Rows of a set as the product reads them.

    Parameters
    ----------
    columns : DataFrame
        What is known of each row at the start: numbers as floats, everything else as text.
    success : bool array, shape (rows,)
    ids, source_rows : int array, shape (rows,)
        The product's own id of each row, and its place in the file.
    day : datetime64 array, shape (rows,), or None
        When the row was opened, where that is known.
    """

    columns: pd.DataFrame
    success: NDArray[np.bool_]
    ids: Rows
    source_rows: Rows
    day: NDArray[np.datetime64] | None


@dataclass(frozen=True, slots=True)
class Division:
    """Rows to learn from and rows to foretell; any others have not happened yet.

    Parameters
    ----------
    since : date or None
        The project says that what began before this day does not count.
    """

    kind: str
    seed: int
    train: Rows
    test: Rows
    since: date | None = None


SETS = {each.name: each for each in (
    PublicSet("ibm_win_loss", "WA_Fn-UseC_-Sales-Win-Loss.csv.gz", "Opportunity Result", "competitiveness",
              key="Opportunity Number", edits=(("else 'lost' end", "when 'Loss' then 'lost' else 'open' end"),)),
    PublicSet("olist_funnel", "olist_marketing_qualified_leads_dataset.csv.gz", "outcome", key="mql_id",
              hidden="open",
              edits=(('opened_at = "first', 'outcome = "outcome"\nopened_at = "first'),),
              followed="olist_closed_deals_dataset.csv.gz"),
    PublicSet("x_education_leads", "Leads.csv.gz", "Converted", key="Prospect ID"),
    PublicSet("bank_marketing", "bank-additional-full.csv.gz", "y", delimiter=";"),
    PublicSet("coil2000", "ticdata.csv.gz", "CARAVAN"),
)}


def present(of: PublicSet) -> bool:
    """Whether the files of the set are there."""
    return (DATA / of.name / of.file).is_file()


def market_toml(of: PublicSet) -> str:
    """The project file of the set: its example, or for a set without one the mapping made here."""
    example = ROOT / "examples" / of.name / "market.toml"
    return example.read_text(encoding="utf-8") if example.is_file() else _coil_toml(of)


def _coil_toml(of: PublicSet) -> str:
    """CoIL 2000: the customer's type may split the market, all else that is known of it is a trait."""
    head = pd.read_csv(DATA / of.name / of.file, keep_default_na=False)
    traits = head.columns.difference(["part", "CARAVAN", "STYPE", "MOSHOOFD"], sort=False)
    numbers = set(head.select_dtypes("number").columns)
    said = [f'{name.lower()} = {{ from = "{name}", kind = "{"number" if name in numbers else "text"}" }}'
            for name in traits]
    return "\n".join((
        '[market]\nname = "Caravan insurance"\ncurrency = "EUR"', '[steps]\npull = "opportunity.entered"',
        "[model]\ntraits = true", f'[sources.people]\nfile = "${{M1_DATA}}/{of.name}/{of.file}"',
        '[sources.people.opportunity]\nopportunity_id = "source_row"\nentered = "CARAVAN = \'insurance\'"',
        '[sources.people.opportunity.dimensions]\nsubtype = "STYPE"\nmain_type = "MOSHOOFD"',
        "[sources.people.opportunity.traits]", *said, ""))


def read_market(of: PublicSet, folder: Path) -> Market:
    """All rows of a set with their outcome; ``folder`` is where a project may be made for it."""
    (folder / "market.toml").write_text(market_toml(of).replace("${M1_DATA}", str(DATA)), encoding="utf-8")
    settings = read_settings(folder)
    with opened(folder) as engine:
        gathered = gather(engine, settings, load(engine, settings)[0])
        frame = gathered.tables["opportunity"].order_by("source_row").execute()
    columns = {c.name: _typed(frame[c.column], c.kind) for c in gathered.columns}
    success = frame["outcome"].eq("won") if of.score == "competitiveness" else frame["entered"].astype(bool)
    day = frame["opened_at"].to_numpy("datetime64[D]") if frame["opened_at"].notna().all() else None
    return Market(pd.DataFrame(columns), success.to_numpy(bool), frame["opportunity_id"].to_numpy(np.int64),
                  frame["source_row"].to_numpy(np.int64), day)


def _typed(column: pd.Series, kind: str) -> pd.Series:
    return column.astype(float) if kind == "number" else column.astype(object).where(column.notna(), None)


def divisions(market: Market, count: int) -> Iterator[Division]:
    """Random 70/30 divisions; where rows are dated, also the past against the tenth that follows it."""
    rows = len(market.success)
    for seed in range(count):
        order = np.random.default_rng(seed).permutation(rows)
        cut = int(0.7 * rows)
        yield Division("random", seed, np.sort(order[:cut]), np.sort(order[cut:]))
    if market.day is not None:
        order = np.argsort(market.day, kind="stable")
        for seed in range(count):
            cut = int(rows * (0.5 + 0.4 * seed / max(1, count - 1)))
            yield Division("time", seed, order[:cut], order[cut:cut + rows // 10])


def counted(market: Market, division: Division) -> Division:
    """The division with the rows to learn from that count, for models that know no ``[since]``."""
    if division.since is None or market.day is None:
        return division
    return replace(division, train=division.train[market.day[division.train] >= np.datetime64(division.since)])


def hide(of: PublicSet, market: Market, division: Division, folder: Path) -> None:
    """Make a project in ``folder`` as it was: the outcome of the test rows is not known, later rows are not there.

    Rows that share the key of one whose outcome is hidden are hidden too.
    """
    known, hidden = market.source_rows[division.train], market.source_rows[division.test]
    later = np.setdiff1d(market.source_rows, np.concatenate([known, hidden]))
    home = folder / of.name
    home.mkdir()
    raw = _texts(of.name, of.file, of.delimiter)
    keys = raw[of.key] if of.key else raw.index.to_series()
    gone, unborn = keys.isin(keys.iloc[hidden - 1]), keys.isin(keys.iloc[later - 1])
    if of.followed:
        raw[of.outcome] = ""
        later = _texts(of.name, of.followed, of.delimiter)
        _write(later[~later[of.key].isin(keys[gone | unborn])], home / of.followed, of.delimiter)
    raw.loc[gone, of.outcome] = of.hidden
    _write(raw[~unborn], home / of.file, of.delimiter)
    text = market_toml(of).replace("${M1_DATA}", str(folder))
    for before, after in of.edits:
        if text.count(before) != 1:
            raise ValueError(f"{of.name}: the example no longer says {before!r}")
        text = text.replace(before, after)
    text += f"\n[since]\n{of.score} = {division.since}\n" if division.since else ""
    (folder / "market.toml").write_text(text, encoding="utf-8")


def _texts(name: str, file: str, delimiter: str) -> pd.DataFrame:
    return pd.read_csv(DATA / name / file, sep=delimiter, dtype=str, keep_default_na=False)


def _write(rows: pd.DataFrame, path: Path, delimiter: str) -> None:
    rows.to_csv(path, sep=delimiter, index=False, compression={"method": "gzip", "compresslevel": 1})

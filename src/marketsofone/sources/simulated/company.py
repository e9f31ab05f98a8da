"""A simulated company: its customer tables, and the truth behind them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from marketsofone.sources.simulated.accounts import account_table, contact_table, deciding_contacts
from marketsofone.sources.simulated.approaches import draw_approaches, lot_table, touch_table
from marketsofone.sources.simulated.buyers import draw_buyers
from marketsofone.sources.simulated.chance import stream
from marketsofone.sources.simulated.dirt import soil
from marketsofone.sources.simulated.layout import draw_layout
from marketsofone.sources.simulated.offer import (
    competitor_table,
    draw_owners,
    draw_products,
    product_table,
    rep_table,
)
from marketsofone.sources.simulated.opportunities import (
    draw_opportunities,
    opportunity_table,
    rival_met_table,
)
from marketsofone.sources.simulated.orders import draw_orders, order_line_table
from marketsofone.sources.simulated.plan import Plan
from marketsofone.sources.simulated.scores import Scores, draw_scores
from marketsofone.sources.simulated.sites import draw_sites, with_companies
from marketsofone.sources.simulated.truth import (
    cell_names,
    head_to_head_table,
    opportunity_truth_table,
    strata_table,
    truth_table,
)
from marketsofone.sources.simulated.wishes import draw_wishes, wish_table, wish_truth_table

Format = Literal["parquet", "csv"]
TRUTH_FOLDER = "truth"


@dataclass(frozen=True, slots=True)
class Company:
    """A simulated company.

    Parameters
    ----------
    plan, seed
        What made it.
    tables : dict of table
        Customer tables by name, as an export would hold them: keys are text, amounts major units.
    truth : table
        What is true of each account; see `truth.truth_table`.
    opportunity_truth : table
        The true chance of each opportunity.
    strata : table
        Truth by planted cell; see `strata_truth`.
    scores : Scores
        The parameters behind the truth.
    dirt : table
        What was spoilt: ``table_name``, ``field``, ``kind``, ``rows``; no rows for a clean company.
    wish_truth : table or None
        What is wished in each planted stratum; see `wishes.wish_truth_table`. None where no wishes are.

    """

    plan: Plan
    seed: int
    tables: dict[str, pa.Table]
    truth: pa.Table
    opportunity_truth: pa.Table
    strata: pa.Table
    scores: Scores
    dirt: pa.Table
    wish_truth: pa.Table | None = None

    def strata_truth(self) -> pa.Table:
        """Truth by planted cell at each level: the market, sectors, and the two splits inside them."""
        return self.strata

    def head_to_head(self) -> pa.Table:
        """P(won) against each rival alone, by account; six rows an account, so built when asked for."""
        return head_to_head_table(self.scores)

    def write(self, folder: Path, format: Format = "parquet") -> None:
        """One file per customer table, and the truth in a folder of its own beside them.

        Parameters
        ----------
        folder : Path
            Made where it does not exist; files of the same name are replaced.
        format : str
            ``parquet`` or ``csv``.

        """
        _write_tables(self.tables, folder, format)
        truth = {"truth": self.truth, "opportunity_truth": self.opportunity_truth,
                 "strata_truth": self.strata, "dirt": self.dirt}
        if self.wish_truth is not None:
            truth["wish_truth"] = self.wish_truth
        _write_tables(truth, folder / TRUTH_FOLDER, format)


def simulate(plan: Plan, seed: int) -> Company:
    """The company of this plan and seed: the same values in every run, on any number of threads.

    What is observed is selective: who is approached depends on size, on a hidden driver and, as the
    plan says, on pull; only answers become opportunities, and only wins orders. A plain average
    over the tables is therefore not the truth of the market.

    Parameters
    ----------
    plan : Plan
        What is planted.
    seed : int
        Zero or more; another seed is another market, its planted splits included.

    Examples
    --------
    >>> company = simulate(Plan(accounts=200), seed=1)
    >>> company.tables["account"].num_rows, sorted(company.tables)[:3]
    (200, ['account', 'competitor', 'membership'])

    """
    layout = draw_layout(plan, seed)
    buyers = draw_buyers(plan, layout, seed)
    scores = draw_scores(plan, buyers, seed)
    sites, wishes = draw_sites(plan, buyers, seed), draw_wishes(plan, buyers, seed)
    rep, contact = draw_owners(plan, buyers, seed), deciding_contacts(plan, seed)

    approaches = draw_approaches(plan, buyers, scores, seed)
    found = draw_opportunities(plan, approaches, scores, seed)
    orders = draw_orders(plan, scores, found, seed)

    approached = np.bincount(approaches.account, minlength=plan.accounts) > 0
    offered = draw_products(stream(seed, "offered"), buyers, found.account)
    tables = {
        "account": account_table(plan, layout, buyers, approached, rep, seed),
        "product": product_table(),
        "rep": rep_table(plan, seed),
        "competitor": competitor_table(),
        "touch": touch_table(plan, approaches, rep, contact, seed),
        "membership": lot_table(approaches),
        "opportunity": opportunity_table(plan, found, scores, rep, offered, contact, seed),
        "rival_met": rival_met_table(found),
        "order_line": order_line_table(plan, buyers, scores, orders, seed),
    }
    if contact is not None:
        tables["contact"] = contact_table(contact, sites, seed)
    if sites is not None:
        tables["account"] = with_companies(tables["account"], sites, layout, rep)
    if wishes:
        tables["wish"] = wish_table(plan, buyers, wishes, approaches, rep, seed)
    tables, dirt = soil(tables, plan.dirty, seed)
    truth = truth_table(plan, layout, buyers, scores, sites, wishes)
    wish_truth = wish_truth_table(wishes, cell_names(plan, layout)) if wishes else None
    return Company(plan, seed, tables, truth, opportunity_truth_table(found),
                   strata_table(plan, layout, buyers, truth), scores, dirt, wish_truth)


def _write_tables(tables: dict[str, pa.Table], folder: Path, format: Format) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, table in tables.items():
        path = folder / f"{name}.{format}"
        if format == "csv":
            pyarrow.csv.write_csv(table, path)
        else:
            pyarrow.parquet.write_table(table, path, compression="zstd", compression_level=1)

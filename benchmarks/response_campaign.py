"""Whom to call in a campaign: profit on customers held out, ours beside logistic regression.

The pilot of ``ifood_campaign`` called everybody: 3 a call, 11 a sale. A customer is worth calling where the chance
of a sale is above 3 / 11.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from accuracy_models import OURS, logistic, ours
from accuracy_sets import PublicSet, divisions, present, read_market

COST, REVENUE = 3.0, 11.0
CAMPAIGN = PublicSet("ifood_campaign", "ml_project1_data.csv.gz", "Response", key="ID")


@dataclass(frozen=True, slots=True)
class Profits:
    """Profit of each repeat on the held-out customers, and of calling all of them."""

    ours: np.ndarray
    logistic: np.ndarray
    everybody: np.ndarray
    called: np.ndarray


def campaign_profits(repeats: int) -> Profits | None:
    """Profits over random 70/30 divisions with seeds 0, 1, 2, ...; None where the data are not there."""
    if not present(CAMPAIGN):
        return None
    with TemporaryDirectory(prefix="campaign-") as place:
        market = read_market(CAMPAIGN, Path(place))
    lines = []
    for division in divisions(market, repeats):
        sold = market.success[division.test]
        share = ours(CAMPAIGN, market, division).shares[OURS]
        peer = logistic(market, division)
        lines.append([_profit(share, sold), _profit(peer, sold), _profit(np.ones(len(sold)), sold),
                      float((share > COST / REVENUE).sum())])
        print(f"campaign, repeat {division.seed + 1} of {repeats}", file=sys.stderr, flush=True)
    return Profits(*np.array(lines).T)


def campaign_part(found: Profits | None) -> str:
    """The section of the page."""
    head = "## Whom to call: `ifood_campaign`\n\n"
    if found is None:
        return head + "The data are not here; not measured.\n"
    gap = found.ours - found.logistic
    error = float(found.logistic.std(ddof=1) / np.sqrt(len(gap)))
    met = found.ours.mean() >= found.logistic.mean() - error
    return head + f"""\
{len(gap)} random 70/30 divisions (seeds 0 to {len(gap) - 1}); 3 a call, 11 a sale; called where the chance of a sale
is above 3/11. The whole product is run from files to `pull` on a copy that hides the outcome of the held-out customers;
the peer is ridge logistic regression, its penalty by inner cross-validation, on the same columns.

| mean profit on held-out customers | marketsofone | logistic regression | calling everybody |
| --- | --- | --- | --- |
| mean ± standard error over repeats | {_said(found.ours)} | {_said(found.logistic)} | {_said(found.everybody)} |

Calls made on average: {found.called.mean():.0f}. Gap to logistic regression, paired: {gap.mean():+.1f} (standard error
{gap.std(ddof=1) / np.sqrt(len(gap)):.1f}; ahead or level in {int((gap >= 0).sum())} of {len(gap)}).
Bar, at least logistic regression's mean minus one standard error ({found.logistic.mean() - error:.1f}): \
{"met" if met else "**not met**"}.
Repeats share customers, so these errors are too small for a claim of who is better.
"""


def _said(profit: np.ndarray) -> str:
    return f"{profit.mean():+.1f} ± {profit.std(ddof=1) / np.sqrt(len(profit)):.1f}"


def _profit(share: np.ndarray, sold: np.ndarray) -> float:
    called = share > COST / REVENUE
    return float(REVENUE * sold[called].sum() - COST * called.sum())

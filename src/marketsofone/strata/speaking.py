"""Which stratum speaks for which of a score: not one that a buyer is only seen to belong to once the score is settled.

Whom we met in an opportunity is known of buyers who let us in. Those of whom it is not known are, among the ones
we tried, those who did not; what they say of pull says nothing of buyers nobody has tried. So no such stratum has
a pull of its own: its buyers are expected to have that of the stratum above.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from marketsofone.customer import Stratum
from marketsofone.estimates.candidates import Dimension

Ints = NDArray[np.int64]


def speaking(tree: Sequence[Stratum], dimensions: Sequence[Dimension], score: str) -> Ints:
    """The node that speaks for each node of a tree, itself where every split above it may explain the score.

    Parameters
    ----------
    tree : sequence of Stratum
        In order, every stratum after its parent.
    dimensions : sequence of Dimension
        All that the tree is split on.
    score : str

    Examples
    --------
    >>> tree = [Stratum(0, -1, "market", "", (), 0, "m"), Stratum(1, 0, "food", "sector", ("food",), 1, "f"),
    ...         Stratum(2, 1, "Elm", "rival", ("Elm",), 2, "e")]
    >>> asked = [Dimension("sector", "dim_sector"), Dimension("rival", "dim_rival", scores=("competitiveness",))]
    >>> speaking(tree, asked, "pull").tolist(), speaking(tree, asked, "competitiveness").tolist()
    ([0, 1, 1], [0, 1, 2])
    """
    explains = {dimension.name: dimension.scores for dimension in dimensions}
    of = np.zeros(len(tree), dtype=np.int64)
    for stratum in tree[1:]:
        whole = of[stratum.parent] == stratum.parent and score in explains[stratum.split_on]
        of[stratum.number] = stratum.number if whole else of[stratum.parent]
    return of

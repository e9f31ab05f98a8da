"""The page that says what was measured, and which bars are met."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from accuracy_measures import MEASURES, corrected_error, corrected_interval, covered, measures, stratum_counts
from accuracy_models import OURS, PEERS

def page(found: Sequence[dict], *, ledgers: bool) -> str:
    out = []
    rows = []
    for row in found:
        d = row["division"]
        for model, share in row["shares"].items():
            rows.append({"set": row["set"], "kind": d.kind, "seed": d.seed, "model": model, "ratio": len(d.test) / len(d.train), **measures(share, row["success"], d.seed)})
    t = pd.DataFrame(rows)
    for (name, kind), part in t.groupby(["set", "kind"], sort=False):
        out.append(f"{name} {kind} {part.seed.nunique()}")
        out.append(part.groupby("model", sort=False)[list(MEASURES)].mean().round(4).to_string())
        loss = part.pivot(index="seed", columns="model", values="log loss")
        peer = loss[list(PEERS)].mean().idxmin()
        for m in (OURS, "without traits", "trait model alone"):
            g = 100 * (loss[m] / loss[peer] - 1).to_numpy()
            out.append(f"  {m} vs {peer}: " + "%.2f %.2f %.2f" % corrected_interval(g, part.ratio.mean()))
        cov = [covered(stratum_counts(r["foretold"].strata, r["foretold"].node, r["success"])) for r in found if r["set"] == name and r["division"].kind == kind]
        per = np.array([c.mean() for c in cov if len(c)])
        out.append(f"  cover {np.concatenate(cov).mean():.3f} se {corrected_error(per, part.ratio.mean()):.3f} strata {np.mean([len(c) for c in cov]):.1f}")
    return "\n".join(out)

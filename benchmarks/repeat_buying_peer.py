"""What lifetimes makes of the histories that `repeat_buying.py` hands over, in an environment of its own.

    PYTHON benchmarks/repeat_buying_peer.py FILE ROUNDS HORIZON

FILE is NumPy's npz with one table after another: ``x``, ``t_x`` and ``T`` of every buyer, and ``ends``, where
each table ends. Prints one JSON object a table: the parameters, or the error where there is no answer; with
ROUNDS above 0 also median seconds of processor time of the fit (one row a buyer), of the fit of distinct
histories with weights (counting them is in the time), and of scoring. Imports are left out.
"""

import json
import statistics
import sys
import time
import warnings

import numpy as np
import pandas as pd
from lifetimes import BetaGeoFitter


def seconds(run):
    """Processor seconds of one run."""
    start = time.process_time()
    run()
    return time.process_time() - start


def fit_counted(x, t_x, T):
    """The cure that its users advise: distinct histories and how many buyers share each."""
    found = pd.DataFrame({"x": x, "t_x": t_x, "T": T}).groupby(["x", "t_x", "T"]).size().reset_index(name="weight")
    return BetaGeoFitter().fit(found["x"], found["t_x"], found["T"], weights=found["weight"])


def answer(x, t_x, T, rounds, horizon):
    """The fit, and how long it takes."""
    try:
        fitted = BetaGeoFitter().fit(x, t_x, T)
    except Exception as error:
        return {"error": type(error).__name__}
    found = {name: float(fitted.params_[name]) for name in ("r", "alpha", "a", "b")}
    if not np.all(np.isfinite(list(found.values()))):
        return {"error": "parameters that are not numbers"}
    score = fitted.conditional_expected_number_of_purchases_up_to_time
    runs = {"fit": lambda: BetaGeoFitter().fit(x, t_x, T), "counted": lambda: fit_counted(x, t_x, T),
            "score": lambda: score(horizon, x, t_x, T)} if rounds else {}
    taken = [{name: seconds(run) for name, run in runs.items()} for _ in range(rounds)]
    return found | {name: statistics.median(each[name] for each in taken) for name in runs}


def main(file, rounds, horizon):
    """Every table."""
    warnings.filterwarnings("ignore")
    told, start = np.load(file), 0
    for end in told["ends"]:
        print(json.dumps(answer(*(told[name][start:end] for name in ("x", "t_x", "T")), rounds, horizon)), flush=True)
        start = end


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
